"""Single summaries, read without the pages they stand in, on every engine."""

from __future__ import annotations

import numpy as np
import pytest
import sqlalchemy as sa

from swanlab.server.metrics import aggregate, codec, rows, schema
from swanlab.server.metrics.codec import DamagedError
from swanlab.server.metrics.engine import write
from tests.server.metrics.posts import Pen

KEYS = [f"group/{number}" for number in range(600)]
ASKED = [KEYS[:1], [KEYS[599], KEYS[0], "nowhere"], KEYS[250:260], KEYS]
"""One, a few, some and all: by summary, or by page."""


def log(store, run: int, keys: list[str], steps: int, rank: int = 0) -> None:
    pen = Pen(run, f"w{rank}", rank)
    for step in range(steps):
        pen.log(step, step, {key: run + step / (at + 1) for at, key in enumerate(keys)})
    store.append([pen.batch()])


@pytest.fixture
def filled(opener):
    """Runs whose series take three pages, one in another order, one of rank 1, one not sealed."""
    store = opener()
    for run in (1, 2):
        log(store, run, KEYS, 3)
    log(store, 3, KEYS[::-1], 2)
    log(store, 4, KEYS[200:], 2, rank=1)
    for run in (1, 2, 3, 4):
        store.seal(run, force=True)
    log(store, 4, KEYS[:300], 2)
    log(store, 5, ["other"], 1)
    return store


def check(store, keys: list[str]) -> None:
    """Every cell is what the whole summaries of the run say, of the lowest rank."""
    runs = [5, 1, 4, 2, 3, 99]
    table = store.summaries(runs)
    wanted = {}
    for summary in table:
        best = wanted.get((summary.run, summary.key))
        if best is None or summary.rank < best.rank:
            wanted[summary.run, summary.key] = summary
    for key, cells in store.cells(runs, keys).items():
        held = [wanted.get((run, key)) for run in runs]
        assert cells["points"].tolist() == [0 if one is None else one.count for one in held]
        for cell, one in zip(cells, held, strict=True):
            if one is not None:
                assert (cell["low"], cell["high"]) == (one.low, one.high)
                assert cell["last_value"] == one.last


@pytest.mark.parametrize("keys", ASKED, ids=len)
def test_cells_are_what_the_summaries_say_when_read_and_when_remembered(filled, opener, keys):
    for store in (filled, opener()):
        check(store, keys)
        check(store, keys)


def test_what_was_sealed_or_named_since_is_seen(filled, opener):
    reader = opener()
    check(reader, KEYS[:2])
    log(filled, 2, [*KEYS[:5], "new"], 9, rank=2)
    filled.seal(2, force=True)
    filled.seal(4, force=True)
    for keys in (KEYS[:2], ["new"], [KEYS[0], KEYS[300], "new"]):
        check(reader, keys)


def rewrite(store, run: int, change) -> None:
    table = schema.series
    with write(store._engine) as connection:
        for page in connection.execute(sa.select(table).where(table.c.run == run)).all():
            same = (table.c.run == run) & (table.c.page == page.page)
            packed = change(page.summaries)
            connection.execute(sa.update(table).where(same).values(summaries=packed))


def without_checks(packed: bytes) -> bytes:
    """A page as older versions wrote it."""
    records = rows.summaries(packed).copy()
    assert (records["check"] != 0).all()
    records["check"] = 0
    return codec.encode_page(records.tobytes())


def test_summaries_of_an_older_version_are_read_by_their_pages(filled, opener):
    for run in (1, 3):
        rewrite(filled, run, without_checks)
    for keys in ASKED:
        check(opener(), keys)
    findings = []
    filled.verify(findings.append)
    assert findings == []


def test_a_damaged_summary_is_never_shown(filled, opener):
    at = 1 + 5 * aggregate.SUMMARY.itemsize + 40

    def damage(packed: bytes) -> bytes:
        spoiled = bytearray(packed)
        spoiled[at] ^= 1
        return bytes(spoiled)

    rewrite(filled, 1, damage)
    with pytest.raises(DamagedError):
        opener().cells([2, 1], [KEYS[5]])
    (cells,) = opener().cells([2, 1], [KEYS[6]]).values()
    assert cells["points"].tolist() == [3, 3]


def test_a_check_shows_every_flipped_bit():
    rng = np.random.default_rng(1)
    record = np.zeros(1, dtype=aggregate.SUMMARY)
    for name in record.dtype.names:
        record[name] = rng.normal() * 1e6
    size = record.dtype.fields["check"][1]
    flipped = np.repeat(record, size * 8).view(np.uint8).reshape(size * 8, -1)
    bits = np.arange(size * 8)
    flipped[bits, bits // 8] ^= (1 << (bits % 8)).astype(np.uint8)
    assert not (aggregate.checks(flipped.reshape(-1).view(record.dtype))
                == aggregate.checks(record)).any()  # fmt: skip

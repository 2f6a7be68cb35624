"""Runs whose points are in segments: read as before, changed as ever, and never lost in between."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
import sqlalchemy as sa

from swanlab.server.media.contract import NoSpace, Unavailable
from swanlab.server.metrics import cache, cold, freeze, grid, merge, schema
from swanlab.server.metrics.cache import Cache
from swanlab.server.metrics.cold import Cold
from swanlab.server.metrics.contract import (
    Batch,
    ColdAway,
    ColdMissing,
    OffsetMismatch,
    Query,
    Ref,
)
from swanlab.server.metrics.store import Store, open_store
from tests.server.metrics.posts import Model, Pen, check_buckets, check_summaries

LONG = 5000


@pytest.fixture(autouse=True)
def small(monkeypatch) -> None:
    """Chunks of few points, so that few points make a long series."""
    monkeypatch.setattr(grid, "CHUNK", 256)
    monkeypatch.setattr(merge, "ROLLUP_FROM", 64)


@pytest.fixture(params=["sqlite", "postgresql", "postgresql+s3"])
def engine(request) -> str:
    return request.param


@pytest.fixture
def at_once(monkeypatch) -> None:
    """A segment that nothing needs may go at once, and a run may be moved again at once."""
    monkeypatch.setattr(freeze, "AT_WORK", -(10**12))
    monkeypatch.setattr(freeze, "KEPT", -(10**12))


def fill(store: Store, model: Model, pen: Pen, steps, keys=("loss", "acc")) -> None:
    rng = np.random.default_rng(len(steps))
    table = rng.normal(size=(len(steps), len(keys)))
    table[rng.random(table.shape) < 0.001] = np.nan
    for step, row in zip(steps, table.tolist(), strict=True):
        model.log(pen, step, step, dict(zip(keys, row, strict=True)))
    store.append([pen.batch()])


def check(store: Store, model: Model) -> None:
    """Look at everything that can be asked."""
    refs = list(model.series)
    check_summaries(model, store.summaries(sorted({ref.run for ref in refs})))
    for lo, hi, count in ((None, None, 15), (None, None, 200), (40, 900, 50), (50, 4000, 90)):
        check_buckets(model, refs, lo, hi, count, store.buckets(refs, lo, hi, count))
    for ref in refs:
        steps, times, values = model.points(ref)
        for lo, limit in ((None, None), (17, 700)):
            got = store.points(ref, lo, None, limit)
            inside = steps >= (lo or 0)
            np.testing.assert_array_equal(got.steps, steps[inside][:limit])
            np.testing.assert_array_equal(got.times, times[inside][:limit])
            np.testing.assert_array_equal(got.values, values[inside][:limit])


def held(store: Store, run: int) -> dict[str, int]:
    """How many rows a run has."""
    with store._engine.connect() as connection:
        return {
            table.name: connection.scalar(
                sa.select(sa.func.count()).select_from(table).where(table.c.run == run)
            )
            for table in (schema.chunk, schema.rollup, schema.head, schema.pack, schema.segment)
        }


def findings(store: Store) -> list[str]:
    found: list[str] = []
    store.verify(lambda finding: found.append(finding.what))
    return found


@pytest.fixture
def filled(store, opener):
    """A store with run 1, long and short series, cold, and run 2, which is not; and a model."""
    model, pens = Model(), {1: Pen(1, "w"), 2: Pen(2, "w")}
    fill(store, model, pens[1], range(LONG), ["loss"])
    fill(store, model, pens[1], range(0, 1800, 3), ["acc", "lr"])
    fill(store, model, pens[2], range(900))
    store.seal(2, force=True)
    assert store.freeze(1)
    return store, model, pens


def test_a_cold_run_is_answered_as_before_by_every_server(filled, opener, shelved):
    store, model, _ = filled
    assert held(store, 1) == {"chunk": 0, "rollup": 0, "head": 3, "pack": 1, "segment": 1}
    (name,) = shelved.names()
    assert name.startswith("1/")
    assert store.frozen().keys() == {1}
    for server in (store, opener()):
        check(server, model)
        assert findings(server) == []
        assert not server.freeze(1)
    assert not store.thaw(2)


def test_a_whole_long_chart_and_the_table_of_runs_need_no_segment(filled, shelved):
    store, model, _ = filled
    shelved.shelf.delete(*shelved.names())
    ref = Ref(1, "loss")
    check_buckets(model, [ref], None, None, 20, store.buckets([ref], None, None, 20))
    check_summaries(model, store.summaries([1, 2]))
    for ask in (lambda: store.points(ref, 5, 9, None), lambda: store.buckets([ref], 5, 90, 40)):
        with pytest.raises(ColdMissing, match="segment 1/"):
            ask()
    assert findings(store) != []


def test_what_comes_late_is_read_at_once_and_brings_the_points_back_when_sealed(filled, at_once):
    store, model, pens = filled
    sent = store.offsets(1)["w"]
    fill(store, model, pens[1], [5, 500, LONG + 7], ["loss", "new"])
    (again,) = store.append([Batch(1, "w", sent, b"")])
    assert isinstance(again, OffsetMismatch)
    got = store.points(Ref(1, "loss"), None, None)
    np.testing.assert_array_equal(got.values, model.points(Ref(1, "loss"))[2])
    assert store.frozen().keys() == {1}
    check(store, model)  # its summaries need to know what was replaced
    assert store.frozen() == {}
    store.seal(1, force=True)
    assert findings(store) == []
    assert store.freeze(1)
    check(store, model)
    assert findings(store) == []


def test_a_segment_stays_for_a_day_after_nothing_names_it(filled, shelved, monkeypatch):
    store, _, _ = filled
    (name,) = shelved.names()
    store.delete(1)
    assert store.tidy() == 0
    assert shelved.names() == [name]
    monkeypatch.setattr(freeze, "_now", lambda: int(time.time() * 1000) + freeze.KEPT + 60_000)
    assert store.tidy() == 1
    assert shelved.names() == []
    assert store.tidy() == 0
    assert held(store, 1)["segment"] == 0


def test_a_move_that_took_a_day_is_given_up(filled, monkeypatch):
    store, model, _ = filled
    monkeypatch.setattr(freeze, "KEPT", -(10**12))
    write = Cold.write

    def slow(self, name, pieces):
        written = write(self, name, pieces)
        assert store.tidy() == 1
        return written

    monkeypatch.setattr(Cold, "write", slow)
    assert not store.freeze(2)
    assert store.frozen().keys() == {1}
    check(store, model)
    assert findings(store) == []


def test_a_run_that_is_sealed_while_it_is_moved_stays(filled, opener, monkeypatch, at_once):
    store, model, pens = filled
    other, write = opener(), Cold.write

    def late(self, name, pieces):
        written = write(self, name, pieces)
        fill(other, model, pens[2], [3, 950])
        assert other.seal(2, force=True)
        return written

    monkeypatch.setattr(Cold, "write", late)
    assert not store.freeze(2)
    monkeypatch.setattr(Cold, "write", write)
    check(other, model)
    assert findings(other) == []
    assert other.freeze(2)
    check(store, model)


class Broken:
    """A place that fails after so many pieces."""

    remote = False

    def __init__(self, shelf, error: Exception, after: int = 0) -> None:
        self.shelf, self.error, self.after = shelf, error, after

    def write(self, name, pieces):
        for number, _ in enumerate(pieces):
            if number == self.after:
                raise self.error

    def read(self, name, parts):
        raise self.error

    def stream(self, name):
        raise self.error


@pytest.mark.parametrize("error", [Unavailable("no route to host"), NoSpace()])
def test_a_place_that_fails_leaves_the_run_where_it_is(filled, place, tmp_path, error, shelved):
    store, model, _ = filled
    broken = open_store(place, Cold(Broken(shelved.shelf, error), tmp_path / "none"))
    with pytest.raises(ColdAway):
        broken.freeze(2)
    broken.close()
    assert store.frozen().keys() == {1}
    check(store, model)
    assert findings(store) == []


def test_while_the_place_is_away_only_what_is_there_is_not_answered(
    filled, place, tmp_path, shelved
):
    store, model, pens = filled
    away = Broken(shelved.shelf, Unavailable("no route to host"))
    server = open_store(place, Cold(away, tmp_path / "none"))
    cold_ref, live = Ref(1, "loss"), Ref(2, "loss")
    for ask in (
        lambda: server.points(cold_ref, None, None),
        lambda: server.buckets([cold_ref, live], 5, 90, 40),
        lambda: server.thaw(1),
    ):
        with pytest.raises(ColdAway, match=r"no route to host|a moment ago"):
            ask()
    check_buckets(model, [live], 5, 90, 40, server.buckets([live], 5, 90, 40))
    assert len(server.points(live, None, None).steps) == 900
    check_summaries(model, server.summaries([1, 2]))
    # What comes meanwhile is taken, for either run.
    before = model.points(cold_ref)[2].copy()
    fill(server, model, pens[2], range(900, 950))
    fill(server, model, pens[1], [5], ["loss"])
    with pytest.raises(ColdAway):
        server.seal(1, force=True)
    assert server.seal(2, force=True)
    shown = {(one.run, one.key): one for one in server.summaries([1, 2])}
    assert shown[2, "loss"].count == 950
    assert shown[1, "loss"].count == len(before)
    server.close()
    check(store, model)
    assert findings(store) == []


def test_without_a_place_a_cold_run_says_what_to_do(filled, place):
    server = open_store(place)
    with pytest.raises(ColdMissing, match="--media-url"):
        server.points(Ref(1, "loss"), None, None)
    assert len(server.points(Ref(2, "loss"), None, None).steps) == 900
    server.close()


def flip(shelved, name: str, at: int) -> None:
    data = bytearray(b"".join(shelved.shelf.stream(name)))
    data[at] ^= 16
    shelved.shelf.write(name, [bytes(data)])


@pytest.mark.parametrize(
    ("where", "said"),
    [(0, "does not begin as one"), (0.97, "checksum"), (-1, "the end of a segment")],
)
def test_a_flipped_byte_of_a_segment_is_found(filled, shelved, where, said):
    store, _, _ = filled
    (name,) = shelved.names()
    size = store.frozen()[1]
    flip(shelved, name, int(where * size) if where == 0.97 else where)
    found = findings(store)
    assert any("is not what was written" in one for one in found)
    assert any(said in one for one in found), found


def test_damage_in_a_segment_is_left_out_of_charts_and_said(filled, shelved, opener):
    _, model, _ = filled
    (name,) = shelved.names()
    place = cold.held(opener()._engine.connect(), [1])[0]
    flip(shelved, name, place.size // 2)
    server = opener()
    ref = next(
        ref for ref in model.series if server.buckets([ref], None, None, LONG).columns[0].missing
    )
    (lo, hi), *_ = server.buckets([ref], None, None, LONG).columns[0].missing
    assert lo <= hi <= LONG


def test_an_index_that_is_damaged_in_the_database_is_read_from_the_segment(filled, opener):
    store, model, _ = filled
    with store._engine.begin() as connection:
        connection.execute(sa.update(schema.segment).values(places=b"nonsense"))
    server = opener()
    check(server, model)
    assert any("segment's index" in one for one in findings(server))


def test_two_servers_that_move_a_run_at_once_move_it_once(filled, opener, at_once, shelved):
    store, model, _ = filled
    others, done = [opener(), opener()], []
    barrier = threading.Barrier(2)

    def move(server) -> None:
        barrier.wait(60)
        done.append(server.freeze(2))

    threads = [threading.Thread(target=move, args=(server,)) for server in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == [False, True]
    check(store, model)
    store.tidy()
    assert len(shelved.names()) == 2
    assert findings(store) == []


def test_reads_that_race_a_move_are_right(filled, opener, monkeypatch):
    monkeypatch.setattr(freeze, "AT_WORK", -(10**12))
    store, model, _ = filled
    queries = [Query([ref], lo, hi, 60) for ref in model.series for lo, hi in ((0, LONG), (9, 999))]
    wanted, points = store.charts(queries), model.points(Ref(1, "acc"))
    for query, got in zip(queries, wanted, strict=True):
        check_buckets(model, query.refs, query.lo, query.hi, 60, got)
    stop, failed, reads = threading.Event(), [], []

    def read(server) -> None:
        try:
            while not stop.is_set():
                for want, got in zip(wanted, server.charts(queries), strict=True):
                    np.testing.assert_equal(astuple(got), astuple(want))
                np.testing.assert_array_equal(
                    server.points(Ref(1, "acc"), None, None).values, points[2]
                )
                reads.append(1)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=read, args=(opener(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    mover = opener()
    while len(reads) < 8 and not failed:
        assert mover.thaw(1)
        assert mover.freeze(1)
        mover.tidy()
    stop.set()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert store.frozen().keys() == {1}


def astuple(found) -> list[object]:
    columns = [msgspec.structs.astuple(column) for column in found.columns]
    return [found.exact, found.width, found.x, columns]


MOVER = """
import sys
from pathlib import Path
from swanlab.server.media.local import LocalMedia
from swanlab.server.metrics import freeze
from swanlab.server.metrics.cold import Cold
from swanlab.server.metrics.store import open_store
from tests.server.metrics.posts import Pen

freeze.AT_WORK = -(10**12)
folder = Path(sys.argv[2])
store = open_store(sys.argv[1], Cold(LocalMedia(folder / "media").shelf(), folder / "cache"))
run, step = int(sys.argv[3]), 0
pen = Pen(run, "w")
while True:
    for step in range(step, step + 1000):
        pen.log(step, step, {"a": step * 0.5})
    step += 1
    store.append([pen.batch()])
    print(step, flush=True)
    store.freeze(run)
"""


def test_kill_9_at_any_moment_of_a_move_loses_nothing(engine, place, tmp_path, opener, at_once):
    if engine.endswith("+s3"):
        pytest.skip("the place does not matter to who is killed")
    script, chance = tmp_path / "mover.py", random.Random(7)
    script.write_text(textwrap.dedent(MOVER))
    root = str(Path(__file__).parents[2])
    for run in range(1, 4):
        with subprocess.Popen(
            [sys.executable, str(script), place, str(tmp_path), str(run)],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": root},
        ) as child:  # fmt: skip
            assert child.stdout is not None
            head = [child.stdout.readline() for _ in range(3)]
            time.sleep(chance.random() * 0.2)
            child.send_signal(signal.SIGKILL)
            acknowledged = int((head + child.stdout.readlines())[-1])
        store = opener()
        got = store.points(Ref(run, "a"), None, None)
        assert acknowledged <= len(got.steps) <= acknowledged + 1000
        np.testing.assert_array_equal(got.steps, np.arange(len(got.steps)))
        np.testing.assert_array_equal(got.values, got.steps * 0.5)
        assert findings(store) == []
        store.freeze(run)
        np.testing.assert_array_equal(store.points(Ref(run, "a"), None, None).values, got.values)
        store.tidy()
        assert findings(store) == []


def test_what_was_read_once_is_read_from_this_disk(engine, place, tmp_path, shelved, filled):
    _, model, _ = filled
    cold_ref = Ref(1, "loss")
    for _ in range(2):
        first = Cold(shelved.shelf, tmp_path / "own")
        server = open_store(place, first)
        got = server.points(cold_ref, None, None)
        np.testing.assert_array_equal(got.values, model.points(cold_ref)[2])
        server.close()
    if not engine.endswith("+s3"):
        assert first.cache is None
        assert not (tmp_path / "own").exists()
        return
    assert first.cache is not None
    assert (first.fetched, first.cache.misses) == (0, 0)
    assert first.cache.hits > 0
    for path in (tmp_path / "own").iterdir():
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    last = Cold(shelved.shelf, tmp_path / "own")
    server = open_store(place, last)
    got = server.points(cold_ref, None, None)
    np.testing.assert_array_equal(got.values, model.points(cold_ref)[2])
    assert last.fetched > 0
    server.close()


def test_charts_of_one_request_share_what_is_fetched(filled, place, shelved, tmp_path):
    _, model, _ = filled
    place_ = Cold(shelved.shelf, tmp_path / "own")
    server = open_store(place, place_)
    queries = [Query([ref], 100, 200, 50) for ref in model.series]
    for query, got in zip(queries, server.charts(queries), strict=True):
        check_buckets(model, query.refs, 100, 200, 50, got)
    assert 0 < place_.fetched < 3 * cache.BLOCK
    server.close()


def test_the_cache_keeps_to_its_limit_and_drops_what_was_longest_unused(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_TOUCH", -1.0)
    folder = tmp_path / "cache"
    one, other = Cache(folder, 100_000), Cache(folder, 100_000)
    block = os.urandom(9_000)
    one.put("1/00", 0, block)
    for number in range(1, 40):
        (one, other)[number % 2].put("1/00", number, block)
        time.sleep(0.002)
        assert other.get("1/00", 0) == block
        assert sum(path.stat().st_size for path in folder.iterdir()) <= 115_000
    assert one.get("1/00", 1) is None
    assert one.get("1/00", 39) == block
    assert one.get("2/00", 39) is None
    other.forget("1/00")
    assert list(folder.iterdir()) == []


def test_a_cache_of_nothing_and_a_cache_that_cannot_be_written_keep_nothing(tmp_path):
    Cache(tmp_path / "a", 0).put("1/00", 0, b"x")
    assert not (tmp_path / "a").exists()
    (tmp_path / "b").write_bytes(b"in the way")
    bad = Cache(tmp_path / "b", 1000)
    bad.put("1/00", 0, b"x")
    assert bad.get("1/00", 0) is None
    bad.forget("1/00")

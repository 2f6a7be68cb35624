"""A run's points as a file: all of them, exactly, in a stream."""

from __future__ import annotations

import csv
import io
import json
import math
import sys

import numpy as np
import pytest

from swanlab.server import export
from tests.server.wire import STARTED, Sender, frame, header, keys, scalars

KEYS = ['loss, "quoted"', "=acc\nline", "指标"]


@pytest.fixture
def filled(alice, run, server, monkeypatch):
    """Three keys of 1,000 points, and one of the hardware; pages so small that there are many."""
    monkeypatch.setattr(export, "PAGE", 128)
    values = np.random.default_rng(1).normal(size=(1000, 3))
    values[5], values[6], values[7] = np.nan, np.inf, -np.inf
    sender = Sender(alice, run)
    sender.send(
        frame(header()) + keys(*KEYS) + b"".join(scalars(2 * i, *v) for i, v in enumerate(values))
    )
    Sender(alice, run, "side").send(
        frame(header(writer="side", role="sidecar")) + keys("__swanlab__.cpu") + scalars(3, 50.0)
    )
    server.stores.of(1).seal(1, force=True)
    return values


def expected(values):
    return {
        key: [(2 * i, STARTED + 2 * i, v) for i, v in enumerate(values[:, at].tolist())]
        for at, key in enumerate(KEYS)
    }


def same(found, wanted) -> None:
    assert found.keys() == wanted.keys()
    for key, points in wanted.items():
        assert [p[:2] for p in found[key]] == [p[:2] for p in points]
        np.testing.assert_array_equal([p[2] for p in found[key]], [p[2] for p in points])


def read_csv(text):
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == list(export.COLUMNS)
    found: dict[str, list[tuple[int, int, float]]] = {}
    for key, rank, step, at, value in rows[1:]:
        assert rank == "0"
        found.setdefault(key, []).append((int(step), int(at), float(value)))
    return found


def test_csv_holds_every_point_exactly(alice, run, filled):
    answer = alice.get(f"{run}/export")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="r1.csv"' in answer.headers["content-disposition"]
    same(read_csv(answer.text), expected(filled))


def test_chosen_keys_alone_and_those_of_the_hardware_when_asked(alice, run, filled):
    one = alice.get(f"{run}/export", params={"keys": json.dumps([KEYS[0], "none"])})
    assert list(read_csv(one.text)) == [KEYS[0]]
    assert read_csv(alice.get(f"{run}/export", params={"keys": "[]"}).text) == {}
    every = read_csv(alice.get(f"{run}/export", params={"system": "true"}).text)
    assert set(every) == {*KEYS, "__swanlab__.cpu"}


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_parquet_and_arrow_hold_the_same(alice, run, filled, kind):
    arrow = pytest.importorskip("pyarrow", reason="the extra 'export' is not installed")
    data = alice.get(f"{run}/export", params={"format": kind}).content
    if kind == "parquet":
        import pyarrow.parquet

        table = pyarrow.parquet.read_table(io.BytesIO(data))
        assert pyarrow.parquet.ParquetFile(io.BytesIO(data)).metadata.num_row_groups > 10
    else:
        table = arrow.ipc.open_stream(data).read_all()
    found: dict[str, list[tuple[int, int, float]]] = {}
    for row in table.to_pylist():
        at = round(row["time"].timestamp() * 1000)
        found.setdefault(row["key"], []).append((row["step"], at, row["value"]))
    same(found, expected(filled))


def test_without_pyarrow_the_answer_says_what_to_do(alice, run, filled, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer = alice.get(f"{run}/export", params={"format": "parquet"})
    assert answer.status_code == 406
    assert "swanlab[export]" in answer.json()["error"]["message"]


def test_it_is_read_page_by_page_as_it_is_sent(run, filled, server):
    from swanlab.server.metrics.contract import Ref

    store, asked = server.stores.of(1), []

    class Counting:
        def points(self, *args):
            asked.append(args)
            return store.points(*args)

    pieces = export.stream(Counting(), [Ref(1, key) for key in KEYS], "csv")
    next(pieces)
    assert asked == []
    next(pieces)
    assert len(asked) == 1
    assert all(len(piece) < 30_000 for piece in pieces)
    assert len(asked) == 3 * math.ceil(1000 / 128)


@pytest.mark.parametrize("params", [{"format": "xls"}, {"keys": "loss"}, {"keys": '{"a": 1}'}])
def test_what_makes_no_sense_is_refused(alice, run, params):
    assert alice.get(f"{run}/export", params=params).status_code == 400


def test_strangers_may_not_export(run, as_user, filled):
    assert as_user("bob").get(f"{run}/export").status_code == 404

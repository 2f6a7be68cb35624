"""A store of the first format opens, says what it said, and is checked from then on."""

from __future__ import annotations

import sqlite3

import numpy as np

from swanlab.server.metrics import schema
from swanlab.server.metrics.contract import Ref
from swanlab.server.metrics.store import open_store
from tests.server.metrics.posts import Model, Pen, check_summaries


def test_a_store_without_checksums_of_pages_is_brought_up_to_date(tmp_path):
    path, model = tmp_path / "m.db", Model()
    store = open_store(path)
    for run in (1, 2):
        pen = Pen(run, "w")
        for step in range(9000):
            model.log(pen, step, step, {"a": float(step), "b": -float(step)})
        store.append([pen.batch()])
        store.seal(run, force=True)
    store.close()
    to_first_format(path)
    store = open_store(path)
    check_summaries(model, store.summaries([1, 2]))
    for ref in model.series:
        np.testing.assert_array_equal(store.points(ref, None, None).values, model.points(ref)[2])
    assert store.buckets([Ref(1, "a")], None, None, 100).columns[0].high.max() == 8999
    findings = []
    store.verify(findings.append)
    assert findings == []
    store.close()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT version FROM format").fetchall() == [(schema.VERSION,)]
    connection.close()


def to_first_format(path) -> None:
    """Take away what later formats added: the frames of pages, and tables."""
    connection = sqlite3.connect(path)
    for table, column in (("head", "headers"), ("series", "names"), ("series", "summaries")):
        rows = connection.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
        bare = [(data[1:-4], number) for number, data in rows]
        connection.executemany(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", bare)
    for table in ("pack", "lost", "segment", "discard"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("UPDATE format SET version = 1")
    connection.commit()
    connection.close()

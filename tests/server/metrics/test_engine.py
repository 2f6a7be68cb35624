from __future__ import annotations

import sqlite3

import pytest

from swanlab.server.metrics import schema
from swanlab.server.metrics.store import open_store
from tests.server.metrics.posts import Pen


def test_the_file_is_opened_so_that_an_acknowledged_batch_survives_a_power_cut(tmp_path):
    store = open_store(tmp_path / "deep" / "m.db")
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() == 2
    store.close()


def test_deleting_a_run_gives_its_pages_back(tmp_path):
    store = open_store(tmp_path / "m.db")
    pen = Pen(1, "w")
    for step in range(20_000):
        pen.log(step, step, {"a": step / 7, "b": step / 3})
    store.append([pen.batch()])
    store.seal(1, force=True)
    store.delete(1)
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA freelist_count").scalar() == 0
        assert connection.exec_driver_sql("PRAGMA page_count").scalar() < 50
    store.close()


def test_a_store_of_a_newer_version_is_refused_with_what_to_do(tmp_path):
    open_store(tmp_path / "m.db").close()
    connection = sqlite3.connect(tmp_path / "m.db")
    connection.execute("INSERT INTO format VALUES (99)")
    connection.commit()
    connection.close()
    with pytest.raises(schema.FormatError, match="update swanlab"):
        open_store(tmp_path / "m.db")

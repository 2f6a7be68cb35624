"""Errors of the machine are answered as what they are; those of the program stay our fault."""

from __future__ import annotations

import errno
import logging
import sqlite3

import pytest
import sqlalchemy as sa

from swanlab.server import trouble
from swanlab.server.blobs import Blobs
from swanlab.server.db.engine import Database
from swanlab.server.db.migrations import migrate
from swanlab.server.media.local import LocalMedia


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    monkeypatch.setattr(trouble, "_said", {})


def raised(url, statement, **options) -> Exception:
    engine = sa.create_engine(url, **options)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
    except Exception as error:
        return error
    finally:
        engine.dispose()
    raise AssertionError("it worked")


def code(error):
    problem = trouble.of(error)
    return problem and (problem.status, problem.body.code)


def test_a_read_only_database(tmp_path):
    sqlite3.connect(tmp_path / "x.db").close()
    url = f"sqlite:///file:{tmp_path}/x.db?mode=ro&uri=true"
    assert code(raised(url, "CREATE TABLE t (a)")) == (503, "read_only")


def test_a_locked_database(tmp_path):
    holder = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    error = raised(
        f"sqlite:///{tmp_path}/x.db", "CREATE TABLE t (a)", connect_args={"timeout": 0.01}
    )
    holder.close()
    assert code(error) == (503, "database_busy")


def test_a_full_database(tmp_path):
    def small(connection, _record):
        connection.execute("PRAGMA max_page_count = 2")

    engine = sa.create_engine(f"sqlite:///{tmp_path}/x.db")
    sa.event.listen(engine, "connect", small)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
        with pytest.raises(sa.exc.OperationalError) as caught:
            connection.exec_driver_sql("INSERT INTO t VALUES (zeroblob(100000))")
    engine.dispose()
    assert code(caught.value) == (507, "disk_full")


def test_a_database_that_cannot_be_opened(tmp_path):
    error = raised(f"sqlite:///{tmp_path}/nowhere/x.db", "SELECT 1")
    assert code(error) == (503, "disk_failed")


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (errno.ENOSPC, (507, "disk_full")),
        (errno.EDQUOT, (507, "disk_full")),
        (errno.EROFS, (503, "read_only")),
        (errno.EIO, (503, "disk_failed")),
        (errno.ENOENT, None),
    ],
)
def test_errors_of_the_system(number, wanted):
    assert code(OSError(number, "x")) == wanted


@pytest.mark.parametrize("statement", ["SELECT * FROM missing", "nonsense"])
def test_a_mistake_of_ours_is_no_trouble_of_the_machine(statement):
    assert trouble.of(raised("sqlite://", statement)) is None
    assert trouble.of(ValueError("x")) is None


def test_the_log_has_one_line_a_minute_of_one_kind_and_a_trace_of_what_is_unknown(caplog):
    log = logging.getLogger("swanlab.server")
    for _ in range(5):
        trouble.report(log, "storing", OSError(errno.ENOSPC, "No space left on device"))
    trouble.report(log, "storing", OSError(errno.EROFS, "Read-only file system"))
    assert [record.exc_info for record in caplog.records] == [None, None]
    assert caplog.records[0].fields == {"cause": "[Errno 28] No space left on device"}
    trouble.report(log, "storing", ValueError("x"))
    assert caplog.records[-1].exc_info is not None


def test_blobs_are_swept_later_when_the_database_is_away_and_one_line_says_so(
    tmp_path, database_url, postgres, caplog, wait_for, monkeypatch
):
    monkeypatch.setattr(trouble, "_said", {})
    db = Database(database_url)
    with db.write() as connection:
        migrate(connection)
    blobs = Blobs(db, LocalMedia(tmp_path / "media"))
    postgres.kill()
    try:
        blobs.start()
        wait_for(lambda: "sweeping blobs failed" in caplog.text)
    finally:
        postgres.start()
        blobs.close()
        db.close()
    (record,) = [one for one in caplog.records if "sweeping blobs" in one.message]
    assert record.exc_info is None

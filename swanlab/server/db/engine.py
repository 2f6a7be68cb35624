"""Connections to the metadata database: many readers, one writer at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, extract, func, select
from sqlalchemy.dialects import postgresql, sqlite

from swanlab.server.db import postgres
from swanlab.server.db.migrations import migrate

FILE_NAME = "swanlab.db"
CONNECTIONS, MORE_CONNECTIONS = 4, 8
"""Of one server to PostgreSQL, for metadata."""
_AFTER = "swanlab_after"


def now() -> int:
    """Return Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


def now_of(connection: Connection) -> int:
    """Return Unix time in milliseconds; servers that share a database go by the clock of that."""
    if connection.dialect.name != "postgresql":
        return now()
    seconds = extract("epoch", func.clock_timestamp())
    return int(connection.scalar(select(seconds * 1000)) or 0)


class Database:
    """The metadata of one server, or of several on PostgreSQL. Thread-safe; its methods block."""

    def __init__(self, place: Path | str) -> None:
        """Open ``place``: the path of a SQLite file (created if missing), or a PostgreSQL URL.

        Brings the schema up to date. Raises ``RuntimeError`` for a database of a newer version,
        ``postgres.BadUrl``, ``sqlalchemy.exc.OperationalError`` when it cannot be reached.
        """
        self.shared = isinstance(place, str)
        """Whether other processes may write to it."""
        if isinstance(place, str):
            self._engine = postgres.connect(place, size=CONNECTIONS, overflow=MORE_CONNECTIONS)
            self._writer = postgres.writer(self._engine)
        else:
            self._engine = _sqlite(place)
            self._writer = self._engine.execution_options(write=True)
        try:
            with self.write() as connection:
                postgres.lock_schema(connection)
                migrate(connection)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection with one consistent view; nothing is to be written through it."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock: committed at the end, undone on an error."""
        calls: list[Callable[[], None]] = []
        with self._writer.begin() as connection:
            connection.info[_AFTER] = calls
            yield connection
        for call in calls:
            call()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def after(connection: Connection, call: Callable[[], None]) -> None:
    """Call this once the transaction, of ``Database.write``, is committed."""
    connection.info[_AFTER].append(call)


def insert_new(connection: Connection, table: Table) -> Any:
    """Return an INSERT that does nothing where a unique value is taken."""
    shared = connection.dialect.name == "postgresql"
    return (postgresql.insert if shared else sqlite.insert)(table).on_conflict_do_nothing()


def _sqlite(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", pool_size=8, max_overflow=32, connect_args={"timeout": 30}
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: SqliteConnection, _record: Any) -> None:
    connection.isolation_level = None  # ``_begin`` decides, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that starts reading and then writes can fail with "database is locked" however
    # long it waits; taking the write lock first makes it wait in line.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

"""Connections to the metadata database: many readers, one writer at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, create_engine, event

from swanlab.server.db.migrations import migrate

FILE_NAME = "swanlab.db"


def now() -> int:
    """Return Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


class Database:
    """The metadata of one data directory. Thread-safe; its methods block."""

    def __init__(self, path: Path) -> None:
        """Open or create ``path`` and bring its schema up to date."""
        self._engine = create_engine(
            f"sqlite:///{path}", pool_size=8, max_overflow=32, connect_args={"timeout": 30}
        )
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)
        self._writer = self._engine.execution_options(write=True)
        with self.write() as connection:
            migrate(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection with one consistent view; nothing is to be written through it."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock: committed at the end, undone on an error."""
        with self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _configure(connection: SqliteConnection, _record: Any) -> None:
    connection.isolation_level = None  # ``_begin`` decides, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that starts reading and then writes can fail with "database is locked" however
    # long it waits; taking the write lock first makes it wait in line.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

"""How a store's database is opened."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from swanlab.server.db import cursor, postgres

CONNECTIONS, MORE_CONNECTIONS = 6, 12
"""Of one server to PostgreSQL, for metrics."""
_LOOKUPS = "-c enable_hashjoin=off -c enable_mergejoin=off"
"""The store looks rows up by key; without fresh statistics the planner would read whole tables."""
_IMMEDIATE = "swanlab_immediate"


def open_engine(url_or_path: str | Path) -> sa.Engine:
    """Return an engine for a database URL, or for a SQLite file at a path (created if missing)."""
    text = str(url_or_path)
    if postgres.is_url(text):
        return postgres.connect(
            text, size=CONNECTIONS, overflow=MORE_CONNECTIONS, settings=_LOOKUPS
        )
    if "://" in text:
        url = sa.make_url(text)
    else:
        Path(text).parent.mkdir(parents=True, exist_ok=True)
        url = sa.URL.create("sqlite", database=text)
    engine = sa.create_engine(url, connect_args={"timeout": 30}, pool_size=8, max_overflow=24)
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def write(engine: sa.Engine) -> Any:
    """Return a context manager: a connection in a transaction that is to write.

    SQLite takes the write lock at its beginning: a transaction that read first and then wanted to
    write would fail when another one had written meanwhile.
    """
    return _writer(engine).begin()


@lru_cache(maxsize=1024)
def _writer(engine: sa.Engine) -> sa.Engine:
    if engine.dialect.name == "postgresql":
        return postgres.writer(engine)
    return engine.execution_options(**{_IMMEDIATE: True})


def _set_up(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling would begin too late and without IMMEDIATE.
    connection.isolation_level = None
    for pragma in (
        "auto_vacuum = INCREMENTAL",
        "journal_mode = WAL",
        "synchronous = FULL",
        "busy_timeout = 30000",
        "cache_size = -8000",
        "mmap_size = 268435456",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    immediate = connection.get_execution_options().get(_IMMEDIATE)
    cursor.begin(connection, "BEGIN IMMEDIATE" if immediate else "BEGIN")


def reclaim(engine: sa.Engine) -> None:
    """Give free pages back to the file system where the engine does not by itself."""
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            # Each step of this statement frees one page; a script is run to its end.
            connection.cursor().executescript("PRAGMA incremental_vacuum")
        finally:
            connection.close()


def vacuum(engine: sa.Engine, tables: Iterable[str]) -> None:
    """Let PostgreSQL take the rows that are gone out of the tables, while it serves.

    It does so by itself sooner or later: this is for who has just replaced very many rows.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in tables:
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {table}")

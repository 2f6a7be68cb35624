"""All that is particular to PostgreSQL: how it is reached, locked, and known to be away.

Reads are ``REPEATABLE READ``, so that a reader of several tables sees one moment; transactions that
write are ``READ COMMITTED`` and lock the rows they decide by, so that any number of servers may
share one database.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    import psycopg

SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
_SCHEMA_LOCK = 0x5377_616E_4C61_6221
"""Any number that nobody else locks in this database."""
_NUL = "\N{REPLACEMENT CHARACTER}"
_PATIENCE = {
    "connect_timeout": "10",
    # A server that is gone without a word is noticed in half a minute, not after hours.
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "tcp_user_timeout": "30000",
    "application_name": "swanlab",
}
WAIT = 10.0
"""Seconds to wait for a free connection before the request is answered 503."""
READ, WRITE = "REPEATABLE READ", "READ COMMITTED"


class BadUrl(ValueError):
    """The database URL cannot be used; the text says why."""


def is_url(text: str) -> bool:
    """Whether this names a PostgreSQL database."""
    return text.partition("://")[0] in SCHEMES and "://" in text


def parse(text: str) -> sa.URL:
    """Return the URL for SQLAlchemy; raises ``BadUrl``."""
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise BadUrl(
            "The database URL is not understood; write postgresql://user:password@host:5432/name."
        ) from error
    if url.drivername not in SCHEMES:
        raise BadUrl(f"The database URL begins with {url.drivername}://, not postgresql://.")
    try:
        import psycopg  # noqa: F401 - asked for before SQLAlchemy fails on it
    except ImportError as error:
        raise BadUrl(
            "PostgreSQL needs its driver: install it with pip install 'swanlab[postgres]'."
        ) from error
    given = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    return url.set(drivername="postgresql+psycopg").update_query_dict(given)


def connect(text: str, *, size: int, overflow: int, settings: str = "") -> sa.Engine:
    """Return an engine of at most ``size + overflow`` connections, made when they are needed.

    ``settings`` are server parameters of its connections, as ``-c name=value`` options. Raises
    ``BadUrl``.
    """
    import psycopg
    from psycopg.types.string import StrDumper

    url = parse(text)

    class Cursor(psycopg.Cursor[Any]):
        """Asks for results in binary: half the bytes of hexadecimal blobs, and no parsing."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.format = psycopg.pq.Format.BINARY

    class Text(StrDumper):
        """PostgreSQL's text holds every character but NUL."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", _NUL) if "\0" in obj else obj)

    options = f"{url.query.get('options', '')} -c jit=off {settings}".strip()
    engine = sa.create_engine(
        url.update_query_dict({"options": options}),
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=WAIT,
        isolation_level=READ,
        connect_args={"cursor_factory": Cursor},
    )

    def prepare(connection: Any, _record: Any) -> None:
        connection.adapters.register_dumper(str, Text)

    sa.event.listen(engine, "connect", prepare)
    sa.event.listen(engine, "checkout", _check_alive)
    return engine


def connect_once(text: str, name: str) -> psycopg.Connection[Any]:
    """Return one connection outside of any pool, without transactions, shown as ``name``."""
    import psycopg

    url = parse(text).update_query_dict({"application_name": name})
    _, named = url.get_dialect()().create_connect_args(url)
    return psycopg.connect(**named, autocommit=True)


def _check_alive(connection: Any, _record: Any, _proxy: Any) -> None:
    """Let the pool replace a connection that the server has ended.

    Its last word has arrived by then, so it is enough to look: no round trip is needed to ask.
    """
    import psycopg

    try:
        connection.pgconn.consume_input()
    except psycopg.OperationalError as error:
        raise sa.exc.DisconnectionError("the database closed the connection") from error


def writer(engine: sa.Engine) -> sa.Engine:
    """Return the engine for transactions that write."""
    return engine.execution_options(isolation_level=WRITE)


def lock_schema(connection: sa.Connection) -> None:
    """Let others that want to create or change tables wait for this transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_LOCK)))


def is_outage(error: BaseException) -> bool:
    """Whether this says that the database is away or overloaded, so that asking later helps."""
    if isinstance(error, sa.exc.TimeoutError):
        return True
    if not isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        return False
    return not isinstance(error.orig, sqlite3.Error)

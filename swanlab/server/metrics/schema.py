"""The tables of a metric store, the same for every engine; each primary key is led by the run.

``writer`` and ``definition`` hold how far a writer's file was received and what decodes the rest
of it; ``batch`` the points not yet sealed; ``ledger`` one row per run to count and lock by;
``series`` the names and summaries of a run's series, 256 to a row; ``chunk``, ``rollup`` and
``head`` the sealed points, their roll-ups, and the chunk headers, some 128 to a row; ``pack`` the
roll-ups of the chunks of such a row in one, four times wider; ``refusal`` how many
records of a run were set aside, by reason; ``line`` the console. ``lost`` keeps
what no longer matched its checksum when it was to be rewritten (sid -1: a batch, by its number).

``segment`` says of a run that is cold where its rows of ``chunk`` and ``rollup`` went; ``discard``
names the segments that no row names, or not yet: see ``freeze``.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from swanlab.server.db import postgres
from swanlab.server.metrics import upgrade
from swanlab.server.metrics.engine import write

VERSION = 3

metadata = sa.MetaData()

_Big = sa.BigInteger


def _key(name: str, kind: Any = _Big) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _value(name: str, kind: Any = _Big) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


format_ = sa.Table("format", metadata, _key("version", sa.Integer))

writer = sa.Table(
    "writer",
    metadata,
    _key("run"),
    _key("writer", sa.Text),
    _value("next_offset"),
    _value("rank"),
    sa.Column("started", _Big),
    sqlite_with_rowid=False,
)

definition = sa.Table(
    "definition",
    metadata,
    _key("run"),
    _key("writer", sa.Text),
    _key("offset"),
    _value("frames", sa.LargeBinary),
)

ledger = sa.Table(
    "ledger",
    metadata,
    _key("run"),
    _value("top"),  # number of the newest batch
    _value("sealed"),  # batches up to this number are gone
    _value("seals"),  # counts seals, to notice one that came between
    _value("series"),  # how many series have a row
    _value("pending"),  # points in batches
    _value("touched"),  # Unix milliseconds of the newest batch
    sqlite_with_rowid=False,
)

batch = sa.Table(
    "batch",
    metadata,
    _key("run"),
    _key("seq"),
    _value("writer", sa.Text),
    _value("rank"),
    _value("points"),
    _value("blocks", sa.LargeBinary),
)

series = sa.Table(
    "series",
    metadata,
    _key("run"),
    _key("page"),
    _value("names", sa.LargeBinary),
    _value("summaries", sa.LargeBinary),
)

chunk = sa.Table(
    "chunk",
    metadata,
    _key("run"),
    _key("sid"),
    _key("start"),
    _value("data", sa.LargeBinary),
)

rollup = sa.Table(
    "rollup",
    metadata,
    _key("run"),
    _key("sid"),
    _key("start"),
    _value("coarse", sa.LargeBinary),
    _value("fine", sa.LargeBinary),
)

head = sa.Table(
    "head",
    metadata,
    _key("run"),
    _key("sid"),
    _key("start"),
    _value("headers", sa.LargeBinary),
)

pack = sa.Table(
    "pack",
    metadata,
    _key("run"),
    _key("sid"),
    _key("start"),
    _value("wide", sa.LargeBinary),
)

lost = sa.Table(
    "lost",
    metadata,
    _key("run"),
    _key("sid"),
    _key("start"),
    _key("at"),  # Unix milliseconds
    _value("reason", sa.Text),
    _value("data", sa.LargeBinary),
)

refusal = sa.Table(
    "refusal",
    metadata,
    _key("run"),
    _key("reason", sa.Text),
    _value("count"),
)

line = sa.Table(
    "line",
    metadata,
    _key("run"),
    _key("writer", sa.Text),
    _key("line"),
    _value("time"),
    _value("level", sa.SmallInteger),
    _value("stream", sa.SmallInteger),
    _value("text", sa.Text),
    sqlite_with_rowid=False,
)

segment = sa.Table(
    "segment",
    metadata,
    _key("run"),
    _value("name", sa.Text),
    _value("size"),
    _value("places", sa.LargeBinary),  # the index
    _value("digest", sa.Text),  # SHA-256 of the whole object
    _value("at"),  # Unix milliseconds
)

discard = sa.Table(
    "discard",
    metadata,
    _key("name", sa.Text),
    _value("at"),  # Unix milliseconds at which it was written, or no longer needed
    _value("doomed", sa.SmallInteger),  # 1: it is being removed and can no longer be taken
)

for _table in metadata.sorted_tables:
    for _column in _table.c:
        if isinstance(_column.type, sa.LargeBinary) and _column.name != "names":
            # Packed already: PostgreSQL need not try to.
            _sql = f"ALTER TABLE {_table.name} ALTER COLUMN {_column.name} SET STORAGE EXTERNAL"
            _ddl = sa.DDL(_sql)  # type: ignore[no-untyped-call]
            sa.event.listen(_table, "after_create", _ddl.execute_if(dialect="postgresql"))


def upsert(engine: sa.Engine, table: sa.Table, updated: list[str]) -> Any:
    """Return an INSERT that, where the primary key exists, sets ``updated`` instead."""
    return _upsert(engine.dialect.name, table, tuple(updated))


@cache
def _upsert(dialect: str, table: sa.Table, updated: tuple[str, ...]) -> Any:
    # Built once: building the statement takes longer than the database takes to run it.
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: statement.excluded[name] for name in updated},
    )


@cache
def _add(dialect: str, table: sa.Table, column: str) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table)
    total = table.c[column] + statement.excluded[column]
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={column: total}
    )


def add(engine: sa.Engine, table: sa.Table, column: str) -> Any:
    """Return an INSERT that, where the primary key exists, adds to ``column`` instead."""
    return _add(engine.dialect.name, table, column)


class FormatError(Exception):
    """The store was written by a newer version of this program."""


def prepare(engine: sa.Engine) -> None:
    """Create what is missing and bring an older store up to date, in one transaction.

    Raises ``FormatError`` when the store is from the future: nothing is touched then.
    """
    if sa.inspect(engine).has_table(format_.name):
        with engine.connect() as connection:
            if _version(connection) == VERSION:
                return
    with write(engine) as connection:
        postgres.lock_schema(connection)
        format_.create(connection, checkfirst=True)
        found = _version(connection)
        if found is None:
            connection.execute(sa.insert(format_).values(version=VERSION))
        metadata.create_all(connection)
        if found is not None and found < VERSION:
            upgrade.upgrade(connection, found)
            connection.execute(sa.update(format_).values(version=VERSION))


def _version(connection: sa.Connection) -> int | None:
    found: int | None = connection.scalar(sa.select(sa.func.max(format_.c.version)))
    if found is not None and found > VERSION:
        raise FormatError(
            f"the metric store has format {found}, this program knows up to {VERSION}: "
            "update swanlab"
        )
    return found

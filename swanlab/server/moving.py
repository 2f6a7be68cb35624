"""Moving all that a data directory holds into a PostgreSQL database.

Rows are copied as they are: the tables are the same. Metadata goes in one transaction, then every
run in one of its own, and each leaves a row in ``moving``; so a move that was interrupted goes on
where it was. When everything is there, rows and bytes are counted on both sides and ``moving`` is
dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from swanlab.server.db import postgres
from swanlab.server.db.engine import FILE_NAME, Database
from swanlab.server.db.schema import metadata
from swanlab.server.lock import Lock
from swanlab.server.metrics import schema
from swanlab.server.metrics.engine import open_engine
from swanlab.server.metrics.store import open_store

if TYPE_CHECKING:
    Report = Callable[[str], None]

AT_ONCE = 500
"""Rows to a statement: at most some 20 MB of them."""
_TABLES = (*metadata.sorted_tables, *schema.metadata.sorted_tables)
_METRICS = tuple(table for table in schema.metadata.sorted_tables if "run" in table.c)
_OF_NO_RUN = schema.discard
_progress = sa.MetaData()
moving = sa.Table(
    "moving",
    _progress,
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("part", sa.Text, primary_key=True),
)
_METADATA = "metadata"


class CannotMove(Exception):
    """The text says why, and what to do."""


class Moved(msgspec.Struct, frozen=True):
    """What a move has brought over."""

    runs: int
    rows: int
    bytes: int
    """Of packed points, roll-ups and summaries."""


def move(folder: Path, url: str, report: Report) -> Moved:
    """Move everything from the data directory ``folder`` to the database at ``url``.

    Raises ``CannotMove``, ``lock.InUse`` when a server is running on the folder,
    ``postgres.BadUrl``, and ``sqlalchemy.exc.DBAPIError`` when the database fails; after that it
    can be called again.
    """
    if not (folder / FILE_NAME).is_file():
        raise CannotMove(f"{folder} holds no server's data: there is no {FILE_NAME} in it.")
    with ExitStack() as stack:
        lock = Lock(folder)
        stack.callback(lock.release)
        source = stack.enter_context(closing(Database(folder / FILE_NAME)))
        stack.enter_context(closing(Database(url)))
        stack.enter_context(closing(open_store(url)))
        target = open_engine(url)
        stack.callback(target.dispose)
        mover = _Mover(str(folder.resolve()), source, postgres.writer(target), report)
        mover.begin()
        mover.move_metadata()
        for path in sorted((folder / "metrics").glob("*.db"), key=lambda path: int(path.stem)):
            mover.move_project(path)
        return mover.finish()


class _Mover:
    def __init__(self, name: str, source: Database, target: sa.Engine, report: Report) -> None:
        self._name, self._source, self._target, self._report = name, source, target, report
        self._done: set[str] = set()
        self._runs = 0
        self._wanted: dict[str, _Size] = {}

    def begin(self) -> None:
        """Make sure that the target is empty, or holds what an earlier move left."""
        with self._target.begin() as connection:
            postgres.lock_schema(connection)
            if not sa.inspect(connection).has_table(moving.name):
                used = [table.name for table in _TABLES if _has_rows(connection, table)]
                if used:
                    raise CannotMove(
                        f"The database is in use: there are rows in {', '.join(used)}."
                        " Move into an empty one."
                    )
                _progress.create_all(connection)
                connection.execute(sa.insert(moving).values(source=self._name, part=""))
                return
            found = connection.execute(sa.select(moving)).all()
        others = {row.source for row in found} - {self._name}
        if others:
            raise CannotMove(
                f"A move from {', '.join(others)} into this database was begun and is not done."
                " Finish that one, or take an empty database."
            )
        self._done = {row.part for row in found}
        self._report(
            f"going on with a move that was interrupted ({len(self._done) - 1} parts done)"
        )

    def move_metadata(self) -> None:
        """Copy users, projects and runs."""
        with self._source.read() as source:
            for table in metadata.sorted_tables:
                self._expect(source, table)
            if _METADATA in self._done:
                return
            with self._target.begin() as target:
                for table in metadata.sorted_tables:
                    _copy(source, target, table, sa.true())
                _go_on_numbering(source, target)
                self._note(target, _METADATA)
        self._report("users, projects and runs are moved")

    def move_project(self, path: Path) -> None:
        """Copy the points, console lines and offsets of one project's file."""
        open_store(path).close()  # brings its tables up to date
        engine = open_engine(path)
        with ExitStack() as stack:
            stack.callback(engine.dispose)
            source = stack.enter_context(engine.connect())
            for table in (*_METRICS, _OF_NO_RUN):
                self._expect(source, table)
            runs = _runs(source)
            for run in runs:
                self._move_run(source, run)
            self._move_rest(source, f"rest of project {path.stem}")
        self._runs += len(runs)
        self._report(f"project {path.stem}: {len(runs)} runs are moved")

    def _move_run(self, source: sa.Connection, run: int) -> None:
        part = f"run {run}"
        if part in self._done:
            return
        with self._target.begin() as target:
            for table in _METRICS:
                _copy(source, target, table, table.c.run == run)
            self._note(target, part)

    def _move_rest(self, source: sa.Connection, part: str) -> None:
        if part in self._done:
            return
        with self._target.begin() as target:
            _copy(source, target, _OF_NO_RUN, sa.true())
            self._note(target, part)

    def _note(self, target: sa.Connection, part: str) -> None:
        target.execute(sa.insert(moving).values(source=self._name, part=part))

    def _expect(self, source: sa.Connection, table: sa.Table) -> None:
        held = self._wanted.get(table.name, _Size(0, 0))
        found = _measure(source, table)
        self._wanted[table.name] = _Size(held.rows + found.rows, held.bytes + found.bytes)

    def finish(self) -> Moved:
        """Compare what is on both sides, and forget how the move went."""
        with self._target.begin() as connection:
            for table in _TABLES:
                wanted = self._wanted.get(table.name)
                if wanted is None:
                    continue
                found = _measure(connection, table)
                if found != wanted:
                    raise CannotMove(
                        f"Of {table.name} there are {found.rows} rows of {found.bytes} bytes in"
                        f" place of {wanted.rows} of {wanted.bytes}. Was a server started on the"
                        " database before the move was done? Take an empty one and move again."
                    )
            moving.drop(connection)
        sizes = self._wanted.values()
        return Moved(
            self._runs, sum(size.rows for size in sizes), sum(size.bytes for size in sizes)
        )


class _Size(msgspec.Struct, frozen=True):
    rows: int
    bytes: int


def _has_rows(connection: sa.Connection, table: sa.Table) -> bool:
    if table.name == schema.format_.name:
        return False  # says which version wrote the tables
    return bool(connection.scalar(sa.select(sa.exists().select_from(table))))


def _measure(connection: sa.Connection, table: sa.Table) -> _Size:
    """Return how many rows there are, and how many bytes of blobs in them."""
    blobs = [column for column in table.c if isinstance(column.type, sa.LargeBinary)]
    octets = "octet_length" if connection.dialect.name == "postgresql" else "length"
    total: Any = sa.literal(0)
    for column in blobs:
        total = total + getattr(sa.func, octets)(column)
    asked = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(total), 0)).select_from(table)
    row = connection.execute(asked).one()
    return _Size(int(row[0]), int(row[1]))


def _runs(source: sa.Connection) -> list[int]:
    """Return the runs that a metric store knows of: whoever sent anything has an offset."""
    tables = (schema.writer, schema.ledger, schema.series)
    return sorted({run for table in tables for run in source.scalars(sa.select(table.c.run))})


def _copy(source: sa.Connection, target: sa.Connection, table: sa.Table, which: Any) -> None:
    for rows in _parts(source, sa.select(table).where(which).order_by(*table.primary_key)):
        target.execute(sa.insert(table), rows)


def _parts(source: sa.Connection, query: Any) -> Iterator[list[dict[str, Any]]]:
    found = source.execution_options(yield_per=AT_ONCE).execute(query)
    for part in found.mappings().partitions(AT_ONCE):
        yield [dict(row) for row in part]


def _go_on_numbering(source: sa.Connection, target: sa.Connection) -> None:
    """Let new rows have numbers that no row has had, deleted ones included."""
    last: Iterable[Any] = source.execute(sa.text("SELECT name, seq FROM sqlite_sequence")).all()
    for name, number in last:
        if not number:  # There never was a row.
            continue
        sequence = sa.func.pg_get_serial_sequence(name, "id")
        target.execute(sa.select(sa.func.setval(sequence, number)))

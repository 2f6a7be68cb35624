"""Reading the tables: what readers and sealing have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
import sqlalchemy as sa

from swanlab.server.db.cursor import Cursor
from swanlab.server.metrics import codec, schema
from swanlab.server.metrics.aggregate import HEADER, SUMMARY, Records, checks
from swanlab.server.metrics.tail import Name

PAGE = 256
"""Series to a row of ``series``."""
_AT_ONCE = 4000
_T = TypeVar("_T")

_pack = msgspec.msgpack.Encoder().encode
_names = msgspec.msgpack.Decoder(list[tuple[str, int]]).decode


def encode_names(names: list[Name]) -> bytes:
    """Pack the names of a page."""
    return codec.encode_page(_pack(names))


def decode_names(blob: bytes) -> list[Name]:
    """Return the names of a page; raises ``DamagedError``."""
    return _names(codec.decode_page(blob, "names"))


def encode_summaries(summaries: Records) -> bytes:
    """Pack the summaries of a page."""
    checked = summaries.copy()
    checked["check"] = checks(summaries)
    return codec.encode_page(checked.tobytes())


def summaries(blob: bytes) -> Records:
    """Return the summaries of a page; raises ``DamagedError``."""
    return np.frombuffer(codec.decode_page(blob, "summaries"), dtype=SUMMARY)


class Ledger(NamedTuple):
    """One run's row of ``ledger``."""

    run: int
    top: int = 0
    sealed: int = 0
    seals: int = 0
    series: int = 0
    pending: int = 0
    touched: int = 0


class Page(NamedTuple):
    """Up to ``PAGE`` series of a run; the summary of a series has its place in both lists."""

    run: int
    number: int
    names: list[Name]
    summaries: Records


def portions(items: Iterable[_T], size: int = _AT_ONCE) -> Iterator[list[_T]]:
    """Cut items into lists that fit the bound parameters of one statement."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def _numbers(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))


def _rows(rows: Iterable[Sequence[int]]) -> str:
    """Write rows of integers into SQL.

    They are numbers of our own making; a bound parameter for each of thousands costs more than the
    query itself.
    """
    return ",".join([f"({_numbers(row)})" for row in rows])


def _select(connection: sa.Connection, columns: str, table: str, condition: str) -> list[Any]:
    """Run a query whose text holds but names and numbers of this program."""
    with Cursor(connection) as cursor:
        return cursor.all(f"SELECT {columns} FROM {table} WHERE {condition}")  # noqa: S608


def _join(
    connection: sa.Connection,
    columns: Sequence[sa.Column[Any]],
    key: Sequence[str],
    wanted: Iterable[Sequence[int]],
    rest: str = "",
) -> list[Any]:
    """Look rows up by the leading columns of their primary key.

    SQLite would scan the table for ``(run, sid) IN (VALUES ...)``, and takes the tables of a cross
    join in the order in which they stand: for each that is wanted, a search by the key.
    """
    table = columns[0].table.name
    names = ", ".join(f"{table}.{column.name}" for column in columns)
    equal = " AND ".join(f"{table}.{name} = wanted.{name}" for name in key)
    query = (
        f"WITH wanted({', '.join(key)}) AS (VALUES {_rows(wanted)}) "  # noqa: S608
        f"SELECT {names} FROM wanted CROSS JOIN {table} WHERE {equal} {rest}"
    )
    with Cursor(connection) as cursor:
        return cursor.all(query)


def ledgers(
    connection: sa.Connection, runs: Iterable[int], *, hold: bool = False
) -> dict[int, Ledger]:
    """Return the ledger rows of those runs that have one.

    ``hold``: nobody else changes them until the transaction ends; PostgreSQL alone needs it.
    """
    found: dict[int, Ledger] = {}
    columns, rest = ", ".join(Ledger._fields), " ORDER BY run FOR UPDATE" if hold else ""
    for part in portions(runs):
        for row in _select(connection, columns, "ledger", f"run IN ({_numbers(part)}){rest}"):
            found[row[0]] = Ledger(*row)
    return found


def writers(connection: sa.Connection, runs: Iterable[int]) -> list[Any]:
    """Return rows (run, writer, next_offset, rank, started) of all writers of the runs."""
    found = []
    columns = "run, writer, next_offset, rank, started"
    for part in portions(runs):
        found += _select(connection, columns, "writer", f"run IN ({_numbers(part)})")
    return found


def names(connection: sa.Connection, runs: Iterable[int]) -> dict[int, list[Name]]:
    """Return the series of the runs, by their number (sid)."""
    found: dict[int, list[Name]] = {}
    for part in portions(runs):
        condition = f"run IN ({_numbers(part)}) ORDER BY run, page"
        for run, data in _select(connection, "run, names", "series", condition):
            found.setdefault(run, []).extend(decode_names(data))
    return found


def pages(connection: sa.Connection, runs: Iterable[int]) -> Iterator[Page]:
    """Return names and summaries of the series of the runs."""
    memo: dict[bytes, list[Name]] = {}
    for part in portions(runs):
        condition = f"run IN ({_numbers(part)}) ORDER BY run, page"
        for run, number, data, packed in _select(
            connection, "run, page, names, summaries", "series", condition
        ):
            known = memo.get(data)
            if known is None:
                known = memo[data] = decode_names(data)
            yield Page(run, number, known, summaries(packed))


def series_blobs(connection: sa.Connection, runs: Iterable[int]) -> Iterator[Any]:
    """Return rows (run, names, summaries), packed, of the runs, by run and page."""
    for part in portions(runs):
        condition = f"run IN ({_numbers(part)}) ORDER BY run, page"
        yield from _select(connection, "run, names, summaries", "series", condition)


def name_blobs(connection: sa.Connection, runs: Iterable[int]) -> Iterator[Any]:
    """Return rows (run, names), packed, of the runs, by run and page."""
    for part in portions(runs):
        condition = f"run IN ({_numbers(part)}) ORDER BY run, page"
        yield from _select(connection, "run, names", "series", condition)


def single_summaries(
    connection: sa.Connection, wanted: Iterable[tuple[int, int, int]]
) -> Iterator[Any]:
    """Return rows (run, page, index, summary): single summaries, without the rest of their pages.

    Each is as stored: ``aggregate.checks`` tells whether it is what was written.
    """
    size = SUMMARY.itemsize
    for part in portions(wanted):
        query = (
            f"WITH wanted(run, page, at) AS (VALUES {_rows(part)}) "  # noqa: S608
            "SELECT wanted.run, wanted.page, wanted.at,"
            f" substr(series.summaries, {1 + codec.PAGE_HEAD} + wanted.at * {size}, {size}) "
            "FROM wanted CROSS JOIN series"
            " WHERE series.run = wanted.run AND series.page = wanted.page"
        )
        with Cursor(connection) as cursor:
            yield from cursor.all(query)


def heads(connection: sa.Connection, series: Iterable[tuple[int, int]]) -> list[Any]:
    """Return (run, sid, start, headers) of all header pages of the series, by their start."""
    table = schema.head
    columns = [table.c.run, table.c.sid, table.c.start, table.c.headers]
    found: list[Any] = []
    for part in portions(series):
        found += _join(connection, columns, ("run", "sid"), part, "ORDER BY head.start")
    return found


def headers(data: bytes) -> Records:
    """Return the chunk headers of a page; raises ``DamagedError``."""
    return np.frombuffer(codec.decode_page(data, "chunk headers"), dtype=HEADER)


def by_start(
    connection: sa.Connection, column: sa.Column[bytes], wanted: Iterable[tuple[int, int, int]]
) -> Iterator[Any]:
    """Return rows (run, sid, start, column) of those (run, sid, start) that are wanted."""
    table = column.table
    columns = [table.c.run, table.c.sid, table.c.start, column]
    for part in portions(wanted):
        yield from _join(connection, columns, ("run", "sid", "start"), part)


def between(
    connection: sa.Connection,
    column: sa.Column[bytes],
    series: Iterable[tuple[int, int]],
    first: int,
    last: int,
) -> Iterator[Any]:
    """Return rows (run, sid, start, column) of the series that start from first to last."""
    table = column.table
    columns = [table.c.run, table.c.sid, table.c.start, column]
    rest = f"AND {table.name}.start BETWEEN {first} AND {last} ORDER BY {table.name}.start"
    for part in portions(series):
        yield from _join(connection, columns, ("run", "sid"), part, rest)

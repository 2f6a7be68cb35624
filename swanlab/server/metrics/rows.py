"""Reading the tables: what readers and sealing have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
import sqlalchemy as sa

from swanlab.server.metrics import schema
from swanlab.server.metrics.aggregate import HEADER, SUMMARY, Records
from swanlab.server.metrics.tail import Name

PAGE = 256
"""Series to a row of ``series``."""
HEADERS = 128
"""Chunk headers to a row of ``head``."""
_AT_ONCE = 4000
_T = TypeVar("_T")

encode_names = msgspec.msgpack.Encoder().encode
_decode_names = msgspec.msgpack.Decoder(list[tuple[str, int]]).decode


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


def ledgers(connection: sa.Connection, runs: Iterable[int]) -> dict[int, Ledger]:
    """Return the ledger rows of those runs that have one."""
    table = schema.ledger
    found: dict[int, Ledger] = {}
    for part in portions(runs):
        for row in connection.execute(sa.select(table).where(table.c.run.in_(part))):
            found[row[0]] = Ledger(*row)
    return found


def names(connection: sa.Connection, runs: Iterable[int]) -> dict[int, list[Name]]:
    """Return the series of the runs, by their number (sid)."""
    table = schema.series
    found: dict[int, list[Name]] = {}
    for part in portions(runs):
        query = sa.select(table.c.run, table.c.names).where(table.c.run.in_(part))
        for run, data in connection.execute(query.order_by(table.c.run, table.c.page)):
            found.setdefault(run, []).extend(_decode_names(data))
    return found


def pages(connection: sa.Connection, runs: Iterable[int]) -> Iterator[Page]:
    """Return names and summaries of the series of the runs."""
    table = schema.series
    memo: dict[bytes, list[Name]] = {}
    for part in portions(runs):
        query = sa.select(table).where(table.c.run.in_(part))
        for run, number, data, summaries in connection.execute(
            query.order_by(table.c.run, table.c.page)
        ):
            known = memo.get(data)
            if known is None:
                known = memo[data] = _decode_names(data)
            yield Page(run, number, known, np.frombuffer(summaries, dtype=SUMMARY))


def heads(connection: sa.Connection, series: Sequence[tuple[int, int]]) -> list[tuple[Any, ...]]:
    """Return (run, sid, headers) of all header pages of the series (run, sid), ascending."""
    table = schema.head
    found: list[tuple[Any, ...]] = []
    for part in portions(series):
        query = sa.select(table.c.run, table.c.sid, table.c.headers).where(
            sa.tuple_(table.c.run, table.c.sid).in_(part)
        )
        found += connection.execute(query.order_by(table.c.run, table.c.sid, table.c.start))
    return found


def headers(data: bytes) -> Records:
    """Return the chunk headers of a page."""
    return np.frombuffer(data, dtype=HEADER)


def by_start(
    connection: sa.Connection, columns: Sequence[sa.Column[Any]], wanted: Sequence[tuple[int, ...]]
) -> Iterator[Any]:
    """Return rows (run, sid, start, columns…) of those (run, sid, start) that are wanted."""
    table = columns[0].table
    for part in portions(wanted):
        yield from connection.execute(
            sa.select(table.c.run, table.c.sid, table.c.start, *columns).where(
                sa.tuple_(table.c.run, table.c.sid, table.c.start).in_(part)
            )
        )

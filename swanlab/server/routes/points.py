"""The raw points of a series, as logged, in pages of a packed binary frame.

``u32 header length | JSON header | padding to 8 | steps | times | values``, all little-endian. The
header says ``{"count": n, "next": step or null, "columns": [{"name", "type", "at"}, …]}``; ``at``
counts from the start of the frame and is a multiple of 8.
"""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from swanlab.server import frame
from swanlab.server.db import runs
from swanlab.server.http import Ask, Need, Route, no_such
from swanlab.server.messages.message import Step
from swanlab.server.metrics.contract import Points, Ref
from swanlab.server.metrics.grid import LAST
from swanlab.server.routes.runs import RUN

MOST = 256 * 1024
"""Points to a page: 6 MB, whatever the length of the series."""
_PIECE = 512 * 1024
_COLUMNS = (("steps", "<i8"), ("times", "<i8"), ("values", "<f8"))


class PointsQuery(msgspec.Struct, frozen=True):
    """Which series, and its range ``lo <= step <= hi``; none means the end of the data."""

    key: Annotated[str, Meta(min_length=1, max_length=4096)]
    rank: Annotated[int, Meta(ge=0, lt=2**31)] = 0
    lo: Step | None = None
    hi: Step | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST)] = MOST


async def points(ask: Ask[PointsQuery, None]) -> StreamingResponse:
    """Return one page of points; a series that does not exist has none."""
    found = await run_in_threadpool(_read, ask)
    pieces, size = encode(found, ask.query.limit)
    headers = {"cache-control": "no-store", "content-length": str(size)}
    return StreamingResponse(_cut(pieces), 200, headers, media_type=frame.MEDIA)


def _read(ask: Ask[PointsQuery, None]) -> Points:
    with ask.server.db.read() as connection:
        row = runs.find(connection, ask.project.id, ask.part("run"))
    if row is None:
        raise no_such("run")
    query = ask.query
    store = ask.server.stores.of(row.home)
    return store.points(Ref(row.source, query.key, query.rank), query.lo, query.hi, query.limit)


def encode(found: Points, limit: int) -> tuple[list[memoryview], int]:
    """Return the parts of a frame and their size; fewer points than ``limit`` are the last ones."""
    count = len(found.steps)
    more = count == limit and int(found.steps[-1]) < LAST
    start = 512
    columns = [
        {"name": name, "type": kind[1:], "at": start + place * 8 * count}
        for place, (name, kind) in enumerate(_COLUMNS)
    ]
    following = int(found.steps[-1]) + 1 if more else None
    head = {"count": count, "next": following, "columns": columns}
    text = msgspec.json.encode(head).ljust(start - 4)
    parts = [memoryview(struct.pack("<I", len(text)) + text)]
    for name, kind in _COLUMNS:
        column = getattr(found, name).astype(kind, copy=False)
        parts.append(memoryview(column.tobytes()))
    return parts, start + len(_COLUMNS) * 8 * count


async def _cut(parts: list[memoryview]) -> AsyncIterator[memoryview]:
    for part in parts:
        for begin in range(0, len(part), _PIECE):
            yield part[begin : begin + _PIECE]


ROUTES = (
    Route(
        method="GET",
        path=RUN + "/points",
        need=Need.SHOW,
        handler=points,
        summary="Raw points of a series by pages: int64 steps, int64 times, float64 values",
        query=PointsQuery,
        media=frame.MEDIA,
    ),
)

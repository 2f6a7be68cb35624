"""Receiving run files: posts by offset, and signs of life."""

from __future__ import annotations

import threading
from typing import Annotated

import msgspec
import zstandard
from msgspec import Meta
from starlette.concurrency import run_in_threadpool

from swanlab.server.db.engine import now
from swanlab.server.http import Ask, Need, Problem, Route, is_copy, read_body
from swanlab.server.ingest import LiveRun
from swanlab.server.lane import Post
from swanlab.server.messages.runs import Taken
from swanlab.server.messages.stops import Heard
from swanlab.server.metrics.contract import OffsetMismatch, Receipt
from swanlab.server.routes.runs import RUN, WriterName

MAX_COMPRESSED = 4 * 1024 * 1024
MAX_RAW = 8 * 1024 * 1024
_LARGE = 256 * 1024


class FramesQuery(msgspec.Struct, frozen=True):
    """Whose file, and where in it the body begins."""

    writer: WriterName
    offset: Annotated[int, Meta(ge=0, le=2**62)]


class _Zstd(threading.local):
    """Decompressors are not to be shared between threads."""

    def __init__(self) -> None:
        self.one = zstandard.ZstdDecompressor(max_window_size=MAX_RAW)


_zstd = _Zstd()


async def frames(ask: Ask[FramesQuery, None]) -> Taken:
    """Store a piece of a run file; answered when it is on the disk."""
    run = await _run(ask)
    ask.server.ingest.check(run)
    await _look(ask)
    body = await read_body(ask.request, MAX_COMPRESSED)
    raw = await run_in_threadpool(unpack, body) if len(body) > _LARGE else unpack(body)
    try:
        try:
            receipt = await _store(ask, run, raw)
        except Problem as problem:
            if problem.status != 404 or not ask.server.db.shared:
                raise
            # Another server deleted the run that was remembered; there may be a new one.
            receipt = await _store(ask, await _run(ask), raw)
    except OffsetMismatch as mismatch:
        raise Problem(
            409,
            "wrong_offset",
            f"Go on at offset {mismatch.expected} of this writer's file.",
            {"expected": mismatch.expected},
        ) from mismatch
    return Taken(offset=receipt.offset, stop=ask.server.stops.asked(run))


async def _store(ask: Ask[FramesQuery, None], run: LiveRun, raw: bytes) -> Receipt:
    query = ask.query
    reply = ask.server.ingest.replies.new()
    ask.server.ingest.put(Post(run, query.writer, query.offset, raw, reply, now()))
    return await reply.future


def unpack(body: bytes) -> bytes:
    """Return what was compressed; refuses what would be too large before it is."""
    try:
        size = zstandard.get_frame_parameters(body).content_size
        if size != zstandard.CONTENTSIZE_UNKNOWN and size > MAX_RAW:
            raise _too_large()
        if size not in (zstandard.CONTENTSIZE_UNKNOWN, 0):
            return _zstd.one.decompress(body)  # a quarter of the time: it knows how much to hold
        reader = _zstd.one.stream_reader(body, read_across_frames=False)
        raw = reader.read(MAX_RAW + 1)
    except zstandard.ZstdError as error:
        raise Problem(400, "not_zstd", "The body is not a zstd frame.") from error
    if len(raw) > MAX_RAW:
        raise _too_large()
    return raw


def _too_large() -> Problem:
    message = f"A post may hold at most {MAX_RAW} bytes of a run file; cut it."
    return Problem(413, "too_large", message, {"limit": MAX_RAW})


async def _run(ask: Ask[FramesQuery, None] | Ask[None, None]) -> LiveRun:
    known = ask.server.ingest.known(ask.project.id, ask.part("run"))
    if known is not None:
        return known
    return await run_in_threadpool(ask.server.ingest.run, ask.project, ask.part("run"))


async def _look(ask: Ask[FramesQuery, None] | Ask[None, None]) -> None:
    if ask.server.stops.stale:
        await run_in_threadpool(ask.server.stops.look)


async def heartbeat(ask: Ask[None, None]) -> Heard:
    """Note that the run is alive."""
    run = await _run(ask)
    if run.is_copy:
        raise is_copy(run.run_id)
    await _look(ask)
    ask.server.ingest.heartbeat(run, now())
    return Heard(stop=ask.server.stops.asked(run))


POSTS = Route(
    method="POST",
    path=RUN + "/frames",
    need=Need.WRITE,
    handler=frames,
    summary="Send a piece of a run file, zstd; whole frames, from the expected offset on",
    query=FramesQuery,
    raw_limit=MAX_COMPRESSED,
    answer=Taken,
    errors=(409, 429, 507),
)
ROUTES = (
    POSTS,
    Route(
        method="POST",
        path=RUN + "/heartbeat",
        need=Need.WRITE,
        handler=heartbeat,
        summary="Say that the run is alive",
        answer=Heard,
        errors=(409,),
    ),
)

"""Bytes named by their SHA-256, as a run sends and fetches them: files, and media."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from swanlab.server import quotas
from swanlab.server.db import files
from swanlab.server.db.files import DIGEST
from swanlab.server.http import Ask, Need, Problem, Route, is_copy, no_such
from swanlab.server.ingest import LiveRun
from swanlab.server.media.answers import answered
from swanlab.server.messages.files import BlobList, BlobSize, BlobState, MissingBlobs, Upload
from swanlab.server.messages.runs import Offset
from swanlab.server.routes.files import blob
from swanlab.server.routes.runs import RUN
from swanlab.server.state import Server

MAX_PART = 32 * 1024 * 1024
MAX_BLOB = 1 << 40
BLOB = RUN + "/blobs/{digest}"


class PartQuery(msgspec.Struct, frozen=True):
    """Where in the blob the body begins, and how long the blob is."""

    offset: Annotated[int, Meta(ge=0, le=2**46)]
    size: Annotated[int, Meta(ge=1, le=2**46)]


class UploadQuery(msgspec.Struct, frozen=True):
    """Whether to be told a URL that takes the next part itself."""

    direct: bool = False


def missing(ask: Ask[None, BlobList]) -> MissingBlobs:
    """Return which blobs the run still needs."""
    run = _run(ask)
    found = ask.server.blobs.missing(ask.project.id, run.id, ask.body.digests)
    return MissingBlobs(missing=found)


def uploaded(ask: Ask[UploadQuery, None]) -> Upload:
    """Return how far an upload came."""
    run, digest, blobs = _run(ask), _digest(ask), ask.server.blobs
    offset = answered(lambda: blobs.uploaded(run.id, digest))
    if ask.query.direct:
        quotas.check_bytes(ask.server, ask.project.id, 0)
    url = answered(lambda: blobs.direct_put(run.id, digest, offset)) if ask.query.direct else None
    return Upload(offset=offset, url=url)


async def upload(ask: Ask[PartQuery, None]) -> Offset:
    """Keep a part of a blob, piece by piece as it comes in."""
    server, query, digest = ask.server, ask.query, _digest(ask)
    run = await run_in_threadpool(_run, ask)
    declared = ask.request.headers.get("content-length", "0")
    limit = min(MAX_PART, query.size - query.offset)
    if query.size > MAX_BLOB:
        raise Problem(413, "too_large", f"A file may have at most {MAX_BLOB} bytes.")
    if not declared.isdecimal() or int(declared) > limit:
        raise _too_long(limit)
    if query.offset == 0:
        await run_in_threadpool(quotas.check_bytes, server, ask.project.id, query.size)
    offset, buffer, came = query.offset, bytearray(), 0
    async for piece in ask.request.stream():
        buffer += piece
        came += len(piece)
        if came > limit:
            raise _too_long(limit)
        if len(buffer) >= server.blobs.media.piece:
            offset = await run_in_threadpool(_append, server, run, digest, offset, bytes(buffer))
            buffer.clear()
    # Also without a byte: a part at the wrong place is told where it belongs.
    offset = await run_in_threadpool(_append, server, run, digest, offset, bytes(buffer))
    return Offset(offset=offset)


def _append(server: Server, run: LiveRun, digest: str, offset: int, part: bytes) -> int:
    return answered(lambda: server.blobs.append(run.id, digest, offset, part))


def finish(ask: Ask[None, BlobSize]) -> BlobState:
    """Check the hash of what has come, and let the run hold it."""
    run, digest = _run(ask), _digest(ask)
    if not ask.server.blobs.holds(run.id, digest):
        quotas.check_bytes(ask.server, ask.project.id, ask.body.size)
    stored = answered(lambda: ask.server.blobs.finish(run.id, digest, ask.body.size))
    if stored:
        quotas.added(ask.server, ask.project.id)
        ask.server.ingest.tell(run, {"run"})
    return BlobState(stored=stored)


def download(ask: Ask[None, None]) -> Response:
    """Return a blob that the run holds."""
    run, digest = _run(ask), _digest(ask)
    with ask.server.db.read() as connection:
        held = digest in files.held(connection, run.id, [digest])
        name = files.named(connection, run.id, digest) or digest
    if not held:
        raise no_such("blob")
    return blob(ask, name, digest, direct=False)


def _run(ask: Ask[Any, Any]) -> LiveRun:
    if ask.server.kept_file is not None and ask.request.method not in ("GET", "HEAD"):
        message = "This server shows the run folders of this machine; it takes no files."
        raise Problem(403, "shows_files", message)
    run = ask.server.ingest.run(ask.project, ask.part("run"))
    if run.is_copy and ask.request.method not in ("GET", "HEAD"):
        raise is_copy(run.run_id)
    return run


def _digest(ask: Ask[Any, Any]) -> str:
    digest = ask.part("digest")
    if DIGEST.fullmatch(digest) is None:
        raise no_such("blob")
    return digest


def _too_long(limit: int) -> Problem:
    return Problem(413, "too_large", f"Here a part may have at most {max(0, limit)} bytes.")


ROUTES = (
    Route(
        method="POST",
        path=RUN + "/blobs/missing",
        need=Need.WRITE,
        handler=missing,
        summary="Which of these blobs the run still needs",
        body=BlobList,
        answer=MissingBlobs,
        errors=(409,),
    ),
    Route(
        method="GET",
        path=BLOB + "/upload",
        need=Need.WRITE,
        handler=uploaded,
        summary="How many bytes of a blob have come for this run",
        query=UploadQuery,
        answer=Upload,
        errors=(503,),
    ),
    Route(
        method="PUT",
        path=BLOB + "/upload",
        need=Need.WRITE,
        handler=upload,
        summary="Send a part of a blob; parts come in order",
        query=PartQuery,
        raw_limit=MAX_PART,
        raw_media="application/octet-stream",
        answer=Offset,
        errors=(409, 503, 507),
    ),
    Route(
        method="POST",
        path=BLOB,
        need=Need.WRITE,
        handler=finish,
        summary="All bytes have come: check their hash and let the run hold the blob",
        body=BlobSize,
        answer=BlobState,
        errors=(409, 422, 503, 507),
    ),
    Route(
        method="GET",
        path=BLOB,
        need=Need.READ,
        handler=download,
        summary="A blob that the run holds, to be saved; never shown as a page",
        media="*/*",
        errors=(416, 503),
        etag=True,
        ranges=True,
    ),
)

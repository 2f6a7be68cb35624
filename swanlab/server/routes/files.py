"""The files of a run: which there are, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.responses import Response

from swanlab.server.db import files
from swanlab.server.db.files import FileRow
from swanlab.server.download import Stored, answer
from swanlab.server.http import Ask, Need, Route, no_such
from swanlab.server.media.answers import answered
from swanlab.server.media.local import pieces
from swanlab.server.messages.files import File, Files
from swanlab.server.routes.runs import RUN
from swanlab.server.state import Server

_PAGE = 10_000
Name = Annotated[str, Meta(min_length=1, max_length=1024)]


class FilesQuery(msgspec.Struct, frozen=True):
    """Files behind that name, so many at most."""

    after: Annotated[str, Meta(max_length=1024)] = ""
    limit: Annotated[int, Meta(ge=1, le=_PAGE)] = 1000


class ContentQuery(msgspec.Struct, frozen=True):
    """Which file; ``direct``: the answer may be a redirect to where it is kept."""

    path: Name
    direct: bool = False


def run_files(ask: Ask[FilesQuery, None]) -> Files:
    """Return the files of the run."""
    run = ask.server.ingest.run(ask.project, ask.part("run"))
    query = ask.query
    with ask.server.db.read() as connection:
        total, size = files.totals(connection, run.id)
        rows = files.of_run(connection, run.id, query.after, query.limit)
    return Files(
        files=[_file(ask.server, run.id, row) for row in rows],
        total=total,
        bytes=size,
        next=rows[-1].path if len(rows) == query.limit else None,
    )


def _file(server: Server, run: int, row: FileRow) -> File:
    stored = row.stored if server.kept_file is None else _kept(server, run, row) is not None
    return File(
        path=row.path,
        size=row.size,
        mtime=row.mtime,
        digest=row.digest,
        policy=row.policy,
        kind=row.kind,
        stored=stored,
        error=row.error,
    )


def _kept(server: Server, run: int, row: FileRow) -> Stored | None:
    """Return the file as it lies in its run's folder, where this server shows folders."""
    found = server.kept_file(run, row.path) if server.kept_file and row.digest else None
    try:
        if found is None or found.stat().st_size != row.size:
            return None
    except FileNotFoundError:
        return None  # It is just being replaced.
    return Stored(
        row.path, row.size, row.digest or "", lambda start, stop: pieces(found, start, stop)
    )


def content(ask: Ask[ContentQuery, None]) -> Response:
    """Return what is in a file."""
    server = ask.server
    run = server.ingest.run(ask.project, ask.part("run"))
    with server.db.read() as connection:
        row = files.find(connection, run.id, ask.query.path)
    if row is None or row.digest is None:
        raise no_such("file")
    if server.kept_file is None:
        if not row.stored:
            raise no_such("file")
        return blob(ask, row.path, row.digest, direct=ask.query.direct)
    kept = _kept(server, run.id, row)
    if kept is None:
        raise no_such("file")
    return answer(ask.request, kept)


def blob(ask: Ask[Any, Any], name: str, digest: str, *, direct: bool) -> Response:
    """Return a blob that the caller may have; ``direct``: or where it can be had itself."""
    media = ask.server.blobs.media
    url = answered(lambda: media.direct_get(digest)) if direct else None
    if url is not None:
        return Response(None, 307, {"location": url, "cache-control": "no-store"})
    size = answered(lambda: media.size(digest))
    if size is None:
        raise no_such("blob")

    def read(start: int, stop: int) -> Iterator[bytes]:
        return answered(lambda: media.read(digest, start, stop))

    return answer(ask.request, Stored(name, size, digest, read))


ROUTES = (
    Route(
        method="GET",
        path=RUN + "/files",
        need=Need.READ,
        handler=run_files,
        summary="The files of a run, by name",
        query=FilesQuery,
        answer=Files,
        etag=True,
    ),
    Route(
        method="GET",
        path=RUN + "/files/content",
        need=Need.READ,
        handler=content,
        summary="What is in a file of a run, to be saved; never shown as a page",
        query=ContentQuery,
        media="*/*",
        errors=(416, 503),
        etag=True,
        ranges=True,
    ),
)

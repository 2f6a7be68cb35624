"""What runs logged as media: keys, steps, entries, and the bytes to be shown inside a page."""

from __future__ import annotations

import hashlib
import time
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import Connection
from starlette.responses import Response

from swanlab.records import File, Item
from swanlab.server.db import files, media, runs
from swanlab.server.db.engine import now
from swanlab.server.db.files import DIGEST, FileRow
from swanlab.server.download import Stored, answer
from swanlab.server.http import Ask, Need, Problem, Route, no_such
from swanlab.server.media.answers import answered
from swanlab.server.media.local import pieces
from swanlab.server.messages.media import (
    MediaAnswer,
    MediaEntry,
    MediaItem,
    MediaKeys,
    MediaQuery,
    MediaRuns,
    MediaSeries,
    MediaSteps,
    MediaWanted,
)
from swanlab.server.routes.projects import PROJECT
from swanlab.server.routes.runs import RUN
from swanlab.server.state import Server

MOST_SERIES = 20_000
_LEFT_BEHIND = 10.0
"""Seconds after which nobody is expected to hash a file any more."""
_PIECE = 1 << 20
MOST_STEPS = 100_000
MOST_ITEMS = 20_000
MOST_BYTES = 32 << 20
"""Of one answer, as the entries are kept."""


class StepsQuery(msgspec.Struct, frozen=True):
    """Which series."""

    key: Annotated[str, Meta(min_length=1, max_length=4096)]
    rank: Annotated[int, Meta(ge=0, lt=2**31)] = 0


class ShownQuery(msgspec.Struct, frozen=True):
    """``width`` asks for a smaller picture, of at most so many pixels to a side."""

    width: Annotated[int, Meta(ge=16, le=2048)] | None = None


def keys(ask: Ask[None, MediaRuns]) -> MediaKeys:
    """Return what the runs logged as media."""
    with ask.server.db.read() as connection:
        known = _numbers(connection, ask, ask.body.runs)
        found = media.series(connection, list(known.values()), MOST_SERIES + 1)
    names = {number: name for name, number in known.items()}
    shown = [
        MediaSeries(
            run=names[one.run],
            key=one.key,
            rank=one.rank,
            kind=one.kind,
            count=one.count,
            first=one.first,
            last=one.last,
            most=one.most,
        )
        for one in found[:MOST_SERIES]
    ]
    return MediaKeys(series=shown, complete=len(found) <= MOST_SERIES)


def steps(ask: Ask[StepsQuery, None]) -> MediaSteps:
    """Return the steps at which there is something."""
    run, query = ask.server.ingest.run(ask.project, ask.part("run")), ask.query
    with ask.server.db.read() as connection:
        found = media.steps(connection, run.id, query.key, query.rank, MOST_STEPS + 1)
    return MediaSteps(steps=found[-MOST_STEPS:], complete=len(found) <= MOST_STEPS)


def entries(ask: Ask[None, MediaQuery]) -> MediaAnswer:
    """Return the entries asked for, of any runs of the project."""
    server, wanted = ask.server, ask.body.wanted
    with ask.server.db.read() as connection:
        known = _numbers(connection, ask, list({one.run for one in wanted}))
        _weigh(connection, [(known[one.run], one) for one in wanted if one.run in known])
        found = [
            _entries(server, connection, known[one.run], one) if one.run in known else []
            for one in wanted
        ]
    return MediaAnswer(found=found)


def _weigh(connection: Connection, wanted: list[tuple[int, MediaWanted]]) -> None:
    """Refuse what would be too much to hold, before it is read."""
    items = size = 0
    for run, one in wanted:
        more = media.weight(connection, run, one.key, one.rank, one.lo, one.hi, one.limit)
        items, size = items + more[0], size + more[1]
        if items > MOST_ITEMS or size > MOST_BYTES:
            message = (
                f"An answer holds at most {MOST_ITEMS:,} items and {MOST_BYTES >> 20} MiB: ask for "
                "fewer steps or series."
            )
            raise Problem(413, "too_large", message)


def _numbers(connection: Connection, ask: Ask[Any, Any], names: list[str]) -> dict[str, int]:
    return runs.numbers(connection, ask.project.id, names)


def _entries(
    server: Server, connection: Connection, run: int, one: MediaWanted
) -> list[MediaEntry]:
    found = media.entries(connection, run, one.key, one.rank, one.lo, one.hi, one.limit)
    paths = [path for entry in found for item in entry.items for path in media.paths(item)]
    rows = {
        path: row if row.stored else _elsewhere(server, run, row)
        for path, row in files.named_by(connection, run, paths).items()
    }
    return [
        MediaEntry(
            step=entry.step,
            time=entry.at,
            kind=entry.kind,
            items=[_item(item, rows) for item in entry.items],
        )
        for entry in found
    ]


def _elsewhere(server: Server, run: int, row: FileRow) -> FileRow:
    """Return what is known of a file that the server does not hold: its bytes are not to be had.

    A server that shows folders has them there; those that a killed background process left behind
    without their hash are hashed now.
    """
    if server.kept_file is None:
        return msgspec.structs.replace(row, digest=None)
    found = None if row.digest or row.error else server.kept_file(run, row.path)
    if found is None or time.time() - found.stat().st_mtime < _LEFT_BEHIND:
        return row
    with found.open("rb") as file:
        digest = hashlib.sha256()
        while piece := file.read(_PIECE):
            digest.update(piece)
        size = file.tell()
    noted = File(0, row.path, size, digest=digest.hexdigest(), policy="now", kind="media")
    with server.db.write() as writing:
        files.note(writing, run, [(now(), noted)])
    return msgspec.structs.replace(row, digest=noted.digest, size=size)


def _item(item: Item, rows: dict[str, FileRow]) -> MediaItem:
    row = rows.get(item.path)
    more = item.meta.get("files")
    named = more.items() if isinstance(more, dict) else ()
    masks = {name: rows[path].digest for name, path in named if path in rows}
    return MediaItem(
        format=item.format,
        caption=item.caption,
        meta={name: value for name, value in item.meta.items() if name != "files"},
        text=None if item.path else item.data.decode("utf-8", "replace"),
        digest=row.digest if row is not None else None,
        size=row.size if row is not None else len(item.data),
        error=row.error if row is not None else None,
        files={str(name): digest for name, digest in masks.items() if digest is not None},
    )


def shown(ask: Ask[ShownQuery, None]) -> Response:
    """Return a blob of the run's media to be shown inside a page, a picture also made smaller."""
    server, digest, query = ask.server, ask.part("digest"), ask.query
    if DIGEST.fullmatch(digest) is None:
        raise no_such("blob")
    run = server.ingest.run(ask.project, ask.part("run"))
    with server.db.read() as connection:
        row = files.of_digest(connection, run.id, digest)
    if row is None:
        raise no_such("blob")
    stored = _stored(server, run.id, row)
    if query.width is not None:
        stored = server.thumbnails.smaller(stored, query.width)
    return answer(ask.request, stored, inside=True)


def _stored(server: Server, run: int, row: FileRow) -> Stored:
    digest = row.digest or ""
    if server.kept_file is not None:
        found = server.kept_file(run, row.path)
        if found is None:
            raise no_such("blob")
        return Stored(row.path, row.size, digest, lambda start, stop: pieces(found, start, stop))
    if not row.stored:
        raise no_such("blob")
    store = server.blobs.media
    return Stored(
        row.path,
        row.size,
        digest,
        lambda start, stop: answered(lambda: store.read(digest, start, stop)),
    )


ROUTES = (
    Route(
        method="POST",
        path=PROJECT + "/media/keys",
        need=Need.SHOW,
        handler=keys,
        summary="What these runs logged as media",
        body=MediaRuns,
        answer=MediaKeys,
    ),
    Route(
        method="POST",
        path=PROJECT + "/media/entries",
        need=Need.SHOW,
        handler=entries,
        summary="What stands at these steps of these series of media",
        body=MediaQuery,
        answer=MediaAnswer,
        errors=(413,),
    ),
    Route(
        method="GET",
        path=RUN + "/media/steps",
        need=Need.SHOW,
        handler=steps,
        summary="The steps of a series of media",
        query=StepsQuery,
        answer=MediaSteps,
        etag=True,
    ),
    Route(
        method="GET",
        path=RUN + "/media/{digest}",
        need=Need.SHOW,
        handler=shown,
        summary="The bytes of a picture, a sound or the like, to be shown inside a page",
        query=ShownQuery,
        media="*/*",
        errors=(413, 415, 416, 422, 503),
        etag=True,
        ranges=True,
    ),
)

"""The points of a run as a file."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote

import msgspec
from msgspec import Meta
from starlette.responses import StreamingResponse

from swanlab.records import SYSTEM_PREFIX
from swanlab.server import export
from swanlab.server.db import runs
from swanlab.server.http import Ask, Need, Problem, Route, no_such
from swanlab.server.metrics.contract import Ref
from swanlab.server.routes.runs import RUN


class ExportQuery(msgspec.Struct, frozen=True):
    """Which file. ``keys`` is a JSON array of keys; without it all that the run logged itself.

    ``system``: those of the hardware as well.
    """

    format: export.Format = "csv"
    keys: Annotated[str, Meta(max_length=65_536)] | None = None
    system: bool = False


def points(ask: Ask[ExportQuery, None]) -> StreamingResponse:
    """Return the points, one row each: key, rank, step, time (Unix ms), value."""
    with ask.server.db.read() as connection:
        row = runs.find(connection, ask.project.id, ask.part("run"))
    if row is None:
        raise no_such("run")
    store = ask.server.stores.of(row.home)
    wanted = _keys(ask.query.keys)
    found = store.summaries([row.source])
    refs = [
        Ref(row.source, key, rank)
        for key, rank in zip(found.keys, found.ranks.tolist(), strict=True)
        if (key in wanted if wanted is not None else _shown(key, system=ask.query.system))
    ]
    kind = ask.query.format
    name = re.sub(r"[^A-Za-z0-9._-]", "_", row.run_id)
    headers = {
        "cache-control": "no-store",
        "content-disposition": (
            f"attachment; filename=\"{name}.{kind}\"; filename*=UTF-8''{quote(row.run_id)}.{kind}"
        ),
    }
    if refs:
        store.points(refs[0], None, None, 1)  # what cannot be read is told before anything is sent
    pieces = export.stream(store, refs, kind)
    return StreamingResponse(pieces, 200, headers, media_type=export.MEDIA[kind])


def _shown(key: str, *, system: bool) -> bool:
    return system or not key.startswith(SYSTEM_PREFIX)


def _keys(text: str | None) -> set[str] | None:
    if text is None:
        return None
    try:
        return set(msgspec.json.decode(text, type=list[str]))
    except msgspec.DecodeError as error:
        raise Problem(400, "bad_request", f"keys is no JSON array of texts: {error}") from error


ROUTES = (
    Route(
        method="GET",
        path=RUN + "/export",
        need=Need.READ,
        handler=points,
        summary="All points of a run, or of chosen keys, as CSV, Parquet or Arrow",
        query=ExportQuery,
        media=export.MEDIA["csv"],
        more_media=(export.MEDIA["parquet"], export.MEDIA["arrow"]),
        errors=(406,),
    ),
)

"""Charts: many at once, as a packed frame, or as JSON for those who ask for it."""

from __future__ import annotations

from hashlib import blake2b

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

import swanlab
from swanlab.server import frame, series
from swanlab.server.db import runs
from swanlab.server.http import JSON, Ask, Need, Route, unchanged
from swanlab.server.messages.charts import Charts, ChartsQuery
from swanlab.server.routes.projects import PROJECT

_FORMAT = swanlab.__version__
"""Another version of this program may answer the same question otherwise."""


async def charts(ask: Ask[None, ChartsQuery]) -> Response:
    """Return the charts, or 304 when none of their runs has anything new."""
    series.check(ask.body)
    packed = JSON not in ask.request.headers.get("accept", "")
    shared = ask.server.db.shared
    tag = await run_in_threadpool(_stored_tag, ask, packed=packed) if shared else _tag(ask, packed)
    headers = {"cache-control": "private, no-cache", "etag": tag, "vary": "accept"}
    if unchanged(ask.request, tag):
        return Response(status_code=304, headers=headers)
    content = await run_in_threadpool(_content, ask, packed=packed)
    return Response(content, 200, headers, media_type=frame.MEDIA if packed else JSON)


def _runs(query: ChartsQuery) -> list[str]:
    return sorted({ref.run for chart in query.charts for ref in chart.series})


def _tag(ask: Ask[None, ChartsQuery], packed: bool) -> str:
    """Name this answer by the question and the versions of its runs, without reading a point."""
    ingest = ask.server.ingest
    known = (ingest.known(ask.project.id, run_id) for run_id in _runs(ask.body))
    versions = [0 if run is None else run.version for run in known]
    return _name((ask.server.boot, ingest.forgotten, ask.project.id, packed, versions, ask.body))


def _stored_tag(ask: Ask[None, ChartsQuery], *, packed: bool) -> str:
    """Name this answer by what the database says: other servers write to its runs too."""
    with ask.server.db.read() as connection:
        held = runs.kept(connection, ask.project.id, _runs(ask.body))
    homes = {one.source: one.home for one in held.values()}
    marks = ask.server.stores.over(homes, ask.project.id).marks(sorted(homes))
    numbers = sorted((run_id, one.source) for run_id, one in held.items())
    return _name((_FORMAT, packed, numbers, sorted(marks.items()), ask.body))


def _name(what: object) -> str:
    return f'"{blake2b(msgspec.json.encode(what), digest_size=12).hexdigest()}"'


def _content(ask: Ask[None, ChartsQuery], *, packed: bool) -> bytes:
    with ask.server.db.read() as connection:
        held = runs.kept(connection, ask.project.id, _runs(ask.body))
    homes = {one.source: one.home for one in held.values()}
    numbers = {run_id: one.source for run_id, one in held.items()}
    created = {run_id: one.created_at for run_id, one in held.items()}
    store = ask.server.stores.over(homes, ask.project.id)
    found = series.read(store, ask.body, numbers, created)
    if packed:
        return frame.encode(found)
    return msgspec.json.encode(Charts(charts=[series.chart(*one) for one in found]))


ROUTES = (
    Route(
        method="POST",
        path=PROJECT + "/charts",
        need=Need.SHOW,
        handler=charts,
        summary="Charts of the project's runs, in buckets or exact where points are few",
        body=ChartsQuery,
        answer=Charts,
        media=frame.MEDIA,
    ),
)

"""The live stream: hints of what is new."""

from __future__ import annotations

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from swanlab.server.admission import Sight, share_token
from swanlab.server.http import Ask, Need, Problem, Route
from swanlab.server.live import MAX_STREAMS, EventStream


class LiveQuery(msgspec.Struct, frozen=True):
    """One project, or without both all that the caller may read."""

    workspace: str | None = None
    project: str | None = None


async def live(ask: Ask[LiveQuery, None]) -> Response:
    """Stream hints until the reader leaves."""
    hub, admission = ask.server.hub, ask.server.admission
    workspace, name = ask.query.workspace, ask.query.project
    caller, token = ask.anybody, share_token(ask.request)
    if (workspace is None) != (name is None):
        raise Problem(400, "bad_request", "Give workspace and project, or neither.")
    project = None
    if workspace is not None and name is not None:
        found = await run_in_threadpool(
            admission.project, Need.SHOW, caller, token, workspace, name
        )
        project = found.id
    if hub.streams >= MAX_STREAMS:
        raise Problem(429, "busy", "Too many streams are open.", headers={"retry-after": "10"})
    ask.request.scope["stream"] = True
    sight = await run_in_threadpool(Sight, admission, caller, token)
    return EventStream(hub, hub.open(sight, project))


ROUTES = (
    Route(
        method="GET",
        path="/live",
        need=Need.WATCH,
        handler=live,
        summary="Server-sent events: what has something new",
        query=LiveQuery,
        media="text/event-stream",
        errors=(404, 429),
    ),
)

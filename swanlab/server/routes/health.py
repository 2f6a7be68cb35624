"""Is it there, can it do its work, and what does it offer."""

from __future__ import annotations

from starlette.responses import Response

import swanlab
from swanlab.server.http import JSON, Ask, Need, Problem, Route
from swanlab.server.messages.health import Health


def version() -> str:
    """Return the version of this program."""
    return swanlab.__version__


def health(ask: Ask[None, None]) -> Health:
    """Say that the server can do its work; 503 with the reason when it cannot."""
    reason = ask.server.unfit()
    if reason is not None:
        raise Problem(503, "not_ready", reason, headers={"retry-after": "5"})
    return alive(ask)


def alive(ask: Ask[None, None]) -> Health:
    """Say that the process answers, whatever its database and its disk do."""
    return Health(status="ok", version=version(), mode=ask.server.mode)


def document(_ask: Ask[None, None]) -> Response:
    """Return the OpenAPI document of this server."""
    from swanlab.server import openapi

    return Response(openapi.encoded(), media_type=JSON)


ROUTES = (
    Route(
        method="GET",
        path="/health",
        need=Need.PUBLIC,
        handler=health,
        summary="Can the server do its work: do its database and its disk answer",
        answer=Health,
    ),
    Route(
        method="GET",
        path="/health/live",
        need=Need.PUBLIC,
        handler=alive,
        summary="Is the server there",
        answer=Health,
    ),
    Route(
        method="GET",
        path="/openapi.json",
        need=Need.PUBLIC,
        handler=document,
        summary="This document",
    ),
)

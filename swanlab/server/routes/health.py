"""Is it there, and what does it offer."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

import swanlab
from swanlab.server.http import JSON, Ask, Need, Route
from swanlab.server.messages import Health


def version() -> str:
    """Return the version of this program."""
    return swanlab.__version__


def health(ask: Ask[None, None]) -> Health:
    """Say that the server works."""
    status: Literal["ok", "disk_full"] = "disk_full" if ask.server.ingest.disk_full else "ok"
    return Health(status=status, version=version(), mode=ask.server.mode)


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

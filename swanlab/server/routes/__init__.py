"""The route table: every address of the API, and what each needs of the caller."""

from __future__ import annotations

from swanlab.server.http import Route
from swanlab.server.routes import (
    charts,
    export,
    frames,
    health,
    live,
    points,
    projects,
    runs,
    table,
    users,
)

ROUTES: tuple[Route, ...] = (
    *health.ROUTES,
    *users.ROUTES,
    *projects.ROUTES,
    *table.ROUTES,
    *runs.ROUTES,
    *frames.ROUTES,
    *charts.ROUTES,
    *points.ROUTES,
    *export.ROUTES,
    *live.ROUTES,
)

"""The route table: every address of the API, and what each needs of the caller."""

from __future__ import annotations

from swanlab.server.http import Route
from swanlab.server.routes import (
    admin,
    audit,
    blobs,
    charts,
    console,
    copies,
    edits,
    export,
    files,
    frames,
    health,
    keys,
    live,
    media,
    points,
    projects,
    retention,
    runs,
    sessions,
    table,
    users,
    views,
)

ROUTES: tuple[Route, ...] = (
    *health.ROUTES,
    *sessions.ROUTES,
    *users.ROUTES,
    *keys.ROUTES,
    *admin.ROUTES,
    *audit.ROUTES,
    *projects.ROUTES,
    *retention.ROUTES,
    *table.ROUTES,
    *views.ROUTES,
    *runs.ROUTES,
    *console.ROUTES,
    *edits.ROUTES,
    *copies.ROUTES,
    *frames.ROUTES,
    *charts.ROUTES,
    *points.ROUTES,
    *files.ROUTES,
    *blobs.ROUTES,
    *media.ROUTES,
    *export.ROUTES,
    *live.ROUTES,
)

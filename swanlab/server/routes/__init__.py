"""The route table: every address of the API, and what each needs of the caller."""

from __future__ import annotations

from swanlab.server.http import Route
from swanlab.server.routes import (
    blobs,
    charts,
    console,
    copies,
    edits,
    export,
    files,
    frames,
    health,
    live,
    media,
    members,
    places,
    points,
    projects,
    retention,
    runs,
    sharing,
    table,
    users,
    views,
    workspaces,
)

ROUTES: tuple[Route, ...] = (
    *health.ROUTES,
    *users.ROUTES,
    *workspaces.ROUTES,
    *members.ROUTES,
    *projects.ROUTES,
    *places.ROUTES,
    *sharing.ROUTES,
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

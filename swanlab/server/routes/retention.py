"""For how long a project keeps its runs."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from swanlab.server import retention
from swanlab.server.db import projects
from swanlab.server.http import Ask, Need, Route
from swanlab.server.messages.projects import Keeping, Retention
from swanlab.server.routes.projects import PROJECT, need_accounts

PATH = PROJECT + "/retention"


class RetentionQuery(msgspec.Struct, frozen=True):
    """Count what would be due with another number of days than is set."""

    days: Annotated[int, Meta(ge=1, le=36_500)] | None = None


def get(ask: Ask[RetentionQuery, None]) -> Retention:
    """Return what is set, and how many runs are due by it (or by ``days`` of the query)."""
    with ask.server.db.read() as connection:
        days = projects.retention(connection, ask.project.id)
    return _answer(ask, days, ask.query.days or days)


def put(ask: Ask[None, Keeping]) -> Retention:
    """Set it; what is due by it is deleted by the next sweep, not at once."""
    need_accounts(ask.server)
    with ask.server.db.write() as connection:
        projects.set_retention(connection, ask.project.id, ask.body.days)
    return _answer(ask, ask.body.days, ask.body.days)


def _answer(
    ask: Ask[RetentionQuery, None] | Ask[None, Keeping], days: int | None, by: int | None
) -> Retention:
    due = 0 if by is None else len(retention.due(ask.server, ask.project.id, by))
    return Retention(days=days, due=due)


ROUTES = (
    Route(
        method="GET",
        path=PATH,
        need=Need.READ,
        handler=get,
        summary="For how long the project keeps runs that ended",
        query=RetentionQuery,
        answer=Retention,
    ),
    Route(
        method="PUT",
        path=PATH,
        need=Need.MANAGE,
        handler=put,
        summary="Set for how long the project keeps runs that ended; null for ever",
        body=Keeping,
        answer=Retention,
    ),
)

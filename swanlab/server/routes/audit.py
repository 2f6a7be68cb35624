"""The audit log, as admins read it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from swanlab.server.access import Need
from swanlab.server.db import audit
from swanlab.server.http import Ask, Route
from swanlab.server.messages.audit import AuditEntry, AuditPage
from swanlab.server.messages.message import Millis


class AuditQuery(msgspec.Struct, frozen=True):
    """Which entries; what is left out does not restrict. Times are Unix milliseconds."""

    actor: Annotated[str, Meta(max_length=25)] | None = None
    action: Annotated[str, Meta(max_length=40)] | None = None
    """An action, such as ``key.revoke``, or a noun."""
    target: Annotated[str, Meta(max_length=1024)] | None = None
    """What it was done to, or what that lies in."""
    since: Millis | None = None
    until: Millis | None = None
    before: Annotated[int, Meta(ge=0, lt=2**53)] | None = None
    """As told with the page before."""
    size: Annotated[int, Meta(ge=1, le=audit.MOST)] = 100


def page(ask: Ask[AuditQuery, None]) -> AuditPage:
    """Return a page of entries."""
    return found(ask, None)


def found(ask: Ask[AuditQuery, None], workspace: int | None) -> AuditPage:
    """Return a page of the entries of a workspace, or of the whole server."""
    query = msgspec.structs.asdict(ask.query)
    size = query.pop("size")
    wanted = audit.Wanted(workspace=workspace, **query)
    with ask.server.db.read() as connection:
        rows = audit.page(connection, wanted, size + 1)
    more, rows = len(rows) > size, rows[:size]
    entries = [
        AuditEntry(**{**msgspec.structs.asdict(row), "detail": msgspec.json.decode(row.detail)})
        for row in rows
    ]
    return AuditPage(entries=entries, before=rows[-1].id if more else None)


def of_workspace(ask: Ask[AuditQuery, None]) -> AuditPage:
    """Return a page of the entries of the workspace."""
    return found(ask, ask.workspace.id)


ROUTES = (
    Route(
        method="GET",
        path="/audit",
        need=Need.ADMIN,
        handler=page,
        summary="Who changed what others may do, or deleted something; the newest first",
        query=AuditQuery,
        answer=AuditPage,
    ),
    Route(
        method="GET",
        path="/workspaces/{workspace}/audit",
        need=Need.MANAGE_WORKSPACE,
        handler=of_workspace,
        summary="Who changed what in a workspace; the newest first",
        query=AuditQuery,
        answer=AuditPage,
    ),
)

"""Queries on the audit log."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Select, delete, func, insert, or_, select

from swanlab.server.db.engine import now
from swanlab.server.db.schema import audit, workspaces

MOST = 500
"""Entries in one page."""


class EntryRow(msgspec.Struct, frozen=True):
    """One entry as stored; ``detail`` is JSON."""

    id: int
    at: int
    actor: str | None
    address: str
    action: str
    target: str
    workspace: str | None
    detail: str


class Wanted(msgspec.Struct, frozen=True):
    """Which entries are asked for; None does not restrict. Times are Unix milliseconds."""

    workspace: int | None = None
    actor: str | None = None
    action: str | None = None
    """An action, or a noun: all that was done to such things."""
    target: str | None = None
    since: int | None = None
    until: int | None = None
    before: int | None = None
    """Only entries of a lower number: where the page before ended."""


def add(
    connection: Connection,
    *,
    actor: str | None,
    address: str,
    action: str,
    target: str,
    workspace: str | None,
    detail: str,
) -> None:
    """Write an entry; ``workspace`` is the name of one that is there."""
    place = select(workspaces.c.id).where(workspaces.c.name == workspace).scalar_subquery()
    connection.execute(
        insert(audit).values(
            at=now(),
            actor=actor,
            address=address,
            action=action,
            target=target,
            workspace=workspace,
            workspace_id=None if workspace is None else place,
            detail=detail,
        )
    )


def page(connection: Connection, wanted: Wanted, size: int) -> list[EntryRow]:
    """Return at most ``size`` entries, the newest first."""
    columns = (audit.c[name] for name in EntryRow.__struct_fields__)
    found = _restricted(select(*columns), wanted).order_by(audit.c.id.desc()).limit(size)
    rows = connection.execute(found)
    return [msgspec.convert(row, EntryRow, from_attributes=True) for row in rows]


def _restricted(found: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.workspace is not None:
        found = found.where(audit.c.workspace_id == wanted.workspace)
    if wanted.actor is not None:
        found = found.where(func.lower(audit.c.actor) == wanted.actor.lower())
    if wanted.action is not None:
        noun = audit.c.action.startswith(wanted.action + ".", autoescape=True)
        found = found.where(or_(audit.c.action == wanted.action, noun))
    if wanted.target is not None:
        inside = audit.c.target.startswith(wanted.target + "/", autoescape=True)
        found = found.where(or_(audit.c.target == wanted.target, inside))
    if wanted.since is not None:
        found = found.where(audit.c.at >= wanted.since)
    if wanted.until is not None:
        found = found.where(audit.c.at < wanted.until)
    if wanted.before is not None:
        found = found.where(audit.c.id < wanted.before)
    return found


def forget_old(connection: Connection, before: int) -> int:
    """Drop the entries of before then (Unix milliseconds); return how many there were."""
    return connection.execute(delete(audit).where(audit.c.at < before)).rowcount

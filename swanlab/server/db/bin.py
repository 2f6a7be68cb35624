"""Queries on the bin: projects that were deleted and can still be had back.

A project in the bin keeps its runs. Its name is free for another one; it cannot be found by it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, func, or_, select, update

from swanlab.server.db.engine import now
from swanlab.server.db.projects import ProjectRow
from swanlab.server.db.schema import collaborators, members, projects, runs, users, workspaces

DAYS = 30
KEPT_MS = DAYS * 24 * 3600 * 1000


class BinnedRow(msgspec.Struct, frozen=True):
    """A project in the bin; ``name`` is the one it had. ``deleted_at`` is Unix milliseconds."""

    id: int
    workspace_id: int
    workspace: str
    name: str
    visibility: str
    personal: bool
    deleted_at: int
    deleted_by: str | None
    runs: int

    @property
    def row(self) -> ProjectRow:
        """The project as all else takes it."""
        return ProjectRow(
            self.id, self.workspace_id, self.workspace, self.name, self.visibility, self.personal
        )


def _rows() -> Any:
    held = select(func.count()).where(runs.c.project_id == projects.c.id)
    return (
        select(
            projects.c.id,
            projects.c.workspace_id,
            workspaces.c.name.label("workspace"),
            projects.c.deleted_name.label("name"),
            projects.c.visibility,
            (workspaces.c.kind == "personal").label("personal"),
            projects.c.deleted_at,
            users.c.username.label("deleted_by"),
            held.correlate(projects).scalar_subquery().label("runs"),
        )
        .join(workspaces, workspaces.c.id == projects.c.workspace_id)
        .outerjoin(users, users.c.id == projects.c.deleted_by)
        .where(projects.c.deleted_at.is_not(None))
        .order_by(projects.c.deleted_at.desc(), projects.c.id.desc())
    )


def _row(found: Any) -> BinnedRow:
    return msgspec.convert(found, BinnedRow, from_attributes=True, strict=False)


def get(connection: Connection, number: int) -> BinnedRow | None:
    """Return what is in the bin under that number."""
    found = connection.execute(_rows().where(projects.c.id == number)).first()
    return None if found is None else _row(found)


def of_user(connection: Connection, user: int) -> list[BinnedRow]:
    """Return what is in the bin of whatever the user has to do with, the last deleted first."""
    joined = select(members.c.workspace_id).where(members.c.user_id == user)
    shared = select(collaborators.c.project_id).where(collaborators.c.user_id == user)
    mine = or_(projects.c.workspace_id.in_(joined), projects.c.id.in_(shared))
    return [_row(found) for found in connection.execute(_rows().where(mine))]


def due(connection: Connection) -> list[BinnedRow]:
    """Return what has been in the bin long enough."""
    old = projects.c.deleted_at < now() - KEPT_MS
    return [_row(found) for found in connection.execute(_rows().where(old))]


def put(connection: Connection, project: ProjectRow, user: int | None) -> bool:
    """Put the project into the bin; False when it is not where it was."""
    gone = connection.execute(
        update(projects)
        .where(projects.c.id == project.id, projects.c.deleted_at.is_(None))
        .values(
            deleted_at=now(),
            deleted_by=user,
            deleted_name=projects.c.name,
            name=f"~{project.id}",
        )
    )
    return bool(gone.rowcount)


def take(connection: Connection, binned: BinnedRow, name: str) -> bool:
    """Take it out of the bin under a name; False when another project has that name."""
    taken = projects.c.workspace_id == binned.workspace_id, projects.c.name == name
    if connection.execute(select(projects.c.id).where(*taken)).first() is not None:
        return False
    connection.execute(
        update(projects)
        .where(projects.c.id == binned.id)
        .values(name=name, deleted_at=None, deleted_by=None, deleted_name=None)
    )
    return True

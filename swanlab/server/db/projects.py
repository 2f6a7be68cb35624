"""Queries on projects: where they are, what is said of them, who may read them.

A project that was renamed or moved is found at its old addresses, too, until another one is made
there. One in the bin is found nowhere but in ``db/bin.py``.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, delete, exists, func, insert, or_, select, update

from swanlab.server.db import workspaces as places
from swanlab.server.db.engine import insert_new, now
from swanlab.server.db.schema import (
    collaborators,
    members,
    projects,
    redirects,
    runs,
    stars,
    workspaces,
)


class ProjectRow(msgspec.Struct, frozen=True):
    """What is needed to decide who may do what."""

    id: int
    workspace_id: int
    workspace: str
    name: str
    visibility: str
    personal: bool = False
    """Whether it is in somebody's personal workspace."""


class ProjectCard(msgspec.Struct, frozen=True):
    """A project in a list; ``starred`` by the user who asks."""

    id: int
    workspace_id: int
    workspace: str
    name: str
    description: str | None
    visibility: str
    tags: str
    created_at: int
    archived_at: int | None
    updated_at: int
    runs: int
    stars: int
    starred: bool
    personal: bool


_PERSONAL = (workspaces.c.kind == "personal").label("personal")
_PROJECT = (
    projects.c.id,
    projects.c.workspace_id,
    workspaces.c.name.label("workspace"),
    projects.c.name,
    projects.c.visibility,
    _PERSONAL,
)
_HERE = projects.c.deleted_at.is_(None)
"""Those that are not in the bin."""


def _select() -> Any:
    return select(*_PROJECT).join(workspaces, workspaces.c.id == projects.c.workspace_id)


def _row(found: Any) -> ProjectRow | None:
    return None if found is None else msgspec.convert(found, ProjectRow, from_attributes=True)


def find(connection: Connection, workspace: str, name: str) -> ProjectRow | None:
    """Return the project of that address, or that had it."""
    named = workspaces.c.name == workspace, projects.c.name == name
    found = connection.execute(_select().where(*named, _HERE)).first()
    if found is not None:
        return _row(found)
    place = places.find(connection, workspace)
    return None if place is None else find_in(connection, place.id, name)


def find_in(connection: Connection, workspace: int, name: str) -> ProjectRow | None:
    """Return the project of that name in a workspace, or that had it there."""
    here = projects.c.workspace_id == workspace, projects.c.name == name, _HERE
    found = connection.execute(_select().where(*here)).first()
    if found is None:
        was = redirects.c.workspace_id == workspace, redirects.c.name == name
        moved = _select().join(redirects, redirects.c.project_id == projects.c.id)
        found = connection.execute(moved.where(*was, _HERE)).first()
    return _row(found)


def get(connection: Connection, project: int) -> ProjectRow | None:
    """Return the project of that number."""
    return _row(connection.execute(_select().where(projects.c.id == project, _HERE)).first())


def create(
    connection: Connection, workspace: str, name: str, visibility: str = "private"
) -> ProjectRow:
    """Return the project of that address, adding it when it is new."""
    place = places.find(connection, workspace)
    if place is None:
        raise LookupError(workspace)
    return open_in(connection, place.id, name, visibility)[0]


def open_in(
    connection: Connection, workspace: int, name: str, visibility: str = "private"
) -> tuple[ProjectRow, bool]:
    """Return the project of that name in a workspace, and whether it was made now.

    One that is there stays as it is.
    """
    found = find_in(connection, workspace, name)
    if found is not None:
        return found, False
    made = create_in(connection, workspace, name, None, visibility)
    found = made or find_in(connection, workspace, name)
    if found is None:
        raise LookupError(name)
    return found, made is not None


def create_in(
    connection: Connection, workspace: int, name: str, description: str | None, visibility: str
) -> ProjectRow | None:
    """Add a project; None when there is one of that name. A name that led elsewhere leads here."""
    added = connection.execute(
        insert_new(connection, projects)
        .values(
            workspace_id=workspace,
            name=name,
            description=description,
            visibility=visibility,
            tags="[]",
            created_at=now(),
        )
        .returning(projects.c.id)
    ).scalar()
    if added is None:
        return None
    _forget_redirect(connection, workspace, name)
    return get(connection, int(added))


def _forget_redirect(connection: Connection, workspace: int, name: str) -> None:
    was = redirects.c.workspace_id == workspace, redirects.c.name == name
    connection.execute(delete(redirects).where(*was))


def place(connection: Connection, project: ProjectRow, workspace: int, name: str) -> bool:
    """Put the project into a workspace under a name; False when there is one of that name.

    It is still found where it was.
    """
    here = projects.c.workspace_id == workspace, projects.c.name == name
    if connection.execute(select(exists().where(*here))).scalar():
        return False
    _forget_redirect(connection, workspace, name)
    connection.execute(
        update(projects)
        .where(projects.c.id == project.id)
        .values(workspace_id=workspace, name=name)
    )
    _forget_redirect(connection, project.workspace_id, project.name)
    connection.execute(
        insert(redirects).values(
            workspace_id=project.workspace_id, name=project.name, project_id=project.id
        )
    )
    return True


def lock(connection: Connection, project: int) -> None:
    """Let nobody add a run to the project until the transaction ends."""
    connection.execute(select(projects.c.id).where(projects.c.id == project).with_for_update())


def set_retention(connection: Connection, project: int, days: int | None) -> None:
    """Keep ended runs of the project for so many days; None for ever."""
    connection.execute(update(projects).where(projects.c.id == project).values(retention_days=days))


def retention(connection: Connection, project: int) -> int | None:
    """Return for how many days the project keeps its ended runs; None for ever."""
    wanted = select(projects.c.retention_days).where(projects.c.id == project)
    days: int | None = connection.execute(wanted).scalar()
    return days


def retentions(connection: Connection) -> list[tuple[ProjectRow, int]]:
    """Return the projects that do not keep their runs for ever, each with its days."""
    rows = connection.execute(
        select(*_PROJECT, projects.c.retention_days)
        .join(workspaces, workspaces.c.id == projects.c.workspace_id)
        .where(projects.c.retention_days.is_not(None), _HERE)
    )
    return [
        (msgspec.convert(row, ProjectRow, from_attributes=True), row.retention_days) for row in rows
    ]


def remove(connection: Connection, project: int) -> None:
    """Forget the project."""
    connection.execute(delete(projects).where(projects.c.id == project))


def remove_empty(connection: Connection) -> bool:
    """Drop the projects without runs; whether there were any."""
    used = select(runs.c.id).where(runs.c.project_id == projects.c.id).exists()
    return bool(connection.execute(delete(projects).where(~used)).rowcount)


def readable(
    connection: Connection, user: int | None, workspace: str | None = None
) -> list[ProjectCard]:
    """Return the projects this user may read, the one with the newest run first.

    For None those that everybody may read. With ``workspace`` only those of the one so named.
    """
    mine = projects.c.visibility == "public"
    if user is not None:
        joined = select(members.c.workspace_id).where(members.c.user_id == user)
        shared = select(collaborators.c.project_id).where(collaborators.c.user_id == user)
        mine = or_(mine, projects.c.workspace_id.in_(joined), projects.c.id.in_(shared))
    query = _cards(user).where(mine)
    if workspace is not None:
        query = query.where(workspaces.c.name == workspace)
    return [_card(row) for row in connection.execute(query)]


def card(connection: Connection, project: int, user: int | None = None) -> ProjectCard | None:
    """Return one project as in the list of a user."""
    row = connection.execute(_cards(user).where(projects.c.id == project)).first()
    return None if row is None else _card(row)


def _cards(user: int | None) -> Any:
    updated = func.coalesce(func.max(runs.c.seen_at), projects.c.created_at).label("updated_at")
    marks = select(func.count()).where(stars.c.project_id == projects.c.id)
    own = exists().where(and_(stars.c.project_id == projects.c.id, stars.c.user_id == (user or 0)))
    return (
        select(
            *_PROJECT,
            projects.c.description,
            projects.c.tags,
            projects.c.created_at,
            projects.c.archived_at,
            updated,
            func.count(runs.c.id).label("runs"),
            marks.correlate(projects).scalar_subquery().label("stars"),
            own.correlate(projects).label("starred"),
        )
        .join(workspaces, workspaces.c.id == projects.c.workspace_id)
        .outerjoin(runs, runs.c.project_id == projects.c.id)
        .where(_HERE)
        .group_by(projects.c.id, workspaces.c.name, workspaces.c.kind)
        .order_by(updated.desc(), projects.c.id.desc())
    )


def _card(row: Row[Any]) -> ProjectCard:
    return msgspec.convert(row, ProjectCard, from_attributes=True, strict=False)


def alter(connection: Connection, project: int, values: dict[str, Any]) -> None:
    """Set columns of the project to what is given."""
    if values:
        connection.execute(update(projects).where(projects.c.id == project).values(**values))

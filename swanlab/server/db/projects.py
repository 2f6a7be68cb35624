"""Queries on workspaces and projects."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, or_, select, update

from swanlab.server.db.engine import insert_new, now
from swanlab.server.db.schema import projects, runs, workspaces


class ProjectRow(msgspec.Struct, frozen=True):
    """What is needed to decide who may do what."""

    id: int
    workspace: str
    name: str
    visibility: str
    owner: int


class ProjectCard(msgspec.Struct, frozen=True):
    """A project in a list."""

    id: int
    workspace: str
    name: str
    description: str | None
    visibility: str
    created_at: int
    updated_at: int
    runs: int


_PROJECT = (
    projects.c.id,
    workspaces.c.name.label("workspace"),
    projects.c.name,
    projects.c.visibility,
    workspaces.c.owner_id.label("owner"),
)


def workspace_of(connection: Connection, owner: int) -> str:
    """Return the name of the user's personal workspace."""
    return str(
        connection.execute(
            select(workspaces.c.name)
            .where(workspaces.c.owner_id == owner)
            .order_by(workspaces.c.id)
            .limit(1)
        ).scalar_one()
    )


def workspace_owner(connection: Connection, workspace: str) -> tuple[int, int] | None:
    """Return (id of the workspace, id of its owner)."""
    row = connection.execute(
        select(workspaces.c.id, workspaces.c.owner_id).where(workspaces.c.name == workspace)
    ).first()
    return None if row is None else (row.id, row.owner_id)


def find(connection: Connection, workspace: str, name: str) -> ProjectRow | None:
    """Return the project of that address."""
    row = connection.execute(
        select(*_PROJECT)
        .join(workspaces, workspaces.c.id == projects.c.workspace_id)
        .where(workspaces.c.name == workspace, projects.c.name == name)
    ).first()
    return None if row is None else msgspec.convert(row, ProjectRow, from_attributes=True)


def get(connection: Connection, project: int) -> ProjectRow | None:
    """Return the project of that number."""
    row = connection.execute(
        select(*_PROJECT)
        .join(workspaces, workspaces.c.id == projects.c.workspace_id)
        .where(projects.c.id == project)
    ).first()
    return None if row is None else msgspec.convert(row, ProjectRow, from_attributes=True)


def create(connection: Connection, workspace: str, name: str) -> ProjectRow:
    """Return the project of that address, adding it (private) when it is new."""
    found = find(connection, workspace, name)
    if found is not None:
        return found
    place = workspace_owner(connection, workspace)
    if place is None:
        raise LookupError(workspace)
    connection.execute(
        insert_new(connection, projects).values(
            workspace_id=place[0], name=name, visibility="private", created_at=now()
        )
    )
    added = find(connection, workspace, name)
    if added is None:
        raise LookupError(name)
    return added


def create_new(
    connection: Connection, workspace: str, name: str, description: str | None, visibility: str
) -> ProjectRow | None:
    """Add a project; None when there is one of that name."""
    place = workspace_owner(connection, workspace)
    if place is None:
        raise LookupError(workspace)
    added = connection.execute(
        insert_new(connection, projects)
        .values(
            workspace_id=place[0],
            name=name,
            description=description,
            visibility=visibility,
            created_at=now(),
        )
        .returning(projects.c.id)
    ).scalar()
    return None if added is None else find(connection, workspace, name)


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
        .where(projects.c.retention_days.is_not(None))
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


def readable(connection: Connection, user: int) -> list[ProjectCard]:
    """Return the projects this user may read, the one with the newest run first."""
    mine = or_(workspaces.c.owner_id == user, projects.c.visibility == "public")
    return [_card(row) for row in connection.execute(_cards().where(mine))]


def card(connection: Connection, project: int) -> ProjectCard:
    """Return one project as in the list."""
    return _card(connection.execute(_cards().where(projects.c.id == project)).one())


def _cards() -> Any:
    updated = func.coalesce(func.max(runs.c.seen_at), projects.c.created_at).label("updated_at")
    return (
        select(
            projects.c.id,
            workspaces.c.name.label("workspace"),
            projects.c.name,
            projects.c.description,
            projects.c.visibility,
            projects.c.created_at,
            updated,
            func.count(runs.c.id).label("runs"),
        )
        .join(workspaces, workspaces.c.id == projects.c.workspace_id)
        .outerjoin(runs, runs.c.project_id == projects.c.id)
        .group_by(projects.c.id, workspaces.c.name)
        .order_by(updated.desc(), projects.c.id.desc())
    )


def _card(row: Row[Any]) -> ProjectCard:
    return msgspec.convert(row, ProjectCard, from_attributes=True)


def open_project(
    connection: Connection, workspace: str, name: str, *, public: bool = False
) -> ProjectRow:
    """Return the project of that address; a new one is ``public`` if that is asked for.

    One that is there stays as it is.
    """
    known = find(connection, workspace, name)
    project = create(connection, workspace, name)
    if known is not None or not public:
        return project
    chosen = projects.update().where(projects.c.id == project.id).values(visibility="public")
    connection.execute(chosen)
    return msgspec.structs.replace(project, visibility="public")

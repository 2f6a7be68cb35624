"""Queries on the views of projects."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from swanlab.server.db.engine import insert_new, now
from swanlab.server.db.schema import users
from swanlab.server.db.schema import views as table


class ViewRow(msgspec.Struct, frozen=True):
    """One view as stored; ``spec`` is JSON."""

    id: int
    name: str
    author: str | None
    spec: str
    is_default: bool
    created_at: int
    updated_at: int


_VIEW = (
    table.c.id,
    table.c.name,
    users.c.username.label("author"),
    table.c.spec,
    table.c.is_default,
    table.c.created_at,
    table.c.updated_at,
)


def of_project(connection: Connection, project: int) -> list[ViewRow]:
    """Return the views of a project by name."""
    wanted = (
        select(*_VIEW)
        .outerjoin(users, users.c.id == table.c.author_id)
        .where(table.c.project_id == project)
        .order_by(func.lower(table.c.name), table.c.id)
    )
    rows = connection.execute(wanted)
    return [msgspec.convert(row, ViewRow, from_attributes=True) for row in rows]


def get(connection: Connection, project: int, view: int) -> ViewRow | None:
    """Return the view of that number, if the project has it."""
    row = connection.execute(
        select(*_VIEW)
        .outerjoin(users, users.c.id == table.c.author_id)
        .where(table.c.project_id == project, table.c.id == view)
    ).first()
    return None if row is None else msgspec.convert(row, ViewRow, from_attributes=True)


def count(connection: Connection, project: int) -> int:
    """Return how many views the project has."""
    wanted = select(func.count()).select_from(table).where(table.c.project_id == project)
    return int(connection.execute(wanted).scalar_one())


def named(connection: Connection, project: int, name: str) -> int | None:
    """Return the number of the project's view of that name."""
    wanted = select(table.c.id).where(table.c.project_id == project, table.c.name == name)
    found: int | None = connection.execute(wanted).scalar()
    return found


def add(connection: Connection, project: int, name: str, author: int, spec: str) -> int | None:
    """Add a view and return its number; None when there is one of that name."""
    values = {
        "project_id": project,
        "name": name,
        "author_id": author,
        "spec": spec,
        "is_default": False,
        "created_at": now(),
        "updated_at": now(),
    }
    added = insert_new(connection, table).values(**values).returning(table.c.id)
    number: int | None = connection.execute(added).scalar()
    return number


def change(connection: Connection, project: int, view: int, values: dict[str, Any]) -> None:
    """Set ``name`` and ``spec``, those of them that are given."""
    if values:
        connection.execute(
            update(table)
            .where(table.c.project_id == project, table.c.id == view)
            .values(**values, updated_at=now())
        )


def make_default(connection: Connection, project: int, view: int | None) -> None:
    """Let the project's page open with this view, or with none; the caller holds the project."""
    chosen = False if view is None else table.c.id == view
    connection.execute(update(table).where(table.c.project_id == project).values(is_default=chosen))


def remove(connection: Connection, project: int, view: int) -> bool:
    """Delete a view; whether there was one."""
    gone = delete(table).where(table.c.project_id == project, table.c.id == view)
    return bool(connection.execute(gone).rowcount)

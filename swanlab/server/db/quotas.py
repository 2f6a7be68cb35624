"""Queries on what workspaces may hold, and what they hold."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, func, select, update

from swanlab.server.db.schema import blobs, projects, run_blobs, runs, workspaces


class QuotaRow(msgspec.Struct, frozen=True):
    """What a workspace may hold; None is the setting of the server."""

    id: int
    name: str
    quota_bytes: int | None
    quota_runs: int | None


_QUOTA = tuple(workspaces.c[name] for name in QuotaRow.__struct_fields__)


def of_workspace(connection: Connection, name: str) -> QuotaRow | None:
    """Return the quota of the workspace of that name."""
    row = connection.execute(select(*_QUOTA).where(workspaces.c.name == name)).first()
    return None if row is None else msgspec.convert(row, QuotaRow, from_attributes=True)


def of_project(connection: Connection, project: int) -> QuotaRow | None:
    """Return the quota of the workspace of a project."""
    wanted = select(*_QUOTA).join(projects, projects.c.workspace_id == workspaces.c.id)
    row = connection.execute(wanted.where(projects.c.id == project)).first()
    return None if row is None else msgspec.convert(row, QuotaRow, from_attributes=True)


def change(connection: Connection, workspace: int, values: dict[str, int | None]) -> None:
    """Set what a workspace may hold."""
    if values:
        connection.execute(update(workspaces).where(workspaces.c.id == workspace).values(values))


def used_runs(connection: Connection, workspace: int) -> int:
    """Return how many runs the workspace has."""
    wanted = (
        select(func.count())
        .select_from(runs.join(projects, projects.c.id == runs.c.project_id))
        .where(projects.c.workspace_id == workspace)
    )
    return connection.execute(wanted).scalar_one()


def used_bytes(connection: Connection, workspace: int) -> int:
    """Return the bytes of the files and media that runs of the workspace hold, each blob once."""
    held = (
        select(run_blobs.c.digest)
        .join(runs, runs.c.id == run_blobs.c.run)
        .join(projects, projects.c.id == runs.c.project_id)
        .where(projects.c.workspace_id == workspace)
    )
    wanted = select(func.coalesce(func.sum(blobs.c.size), 0)).where(blobs.c.digest.in_(held))
    return int(connection.execute(wanted).scalar_one())

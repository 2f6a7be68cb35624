"""Queries on where points lie, and on who reads them.

A source is read by the run it came for, until that is deleted, and by the copies of that run. What
nobody reads is found by asking, not by counting: so it does not matter who deletes what at once.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, exists, func, select

from swanlab.server.db.schema import projects, runs, sources


def _read() -> Any:
    return exists().where(runs.c.source == sources.c.id)


def all_of(connection: Connection) -> dict[int, list[int]]:
    """Return all sources by their home."""
    found: dict[int, list[int]] = {}
    for row in connection.execute(select(sources.c.home, sources.c.id)):
        found.setdefault(row.home, []).append(row.id)
    return found


def homes(connection: Connection, project: int) -> set[int]:
    """Return the homes of what the runs of a project show."""
    query = select(sources.c.home).join(runs, runs.c.source == sources.c.id)
    return set(connection.execute(query.where(runs.c.project_id == project).distinct()).scalars())


def lent(connection: Connection) -> set[int]:
    """Return the sources that copies read."""
    query = select(runs.c.source).where(runs.c.copied_from.is_not(None)).distinct()
    return set(connection.execute(query).scalars())


def unread(connection: Connection, limit: int) -> list[tuple[int, int]]:
    """Return (source, home) of what no run reads any more."""
    query = select(sources.c.id, sources.c.home).where(~_read()).order_by(sources.c.id)
    return [(row.id, row.home) for row in connection.execute(query.limit(limit))]


def abandoned(connection: Connection) -> list[int]:
    """Return the homes of deleted projects of which nothing is read any more."""
    read = select(sources.c.home).join(runs, runs.c.source == sources.c.id)
    gone = ~exists().where(projects.c.id == sources.c.home)
    query = select(sources.c.home).where(gone, sources.c.home.not_in(read)).distinct()
    return sorted(connection.execute(query).scalars())


def drop(connection: Connection, *numbers: int) -> None:
    """Forget sources whose points are gone, those of them that nobody reads."""
    connection.execute(delete(sources).where(sources.c.id.in_(numbers), ~_read()))


def drop_home(connection: Connection, home: int) -> None:
    """Forget the sources of a home, those that nobody reads."""
    connection.execute(delete(sources).where(sources.c.home == home, ~_read()))


def is_read(connection: Connection, source: int) -> bool:
    """Whether a run shows what the source holds."""
    query = select(sources.c.id).where(sources.c.id == source, _read())
    return connection.scalar(query) is not None


def known_homes(connection: Connection) -> set[int]:
    """Return the homes in which something lies, or may come to lie."""
    found = set(connection.scalars(select(sources.c.home).distinct()))
    return found | set(connection.scalars(select(projects.c.id)))


def labels(connection: Connection, home: int | None) -> dict[int, str]:
    """Return of every source of a home, or of all, the id of a run that shows it."""
    query = (
        select(sources.c.id, func.min(runs.c.run_id))
        .outerjoin(runs, runs.c.source == sources.c.id)
        .group_by(sources.c.id)
    )
    if home is not None:
        query = query.where(sources.c.home == home)
    return {row[0]: row[1] or f"run {row[0]}" for row in connection.execute(query)}

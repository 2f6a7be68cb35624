"""Deleting runs that ended long enough ago, in projects whose owner asked for it.

Off by default. A run counts from when it ended or was last heard of, whichever is later: one that
is uploaded long after it ended is not deleted on arrival. Runs tagged ``keep`` and runs that have
not ended stay for ever. Deleted projects lie in the bin for 30 days; they go whatever is set.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from swanlab.server import audit
from swanlab.server.db import bin as bins
from swanlab.server.db import projects, runs
from swanlab.server.db.engine import now
from swanlab.server.http import Problem

if TYPE_CHECKING:
    from swanlab.server.state import Server

KEEP = "keep"
DAY_MS = 24 * 3600 * 1000

log = logging.getLogger("swanlab.server")


def is_due(server: Server, row: runs.RunRow, days: int) -> bool:
    """Whether the run ended more than ``days`` ago and nobody asked to keep it."""
    return is_old(server, row, days) and KEEP not in msgspec.json.decode(row.tags)


def is_old(server: Server, row: runs.RunRow, days: float) -> bool:
    """Whether the run ended, and was heard of last, more than ``days`` ago."""
    if row.finished_at is None or row.state == "running":
        return False
    heard = server.ingest.keeper.last_heard(row.id, row.seen_at)
    return max(row.finished_at, heard) < now() - days * DAY_MS


def due(server: Server, project: int, days: int) -> list[runs.RunRow]:
    """Return the runs of a project that the next sweep deletes."""
    with server.db.read() as connection:
        rows = runs.of_project(connection, project)
    return [row for row in rows if is_due(server, row, days)]


def sweep(server: Server, stopping: Callable[[], bool]) -> int:
    """Delete what is due in every project; returns how many runs that were."""
    with server.db.read() as connection:
        wanted = projects.retentions(connection)
    deleted = 0
    for project, days in wanted:
        for row in due(server, project.id, days):
            if stopping():
                return deleted
            deleted += _delete(server, project, row, days)
    return deleted


def empty_bin(server: Server, stopping: Callable[[], bool]) -> int:
    """Delete for good what has been in the bin long enough; returns how many projects."""
    with server.db.read() as connection:
        due = bins.due(connection)
    for count, held in enumerate(due):
        if stopping():
            return count
        where = f"{held.workspace}/{held.name}"
        with server.db.write() as connection:
            told = {"runs": held.runs, "days": bins.DAYS}
            audit.note(connection, None, "project.purge", where, told, workspace=held.workspace)
        server.ingest.forget_project(held.row)
        log.info("deleted a project that was in the bin", extra={"fields": {"project": where}})
    return len(due)


def _delete(server: Server, project: projects.ProjectRow, row: runs.RunRow, days: int) -> bool:
    """Delete the run unless it went on, or was marked, since it was found."""

    def still_due() -> bool:
        with server.db.read() as connection:
            held = runs.get(connection, row.id)
            wanted = dict(projects.retentions(connection)).get(project)
        return held is not None and wanted is not None and is_due(server, held, wanted)

    try:
        gone = server.ingest.forget(server.ingest.run(project, row.run_id), still_due)
    except Problem:
        return False  # Somebody else has just deleted it.
    if gone:
        where = f"{project.workspace}/{project.name}/{row.run_id}"
        fields = {"run": where, "days": days}
        log.info("deleted a run that was kept long enough", extra={"fields": fields})
    return gone

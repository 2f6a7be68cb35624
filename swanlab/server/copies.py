"""Copying runs, moving them to another project, and cloning projects.

A copy reads the points of its original where they lie, so it is made at once, whatever their
number; all else of it is its own. It stays whatever becomes of the original, and nothing can be
added to it. Only runs that have ended are copied or moved: one that trains goes on where it began.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, cast

import msgspec
from sqlalchemy import Connection

from swanlab.server.db import copies
from swanlab.server.db.copies import Chosen
from swanlab.server.db.projects import ProjectRow
from swanlab.server.http import Problem, no_such
from swanlab.server.messages.copies import RunsPlaced

if TYPE_CHECKING:
    from swanlab.server.messages.message import State
    from swanlab.server.state import Server


class Target(msgspec.Struct, frozen=True):
    """The project that runs are for."""

    workspace: str
    name: str
    open: Callable[[Connection], ProjectRow]
    """Finds or makes it, in the transaction that adds the runs."""


class Sorted(msgspec.Struct, frozen=True):
    """The runs that were asked for."""

    ended: list[Chosen]
    running: list[str]
    missing: list[str]


def _sort(connection: Connection, project: ProjectRow, run_ids: Collection[str] | None) -> Sorted:
    found = copies.choose(connection, project.id, run_ids)
    here = {one.run_id for one in found}
    return Sorted(
        [one for one in found if one.state != "running"],
        [one.run_id for one in found if one.state == "running"],
        [run_id for run_id in dict.fromkeys(run_ids or ()) if run_id not in here],
    )


def copy(
    server: Server, project: ProjectRow, run_ids: Collection[str] | None, to: Target
) -> RunsPlaced:
    """Copy runs of a project, or all of it, into another one or the same.

    A copy has the id of its original where that is free, else a new one.
    """
    ids: dict[str, str] = {}
    with server.db.write() as connection:
        found = _sort(connection, project, run_ids)
        if found.ended or run_ids is None:
            target = _locked(connection, to)
            ids = copies.copy(connection, target.id, found.ended)
            server.ingest.lend({one.source for one in found.ended})
    if found.ended:
        # One hint is enough: whoever watches the project asks for its runs, and no page shows one.
        newest = found.ended[-1]
        server.ingest.hint(target, _NEW, ids[newest.run_id], cast("State", newest.state))
    return _placed(to, found, ids, [])


_NEW = -1
"""Stands for a run that nobody can have heard of yet."""


def move(server: Server, project: ProjectRow, run_ids: Sequence[str], to: Target) -> RunsPlaced:
    """Let runs of a project belong to another one; they keep their ids, numbers and points."""
    moving: list[Chosen] = []
    taken: set[str] = set()
    with server.db.write() as connection:
        found = _sort(connection, project, run_ids)
        if found.ended:
            target = _locked(connection, to)
            if target.id == project.id:
                where = f"{target.workspace}/{target.name}"
                raise Problem(400, "same_project", f"The runs are in {where} already.")
            taken = copies.taken(connection, target.id, [one.run_id for one in found.ended])
            moving = [one for one in found.ended if one.run_id not in taken]
            copies.move(connection, target.id, [one.id for one in moving])
            for one in moving:
                server.ingest.peers.tell_gone(connection, project.id, one.run_id, one.id)
    for one in moving:
        server.ingest.moved(project, target, one.id, one.run_id, cast("State", one.state))
    ids = {one.run_id: one.run_id for one in moving}
    return _placed(to, found, ids, [one.run_id for one in found.ended if one.run_id in taken])


def _placed(to: Target, found: Sorted, ids: dict[str, str], taken: list[str]) -> RunsPlaced:
    return RunsPlaced(
        workspace=to.workspace,
        project=to.name,
        runs=ids,
        missing=found.missing,
        running=found.running,
        taken=taken,
    )


def _locked(connection: Connection, to: Target) -> ProjectRow:
    target = to.open(connection)
    if not copies.lock(connection, target.id):
        raise no_such("project")
    return target

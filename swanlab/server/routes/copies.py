"""Copying and moving runs, cloning projects: who may is asked of both projects.

To copy, one must be allowed to read what is copied, since that is as good as having it; to move
takes it away from where it was, and needs to be allowed to write there.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from swanlab.server import copies
from swanlab.server.db import projects
from swanlab.server.db.projects import ProjectRow
from swanlab.server.http import Ask, Need, Problem, Route
from swanlab.server.messages.copies import Cloned, NewClone, RunsPlaced, RunsTo
from swanlab.server.routes.projects import PROJECT, good_name, shown


def copy_runs(ask: Ask[None, RunsTo]) -> RunsPlaced:
    """Copy runs; those that are gone or have not ended are named."""
    _need_store(ask)
    return copies.copy(ask.server, ask.project, ask.body.runs, _target(ask))


def move_runs(ask: Ask[None, RunsTo]) -> RunsPlaced:
    """Move runs; those that cannot be moved are named, and stay."""
    _need_store(ask)
    return copies.move(ask.server, ask.project, ask.body.runs, _target(ask))


def _need_store(ask: Ask[Any, Any]) -> None:
    if ask.server.mode == "watch":
        message = "These are the run folders on this machine: they are not copied or moved here."
        raise Problem(403, "shows_files", message)


def _target(ask: Ask[None, RunsTo]) -> copies.Target:
    """Return what finds or makes the project; a 404 ``Problem`` where the workspace is not ours."""
    workspace = ask.server.auth.own_workspace(ask.caller.user, ask.body.workspace)
    name = good_name(ask.body.project)

    def open_project(connection: Connection) -> ProjectRow:
        return projects.create(connection, workspace, name)

    return copies.Target(workspace, name, open_project)


def clone(ask: Ask[None, NewClone]) -> Cloned:
    """Make a project with copies of all runs that have ended."""
    server, body = ask.server, ask.body
    _need_store(ask)
    workspace = server.auth.own_workspace(ask.caller.user, body.workspace)
    name = good_name(body.name)
    with server.db.read() as connection:
        told = projects.card(connection, ask.project.id).description

    def make(connection: Connection) -> ProjectRow:
        made = projects.create_new(connection, workspace, name, told, body.visibility)
        if made is None:
            message = f"There is a project {workspace}/{name} already."
            raise Problem(409, "exists", message)
        return made

    placed = copies.copy(server, ask.project, None, copies.Target(workspace, name, make))
    with server.db.read() as connection:
        made = projects.find(connection, workspace, name)
        card = None if made is None else projects.card(connection, made.id)
    if card is None:
        raise Problem(409, "gone", "The new project was deleted at once.")
    return Cloned(project=shown(card, {}), running=placed.running)


ROUTES = (
    Route(
        method="POST",
        path=PROJECT + "/runs/copy",
        need=Need.READ,
        handler=copy_runs,
        summary="Copy runs that have ended into a project of your own, at once",
        body=RunsTo,
        answer=RunsPlaced,
    ),
    Route(
        method="POST",
        path=PROJECT + "/runs/move",
        need=Need.WRITE,
        handler=move_runs,
        summary="Move runs that have ended to another project of your own",
        body=RunsTo,
        answer=RunsPlaced,
    ),
    Route(
        method="POST",
        path=PROJECT + "/clone",
        need=Need.READ,
        handler=clone,
        summary="Make a project with copies of all runs of this one, at once",
        body=NewClone,
        answer=Cloned,
        status=201,
        errors=(409,),
    ),
)

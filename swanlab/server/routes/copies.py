"""Copying and moving runs, cloning projects: who may is asked of both projects.

To copy, one must be allowed to read what is copied, since that is as good as having it; to move
takes it away from where it was, and needs to be allowed to write there. Either needs to be allowed
to write where it comes to.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from swanlab.server import copies
from swanlab.server.db import projects
from swanlab.server.db.projects import ProjectRow
from swanlab.server.http import Ask, Need, Problem, Route
from swanlab.server.messages.copies import Cloned, NewClone, RunsPlaced, RunsTo
from swanlab.server.routes.projects import PROJECT, good_name, made_new, one, opened


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
    """Return what finds or makes the project; a ``Problem`` where the caller may not."""
    name = good_name(ask.body.project)
    place = ask.server.admission.place(ask.caller, ask.body.workspace, name)

    def open_project(connection: Connection) -> ProjectRow:
        return opened(ask, connection, place.workspace, name, None)

    held = place.project
    if held is not None:
        return copies.Target(held.workspace, held.name, open_project)
    return copies.Target(place.workspace.name, name, open_project)


def clone(ask: Ask[None, NewClone]) -> Cloned:
    """Make a project with copies of all runs that have ended."""
    server, body = ask.server, ask.body
    _need_store(ask)
    place = server.admission.workspace(Need.CREATE, ask.caller, body.workspace)
    name = good_name(body.name)
    with server.db.read() as connection:
        card = projects.card(connection, ask.project.id)
        told = None if card is None else card.description

    def make(connection: Connection) -> ProjectRow:
        return made_new(ask, connection, place, name, told, body.visibility)

    placed = copies.copy(server, ask.project, None, copies.Target(place.name, name, make))
    with server.db.read() as connection:
        made = projects.find_in(connection, place.id, name)
    if made is None:
        raise Problem(409, "gone", "The new project was deleted at once.")
    return Cloned(project=one(ask, made.id), running=placed.running)


ROUTES = (
    Route(
        method="POST",
        path=PROJECT + "/runs/copy",
        need=Need.COPY,
        handler=copy_runs,
        summary="Copy runs that have ended into a project you may write to, at once",
        body=RunsTo,
        answer=RunsPlaced,
    ),
    Route(
        method="POST",
        path=PROJECT + "/runs/move",
        need=Need.WRITE,
        handler=move_runs,
        summary="Move runs that have ended to another project you may write to",
        body=RunsTo,
        answer=RunsPlaced,
    ),
    Route(
        method="POST",
        path=PROJECT + "/clone",
        need=Need.COPY,
        handler=clone,
        summary="Make a project with copies of all runs of this one, at once",
        body=NewClone,
        answer=Cloned,
        status=201,
        errors=(409,),
    ),
)

"""Where projects are: renamed, transferred, archived, in the bin and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from swanlab.server import audit
from swanlab.server.access import Need
from swanlab.server.db import bin as bins
from swanlab.server.db import projects
from swanlab.server.db.bin import BinnedRow
from swanlab.server.db.engine import now
from swanlab.server.http import Ask, Problem, Route, no_such
from swanlab.server.messages.access import Bin, Binned, ProjectRename, Restoring, Transfer
from swanlab.server.messages.projects import Project
from swanlab.server.routes.projects import PROJECT, good_name, one
from swanlab.server.routes.workspaces import need_accounts

BINNED = "/bin/{binned}"


def rename(ask: Ask[None, ProjectRename]) -> Project:
    """Give the project another name; its old address goes on leading to it."""
    name = good_name(ask.body.name)
    return _placed(ask, ask.project.workspace_id, ask.project.workspace, name, "project.rename")


def transfer(ask: Ask[None, Transfer]) -> Project:
    """Let the project belong to another workspace; its old address goes on leading to it."""
    name = good_name(ask.body.name or ask.project.name)
    place = ask.server.admission.workspace(Need.CREATE, ask.caller, ask.body.workspace)
    return _placed(ask, place.id, place.name, name, "project.transfer")


def _placed(
    ask: Ask[Any, Any], workspace: int, workspace_name: str, name: str, action: str
) -> Project:
    need_accounts(ask)
    server, project = ask.server, ask.project
    if (workspace, name) != (project.workspace_id, project.name):
        with server.db.write() as connection:
            if not projects.place(connection, project, workspace, name):
                message = f"There is a project {workspace_name}/{name} already."
                raise Problem(409, "exists", message)
            told = {"now": f"{workspace_name}/{name}"}
            _note(ask, connection, action, f"{project.workspace}/{project.name}", told)
            server.auth.changed(connection)
            after = projects.get(connection, project.id)
        if after is not None:
            server.ingest.project_changed(after)
    return one(ask, project.id)


def archive(ask: Ask[None, None]) -> Project:
    """Put the project away: lists show it last or not at all until a run is added to it."""
    return _archived(ask, now())


def unarchive(ask: Ask[None, None]) -> Project:
    """Take the project out of the archive."""
    return _archived(ask, None)


def _archived(ask: Ask[None, None], at: int | None) -> Project:
    need_accounts(ask)
    with ask.server.db.write() as connection:
        projects.alter(connection, ask.project.id, {"archived_at": at})
    return one(ask, ask.project.id)


def binned(ask: Ask[None, None]) -> Bin:
    """Return the deleted projects that the caller may have back."""
    admission, caller = ask.server.admission, ask.caller
    with ask.server.db.read() as connection:
        found = bins.of_user(connection, caller.user.id)
    mine = [row for row in found if admission.may(Need.BINNED, caller, row.row)]
    return Bin(projects=[_binned(row) for row in mine])


def restore(ask: Ask[None, Restoring]) -> Project:
    """Take a project out of the bin, as it was."""
    server, held = ask.server, ask.binned
    name = good_name(ask.body.name or held.name)
    with server.db.write() as connection:
        if bins.get(connection, held.id) is None:
            raise no_such("project")
        if not bins.take(connection, held, name):
            message = f"There is a project {held.workspace}/{name} now: give this one another name."
            raise Problem(409, "exists", message)
        _note(ask, connection, "project.restore", f"{held.workspace}/{name}", {"was": held.name})
        server.auth.changed(connection)
    return one(ask, held.id)


def purge(ask: Ask[None, None]) -> None:
    """Delete a project in the bin with all its runs, for good."""
    held = ask.binned
    with ask.server.db.write() as connection:
        told = {"runs": held.runs}
        _note(ask, connection, "project.purge", f"{held.workspace}/{held.name}", told)
    ask.server.ingest.forget_project(held.row)


def _note(
    ask: Ask[Any, Any], connection: Connection, action: str, where: str, detail: dict[str, Any]
) -> None:
    place = where.partition("/")[0]
    audit.note(connection, ask.caller.user, action, where, detail, workspace=place)


def _binned(row: BinnedRow) -> Binned:
    return Binned(
        id=row.id,
        workspace=row.workspace,
        name=row.name,
        runs=row.runs,
        deleted_at=row.deleted_at,
        deleted_by=row.deleted_by,
        purged_at=row.deleted_at + bins.KEPT_MS,
    )


ROUTES = (
    Route(
        method="POST",
        path=PROJECT + "/rename",
        need=Need.MANAGE,
        handler=rename,
        summary="Rename a project; its old address goes on leading to it",
        body=ProjectRename,
        answer=Project,
        errors=(409,),
    ),
    Route(
        method="POST",
        path=PROJECT + "/transfer",
        need=Need.GIVE,
        handler=transfer,
        summary="Let a project belong to another workspace; its old address goes on leading to it",
        body=Transfer,
        answer=Project,
        errors=(409,),
    ),
    Route(
        method="PUT",
        path=PROJECT + "/archive",
        need=Need.MANAGE,
        handler=archive,
        summary="Archive a project; a new run takes it out again",
        answer=Project,
    ),
    Route(
        method="DELETE",
        path=PROJECT + "/archive",
        need=Need.MANAGE,
        handler=unarchive,
        summary="Take a project out of the archive",
        answer=Project,
    ),
    Route(
        method="GET",
        path="/bin",
        need=Need.USER,
        handler=binned,
        summary="Deleted projects that you may have back",
        answer=Bin,
    ),
    Route(
        method="POST",
        path=BINNED + "/restore",
        need=Need.BINNED,
        handler=restore,
        summary="Take a deleted project out of the bin",
        body=Restoring,
        answer=Project,
        errors=(409,),
    ),
    Route(
        method="DELETE",
        path=BINNED,
        need=Need.PURGE,
        handler=purge,
        summary="Delete a project in the bin with all its runs, for good",
        status=204,
    ),
)

"""Projects and their tables of runs."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from sqlalchemy import Connection

from swanlab.server import audit, series
from swanlab.server.access import Standing, holds
from swanlab.server.db import bin as bins
from swanlab.server.db import definitions, projects, ranks, runs, sharing
from swanlab.server.db.projects import ProjectCard, ProjectRow
from swanlab.server.db.workspaces import WorkspaceRow
from swanlab.server.http import Ask, Need, Problem, Route, check_name, no_such
from swanlab.server.messages.projects import Access, NewProject, Project, Projects
from swanlab.server.messages.runs import RunRow, RunTable
from swanlab.server.routes.workspaces import default_visibility
from swanlab.server.runview import color, duration, state, text
from swanlab.server.state import Server

MAX_CELLS = 2_000_000
PROJECT = "/projects/{workspace}/{project}"
_NAME = re.compile(r"[0-9A-Za-z_\-+.]{1,100}")


class ProjectsQuery(msgspec.Struct, frozen=True):
    """Only those of one workspace."""

    workspace: str | None = None


def all_projects(ask: Ask[ProjectsQuery, None]) -> Projects:
    """Return what the caller may read."""
    with ask.server.db.read() as connection:
        cards = projects.readable(connection, ask.user_id, ask.query.workspace)
    running = _running(ask.server)
    return Projects(projects=[shown(ask, card, running) for card in cards])


def create(ask: Ask[None, NewProject]) -> Project:
    """Make a project without runs."""
    server, new = ask.server, ask.body
    need_accounts(server)
    name = good_name(new.name)
    with server.db.write() as connection:
        made = made_new(ask, connection, ask.workspace, name, new.description, new.visibility)
    return one(ask, made.id)


def made_new(
    ask: Ask[Any, Any],
    connection: Connection,
    place: WorkspaceRow,
    name: str,
    description: str | None,
    visibility: str | None,
) -> ProjectRow:
    """Make a project; a 409 ``Problem`` where there is one of that name."""
    user = ask.caller.user.id
    visibility = visibility or default_visibility(connection, user)
    made = projects.create_in(connection, place.id, name, description, visibility)
    if made is None:
        raise Problem(409, "exists", f"There is a project {place.name}/{name} already.")
    _let_manage(ask, connection, place, made)
    return made


def opened(
    ask: Ask[Any, Any], connection: Connection, place: WorkspaceRow, name: str, public: object
) -> ProjectRow:
    """Return the project of that name in a workspace, making it if there is none.

    ``public`` says who may read a new one, if it is True or False.
    """
    found = projects.find_in(connection, place.id, name)
    if found is not None:
        return found
    wanted = {True: "public", False: "private"}.get(public) if isinstance(public, bool) else None
    visibility = wanted or default_visibility(connection, ask.caller.user.id)
    found, new = projects.open_in(connection, place.id, name, visibility)
    if new:
        _let_manage(ask, connection, place, found)
    return found


def _let_manage(
    ask: Ask[Any, Any], connection: Connection, place: WorkspaceRow, made: ProjectRow
) -> None:
    """Let who makes a project in an organisation manage it, whatever they may do otherwise."""
    if place.kind == "organization":
        sharing.set_share(connection, made.id, ask.caller.user.id, "manage")
    ask.server.auth.changed(connection)  # its address may have led to another one until now


def project(ask: Ask[None, None]) -> Project:
    """Return one project."""
    return one(ask, ask.project.id)


def one(ask: Ask[Any, Any], number: int) -> Project:
    """Return a project as the caller sees it."""
    with ask.server.db.read() as connection:
        card = projects.card(connection, number, ask.user_id)
    if card is None:
        raise no_such("project")
    return shown(ask, card, _running(ask.server))


def remove(ask: Ask[None, None]) -> None:
    """Put the project into the bin, at once whatever it holds."""
    need_accounts(ask.server)
    place, user = ask.project, ask.caller.user
    with ask.server.db.write() as connection:
        if not bins.put(connection, place, user.id):
            raise no_such("project")
        where = f"{place.workspace}/{place.name}"
        audit.note(connection, user, "project.delete", where, workspace=place.workspace)
        ask.server.auth.changed(connection)
    ask.server.ingest.project_left(place)


def good_name(name: str) -> str:
    """Return the name if a project can have it."""
    rule = "has 1 to 100 letters, digits and - _ + . characters."
    return check_name(_NAME, name, "The name of a project", rule)


def need_accounts(server: Server) -> None:
    """Refuse to delete what would come back: ``swanlab watch`` shows what is in the folder."""
    if server.mode == "watch":
        message = "These are the run folders on this machine: to delete a run, delete its folder."
        raise Problem(403, "shows_files", message)


def may_edit(ask: Ask[Any, Any]) -> bool:
    """Whether the caller may write to the project; folders that are only shown nobody edits."""
    return ask.server.mode == "server" and ask.may(Need.WRITE)


def _running(server: Server) -> dict[int, int]:
    """Return how many runs of each project are at work now."""
    with server.db.read() as connection:
        rows = runs.running(connection)
    counts: dict[int, int] = {}
    for number, run, seen_at in rows:
        heard = server.ingest.keeper.last_heard(run, seen_at)
        if state("running", heard) == "running":
            counts[number] = counts.get(number, 0) + 1
    return counts


def shown(ask: Ask[Any, Any], card: ProjectCard, running: dict[int, int]) -> Project:
    """Return a project as a message; ``running`` counts the runs at work by project."""
    row = ProjectRow(
        card.id, card.workspace_id, card.workspace, card.name, card.visibility, card.personal
    )
    return Project(
        workspace=card.workspace,
        name=card.name,
        description=card.description,
        visibility="public" if card.visibility == "public" else "private",
        tags=msgspec.json.decode(card.tags),
        created_at=card.created_at,
        updated_at=card.updated_at,
        archived_at=card.archived_at,
        runs=card.runs,
        running=running.get(card.id, 0),
        stars=card.stars,
        starred=card.starred,
        access=_access(ask.server.admission.standing(ask.anybody, row)),
    )


def _access(standing: Standing) -> Access:
    if holds(Need.MANAGE, standing):
        return "manage"
    return "write" if holds(Need.WRITE, standing) else "read"


def table(ask: Ask[None, None]) -> RunTable:
    """Return all runs of the project with their last values."""
    server = ask.server
    with server.db.read() as connection:
        rows = runs.of_project(connection, ask.project.id)
        defined = definitions.of_project(connection, ask.project.id)
        several = ranks.of_project(connection, ask.project.id)
    homes = {row.source: row.home for row in rows}
    summaries = server.stores.over(homes, ask.project.id).summaries(list(homes))
    cells = series.last_values(summaries, [row.source for row in rows], MAX_CELLS)
    return RunTable(
        keys=cells.keys,
        keys_total=cells.all_keys,
        definitions=defined,
        editable=may_edit(ask),
        runs=[
            _row(server, row, last, several.get(row.id, []))
            for row, last in zip(rows, cells.rows, strict=True)
        ],
    )


def _row(
    server: Server, row: runs.RunRow, last: list[float | str | None], several: list[int]
) -> RunRow:
    heard = server.ingest.keeper.last_heard(row.id, row.seen_at)
    options = msgspec.json.decode(row.options)
    return RunRow(
        id=row.run_id,
        name=row.name,
        description=row.description,
        state=state(row.state, heard),
        tags=msgspec.json.decode(row.tags),
        created_at=row.created_at,
        finished_at=row.finished_at,
        duration=duration(row, heard),
        config=msgspec.json.decode(row.config),
        number=row.number,
        color=color(options),
        group=text(options, "group"),
        job_type=text(options, "job_type"),
        last=last,
        ranks=several,
    )


ROUTES = (
    Route(
        method="GET",
        path="/projects",
        need=Need.LOOK,
        handler=all_projects,
        summary="The projects you may read, the one heard of last first",
        query=ProjectsQuery,
        answer=Projects,
        etag=True,
    ),
    Route(
        method="POST",
        path="/projects/{workspace}",
        need=Need.CREATE,
        handler=create,
        summary="Make a project",
        body=NewProject,
        answer=Project,
        status=201,
        errors=(409,),
    ),
    Route(
        method="GET",
        path=PROJECT,
        need=Need.SHOW,
        handler=project,
        summary="One project",
        answer=Project,
    ),
    Route(
        method="DELETE",
        path=PROJECT,
        need=Need.MANAGE,
        handler=remove,
        summary="Put a project with all its runs into the bin, for 30 days",
        status=204,
    ),
    Route(
        method="GET",
        path=PROJECT + "/runs",
        need=Need.SHOW,
        handler=table,
        summary="The runs of a project with config and last values",
        answer=RunTable,
        etag=True,
    ),
)

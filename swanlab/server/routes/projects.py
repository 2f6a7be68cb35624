"""Projects and their tables of runs."""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from swanlab.server import series
from swanlab.server.db import definitions, projects, ranks, runs
from swanlab.server.http import Ask, Need, Problem, Route, check_name
from swanlab.server.messages.projects import NewProject, Project, Projects
from swanlab.server.messages.runs import Configs, RunRow, RunTable
from swanlab.server.runview import color, duration, state, text
from swanlab.server.state import Server

MAX_CELLS = 2_000_000
PROJECT = "/projects/{workspace}/{project}"
_NAME = re.compile(r"[0-9A-Za-z_\-+.]{1,100}")


def all_projects(ask: Ask[None, None]) -> Projects:
    """Return what the caller may read."""
    with ask.server.db.read() as connection:
        cards = projects.readable(connection, ask.caller.user.id)
    running = _running(ask.server)
    return Projects(projects=[shown(card, running) for card in cards])


def create(ask: Ask[None, NewProject]) -> Project:
    """Make a project without runs."""
    server, new = ask.server, ask.body
    need_accounts(server)
    workspace = server.auth.own_workspace(ask.caller.user, ask.part("workspace"))
    name = good_name(new.name)
    with server.db.write() as connection:
        made = projects.create_new(connection, workspace, name, new.description, new.visibility)
        if made is None:
            message = f"There is a project {workspace}/{name} already."
            raise Problem(409, "exists", message)
        card = projects.card(connection, made.id)
    return shown(card, {})


def project(ask: Ask[None, None]) -> Project:
    """Return one project."""
    with ask.server.db.read() as connection:
        card = projects.card(connection, ask.project.id)
    return shown(card, _running(ask.server))


def remove(ask: Ask[None, None]) -> None:
    """Delete the project with all its runs, for good."""
    need_accounts(ask.server)
    ask.server.ingest.forget_project(ask.project)
    ask.server.auth.forget()


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
    return ask.server.mode == "server" and ask.project.owner == ask.caller.user.id


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


def shown(card: projects.ProjectCard, running: dict[int, int]) -> Project:
    """Return a project as a message; ``running`` counts the runs at work by project."""
    return Project(
        workspace=card.workspace,
        name=card.name,
        description=card.description,
        visibility="public" if card.visibility == "public" else "private",
        created_at=card.created_at,
        updated_at=card.updated_at,
        runs=card.runs,
        running=running.get(card.id, 0),
    )


class TableQuery(msgspec.Struct, frozen=True):
    """``light`` leaves configs and last values out of the table, and says who has which keys."""

    light: bool = False


def table(ask: Ask[TableQuery, None]) -> RunTable:
    """Return all runs of the project, with their last values unless it is to be light."""
    return _light(ask) if ask.query.light else _whole(ask)


def _whole(ask: Ask[TableQuery, None]) -> RunTable:
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
            _row(server, row, several.get(row.id, []), row.config.encode(), last)
            for row, last in zip(rows, cells.rows, strict=True)
        ],
    )


_TOLD = ("description", "number", "options")


def _light(ask: Ask[TableQuery, None]) -> RunTable:
    server = ask.server
    with server.db.read() as connection:
        rows = runs.listed(connection, ask.project.id, _TOLD)
        defined = definitions.of_project(connection, ask.project.id)
        several = ranks.of_project(connection, ask.project.id)
    homes = {row.source: row.home for row in rows}
    store = server.stores.over(homes, ask.project.id)
    held = series.held(store, [row.source for row in rows])
    return RunTable(
        keys=held.keys,
        keys_total=held.all_keys,
        sets=held.sets,
        definitions=defined,
        editable=may_edit(ask),
        runs=[
            _row(server, row, several.get(row.id, []), b"{}", [], has)
            for row, has in zip(rows, held.of, strict=True)
        ],
    )


def configs(ask: Ask[None, None]) -> Configs:
    """Return the config of every run of the project."""
    with ask.server.db.read() as connection:
        found = runs.configs(connection, ask.project.id)
    return Configs(configs={run: cast("dict[str, Any]", msgspec.Raw(text)) for run, text in found})


def _row(
    server: Server,
    row: Any,
    several: list[int],
    config: bytes,
    last: list[float | str | None],
    has: int | None = None,
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
        config=cast("dict[str, Any]", msgspec.Raw(config)),  # as stored: nobody here looks into it
        number=row.number,
        color=color(options),
        group=text(options, "group"),
        job_type=text(options, "job_type"),
        last=last,
        has=has,
        ranks=several,
    )


ROUTES = (
    Route(
        method="GET",
        path="/projects",
        need=Need.USER,
        handler=all_projects,
        summary="The projects you may read, the one heard of last first",
        answer=Projects,
        etag=True,
    ),
    Route(
        method="POST",
        path="/projects/{workspace}",
        need=Need.OWNER,
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
        need=Need.READ,
        handler=project,
        summary="One project",
        answer=Project,
    ),
    Route(
        method="DELETE",
        path=PROJECT,
        need=Need.WRITE,
        handler=remove,
        summary="Delete a project and all its runs",
        status=204,
    ),
    Route(
        method="GET",
        path=PROJECT + "/runs",
        need=Need.READ,
        handler=table,
        query=TableQuery,
        summary="The runs of a project with config and last values, or a light list of them",
        answer=RunTable,
        etag=True,
    ),
    Route(
        method="GET",
        path=PROJECT + "/configs",
        need=Need.READ,
        handler=configs,
        summary="The configs of all runs of a project",
        answer=Configs,
        etag=True,
    ),
)

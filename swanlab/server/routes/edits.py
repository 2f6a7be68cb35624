"""Changing what is said of runs and projects: by hand, by whoever may write to the project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import msgspec
from msgspec import UNSET

from swanlab.server import audit
from swanlab.server.admission import check
from swanlab.server.db import edits, projects, ranks, runs
from swanlab.server.http import Ask, Need, Problem, Route, no_such
from swanlab.server.messages.edits import RunEdit, RunIds, RunsDone, RunsEdit, SomeRuns
from swanlab.server.messages.projects import Project, ProjectEdit
from swanlab.server.messages.runs import EndedState, Run
from swanlab.server.routes import projects as project_routes
from swanlab.server.routes import runs as run_routes
from swanlab.server.routes.projects import PROJECT, need_accounts
from swanlab.server.routes.runs import RUN
from swanlab.server.runview import state

MOST_TAGS = 256
_SHORT = ("group", "job_type")
_AT_ONCE = 10_000
"""Runs in one edit."""


def edit_run(ask: Ask[None, RunEdit]) -> Run:
    """Change what is said of the run, and return it."""
    _need_store(ask)
    change = partial(_edited, ask.body)
    with ask.server.db.write() as connection:
        found = edits.hold(connection, ask.project.id, [ask.part("run")])
        if not found:
            raise no_such("run")
        edits.alter(connection, found.values(), change)
    _tell(ask, found)
    return run_routes.run(ask)  # type: ignore[arg-type]


def edit_runs(ask: Ask[None, RunsEdit]) -> RunsDone:
    """Change many runs in one transaction; those that are gone are named, and hold nothing up."""
    _need_store(ask)
    wanted = {run for part in ask.body.edits for run in part.runs}
    if len(wanted) > _AT_ONCE:
        raise Problem(400, "too_many", f"Edit at most {_AT_ONCE} runs at once.")
    with ask.server.db.write() as connection:
        found = edits.hold(connection, ask.project.id, wanted)
        for part in ask.body.edits:
            these = {found[run] for run in part.runs if run in found}
            edits.alter(connection, these, partial(_edited_among, part))
    _tell(ask, found)
    return RunsDone(done=len(found), missing=sorted(wanted - found.keys()))


def delete_runs(ask: Ask[None, RunIds]) -> RunsDone:
    """Delete runs and all they hold, for good; those that are gone already are named."""
    need_accounts(ask.server)
    found = ask.server.ingest.several(ask.project, ask.body.runs)
    missing = [run_id for run_id in dict.fromkeys(ask.body.runs) if run_id not in found]
    done = ask.server.ingest.forget_all(list(found.values()), ask.caller.user)
    return RunsDone(done=done, missing=missing)


def set_state(ask: Ask[None, EndedState]) -> Run:
    """Say how a run ended that did not, or wrongly, say so itself."""
    _need_store(ask)
    server, body = ask.server, ask.body
    with server.db.write() as connection:
        found = edits.hold(connection, ask.project.id, [ask.part("run")])
        row = runs.find(connection, ask.project.id, ask.part("run"))
        if row is None or not found:
            raise no_such("run")
        heard = server.ingest.keeper.last_heard(row.id, row.seen_at)
        if state(row.state, heard) == "running":
            raise Problem(
                409,
                "alive",
                "This run is alive: it was heard of less than three minutes ago. End it where it"
                " trains; when it has fallen silent its state can be set here.",
            )
        ranks.set_all(connection, row.id, body.state, heard)
    run = server.ingest.run(ask.project, row.run_id)
    run.state = body.state
    server.ingest.tell(run, {"run"})
    return run_routes.run(ask)  # type: ignore[arg-type]


def edit_project(ask: Ask[None, ProjectEdit]) -> Project:
    """Change what is said of the project and, for who manages it, who may read it."""
    server, body = ask.server, ask.body
    _need_store(ask)
    values: dict[str, Any] = {}
    if body.description is not UNSET:
        values["description"] = _text(body.description)
    if body.tags is not UNSET:
        values["tags"] = runs.to_json(_tags(body.tags))
    if body.visibility is not UNSET:
        check(Need.SHARE, ask.admitted.standing)
        values["visibility"] = body.visibility
    with server.db.write() as connection:
        projects.alter(connection, ask.project.id, values)
        if "visibility" in values:
            place = ask.project
            audit.note(
                connection,
                ask.caller.user,
                "project.visibility",
                f"{place.workspace}/{place.name}",
                {"visibility": body.visibility},
                workspace=place.workspace,
            )
        changed = projects.get(connection, ask.project.id)
        server.auth.changed(connection)
    if changed is None:
        raise no_such("project")
    server.ingest.project_changed(changed)
    return project_routes.project(ask)  # type: ignore[arg-type]


def _need_store(ask: Ask[Any, Any]) -> None:
    """``swanlab watch`` shows folders: they, and not what is kept of them, are the truth."""
    if ask.server.mode == "watch":
        message = "These are the run folders on this machine: what they say is not changed here."
        raise Problem(403, "shows_files", message)


def _tell(ask: Ask[Any, Any], found: Mapping[str, int]) -> None:
    for run_id in found:
        try:
            run = ask.server.ingest.run(ask.project, run_id)
        except Problem:
            continue  # Somebody has just deleted it, and that was told.
        ask.server.ingest.tell(run, {"run"})


def _edited(edit: RunEdit, number: int, told: edits.Told) -> edits.Told:
    """Return what is told of a run after the edit; null clears, what is not given stays."""
    options = dict(told.options)
    for name in (*_SHORT, "color"):
        value = getattr(edit, name)
        if value is not UNSET:
            _put(options, name, value)
    return edits.Told(
        name=told.name if edit.name is UNSET else _name(edit.name, number),
        description=told.description if edit.description is UNSET else _text(edit.description),
        tags=told.tags if edit.tags is UNSET else _tags(edit.tags or []),
        options=options,
    )


def _edited_among(edit: SomeRuns, number: int, told: edits.Told) -> edits.Told:
    """Return what is told of one of several runs after the edit."""
    after = _edited(RunEdit(group=edit.group, job_type=edit.job_type), number, told)
    away = set(_trimmed(edit.remove_tags))
    kept = [tag for tag in told.tags if tag not in away]
    added = [tag for tag in _trimmed(edit.add_tags) if tag not in kept]
    if not added:
        return msgspec.structs.replace(after, tags=kept)
    return msgspec.structs.replace(after, tags=_tags([*kept, *added]))


def _put(options: dict[str, Any], name: str, value: str | None) -> None:
    text = (value or "").strip()
    if text:
        options[name] = text
    else:
        options.pop(name, None)


def _name(name: str | None, number: int) -> str:
    """Return the name; none is the one that the run would have been given by itself."""
    if name is None:
        return runs.own_name(number)
    if not name.strip():
        raise Problem(400, "bad_name", "The name of a run needs at least one character.")
    return name.strip()


def _text(text: str | None) -> str | None:
    return (text or "").strip() or None


def _trimmed(tags: Iterable[str]) -> list[str]:
    return [tag.strip() for tag in tags if tag.strip()]


def _tags(tags: Iterable[str]) -> list[str]:
    """Return the tags trimmed, each once, in their order."""
    found = list(dict.fromkeys(_trimmed(tags)))
    if len(found) > MOST_TAGS:
        raise Problem(400, "too_many", f"A run can have at most {MOST_TAGS} tags.")
    return found


ROUTES = (
    Route(
        method="PATCH",
        path=RUN,
        need=Need.WRITE,
        handler=edit_run,
        summary="Change name, description, tags, group, job type, colour of a run",
        body=RunEdit,
        answer=Run,
    ),
    Route(
        method="PUT",
        path=RUN + "/state",
        need=Need.WRITE,
        handler=set_state,
        summary="Say how a run ended that nobody hears of; refused while it is alive",
        body=EndedState,
        answer=Run,
        errors=(409,),
    ),
    Route(
        method="POST",
        path=PROJECT + "/runs/edit",
        need=Need.WRITE,
        handler=edit_runs,
        summary="Change tags, group, job type of many runs at once",
        body=RunsEdit,
        answer=RunsDone,
    ),
    Route(
        method="POST",
        path=PROJECT + "/runs/delete",
        need=Need.WRITE,
        handler=delete_runs,
        summary="Delete many runs and all they hold",
        body=RunIds,
        answer=RunsDone,
    ),
    Route(
        method="PATCH",
        path=PROJECT,
        need=Need.WRITE,
        handler=edit_project,
        summary="Change description, tags and (who manages it) visibility of a project",
        body=ProjectEdit,
        answer=Project,
    ),
)

"""One run: opening it, what is known of it, its console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

import msgspec
from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from swanlab.records import SYSTEM_PREFIX
from swanlab.server import console, quotas, series
from swanlab.server.access import holds
from swanlab.server.admission import share_token
from swanlab.server.db import definitions, media, projects, ranks, runs, stops
from swanlab.server.http import Ask, Need, Problem, Route, is_copy, no_such
from swanlab.server.messages.charts import SeriesList
from swanlab.server.messages.console import LogLine, Logs
from swanlab.server.messages.runs import NewRun, Resumable, Run, RunOpened, RunRank, SetAside
from swanlab.server.messages.stops import Stop
from swanlab.server.routes.projects import PROJECT, good_name, may_edit, need_accounts, opened
from swanlab.server.runview import color, duration, notices, state, text

if TYPE_CHECKING:
    from swanlab.server.messages.stops import StopAnswer

RUN = PROJECT + "/runs/{run}"
WriterName = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


def open_run(ask: Ask[None, NewRun]) -> RunOpened:
    """Create the run (and its project), or find it."""
    server, place = ask.server, ask.workspace
    name = good_name(ask.part("project"))
    if ask.body.must_exist:
        _check_exists(ask, name)
    with server.db.write() as connection:
        project = opened(ask, connection, place, name, ask.body.options.get("public"))
        row, created = runs.open_run(connection, project.id, ask.body)
        asked = None if created else stops.of_run(connection, row.id)
        if created:
            quotas.check_run(server, connection, place.name)
            projects.alter(connection, project.id, {"archived_at": None})
    if row.is_copy:
        raise is_copy(row.run_id)
    run = server.ingest.run(project, row.run_id)
    if run.id != row.id:  # another server deleted the one that this one remembers
        server.ingest.lost(run)
        run = server.ingest.run(project, row.run_id)
    if created:
        server.ingest.tell(run, {"run"})
    return RunOpened(
        created=created,
        workspace=project.workspace,
        project=project.name,
        id=row.run_id,
        name=row.name,
        path=f"/@{project.workspace}/{project.name}/runs/{row.run_id}",
        writers=dict(server.stores.of(row.home).offsets(row.id)),
        stop=None if asked is None else asked.asked_at,
    )


def _check_exists(ask: Ask[None, NewRun], name: str) -> None:
    project, run_id = ask.admitted.project, ask.body.id
    with ask.server.db.read() as connection:
        if project is None or runs.find(connection, project.id, run_id) is None:
            where = f"{ask.workspace.name}/{name}"
            raise Problem(404, "not_found", f"There is no run {run_id} in {where}.")


def _row(ask: Ask[Any, Any]) -> runs.RunRow:
    with ask.server.db.read() as connection:
        row = runs.find(connection, ask.project.id, ask.part("run"))
    if row is None:
        raise no_such("run")
    return row


def run(ask: Ask[None, None]) -> Run:
    """Return all that is known of the run itself."""
    row = _row(ask)
    with ask.server.db.read() as connection:
        defined = definitions.of_run(connection, row.id)
        processes = ranks.of_run(connection, row.id)
        asked = stops.of_run(connection, row.id)
    heard = ask.server.ingest.keeper.last_heard(row.id, row.seen_at)
    options = msgspec.json.decode(row.options)
    aside = ask.server.stores.of(row.home).refusals(row.source) if row.set_aside else {}
    return Run(
        workspace=ask.project.workspace,
        project=ask.project.name,
        id=row.run_id,
        name=row.name,
        description=row.description,
        state=state(row.state, heard),
        tags=msgspec.json.decode(row.tags),
        created_at=row.created_at,
        finished_at=row.finished_at,
        seen_at=heard,
        duration=duration(row, heard),
        error=row.error,
        config=msgspec.json.decode(row.config),
        environment=msgspec.json.decode(row.environment),
        options=options,
        number=row.number,
        color=color(options),
        set_aside=[SetAside(reason=reason, count=count) for reason, count in aside.items()],
        group=text(options, "group"),
        job_type=text(options, "job_type"),
        editable=may_edit(ask),
        notices=notices(row),
        definitions=defined,
        ranks=[
            RunRank(rank=one.rank, host=one.host, state=state(one.state, heard), error=one.error)
            for one in processes
        ],
        copy=row.is_copy,
        original=_original(ask, row),
        stop=None if asked is None else _stop(asked),
    )


def _stop(row: stops.StopRow) -> Stop:
    return Stop(
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        answer=cast("StopAnswer | None", row.answer),
        answered_at=row.answered_at,
    )


def _original(ask: Ask[Any, Any], row: runs.RunRow) -> str | None:
    """Return where the run is of which this is a copy, if the caller may see it."""
    if row.copied_from is None:
        return None
    with ask.server.db.read() as connection:
        found = runs.get(connection, row.copied_from)
        place = None if found is None else projects.get(connection, found.project_id)
    if found is None or place is None:
        return None
    link = None if ask.anybody else ask.server.admission.link(share_token(ask.request) or "")
    if not holds(Need.READ, ask.server.admission.standing(ask.anybody, place, link)):
        return None
    return f"{place.workspace}/{place.name}/{found.run_id}"


def remove(ask: Ask[None, None]) -> None:
    """Delete the run and all it holds, for good."""
    need_accounts(ask.server)
    run = ask.server.ingest.run(ask.project, ask.part("run"))
    ask.server.ingest.forget(run, by=ask.caller.user)


def all_series(ask: Ask[None, None]) -> SeriesList:
    """Return the summaries of the run's series, system series included."""
    row = _row(ask)
    found = ask.server.stores.of(row.home).summaries([row.source])
    return SeriesList(series=[series.summary(one) for one in found])


class RankQuery(msgspec.Struct, frozen=True):
    """Which of the run's processes."""

    rank: Annotated[int, Meta(ge=0, lt=2**31)] = 0


def resumable(ask: Ask[RankQuery, None]) -> Resumable:
    """Return what the process needs to go on with the run."""
    row, rank = _row(ask), ask.query.rank
    store = ask.server.stores.of(row.home)
    found = store.summaries([row.source])
    steps = {
        key: step
        for key, of, step in zip(
            found.keys, found.ranks.tolist(), found.last_step.tolist(), strict=True
        )
        if of == rank and not key.startswith(SYSTEM_PREFIX)
    }
    with ask.server.db.read() as connection:
        writers = [one.writer for one in runs.writers_of(connection, row.id) if one.rank == rank]
        steps.update(media.last_steps(connection, row.id, rank))
    return Resumable(
        name=row.name,
        created_at=row.created_at,
        config=msgspec.json.decode(row.config),
        steps=steps,
        lines=max((store.lines(row.source, writer, 0, 0)[0] for writer in writers), default=0),
    )


class LogsQuery(msgspec.Struct, frozen=True):
    """Which lines of which writer; without ``first`` the last ``limit`` ones."""

    writer: WriterName | None = None
    first: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    limit: Annotated[int, Meta(ge=1, le=console.PAGE)] = 1000


class LogsTextQuery(msgspec.Struct, frozen=True):
    """Whose lines; without it those of the first process."""

    writer: WriterName | None = None


def _writers(ask: Ask[Any, Any], row: runs.RunRow) -> list[str]:
    """Return the writers that have console lines, trainers first, by rank."""
    store = ask.server.stores.of(row.home)
    with ask.server.db.read() as connection:
        known = [writer.writer for writer in runs.writers_of(connection, row.id)]
    everyone = [*known, *(name for name in store.offsets(row.source) if name not in known)]
    return [name for name in everyone if store.lines(row.source, name, 0, 1)[0]]


def logs(ask: Ask[LogsQuery, None]) -> Logs:
    """Return console lines."""
    row, query = _row(ask), ask.query
    writers = _writers(ask, row)
    writer = query.writer or next(iter(writers), None)
    if writer is None:
        return Logs(writer=None, writers=[], total=0, lines=[])
    first = -query.limit if query.first is None else query.first
    store = ask.server.stores.of(row.home)
    total, lines = store.lines(row.source, writer, first, query.limit)
    return Logs(
        writer=writer,
        writers=writers,
        total=total,
        lines=[
            LogLine(line=one.line, time=one.time, level=one.level, stream=one.stream, text=one.text)
            for one in lines
        ],
    )


def logs_text(ask: Ask[LogsTextQuery, None]) -> Response:
    """Return the console as a text file."""
    row = _row(ask)
    writer = ask.query.writer or next(iter(_writers(ask, row)), None)
    store = ask.server.stores.of(row.home)
    spans = store.line_spans(row.source)
    parts = [] if writer is None else console.joined([console.Source(writer)], spans)
    pieces = console.written(store, row.source, parts)
    headers = {
        "cache-control": "no-store",
        "content-disposition": 'attachment; filename="console.log"',
    }
    return StreamingResponse(pieces, 200, headers, media_type="text/plain")


ROUTES = (
    Route(
        method="POST",
        path=PROJECT + "/runs",
        need=Need.OPEN,
        handler=open_run,
        summary="Create a run, and its project if need be; asking twice changes nothing",
        body=NewRun,
        answer=RunOpened,
        errors=(409,),
    ),
    Route(
        method="GET",
        path=RUN,
        need=Need.READ,
        handler=run,
        summary="One run with config and environment",
        answer=Run,
        etag=True,
    ),
    Route(
        method="DELETE",
        path=RUN,
        need=Need.WRITE,
        handler=remove,
        summary="Delete a run and all it holds",
        status=204,
    ),
    Route(
        method="GET",
        path=RUN + "/series",
        need=Need.SHOW,
        handler=all_series,
        summary="The series of a run at a glance",
        answer=SeriesList,
        etag=True,
    ),
    Route(
        method="GET",
        path=RUN + "/resumable",
        need=Need.READ,
        handler=resumable,
        summary="Where the steps and the console of one process of a run stand",
        query=RankQuery,
        answer=Resumable,
    ),
    Route(
        method="GET",
        path=RUN + "/logs",
        need=Need.READ,
        handler=logs,
        summary="Console lines",
        query=LogsQuery,
        answer=Logs,
    ),
    Route(
        method="GET",
        path=RUN + "/logs.txt",
        need=Need.READ,
        handler=logs_text,
        summary="The console as a text file",
        query=LogsTextQuery,
        media="text/plain",
    ),
)

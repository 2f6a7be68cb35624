"""The table of a project's runs by pages: filtered, sorted, with the columns asked for."""

from __future__ import annotations

import msgspec

from swanlab.server import table
from swanlab.server.db import runs
from swanlab.server.http import Ask, Need, Route
from swanlab.server.messages.table import RunCells, RunsPage, RunsQuery
from swanlab.server.routes.projects import PROJECT
from swanlab.server.runview import duration, state
from swanlab.server.state import Server


def page(ask: Ask[None, RunsQuery]) -> RunsPage:
    """Return one page of the runs, or the ids and columns of all."""
    server, query = ask.server, ask.body
    with server.db.read() as connection:
        listed = runs.listed(connection, ask.project.id, table.needs(query))
    store = server.stores.over({row.source: row.home for row in listed}, ask.project.id)
    found = table.answer(store, query, listed, server.ingest.keeper.last_heard)
    if query.whole:
        ids = [row.run_id for row in found.rows]
        return RunsPage(total=found.total, runs=[], ids=ids, cells=found.cells)
    with server.db.read() as connection:
        rows = runs.by_number(connection, [row.id for row in found.rows])
    shown = zip(found.rows, found.cells, strict=True)
    return RunsPage(
        total=found.total,
        runs=[_run(server, rows[one.id], cells) for one, cells in shown if one.id in rows],
    )


def _run(server: Server, row: runs.RunRow, cells: list[float | str | None]) -> RunCells:
    heard = server.ingest.keeper.last_heard(row.id, row.seen_at)
    return RunCells(
        id=row.run_id,
        name=row.name,
        description=row.description,
        state=state(row.state, heard),
        tags=msgspec.json.decode(row.tags),
        created_at=row.created_at,
        finished_at=row.finished_at,
        duration=duration(row, heard),
        config=msgspec.json.decode(row.config),
        cells=cells,
    )


ROUTES = (
    Route(
        method="POST",
        path=PROJECT + "/runs/table",
        need=Need.SHOW,
        handler=page,
        summary="A page of the project's runs, filtered and sorted by what their summaries say",
        body=RunsQuery,
        answer=RunsPage,
        etag=True,
    ),
)

"""The table of a project's runs by pages: filtered, sorted, with the columns asked for."""

from __future__ import annotations

import msgspec

from swanlab.server import table
from swanlab.server.db import runs
from swanlab.server.http import Ask, Need, Route
from swanlab.server.messages import RunCells, RunsPage, RunsQuery
from swanlab.server.routes.projects import PROJECT
from swanlab.server.runview import duration, state
from swanlab.server.state import Server


def page(ask: Ask[None, RunsQuery]) -> RunsPage:
    """Return one page of the runs."""
    server, query = ask.server, ask.body
    with server.db.read() as connection:
        listed = runs.listed(connection, ask.project.id, config=table.wants_config(query))
    store = server.stores.over({row.source: row.home for row in listed}, ask.project.id)
    found = table.answer(store, query, listed, server.ingest.keeper.last_heard)
    with server.db.read() as connection:
        rows = runs.by_number(connection, found.numbers)
    shown = zip(found.numbers, found.cells, strict=True)
    return RunsPage(
        total=found.total,
        runs=[_run(server, rows[number], cells) for number, cells in shown if number in rows],
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
        need=Need.READ,
        handler=page,
        summary="A page of the project's runs, filtered and sorted by what their summaries say",
        body=RunsQuery,
        answer=RunsPage,
        etag=True,
    ),
)

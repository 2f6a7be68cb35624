"""The table of very many runs: sorted and filtered by metrics, as the route answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import bulk, growth
from bench.places import Places

if TYPE_CHECKING:
    from swanlab.server.state import Server

RUNS, KEYS = 10_000, 200
STEPS = 3
"""Points of a series; the table does not read them."""


def table(places: Places, count: int) -> list[tuple[str, str]]:
    """Ask for a page of 100 runs and 20 columns, in the order of one metric and then of others.

    Times are those of the whole answer but for HTTP: rows of the runs, summaries, the page.
    """
    from swanlab.server.state import Server

    url = places.new("table") if places.shared else None
    folder = places.folder / "table"
    server = Server(folder, "server", database_url=url)
    project = _fill(server, count)
    server.close()
    server = Server(folder, "server", database_url=url)  # nothing is in its memory
    others = iter(range(2, KEYS))
    lines = [
        (
            f"table of {count:,} runs x {KEYS} keys, sorted and filtered by metrics",
            growth.said(lambda: _ask(server, project, 0)),
        ),
        (
            "- by a metric nobody sorted by yet",
            growth.said(lambda: _ask(server, project, next(others))),
        ),
    ]
    server.close()
    return lines


def _fill(server: Server, count: int) -> int:
    """Make the runs; return the number of their project."""
    from swanlab.server.db import projects, runs
    from swanlab.server.messages.runs import NewRun

    server.auth.new_user("bench", "a long password", admin=True)
    with server.db.write() as connection:
        project = projects.create(connection, "bench", "many").id
        for number in range(count):
            runs.open_run(connection, project, NewRun(id=f"r{number}"))
        listed = runs.listed(connection, project, config=False)
    names = [f"metric/{number}" for number in range(KEYS)]
    for row in listed:
        bulk.fill(server.stores.of(project), row.id, names, STEPS, row.id)
    return project


def _ask(server: Server, project: int, metric: int) -> None:
    """Ask for a page of the table, sorted by a metric."""
    from swanlab.server import table
    from swanlab.server.db import runs
    from swanlab.server.messages.table import Condition, Order, RunsQuery, SummaryColumn

    query = RunsQuery(
        columns=[SummaryColumn(key=f"metric/{number}") for number in range(20)],
        where=[Condition(field="summary.metric/1.last", op="gt", value=0)],
        order=[Order(field=f"summary.metric/{metric}.min")],
    )
    with server.db.read() as connection:
        rows = runs.listed(connection, project, config=False)
    heard = server.ingest.keeper.last_heard
    table.answer(server.stores.of(project), query, rows, heard)

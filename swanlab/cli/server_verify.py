"""``swanlab server verify``: is what the server keeps what was written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from swanlab.cli.output import line, problem
from swanlab.cli.server_data import Place, open_data, where, where_options

if TYPE_CHECKING:
    from swanlab.server.metrics.verify import Counted

MOST = 100
"""Findings of one project that are printed; all are counted."""


@click.command()
@where_options
@click.pass_context
def verify(
    ctx: click.Context, data_dir: Path | None, database_url: str | None, media_url: str | None
) -> None:
    """Check all that is stored: checksums, summaries, roll-ups, offsets, what belongs to nothing.

    Nothing is changed, and servers may go on meanwhile. The exit code is 1 when something is wrong.
    """
    wrong = 0
    with open_data(where(ctx, data_dir, database_url, media_url)) as data:
        for place in data.places:
            wrong += _project(place)
    if wrong:
        problem(f"{wrong} findings: restore what is damaged from a backup, or delete its run.")
        sys.exit(1)
    line("All is well.")


def _project(place: Place) -> int:
    from sqlalchemy.exc import DBAPIError

    from swanlab.server.db.postgres import is_outage

    findings: list[str] = []

    def say(run: int | None, what: str) -> None:
        findings.append(f"{place.title(run)}: {what}")

    if place.stray:
        say(None, "the file belongs to no project")
    counted: Counted | None = None
    try:
        counted = place.store.verify(lambda finding: say(*finding), place.numbers())
        for run in [] if place.stray else place.orphans():
            say(run, "belongs to no run of the project")
    except DBAPIError as error:
        if is_outage(error):
            raise
        say(None, f"cannot be read: {error}")
    for found in findings[:MOST]:
        line(found)
    if len(findings) > MOST:
        line(f"{place.title(None)}: {len(findings) - MOST} more")
    if counted is not None:
        line(
            f"{place.title(None)}: {counted.runs} runs, {counted.series} series, "
            f"{counted.chunks} chunks, {counted.batches} batches, {counted.points:,} points"
            + (f", {counted.cold} runs in segments: " if counted.cold else ": ")
            + (f"{len(findings)} findings" if findings else "whole")
        )
    return len(findings)

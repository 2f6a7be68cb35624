"""``swanlab server compact``: smaller files and faster charts from what is stored already."""

from __future__ import annotations

from pathlib import Path

import click

from swanlab.cli.output import line
from swanlab.cli.server_data import data_dir_option, open_data


@click.command()
@data_dir_option
@click.pass_context
def compact(ctx: click.Context, data_dir: Path | None) -> None:
    """Join small chunks, pack roll-ups together, give free space back.

    A server may go on meanwhile. What is read stays the same.
    """
    with open_data(data_dir or ctx.obj) as places:
        for place in places:
            before = place.path.stat().st_size
            gone = 0
            for run in place.store.runs():
                place.store.seal(run, force=True)
                gone += place.store.compact(run)
            place.store.reclaim()
            place.store.close()  # the last one folds the log into the file
            after = place.path.stat().st_size
            line(f"{place.title(None)}: {gone} chunks fewer, {before:,} to {after:,} bytes")

"""``swanlab server compact``: smaller files and faster charts from what is stored already."""

from __future__ import annotations

from pathlib import Path

import click

from swanlab.cli.output import line
from swanlab.cli.server_data import data_dir_option, media_url_option, open_data


@click.command()
@data_dir_option
@media_url_option
@click.pass_context
def compact(ctx: click.Context, data_dir: Path | None, media_url: str | None) -> None:
    """Join small chunks, pack roll-ups together, give free space back.

    A server may go on meanwhile. What is read stays the same.
    """
    from swanlab.server.metrics.contract import ColdAway, ColdMissing

    with open_data(data_dir or ctx.obj, media_url) as places:
        for place in places:
            before = place.path.stat().st_size
            gone = 0
            for run in place.store.runs():
                try:
                    place.store.seal(run, force=True)
                    gone += place.store.compact(run)
                except (ColdAway, ColdMissing) as error:
                    line(f"{place.title(run)} stays as it is: {error}")
            place.store.reclaim()
            place.store.close()  # the last one folds the log into the file
            after = place.path.stat().st_size
            line(f"{place.title(None)}: {gone} chunks fewer, {before:,} to {after:,} bytes")

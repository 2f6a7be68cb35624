"""``swanlab server compact``: smaller files and faster charts from what is stored already."""

from __future__ import annotations

from pathlib import Path

import click

from swanlab.cli.output import line
from swanlab.cli.server_data import Place, open_data, where, where_options


@click.command()
@where_options
@click.pass_context
def compact(
    ctx: click.Context, data_dir: Path | None, database_url: str | None, media_url: str | None
) -> None:
    """Join small chunks, pack roll-ups together, give free space back.

    Servers may go on meanwhile. What is read stays the same.
    """
    with open_data(where(ctx, data_dir, database_url, media_url)) as data:
        before = data.shared.size() if data.shared else 0
        for place in data.places:
            was = place.path.stat().st_size if place.path else 0
            gone = _project(place)
            if place.path is None:
                line(f"{place.title(None)}: {gone} chunks fewer")
                continue
            place.store.reclaim()
            place.store.close()  # the last one folds the log into the file
            now = place.path.stat().st_size
            line(f"{place.title(None)}: {gone} chunks fewer, {was:,} to {now:,} bytes")
        if data.shared:
            data.shared.reclaim()
            line(f"The database: {before:,} to {data.shared.size():,} bytes")


def _project(place: Place) -> int:
    """Return how many chunks went."""
    from swanlab.server.metrics.contract import ColdAway, ColdMissing

    gone = 0
    for run in place.numbers():
        try:
            place.store.seal(run, force=True)
            gone += place.store.compact(run)
        except (ColdAway, ColdMissing) as error:
            line(f"{place.title(run)} stays as it is: {error}")
    return gone

"""``swanlab server restore``: a backup becomes a server's data again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from swanlab.cli.output import Fails, line
from swanlab.cli.server import default_data_dir
from swanlab.cli.server_backup import POSTGRESQL


@click.command()
@click.argument("source", metavar="FROM", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Empty or new folder to restore into.  [default: the user's data folder]",
)
@click.option("--database-url", help="Where the server's database is, if not in the data folder.")
@click.pass_obj
def restore(
    outer: Path | None, source: Path, data_dir: Path | None, database_url: str | None
) -> None:
    """Put the backup FROM into an empty data folder, checking every file."""
    from swanlab.server import backup

    if database_url is not None and not database_url.startswith("sqlite"):
        raise Fails(POSTGRESQL)
    folder = data_dir or outer or default_data_dir()
    try:
        held = backup.restore(source, folder)
    except backup.Refused as error:
        raise Fails(str(error)) from error
    except OSError as error:
        raise Fails(f"could not restore into {folder}: {error.strerror or error}.") from error
    at = datetime.fromtimestamp(held.began / 1000).astimezone().isoformat(timespec="seconds")
    line(
        f"Restored {held.runs} runs in {held.projects} projects as of {at} into {folder}."
        f" Serve it with: swanlab server --data-dir {folder}"
    )

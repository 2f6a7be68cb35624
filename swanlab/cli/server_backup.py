"""``swanlab server backup``: a copy of everything, made while the server serves."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import click

from swanlab.cli.output import Fails, line
from swanlab.cli.server import default_data_dir

POSTGRESQL = (
    "this command copies SQLite. PostgreSQL is backed up by its own tools while it serves:"
    " 'pg_dump --format=custom' for a copy, archived WAL for any point in time; then the media"
    " folder or bucket, after the database. docs/operations.md says how."
)


@click.command()
@click.argument("to", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that the server serves.  [default: the user's data folder]",
)
@click.option("--database-url", help="Where the server's database is, if not in the data folder.")
@click.pass_obj
def backup(outer: Path | None, to: Path, data_dir: Path | None, database_url: str | None) -> None:
    """Copy all that a server keeps into TO; it may go on serving.

    TO is a new folder, or one with a backup of the same server: then only what is new is copied.
    """
    from swanlab.server.backup import Refused, back_up

    if database_url is not None and not database_url.startswith("sqlite"):
        raise Fails(POSTGRESQL)
    folder = data_dir or outer or default_data_dir()
    try:
        report = back_up(folder, to)
    except Refused as error:
        raise Fails(str(error)) from error
    except OSError as error:
        raise Fails(f"could not back up into {to}: {error.strerror or error}.") from error
    except sqlite3.Error as error:
        raise Fails(f"could not copy a database of {folder}: {error}.") from error
    held = report.manifest
    line(
        f"Backed up {held.runs} runs in {held.projects} projects into {to}:"
        f" {report.copied:,} bytes copied, {report.unchanged:,} were there already."
    )
    if report.elsewhere:
        line(
            f"The points of {report.elsewhere} old runs are where --media-url says, not in"
            f" {folder}, and so not in the backup: copy that place now, within a day."
        )

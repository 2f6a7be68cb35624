"""``swanlab server migrate``: from a data folder into PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import click

from swanlab.cli.output import Fails, line

_FROM = "sqlite:"


@click.command()
@click.option(
    "--from", "source", required=True, help="sqlite:FOLDER, the --data-dir of a server at rest."
)
@click.option("--to", "target", required=True, help="postgresql://… of an empty database.")
def migrate(source: str, target: str) -> None:
    """Move users, projects, runs and all their points into a PostgreSQL database.

    May be interrupted and run again. The folder is left as it is. Files of runs stay where
    --media-url says.
    """
    from sqlalchemy.exc import DBAPIError

    from swanlab.server import moving
    from swanlab.server.db.postgres import BadUrl
    from swanlab.server.lock import InUse
    from swanlab.server.metrics.schema import FormatError

    if not source.startswith(_FROM):
        raise Fails(f"--from is sqlite:FOLDER, not {source}.")
    folder = Path(source.removeprefix(_FROM).removeprefix("//"))
    try:
        moved = moving.move(folder, target, line)
    except InUse as error:
        raise Fails(f"{error} Stop it: what it stores meanwhile would not be moved.") from error
    except DBAPIError as error:
        raise Fails(
            f"The database failed: {error.orig}\nRun the same command again to go on."
        ) from error
    except (moving.CannotMove, BadUrl, FormatError, RuntimeError, OSError) as error:
        raise Fails(str(error)) from error
    line(
        f"Moved and counted on both sides: {moved.runs} runs, {moved.rows} rows,"
        f" {moved.bytes} bytes of points."
    )
    line(
        "Files of runs stay where they are: start the new server with the same --media-url,"
        " or with this folder as --data-dir."
    )

"""``swanlab api run``: what is known of a run, its series and its console."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from swanlab.cli.reading import paged, reading, sure
from swanlab.errors import InvalidArgument

if TYPE_CHECKING:
    from swanlab.api import Api

_KEYS = click.option("--keys", help="Keys, separated by commas; default is all.")


def _split(text: str | None) -> list[str] | None:
    return None if text is None else [key for key in text.split(",") if key]


@click.group()
def run() -> None:
    """Runs. PATH is workspace/project/run, or the address of the run's page."""


@run.command("list")
@click.argument("path")
@click.option("--filter", help="Only runs that pass, e.g. 'loss.min < 0.2 and \"base\" in tags'.")
@paged
@reading
def run_list(server: Api, path: str, **given: Any) -> Any:
    """List the runs of the project at PATH, newest first."""
    return [one.json() for one in server.runs(path, **given)]


@run.command("filter")
@click.argument("path")
@click.option("--filter", "filters", required=True, help="JSON, as swanlab.Api.runs() takes it.")
@paged
@reading
def run_filter(server: Api, path: str, filters: str, **given: Any) -> Any:
    """List those runs of the project at PATH that pass a filter."""
    import json

    try:
        wanted = json.loads(filters)
    except ValueError as error:
        raise InvalidArgument(f"--filter is not JSON: {error}") from error
    return [one.json() for one in server.runs(path, wanted, **given)]


@run.command("info")
@click.argument("path")
@reading
def run_info(server: Api, path: str) -> Any:
    """Show the run at PATH."""
    found = server.run(path)
    return {**found.json(), "error": found.error, "metadata": found.metadata}


@run.command("columns")
@click.argument("path")
@reading
def run_columns(server: Api, path: str) -> Any:
    """List the keys of the run at PATH."""
    return server.run(path).columns


@run.command("column")
@click.argument("path")
@click.argument("key")
@reading
def run_column(server: Api, path: str, key: str) -> Any:
    """Show the series of one KEY of the run at PATH, one row a rank."""
    found = [one for one in server.series(path, system=True) if one["key"] == key]
    if not found:
        raise InvalidArgument(f"{path} has no key {key!r}.")
    return found


@run.command("series")
@click.argument("path")
@click.option("--system", is_flag=True, help="Those of the hardware as well.")
@reading
def run_series(server: Api, path: str, system: bool) -> Any:
    """List the series of the run at PATH with their extremes."""
    return server.series(path, system)


@run.command("summary")
@click.argument("path")
@_KEYS
@reading
def run_summary(server: Api, path: str, keys: str | None) -> Any:
    """Show last value, minimum and maximum of each key of the run at PATH."""
    return server.run(path).summary(_split(keys))


@run.command("metrics")
@click.argument("path")
@_KEYS
@click.option("--sample", default=1500, show_default=True, type=click.IntRange(1))
@click.option("--all", is_flag=True, help="Every point, whatever --sample says.")
@click.option("--ignore-timestamp", is_flag=True, help="Leave out the columns of times.")
@click.option("--x-axis", help="step, time, relative_time or another key.")
@click.option("--rank", default=0, show_default=True, type=click.IntRange(0))
@click.option("--range-type", type=click.Choice(["step", "time"]))
@click.option("--range-start", type=int)
@click.option("--range-end", type=int)
@click.option("--range-head", type=int, help="The first so many points.")
@click.option("--range-tail", type=int, help="The last so many points.")
@click.option("--range-last", type=int, help="The last so many steps, or milliseconds.")
@reading
def run_metrics(server: Api, path: str, keys: str | None, **given: Any) -> Any:
    """Show points of the run at PATH side by side; in JSON null where there is none."""
    wanted = {
        name.removeprefix("range_"): given.pop(name)
        for name in list(given)
        if name.startswith("range_")
    }
    chosen = {name: value for name, value in wanted.items() if value is not None}
    table = server.run(path).table(_split(keys), range_query=chosen, **given)
    return [
        {name: None if _missing(value) else value for name, value in row.items()}
        for row in table.rows()
    ]


def _missing(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


@run.command("logs")
@click.argument("path")
@click.option("--offset", type=click.IntRange(0), help="First line; default are the last ones.")
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--level", help="DEBUG, INFO, WARN or ERROR: only lines of this level or above.")
@reading
def run_logs(server: Api, path: str, **given: Any) -> Any:
    """Show console lines of the run at PATH."""
    return server.run(path).logs(**given)


@run.command("export-logs")
@click.argument("path")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@reading
def run_export_logs(server: Api, path: str, output: Path) -> Any:
    """Write the whole console of the run at PATH into a file."""
    server.run(path).write_logs(output)
    return {"written": str(output)}


@run.command("files")
@click.argument("path")
@click.option("--match", help="Only names like this, such as '*.pt'.")
@reading
def run_files(server: Api, path: str, match: str | None) -> Any:
    """List the files kept with the run at PATH."""
    return [one.json() for one in server.run(path).files(match)]


@run.command("download")
@click.argument("path")
@click.option("--match", help="Only names like this, such as '*.pt'.")
@click.option("--to", default=".", show_default=True, type=click.Path(file_okay=False))
@click.option("--keep", is_flag=True, help="Leave files that are there already as they are.")
@reading
def run_download(server: Api, path: str, match: str | None, to: str, keep: bool) -> Any:
    """Fetch the files kept with the run at PATH into a folder."""
    done = []
    for one in server.run(path).files(match):
        if not one.stored:
            done.append({"path": one.path, "written": None, "note": one.error or "not sent yet"})
            continue
        try:
            written, note = str(one.download(to, replace=not keep)), ""
        except FileExistsError:
            written, note = None, "is there already"
        done.append({"path": one.path, "written": written, "note": note})
    return done


@run.command("media")
@click.argument("path")
@click.option("--key", help="Only what was logged under this key.")
@click.option("--step", type=click.IntRange(0), help="Only what was logged at this step.")
@click.option("--to", type=click.Path(file_okay=False), help="Fetch it all into this folder.")
@reading
def run_media(server: Api, path: str, key: str | None, step: int | None, to: str | None) -> Any:
    """List what the run at PATH logged as media: pictures, sounds, texts, charts."""
    found = server.run(path).media(key, step)
    if to is None:
        return [one.json() for one in found]
    return [
        {**one.json(), "written": str(one.download(to)) if one.stored else None} for one in found
    ]


@run.command("export")
@click.argument("path")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "parquet", "arrow"]),
    help="Default is what the file's name ends in.",
)
@_KEYS
@click.option("--system", is_flag=True, help="Those of the hardware as well.")
@reading
def run_export(
    server: Api, path: str, output: Path, kind: str | None, keys: str | None, system: bool
) -> Any:
    """Write every point of the run at PATH into a file, one row each."""
    server.run(path).export(output, _split(keys), format=kind, system=system)
    return {"written": str(output)}


@run.command("copy")
@click.argument("path")
@click.argument("to")
@reading
def run_copy(server: Api, path: str, to: str) -> Any:
    """Copy the run at PATH into the project at TO, which is made if there is none.

    It takes a moment, however many points the run has. The copy cannot be resumed.
    """
    found = server.run(path)
    return {"run": found.path, "copy": found.copy(to).path}


@run.command("move")
@click.argument("path")
@click.argument("to")
@reading
def run_move(server: Api, path: str, to: str) -> Any:
    """Move the run at PATH to the project at TO, which is made if there is none."""
    found = server.run(path)
    return {"run": found.path, "moved": found.move(to).path}


@run.command("delete")
@click.argument("path")
@click.option("--yes", is_flag=True, help="Do not ask.")
@reading
def run_delete(server: Api, path: str, yes: bool) -> Any:
    """Delete the run at PATH, for good."""
    found = server.run(path)
    sure(f"Delete {found.path} ({found.name}) for good?", yes=yes)
    found.delete(commit=True)
    return {"deleted": found.path}

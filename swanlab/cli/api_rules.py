"""``swanlab api rules``: what the server tells of runs by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from swanlab.cli.reading import reading, sure

if TYPE_CHECKING:
    from swanlab.api import Api

_EVENTS = ("finished", "crashed", "unresponsive", "above", "below", "nan", "stalled")


@click.group()
def rules() -> None:
    """Rules of a project: what the server tells of its runs by mail or webhook."""


@rules.command("list")
@click.argument("path")
@reading
def rules_list(server: Api, path: str) -> Any:
    """List the rules of the project at PATH."""
    return server.rules(path).all()


@rules.command("create")
@click.argument("path")
@click.argument("event", type=click.Choice(_EVENTS))
@click.option("--name", help="What it is called; default is the event.")
@click.option("--key", help="Key of the series, for above, below, nan and stalled.")
@click.option("--bound", type=float, help="Bound, for above and below.")
@click.option("--steps", type=click.IntRange(1), help="Steps without improvement, for stalled.")
@click.option("--better", type=click.Choice(["lower", "higher"]), default="lower")
@click.option("--email", is_flag=True, help="Mail me.")
@click.option("--webhook", help="Address that gets a POST with JSON.")
@click.option(
    "--secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that holds what signs it.",
)
@reading
def rules_create(
    server: Api, path: str, event: str, name: str | None, secret_file: Path | None, **more: Any
) -> Any:
    """Make a rule for EVENT in the project at PATH."""
    if secret_file is not None:
        more["secret"] = secret_file.read_text("utf-8").strip("\r\n")
    return server.rules(path).create(name or event, event, **more)


@rules.command("edit")
@click.argument("path")
@click.argument("number", type=int)
@click.option("--name", help="What it is called from now on.")
@click.option("--enable/--disable", "enabled", default=None, help="Whether it is gone by.")
@click.option("--key", help="Key of the series.")
@click.option("--bound", type=float, help="Bound, for above and below.")
@click.option("--steps", type=click.IntRange(1), help="Steps without improvement, for stalled.")
@click.option("--better", type=click.Choice(["lower", "higher"]))
@click.option("--email/--no-email", default=None, help="Whether it mails who made it.")
@click.option("--webhook", help="Address that gets a POST with JSON.")
@reading
def rules_edit(server: Api, path: str, number: int, **given: Any) -> Any:
    """Change the rule of that NUMBER; what is left out stays."""
    changes = {name: value for name, value in given.items() if value is not None}
    return server.rules(path).edit(number, **changes)


@rules.command("delete")
@click.argument("path")
@click.argument("number", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
@reading
def rules_delete(server: Api, path: str, number: int, yes: bool) -> Any:
    """Drop the rule of that NUMBER, and the log of what it told."""
    sure(f"Delete rule {number}?", yes=yes)
    server.rules(path).delete(number)
    return {"deleted": number}


@rules.command("try")
@click.argument("path")
@click.argument("number", type=int)
@reading
def rules_try(server: Api, path: str, number: int) -> Any:
    """Tell something now by the rule of that NUMBER; the log says whether it arrived."""
    server.rules(path).attempt(number)
    return {"told": number}


@rules.command("log")
@click.argument("path")
@reading
def rules_log(server: Api, path: str) -> Any:
    """List what was told lately; the newest first."""
    return server.rules(path).deliveries()

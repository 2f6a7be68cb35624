"""``swanlab api``: what ``swanlab.Api`` reads, as tables for people and JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from swanlab.cli import api_accounts, api_rules, api_teams
from swanlab.cli.api_run import run
from swanlab.cli.api_teams import project
from swanlab.cli.output import Group
from swanlab.cli.reading import paged, reading, sure

if TYPE_CHECKING:
    from swanlab.api import Api


@click.group(cls=Group)
def api() -> None:
    """Read what is on a server: workspaces, projects, runs."""


@api.group()
def user() -> None:
    """Users."""


@user.command("info")
@reading
def user_info(server: Api) -> Any:
    """Show who you are."""
    return server.user().json()


@api.group("self-hosted")
def self_hosted() -> None:
    """The server itself."""


@self_hosted.command("info")
@reading
def self_hosted_info(server: Api) -> Any:
    """Show the server's address, version and kind."""
    return server.self_hosted()


@project.command("list")
@click.argument("workspace", required=False)
@click.option("--sort", type=click.Choice(["name", "created_at", "updated_at", "runs"]))
@click.option("--search", help="Only those with this in their name or description.")
@paged
@reading
def project_list(server: Api, workspace: str | None, **given: Any) -> Any:
    """List the projects of a workspace, default your own."""
    return [one.json() for one in server.projects(workspace, **given)]


@project.command("info")
@click.argument("path")
@reading
def project_info(server: Api, path: str) -> Any:
    """Show the project at PATH, workspace/project."""
    return server.project(path).json()


@project.command("create")
@click.argument("path")
@click.option("--description", help="What others are told of it.")
@click.option("--public", is_flag=True, help="Everybody with an account may read it.")
@reading
def project_create(server: Api, path: str, description: str | None, public: bool) -> Any:
    """Make a project at PATH: NAME in your own workspace, or workspace/NAME."""
    workspace, _, name = path.rpartition("/")
    visibility = "PUBLIC" if public else "PRIVATE"
    return server.create_project(workspace or None, name, visibility, description).json()


@project.command("clone")
@click.argument("path")
@click.argument("to")
@click.option("--public", is_flag=True, help="Everybody with an account may read it.")
@reading
def project_clone(server: Api, path: str, to: str, public: bool) -> Any:
    """Make a project at TO with copies of all runs of the project at PATH.

    It takes a moment, whatever they hold. Runs that have not ended are left out.
    """
    return server.project(path).clone(to, "PUBLIC" if public else "PRIVATE").json()


@project.command("delete")
@click.argument("path")
@click.option("--yes", is_flag=True, help="Do not ask.")
@reading
def project_delete(server: Api, path: str, yes: bool) -> Any:
    """Put the project at PATH and all its runs into the bin, for 30 days."""
    found = server.project(path)
    sure(f"Delete {found.path} with {found.count['experiments']} runs?", yes=yes)
    found.delete(commit=True)
    return {"deleted": found.path}


@project.command("retention")
@click.argument("path")
@click.option("--days", type=click.IntRange(1, 36_500), help="Delete runs so long after their end.")
@click.option("--forever", is_flag=True, help="Delete none.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@reading
def project_retention(server: Api, path: str, days: int | None, forever: bool, yes: bool) -> Any:
    """Show for how many days the project at PATH keeps runs after their end, or set it.

    Runs tagged 'keep' stay in any case.
    """
    if days is not None and forever:
        raise click.UsageError("give --days or --forever, not both.")
    found = server.project(path)
    if forever:
        return found.set_retention(None)
    if days is None:
        return found.retention()
    due = found.retention(days)["due"]
    sure(f"Delete the runs of {found.path} {days} days after their end ({due} now)?", yes=yes)
    return found.set_retention(days)


api.add_command(run)
for _group in (*api_accounts.GROUPS, *api_teams.GROUPS, api_rules.rules):
    api.add_command(_group)

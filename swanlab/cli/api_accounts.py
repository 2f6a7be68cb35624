"""``swanlab api keys``, ``users``, ``invites``, ``audit``, ``instance``: who may come in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from swanlab.cli.output import Fails
from swanlab.cli.reading import reading, sure

if TYPE_CHECKING:
    from swanlab.api import Api

_EXPIRES = click.option("--expires", help="When it ends, e.g. 2027-01-31.")
_WORKSPACE = click.option("--workspace", help="Of a workspace you manage; default is the server.")


@click.group()
def keys() -> None:
    """Your API keys."""


@keys.command("list")
@reading
def keys_list(server: Api) -> Any:
    """List your API keys, the newest first."""
    return server.accounts.keys()


@keys.command("create")
@click.argument("name")
@click.option("--scope", type=click.Choice(["read", "write", "admin"]), default="write")
@_EXPIRES
@reading
def keys_create(server: Api, name: str, scope: str, expires: str | None) -> Any:
    """Make an API key called NAME, and print it: it is never told again."""
    return server.accounts.create_key(name, scope, expires)


@keys.command("revoke")
@click.argument("number", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
@reading
def keys_revoke(server: Api, number: int, yes: bool) -> Any:
    """End the API key of that NUMBER at once; runs that use it wait for another."""
    sure(f"Revoke key {number}?", yes=yes)
    server.accounts.revoke_key(number)
    return {"revoked": number}


@click.group()
def sessions() -> None:
    """Your browsers that are signed in."""


@sessions.command("list")
@reading
def sessions_list(server: Api) -> Any:
    """List your browsers, the one used last first."""
    return server.accounts.sessions()


@sessions.command("end")
@click.argument("number", type=int, required=False)
@click.option("--all", "everyone", is_flag=True, help="All of them.")
@reading
def sessions_end(server: Api, number: int | None, everyone: bool) -> Any:
    """Sign out the browser of that NUMBER, or all."""
    if everyone == (number is not None):
        raise click.UsageError("give a number, or --all.")
    if number is None:
        return {"ended": server.accounts.end_sessions()}
    server.accounts.end_session(number)
    return {"ended": 1}


@click.group()
def users() -> None:
    """Users of the server, for its admins."""


@users.command("list")
@click.option("--search", default="", help="Only those with this in their name or address.")
@reading
def users_list(server: Api, search: str) -> Any:
    """List the users by name."""
    return server.accounts.users(search)


@users.command("info")
@click.argument("username")
@reading
def users_info(server: Api, username: str) -> Any:
    """Show what is known of a user."""
    return server.accounts.user(username)


@users.command("create")
@click.argument("username")
@click.option("--admin", is_flag=True, help="Make them an admin of the server.")
@click.option("--email", help="Their address; you vouch for it.")
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that holds the password; without it a link is printed to choose one.",
)
@reading
def users_create(
    server: Api, username: str, admin: bool, email: str | None, password_file: Path | None
) -> Any:
    """Add a user."""
    password = None if password_file is None else password_file.read_text("utf-8").strip("\r\n")
    return server.accounts.create_user(username, password, admin=admin, email=email)


@users.command("edit")
@click.argument("username")
@click.option("--admin/--no-admin", default=None, help="Whether they are an admin of the server.")
@click.option("--disable/--enable", default=None, help="Whether they are kept out.")
@click.option("--email", help="Their address; empty takes it away.")
@reading
def users_edit(
    server: Api, username: str, admin: bool | None, disable: bool | None, email: str | None
) -> Any:
    """Change a user."""
    changes: dict[str, Any] = {}
    if admin is not None:
        changes["admin"] = admin
    if disable is not None:
        changes["disabled"] = disable
    if email is not None:
        changes["email"] = email or None
    return server.accounts.edit_user(username, **changes)


@users.command("reset")
@click.argument("username")
@reading
def users_reset(server: Api, username: str) -> Any:
    """Print a link by which the user chooses a new password, once."""
    return server.accounts.reset_link(username)


@click.group()
def invites() -> None:
    """Invites to the server, for its admins."""


@invites.command("list")
@reading
def invites_list(server: Api) -> Any:
    """List the invites, the newest first."""
    return server.accounts.invites()


@invites.command("create")
@click.option("--uses", default=1, show_default=True, type=click.IntRange(1, 1000))
@click.option("--email", help="For whom it is.")
@_EXPIRES
@reading
def invites_create(server: Api, uses: int, email: str | None, expires: str | None) -> Any:
    """Print a link by which people make accounts; it is never told again."""
    return server.accounts.invite(uses, expires, email)


@invites.command("revoke")
@click.argument("number", type=int)
@reading
def invites_revoke(server: Api, number: int) -> Any:
    """Take back the invite of that NUMBER; accounts made by it stay."""
    server.accounts.withdraw_invite(number)
    return {"revoked": number}


@click.command()
@_WORKSPACE
@click.option("--actor", help="Only what this user did.")
@click.option("--action", help="Only this action, e.g. key.revoke, or all of a noun, e.g. key.")
@click.option("--target", help="Only what was done to this, or to what is in it.")
@click.option("--since", help="Only from then on, e.g. 2027-01-31.")
@click.option("--until", help="Only before then.")
@click.option("--size", default=100, show_default=True, type=click.IntRange(1))
@reading
def audit(server: Api, workspace: str | None, size: int, **given: str | None) -> Any:
    """Show who changed what others may do, or deleted something; the newest first."""
    only = {name: value for name, value in given.items() if value is not None}
    return server.accounts.audit(workspace, size, **only)


@click.group()
def instance() -> None:
    """What admins set for the whole server."""


@instance.command("show")
@reading
def instance_show(server: Api) -> Any:
    """Show the settings; secrets are masked."""
    return server.accounts.settings()


@instance.command("set")
@click.argument("settings", nargs=-1, required=True, metavar="NAME=JSON ...")
@reading
def instance_set(server: Api, settings: tuple[str, ...]) -> Any:
    """Change settings, e.g. 'signup="invite"' or 'email_domains=["lab.org"]'.

    With - for the JSON it is read from the standard input: secrets are seen by nobody there.
    """
    changes: dict[str, Any] = {}
    for one in settings:
        name, equals, text = one.partition("=")
        if not equals:
            raise Fails(f"{one} sets nothing: give NAME=JSON.")
        try:
            changes[name] = msgspec.json.decode(sys.stdin.read() if text == "-" else text)
        except msgspec.DecodeError as error:
            raise Fails(f"the value of {name} is not JSON: {error}") from error
    return server.accounts.set(**changes)


@instance.command("quota")
@click.argument("workspace")
@click.option("--bytes", "size", help="Most bytes of files and media; 'default' for the server's.")
@click.option("--runs", help="Most runs; 'default' for the server's.")
@reading
def instance_quota(server: Api, workspace: str, size: str | None, runs: str | None) -> Any:
    """Show what a workspace may hold, and holds, or change it."""
    changes: dict[str, int | None] = {}
    for name, given in (("bytes", size), ("runs", runs)):
        if given == "default":
            changes[name] = None
        elif given is not None:
            if not given.isdecimal():
                raise Fails(f"--{name} is a number, or default; not {given}.")
            changes[name] = int(given)
    return server.accounts.quota(workspace, **changes)


GROUPS = (keys, sessions, users, invites, audit, instance)

"""``swanlab login`` and ``swanlab logout``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from swanlab import credentials
from swanlab.cli.output import line
from swanlab.client import Client
from swanlab.credentials import Login
from swanlab.errors import AuthenticationError


@click.command()
@click.option("-h", "--host", help="Address of the server, such as http://127.0.0.1:5093.")
@click.option("-k", "--api-key", help="API key; asked for on the terminal when left out.")
@click.option("-r", "--relogin", is_flag=True, help="Ask for a key even if one is remembered.")
@click.option("-u", "--username", help="Sign in with a password instead, and make a new key.")
@click.option(
    "--password-file",
    type=click.Path(exists=True, path_type=Path),
    help="File that holds the password.",
)
def login(
    host: str | None,
    api_key: str | None,
    relogin: bool,
    username: str | None,
    password_file: Path | None,
) -> None:
    """Sign in to a server and remember the key."""
    known = credentials.find(host)
    address = credentials.normal_host(host or (known.host if known else _ask("Address of server")))
    if username:
        password = (
            password_file.read_text().strip() if password_file else _ask("Password", hide=True)
        )
        api_key = _new_key(address, username, password)
    elif api_key is None:
        if known and not relogin:
            api_key = known.api_key
        else:
            line(f"Your API key is in the user menu of {address}")
            api_key = _ask("API key", hide=True)
    key = credentials.check_key(api_key)
    client = Client(address, key, timeout=10)
    try:
        owner = client.username()
    finally:
        client.close()
    credentials.remember(Login(address, key, owner))
    line(f"Currently logged in as: {owner} to {address}")


def _new_key(host: str, username: str, password: str) -> str:
    client = Client(host, timeout=30)
    try:
        return client.sign_in(username, password)
    finally:
        client.close()


def _ask(what: str, *, hide: bool = False) -> str:
    if not sys.stdin.isatty():
        raise AuthenticationError(
            f"{what} is needed and there is no terminal to ask on. Give it as an option: "
            "swanlab login --host ADDRESS --api-key KEY"
        )
    return str(click.prompt(what, hide_input=hide))


@click.command()
@click.option("-h", "--host", help="Server to sign out of; default is the one last used.")
@click.option("-f", "--force", is_flag=True, help="Do not ask.")
def logout(host: str | None, force: bool) -> None:
    """Forget the key of a server. Runs and other servers' keys stay."""
    if not force and sys.stdin.isatty():
        click.confirm("Forget the API key on this machine?", abort=True)
    gone = credentials.forget(host)
    line(f"Logged out of {gone.host}" if gone else "You are not logged in.")

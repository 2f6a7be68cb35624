"""``swanlab server``: runs of many people, with accounts."""

from __future__ import annotations

import secrets
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from swanlab.cli.output import Fails, Group, line

if TYPE_CHECKING:
    from swanlab.server.state import Server

DEFAULT_PORT = 5093

_VERBS = {
    "compact": "swanlab.cli.server_compact",
    "verify": "swanlab.cli.server_verify",
}
"""Command to the module that holds it, under the same name; imported when it is called."""


class _Verbs(Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        home = _VERBS.get(name)
        if home is None:
            return None
        command = getattr(import_module(home), name)
        return command if isinstance(command, click.Command) else None


@click.group(cls=_Verbs, invoke_without_command=True)
@click.pass_context
@click.option("-h", "--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "-p", "--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535)
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that holds everything.  [default: the user's data folder]",
)
@click.option(
    "--admin-password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Password of the account 'admin' at the first start; else one is made up and printed.",
)
@click.option("--database-url", help="Reserved; the database is SQLite in the data folder.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="'info' writes a line per request.",
)
def server(
    ctx: click.Context,
    host: str,
    port: int,
    data_dir: Path | None,
    admin_password_file: Path | None,
    database_url: str | None,
    log_level: str,
) -> None:
    """Serve runs of many people, with accounts; or look after what a server keeps."""
    if ctx.invoked_subcommand is not None:
        ctx.obj = data_dir  # what a command goes by that is given no --data-dir of its own
        return
    if database_url is not None:
        raise Fails(
            "--database-url is reserved: this version keeps everything in --data-dir (SQLite)."
        )
    from swanlab.server import process
    from swanlab.server.lock import InUse, Lock
    from swanlab.server.state import Server

    folder = data_dir or default_data_dir()
    try:
        lock = Lock(folder)
        listening = process.listen(host, port)
    except InUse as error:
        raise Fails(f"{error} Stop that one, or choose another --data-dir.") from error
    except OSError as error:
        raise Fails(
            f"cannot serve {host}:{port} from {folder}: {error.strerror or error}"
        ) from error
    try:
        running = Server(folder, "server")
    except RuntimeError as error:
        raise Fails(str(error)) from error
    _first_start(running, admin_password_file)
    url = process.address(host, listening)
    lock.tell(url)
    process.run(
        running, listening, lambda: line(f"swanlab server is running at {url}"), log_level=log_level
    )
    lock.release()


def default_data_dir() -> Path:
    """Return the folder used without ``--data-dir``."""
    import platformdirs

    return Path(platformdirs.user_data_dir("swanlab", appauthor=False)) / "server"


def _first_start(running: Server, password_file: Path | None) -> None:
    """Create the account ``admin`` if there is none at all."""
    from swanlab.server.db import users
    from swanlab.server.http import Problem

    with running.db.read() as connection:
        if users.any_user(connection):
            return
    if password_file is None:
        password = secrets.token_urlsafe(12)
    else:
        password = password_file.read_text(encoding="utf-8").strip("\r\n")
    try:
        running.auth.new_user("admin", password, admin=True)
    except Problem as problem:
        raise Fails(str(problem)) from problem
    if password_file is None:
        line(f"First start: account 'admin', password '{password}'. It is shown only now.")
    else:
        line(f"First start: account 'admin' with the password in {password_file}.")

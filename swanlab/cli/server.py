"""``swanlab server``: runs of many people, with accounts."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from swanlab.cli.output import Fails, line

if TYPE_CHECKING:
    from swanlab.server.state import Server

DEFAULT_PORT = 5093


@click.command()
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
    "--media-url",
    help="Place of files and media: s3://bucket/prefix, or a folder.  [default: the data folder]",
)
@click.option(
    "--media-direct/--no-media-direct",
    default=None,
    help="Let clients send to and fetch from S3 themselves.  [default: if it speaks HTTPS]",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="'info' writes a line per request.",
)
def server(
    host: str,
    port: int,
    data_dir: Path | None,
    admin_password_file: Path | None,
    database_url: str | None,
    media_url: str | None,
    media_direct: bool | None,
    log_level: str,
) -> None:
    """Serve runs of many people, with accounts."""
    if database_url is not None:
        raise Fails(
            "--database-url is reserved: this version keeps everything in --data-dir (SQLite)."
        )
    from swanlab.server import process
    from swanlab.server.lock import InUse, Lock
    from swanlab.server.media.address import BadAddress, open_media
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
        media = open_media(media_url, folder, direct=media_direct)
        running = Server(folder, "server", media=media)
    except (RuntimeError, BadAddress) as error:
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

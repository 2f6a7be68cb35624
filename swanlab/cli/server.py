"""``swanlab server``: runs of many people, with accounts."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import click

from swanlab.cli.output import Fails, LazyGroup, line

if TYPE_CHECKING:
    from swanlab.server.media.contract import MediaStore
    from swanlab.server.state import Server

T = TypeVar("T")

DEFAULT_PORT = 5093
DATABASE_WAIT = 30.0
"""Seconds to wait at the start for a database that cannot be reached."""
COLD_AFTER = 30.0
"""Days after which the points of a run that ended are moved to S3."""

_VERBS: dict[str, str] = {
    "backup": "swanlab.cli.server_backup",
    "compact": "swanlab.cli.server_compact",
    "migrate": "swanlab.cli.server_migrate",
    "restore": "swanlab.cli.server_restore",
    "verify": "swanlab.cli.server_verify",
}
"""Command to the module that holds it, under the same name; imported when it is called."""


@click.group(cls=LazyGroup, homes=_VERBS, invoke_without_command=True)
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
@click.option(
    "--database-url",
    envvar="SWANLAB_DATABASE_URL",
    help="postgresql://user:password@host:5432/name in place of SQLite in the data folder;"
    " any number of servers may share it.",
)
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
    "--cold-after",
    metavar="DAYS|never",
    help="Move the points of runs that ended so long ago out of the database, beside the media."
    "  [default: 30 with s3://, else never]",
)
@click.option(
    "--cold-cache",
    default=1024,
    show_default=True,
    type=click.IntRange(min=0),
    help="Megabytes of points moved to S3 to keep in the data folder, once read.",
)
@click.option(
    "--signup",
    type=click.Choice(["closed", "invite", "open"]),
    help="Who may make an account, until an admin sets otherwise.  [default: closed]",
)
@click.option(
    "--email-domain",
    multiple=True,
    metavar="DOMAIN",
    help="Who signs up must show an address there, until an admin sets otherwise; repeatable.",
)
@click.option(
    "--public-url",
    metavar="URL",
    help="What links and sign-in elsewhere call this server, until an admin sets otherwise.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="'info' writes a line per request.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="'json' writes an object per line, for programs.",
)
@click.option(
    "--metrics-token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Token that /metrics asks for; without it this machine and admins may read it.",
)
def server(  # noqa: PLR0913 - one for each option
    ctx: click.Context,
    host: str,
    port: int,
    data_dir: Path | None,
    admin_password_file: Path | None,
    database_url: str | None,
    media_url: str | None,
    media_direct: bool | None,
    cold_after: str | None,
    cold_cache: int,
    signup: str | None,
    email_domain: tuple[str, ...],
    public_url: str | None,
    log_level: str,
    log_format: Literal["text", "json"],
    metrics_token_file: Path | None,
) -> None:
    """Serve runs of many people, with accounts; or look after what a server keeps."""
    if ctx.invoked_subcommand is not None:
        ctx.obj = data_dir  # what a command goes by that is given no --data-dir of its own
        return
    from swanlab.server import process
    from swanlab.server.lock import InUse, Lock
    from swanlab.server.media.address import BadAddress, open_media

    folder = data_dir or default_data_dir()
    days = _days(cold_after, media_url)
    try:
        # What a database server keeps needs no lock here: others may serve it at the same time.
        lock = Lock(folder) if database_url is None else None
        listening = process.listen(host, port)
    except InUse as error:
        raise Fails(f"{error} Stop that one, or choose another --data-dir.") from error
    except OSError as error:
        raise Fails(
            f"cannot serve {host}:{port} from {folder}: {error.strerror or error}"
        ) from error
    with ExitStack() as held:
        held.enter_context(listening)
        if lock is not None:
            held.callback(lock.release)
        try:
            media = open_media(media_url, folder, direct=media_direct)
        except BadAddress as error:
            raise Fails(str(error)) from error
        running = _when_up(
            lambda: _opened(folder, database_url, media, days, cold_cache * 1024 * 1024)
        )
        if metrics_token_file is not None:
            running.metrics_token = _token(metrics_token_file)
        _when_up(lambda: _first_start(running, admin_password_file))
        begun = {"signup": signup, "email_domains": email_domain, "public_url": public_url}
        _when_up(lambda: _begin_with(running, begun))
        url = process.address(host, listening)
        if lock is not None:
            lock.tell(url)
        process.run(
            running,
            listening,
            lambda: line(f"swanlab server is running at {url}"),
            log_level=log_level,
            log_format=log_format,
        )


def default_data_dir() -> Path:
    """Return the folder used without ``--data-dir``."""
    import platformdirs

    return Path(platformdirs.user_data_dir("swanlab", appauthor=False)) / "server"


def _days(text: str | None, media_url: str | None) -> float | None:
    """Return after how many days the points of runs are moved, None for never."""
    if text is None:
        return COLD_AFTER if (media_url or "").startswith("s3://") else None
    if text == "never":
        return None
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days < float("inf"):
        raise Fails(f"--cold-after is a number of days, or never; not {text}.")
    return days


def _when_up(work: Callable[[], T]) -> T:
    """Return what ``work`` does; a database that is only starting, or again, is waited for."""
    from sqlalchemy.exc import DBAPIError

    from swanlab.server.db import postgres

    until = time.monotonic() + DATABASE_WAIT
    while True:
        try:
            return work()
        except DBAPIError as error:
            if not postgres.is_outage(error):
                raise
            if time.monotonic() > until:
                raise Fails(f"cannot use the database: {error.orig}") from error
        time.sleep(0.5)


def _opened(
    folder: Path,
    database_url: str | None,
    media: MediaStore,
    cold_after: float | None,
    cold_cache: int,
) -> Server:
    """Open what is to be served."""
    from swanlab.server.db import postgres
    from swanlab.server.metrics.schema import FormatError
    from swanlab.server.state import Server

    try:
        return Server(
            folder,
            "server",
            database_url=database_url,
            media=media,
            cold_after=cold_after,
            cold_cache=cold_cache,
        )
    except (RuntimeError, FormatError, postgres.BadUrl) as error:
        raise Fails(str(error)) from error


def _token(path: Path) -> bytes:
    """Return what is kept of the token in a file."""
    from swanlab.server.auth import digest

    token = path.read_text(encoding="utf-8").strip()
    if not token:
        raise Fails(f"{path} is empty: write the token for /metrics into it.")
    return digest(token)


def _begin_with(running: Server, given: Mapping[str, object]) -> None:
    """Set what no admin has set yet."""
    import msgspec

    from swanlab.server import instance

    chosen = {name: value for name, value in given.items() if value}
    try:
        with running.db.write() as connection:
            instance.begin_with(connection, **chosen)
    except msgspec.ValidationError as error:
        raise Fails(f"an option is not valid: {error}") from error
    running.auth.forget()


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
        added = running.auth.new_user("admin", password, admin=True)
    except Problem as problem:
        raise Fails(str(problem)) from problem
    if added is None:
        return  # another server on the same database was first
    if password_file is None:
        line(f"First start: account 'admin', password '{password}'. It is shown only now.")
    else:
        line(f"First start: account 'admin' with the password in {password_file}.")

"""``swanlab watch``: the runs recorded on this machine, without accounts."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import click

from swanlab import settings
from swanlab.cli.output import Fails, line, problem

DEFAULT_PORT = 5092


@click.command()
@click.argument("path", metavar="[LOGDIR]", required=False, type=click.Path(path_type=Path))
@click.option("-l", "--logdir", type=click.Path(path_type=Path), help="The same as LOGDIR.")
@click.option(
    "-h",
    "--host",
    default=lambda: settings.get("board_host"),
    show_default="127.0.0.1",
    help="Address to listen on.",
)
@click.option(
    "-p",
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Port; without it {DEFAULT_PORT} or the next free one.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="'info' writes a line per request.",
)
def watch(
    path: Path | None, logdir: Path | None, host: str, port: int | None, log_level: str
) -> None:
    """Show the runs recorded in LOGDIR (./swanlog), live."""
    folder = path or logdir or Path(settings.get("logdir") or "swanlog")
    port = port or int(settings.number("board_port")) or None
    if not folder.is_dir():
        raise Fails(f"there is no folder {folder}: give the one your runs are recorded in.")
    from swanlab.server import process
    from swanlab.server.lock import InUse, Lock
    from swanlab.server.state import Server
    from swanlab.server.watch import Watcher, store_dir

    kept = store_dir(folder)
    try:
        lock = Lock(kept)
        listening = process.listen(host, port or DEFAULT_PORT, tries=1 if port else 100)
    except InUse as error:
        raise Fails(f"{folder} is being watched already: {error}") from error
    except OSError as error:
        raise Fails(f"cannot serve on {host}: {error.strerror or error}") from error
    running = Server(kept, "watch")
    running.hosts = _names(host)
    watcher = Watcher(running, folder)
    running.beside.append(watcher)
    url = process.address(host, listening)
    lock.tell(url)
    _warn(host)
    process.run(
        running, listening, lambda: line(f"Watching {folder} at {url}"), log_level=log_level
    )
    lock.release()


def _names(host: str) -> frozenset[str]:
    """Return the names by which this server may be called, beside addresses."""
    names = {"localhost", host.lower()}
    if not _loopback(host):
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return frozenset(names)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _warn(host: str) -> None:
    if not _loopback(host):
        problem(
            f"anyone who can reach {host} can read and change these runs: swanlab watch has no"
            " accounts. Use 'swanlab server' to share runs."
        )

"""A server as a process: the socket, uvicorn, and an end that does not wait for open streams."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn

import swanlab
from swanlab.server import logs
from swanlab.server.app import create_app
from swanlab.server.state import Server

SWITCH_INTERVAL = 0.001
"""Seconds; the event loop must not wait 5 ms for a thread that decodes a post."""
FINISH_REQUESTS = 5
"""Seconds that requests get to end when the server is asked to stop."""
STOP_AT_LAST = 30.0
"""Seconds after which a stopping server ends whatever still hangs, such as a dead disk. Nothing
acknowledged is lost by that."""

log = logging.getLogger("swanlab.server")


class _Uvicorn(uvicorn.Server):
    """Says when it is ready, and ends the live streams when asked to stop: they never end alone."""

    def __init__(self, config: uvicorn.Config, server: Server, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._server = server
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        log.info("stopping")
        _end_at_last()
        self._server.hub.close()
        await super().shutdown(sockets)


def listen(host: str, port: int, *, tries: int = 1) -> socket.socket:
    """Return a socket bound to ``host``, to ``port`` or one of the next ``tries - 1`` that is free.

    Raises ``OSError`` when none is, or the host is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in range(port, port + tries):
        found = socket.socket(family, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, number))
            found.listen(1024)
        except OSError as error:
            found.close()
            if number == port + tries - 1 or error.errno != errno.EADDRINUSE:
                raise
        else:
            return found
    raise OSError(f"no free port from {port} on")


def address(host: str, listening: socket.socket) -> str:
    """Return the URL of the server on that socket."""
    name = "127.0.0.1" if host == "0.0.0.0" else ("[::1]" if host == "::" else host)  # noqa: S104
    if ":" in name and not name.startswith("["):
        name = f"[{name}]"
    return f"http://{name}:{listening.getsockname()[1]}"


def run(
    server: Server,
    listening: socket.socket,
    ready: Callable[[], None],
    *,
    log_level: str,
    log_format: logs.Format = "text",
) -> None:
    """Serve until SIGINT or SIGTERM, then store what was accepted; returns when all is closed."""
    logs.set_up(log_level, log_format)
    _say_what_starts(server, listening)
    sys.setswitchinterval(SWITCH_INTERVAL)
    config = uvicorn.Config(
        create_app(server),
        access_log=False,
        log_config=None,
        lifespan="on",
        timeout_graceful_shutdown=FINISH_REQUESTS,
        timeout_keep_alive=75,
        server_header=False,
    )
    # Uvicorn raises the signal again when it has ended; ending was all that was asked for.
    before = {name: signal.signal(name, _nothing) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        with listening:
            _Uvicorn(config, server, ready).run([listening])
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _say_what_starts(server: Server, listening: socket.socket) -> None:
    fields = {
        "version": swanlab.__version__,
        "python": sys.version.split()[0],
        "mode": server.mode,
        "data": str(server.data_dir),
        "address": "{}:{}".format(*listening.getsockname()[:2]),
        "pid": os.getpid(),
    }
    log.info("starting", extra={"fields": fields})


def _end_at_last() -> None:
    """End this process even if something hangs; a process that has ended no longer notices."""

    def end() -> None:
        log.error("still not stopped after %d s: ending now", STOP_AT_LAST)
        os._exit(1)

    timer = threading.Timer(STOP_AT_LAST, end)
    timer.daemon = True
    timer.start()


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    pass

"""A server as a process: the socket, uvicorn, and an end that does not wait for open streams."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from swanlab.server.app import create_app
from swanlab.server.state import Server

SWITCH_INTERVAL = 0.001
"""Seconds; the event loop must not wait 5 ms for a thread that decodes a post."""


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
    server: Server, listening: socket.socket, ready: Callable[[], None], *, log_level: str
) -> None:
    """Serve until SIGINT or SIGTERM, then store what was accepted; returns when all is closed."""
    logging.basicConfig(
        stream=sys.stderr, level=log_level.upper(), format="%(asctime)s %(levelname)s %(message)s"
    )
    sys.setswitchinterval(SWITCH_INTERVAL)
    config = uvicorn.Config(
        create_app(server),
        access_log=False,
        log_config=None,
        lifespan="on",
        timeout_graceful_shutdown=5,
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


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    pass

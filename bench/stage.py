"""Servers as processes of their own, with their database, that may be killed and come back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx2

from swanlab.client import Client
from swanlab.credentials import Login, remember
from tests.postgres import Postgres
from tests.serving import PASSWORD, free_port


class Failed(Exception):
    """Something did not happen in the time that it is given."""


class Server:
    """``swanlab server`` on a port that stays the same over restarts."""

    def __init__(self, folder: Path, database_url: str | None) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        (folder / "password").write_text(PASSWORD)
        self.data = folder / "data"
        self.database_url = database_url
        self.port = free_port()
        self.host = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start it; it answers a while later."""
        command = ["--data-dir", str(self.data), "--port", str(self.port)]
        command += ["--admin-password-file", str(self.folder / "password")]
        if self.database_url:
            command += ["--database-url", self.database_url]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "swanlab", "server", *command],
                stdout=log,
                stderr=log,
                env={k: v for k, v in os.environ.items() if not k.startswith("SWANLAB_")},
            )

    @property
    def log(self) -> Path:
        """Where it writes what it has to say."""
        return self.folder / "server.log"

    def lives(self) -> bool:
        """Whether its process is there."""
        return self.process is not None and self.process.poll() is None

    def answers(self) -> bool:
        """Whether it can do its work, its database included."""
        try:
            return httpx2.get(f"{self.host}/api/v1/health", timeout=5).status_code == 200
        except httpx2.HTTPError:
            return False

    def end(self, how: signal.Signals) -> None:
        """Send it a signal and wait until it has gone."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None


class Stage:
    """A number of servers on one database, or one on SQLite."""

    def __init__(
        self, folder: Path, database: str, replicas: int, *, durable: bool = False
    ) -> None:
        """Start them and wait until they answer.

        Raises:
            Failed: one of them does not.
        """
        self.postgres = Postgres(durable=durable) if database == "postgresql" else None
        url = self.postgres.url(self.postgres.create()) if self.postgres else None
        self.servers = [Server(folder / f"server-{n}", url) for n in range(replicas)]
        for server in self.servers:
            server.begin()
        try:
            wait_for(self.answers, 60, "the servers do not answer")
        except Failed:
            self.close()
            raise

    def answers(self) -> bool:
        """Whether all servers can do their work."""
        return all(server.lives() and server.answers() for server in self.servers)

    def log_in(self, host: str) -> str:
        """Make an API key, remember it for ``host`` as ``swanlab login`` does, and return it."""
        client = Client(self.servers[0].host)
        key = client.sign_in("admin", PASSWORD, scope="admin")
        client.close()
        remember(Login(host, key, "admin"))
        return key

    def version(self) -> str:
        """Return which database this is."""
        if self.postgres is None:
            import sqlite3

            return f"SQLite {sqlite3.sqlite_version}"
        import psycopg

        with psycopg.connect(self.postgres.url("postgres")) as connection:
            return f"PostgreSQL {connection.info.parameter_status('server_version')}"

    def close(self) -> None:
        """End all."""
        for server in self.servers:
            server.end(signal.SIGKILL)
        if self.postgres is not None:
            self.postgres.close()


def wait_for(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait until ``condition()`` holds.

    Raises:
        Failed: with ``otherwise``, after ``seconds``.
    """
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise Failed(f"after {seconds:.0f} s: {otherwise}")
        time.sleep(0.05)

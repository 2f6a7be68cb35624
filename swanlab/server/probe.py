"""Whether this server can do its work now: its database answers, its disk takes data."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import threading
import time
from pathlib import Path

from sqlalchemy import text

from swanlab.server import trouble
from swanlab.server.db.engine import Database

FRESH = 1.0
"""Seconds for which an answer is given again without looking."""
PATIENCE = 5.0
"""Seconds after which a disk or database that has not answered counts as failed."""
_BYTES = 64 * 1024

log = logging.getLogger("swanlab.server")


class Probe:
    """Looks when asked, at most once a second however many ask. Thread-safe; blocks."""

    def __init__(self, db: Database, folder: Path) -> None:
        self._db, self._folder = db, folder
        self._looking = threading.Lock()
        self._asked = -FRESH
        self._found: str | None = None

    def trouble(self) -> str | None:
        """Return why the server cannot do its work, in words that give nothing away, or None."""
        if not self._looking.acquire(timeout=PATIENCE):
            return "The database or the disk does not answer."
        try:
            if time.monotonic() - self._asked >= FRESH:
                self._found = self._look()
                self._asked = time.monotonic()
            return self._found
        finally:
            self._looking.release()

    def _look(self) -> str | None:
        try:
            self._ask_database()
            self._write()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            trouble.report(log, "checking the server's health", error)
            problem = trouble.of(error)
            return "The server cannot read or store." if problem is None else str(problem)
        return None

    def _ask_database(self) -> None:
        with self._db.read() as connection:
            connection.execute(text("SELECT max(number) FROM migrations")).scalar_one()
            if connection.dialect.name == "postgresql":
                # After a fail-over this may be a copy that only reads.
                reads = connection.execute(text("SHOW transaction_read_only")).scalar_one()
                if reads == "on":
                    raise OSError(errno.EROFS, "the database is a read-only copy")

    def _write(self) -> None:
        """Write and remove a small file: free blocks alone tell nothing of quotas or of mounts."""
        path = self._folder / f".probe-{os.getpid()}"
        try:
            with path.open("wb", buffering=0) as file:
                data = bytes(_BYTES)
                while data:
                    data = data[file.write(data) :]
        finally:
            with contextlib.suppress(OSError):
                path.unlink()

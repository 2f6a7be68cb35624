"""Which trainings are asked to end: looked up at every post of theirs, so it is kept in memory.

Other servers on the database may be asked as well, so what is kept there is read again every other
second. What was asked reaches the training with the answer to its next post or sign of life.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from swanlab.server.db import stops
from swanlab.server.db.engine import Database, now

if TYPE_CHECKING:
    from swanlab.server.ingest import LiveRun

LOOK_EVERY = 2.0
"""Seconds."""


class Stops:
    """Thread-safe."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._asked: dict[int, int] = {}
        self._looked: float | None = None
        self._lock = threading.Lock()

    @property
    def stale(self) -> bool:
        """Whether ``look()`` has to be called before ``asked()`` is to be believed."""
        if self._looked is None:
            return True
        return self._db.shared and time.monotonic() - self._looked > LOOK_EVERY

    def look(self) -> None:
        """Read what is asked. Blocks."""
        with self._lock, self._db.read() as connection:
            self._looked = time.monotonic()
            self._asked = stops.waiting(connection)

    def asked(self, run: LiveRun) -> int | None:
        """Return when the run was asked to end (Unix milliseconds), None if it was not."""
        return self._asked.get(run.id) if run.state == "running" else None

    def ask(self, run: int, by: str) -> None:
        """Ask the run to end."""
        with self._lock:
            with self._db.write() as connection:
                before = stops.of_run(connection, run)
                # Two of one millisecond would be one to the training.
                at = max(now(), before.asked_at + 1 if before else 0)
                stops.ask(connection, run, by, at)
            self._asked = {**self._asked, run: at}

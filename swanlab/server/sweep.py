"""What is looked after at intervals.

Runs that fell silent, runs kept long enough, when keys were used, what ran out of accounts, sizes.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from swanlab.server import accounts, passwords, retention, runview, trouble
from swanlab.server.db import projects, runs, sources
from swanlab.server.live import News

if TYPE_CHECKING:
    from swanlab.server.state import Server

TICK = 5.0
RETENTION_EVERY = 3600.0
MEASURE_EVERY = 600.0
USED_EVERY = 60.0
"""Seconds between two looks of each kind."""
_RUNS_AT_ONCE = 100

log = logging.getLogger("swanlab.server")


class Sweep:
    """One thread that looks after all of it; what fails is reported and tried again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._silent: set[int] = set()
        self._deleted = self._measured = self._noted = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sweep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop after what is being done."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while True:
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - reported, and tried again
                trouble.report(log, "looking after the runs", error)
            if self._stop.wait(TICK):
                return

    def look(self) -> None:
        """Look once at everything whose turn it is."""
        self.tell_silent()
        at = time.monotonic()
        if at >= self._noted:
            self._server.auth.note_used()
            self._noted = at + USED_EVERY
        if self._server.mode == "server" and at >= self._deleted:
            retention.sweep(self._server, self._stop.is_set)
            retention.empty_bin(self._server, self._stop.is_set)
            with self._server.db.write() as connection:
                passwords.forget_tries(connection)
            accounts.forget_old(self._server)
            self._deleted = at + RETENTION_EVERY
        if self._server.measured and at >= self._measured:
            self._measure()
            self._measured = time.monotonic() + MEASURE_EVERY

    def tell_silent(self) -> None:
        """Tell those who watch which runs fell silent, and which are heard of again.

        Nobody posts anything for a silent run, so nothing else would tell them.
        """
        server = self._server
        with server.db.read() as connection:
            found = runs.running(connection)
        silent = set()
        for _, run, seen_at in found:
            heard = server.ingest.keeper.last_heard(run, seen_at)
            if runview.state("running", heard) == "unresponsive":
                silent.add(run)
        changed, self._silent = silent ^ self._silent, silent
        for run in changed:
            self._tell(run)

    def _tell(self, run: int) -> None:
        server = self._server
        with server.db.read() as connection:
            row = runs.get(connection, run)
            project = None if row is None else projects.get(connection, row.project_id)
        if row is None or project is None:
            return
        heard = server.ingest.keeper.last_heard(run, row.seen_at)
        state = runview.state(row.state, heard)
        server.hub.publish(News(project, run, row.run_id, state, frozenset({"run"})))

    def _measure(self) -> None:
        """Count the points of all stores beside their bytes, a few runs at a time."""
        server, points = self._server, 0
        with server.db.read() as connection:
            found = sources.all_of(connection)
        for home, numbers in sorted(found.items()):
            for first in range(0, len(numbers), _RUNS_AT_ONCE):
                if self._stop.is_set():
                    return
                some = numbers[first : first + _RUNS_AT_ONCE]
                points += int(server.stores.of(home).summaries(some).count.sum())
        server.vitals.density = (server.stores.size(), points)

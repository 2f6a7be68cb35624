"""Moving the points of runs that ended long ago out of the database, beside the media.

After as many days as ``--cold-after`` says, or never. A run counts from when it ended or was last
heard of, whichever is later, as for retention. What comes late for a cold run brings its points
back; after as many days again they are moved again. Points that copies read too are moved when the
time has come for all that show them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from swanlab.server import retention, trouble
from swanlab.server.db import runs, sources
from swanlab.server.metrics.codec import DamagedError
from swanlab.server.metrics.contract import ColdMissing

if TYPE_CHECKING:
    from swanlab.server.state import Server

EVERY = 3600.0
"""Seconds between two looks."""

log = logging.getLogger("swanlab.server")


class Freezer:
    """One thread that moves what is due; what fails is reported and tried again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="freezer", daemon=True)

    def start(self) -> None:
        """Begin; a server that only watches folders moves nothing."""
        if self._server.mode == "server":
            self._thread.start()

    def close(self) -> None:
        """Stop; a move that is under way ends without effect."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            for look in (sweep, tidy):
                try:
                    look(self._server, self._stop.is_set)
                except Exception as error:  # noqa: BLE001 - reported, and tried again
                    if not self._stop.is_set():
                        trouble.report(log, "moving old runs", error)
            self._stop.wait(EVERY)


def sweep(server: Server, stopping: Callable[[], bool]) -> int:
    """Move the points of all runs whose time has come; returns how many runs that were."""
    days, moved = server.cold_after, 0
    if days is None:
        return 0
    for home, found in _due(server, days).items():
        with server.freeing.paused():
            cold = server.stores.of(home).frozen().keys() if server.stores.has(home) else set()
        for source, run_id in found.items():
            if stopping():
                return moved
            if source not in cold:
                moved += _move(server, home, source, run_id)
    return moved


def _due(server: Server, days: float) -> dict[int, dict[int, str]]:
    """Return by home the sources whose time has come, each with the id of a run that shows it."""
    with server.db.read() as connection:
        found = sorted({project for project, _, _ in runs.all_ids(connection)})
    due: dict[int, dict[int, str]] = {}
    fresh: list[tuple[int, int]] = []
    for project in found:
        with server.db.read() as connection:
            rows = runs.of_project(connection, project)
        for row in rows:
            if retention.is_old(server, row, days):
                due.setdefault(row.home, {})[row.source] = row.run_id
            else:
                fresh.append((row.home, row.source))
    for home, source in fresh:
        due.get(home, {}).pop(source, None)
    return due


def _move(server: Server, home: int, source: int, run_id: str) -> bool:
    """Move what a run shows; one that is damaged must not keep the others from being moved."""
    with server.freeing.paused():
        with server.db.read() as connection:
            if not sources.is_read(connection, source):
                return False
        try:
            moved = server.stores.of(home).freeze(source)
        except (ColdMissing, DamagedError) as error:
            trouble.report(log, f"moving the points of run {source}", error)
            return False
    if moved:
        log.info("moved the points of an old run", extra={"fields": {"run": run_id}})
    return moved


def tidy(server: Server, stopping: Callable[[], bool]) -> int:
    """Remove the segments that nothing needs any more; returns how many."""
    removed, stores = 0, server.stores
    for home in stores.homes(opened=server.cold_after is None):
        if stopping():
            return removed
        with server.freeing.paused():
            removed += stores.of(home).tidy() if stores.has(home) else 0
    server.freeing.sweep_files()
    return removed

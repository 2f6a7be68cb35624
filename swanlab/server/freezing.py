"""Moving the points of runs that ended long ago out of the database, beside the media.

After as many days as ``--cold-after`` says, or never. A run counts from when it ended or was last
heard of, whichever is later, as for retention. What comes late for a cold run brings its points
back; after as many days again they are moved again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from swanlab.server import retention, trouble
from swanlab.server.db import runs
from swanlab.server.metrics.codec import DamagedError
from swanlab.server.metrics.contract import ColdMissing, MetricStore

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
    with server.db.read() as connection:
        found = sorted({project for project, _, _ in runs.all_ids(connection)})
    for project in found:
        with server.db.read() as connection:
            rows = runs.of_project(connection, project)
        store = server.stores.of(project)
        cold = store.frozen().keys()
        for row in rows:
            if stopping():
                return moved
            if row.id not in cold and retention.is_old(server, row, days):
                moved += _move(store, row)
    return moved


def _move(store: MetricStore, row: runs.RunRow) -> bool:
    """Move one run; one that is damaged must not keep the others from being moved."""
    try:
        moved = store.freeze(row.id)
    except (ColdMissing, DamagedError) as error:
        trouble.report(log, f"moving the points of run {row.id}", error)
        return False
    if moved:
        log.info("moved the points of an old run", extra={"fields": {"run": row.run_id}})
    return moved


def tidy(server: Server, stopping: Callable[[], bool]) -> int:
    """Remove the segments that nothing needs any more; returns how many."""
    removed, stores = 0, server.stores
    for store in stores.opened() if server.cold_after is None else stores.all():
        if stopping():
            return removed
        removed += store.tidy()
    return removed

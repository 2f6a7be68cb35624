"""Work that may wait: batches into chunks, and when runs were last heard of onto the disk."""

from __future__ import annotations

import logging
import threading
import time

from swanlab.server import trouble
from swanlab.server.db import runs
from swanlab.server.db.engine import Database
from swanlab.server.metrics.contract import MetricStore
from swanlab.server.stores import Stores
from swanlab.server.vitals import Vitals

SEAL_POINTS = 64 * 1024
TICK = 5.0

log = logging.getLogger("swanlab.server")


class Keeper:
    """One thread that seals runs in time and keeps when they were last heard of. Thread-safe."""

    def __init__(self, db: Database, stores: Stores, vitals: Vitals) -> None:
        self._db, self._stores, self._vitals = db, stores, vitals
        self._unsealed: dict[int, int] = {}
        self._ended: dict[int, int] = {}
        self._heard: dict[int, int] = {}
        self._noted: dict[int, int] = {}
        """Written down last: whoever has read the row just before finds the time here."""
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def heard(self, run: int, at: int) -> None:
        """Note that the run was heard of at ``at`` (Unix milliseconds)."""
        with self._lock:
            self._heard[run] = max(at, self._heard.get(run, 0))

    def last_heard(self, run: int, stored: int) -> int:
        """Return when the run was last heard of, given what the database says."""
        return max(stored, self._heard.get(run, 0), self._noted.get(run, 0))

    def wrote(self, home: int, run: int, points: int, *, ended: bool) -> None:
        """Note points that are in batches now; ``ended`` means that no more are to come soon."""
        with self._lock:
            self._unsealed[run] = self._unsealed.get(run, 0) + points
            if ended:
                self._ended[run] = home
            wake = ended or self._unsealed[run] >= SEAL_POINTS
            if wake:
                self._unsealed[run] = 0
        if wake:
            self._wake.set()

    def forget(self, run: int) -> None:
        """Drop what was noted of a deleted run: a later one may get its number."""
        with self._lock:
            for noted in (self._unsealed, self._ended, self._heard, self._noted):
                noted.pop(run, None)

    def close(self) -> None:
        """Write down what is only in memory, and stop."""
        self._closed = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        try:
            self._note_heard()
        except Exception as error:  # noqa: BLE001 - it is the end either way
            trouble.report(log, "noting when runs were last heard of", error)

    def _work(self) -> None:
        while not self._closed:
            try:
                self._seal()
                self._note_heard()
            except Exception as error:  # noqa: BLE001 - reported, and tried again
                trouble.report(log, "sealing", error)
            self._wake.wait(TICK)
            self._wake.clear()

    def _seal(self) -> None:
        with self._lock:
            ended, self._ended = self._ended, {}
        for run, home in ended.items():
            if self._closed:
                return
            self._seal_run(self._stores.of(home), run, force=True)
        for store in self._stores.opened():
            for run in store.due():
                if self._closed:
                    return
                self._seal_run(store, run)

    def _seal_run(self, store: MetricStore, run: int, *, force: bool = False) -> None:
        """Seal one run; what is wrong with it must not keep the others from being sealed."""
        began = time.perf_counter()
        try:
            sealed = store.seal(run, force=force)
        except Exception as error:
            if trouble.is_of_cold_runs(error):
                trouble.report(log, f"bringing run {run} back for what came late", error)
                return
            if trouble.of(error) is not None:
                raise  # The machine's fault: the other runs would fail alike.
            log.exception("could not seal run %d; its points stay as they came", run)
        else:
            if sealed:
                self._vitals.sealed(time.perf_counter() - began)

    def _note_heard(self) -> None:
        with self._lock:
            heard = dict(self._heard)
        if heard:
            with self._db.write() as connection:
                runs.seen(connection, heard)
        with self._lock:
            self._noted = heard
            for run, at in heard.items():
                if self._heard.get(run) == at:
                    del self._heard[run]

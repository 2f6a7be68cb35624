"""Points that no run shows any more: freed behind whoever deleted the last one that did.

To delete a run takes a moment however many points it has. What is left in the stores is found in
the database, so that nothing stays when a server ends in between.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from swanlab.server import trouble
from swanlab.server.db import sources
from swanlab.server.db.engine import Database
from swanlab.server.stores import Stores

EVERY = 600.0
_BATCH = 10

log = logging.getLogger("swanlab.server")


class Freeing:
    """One thread that gives the space of deleted runs back."""

    def __init__(self, db: Database, stores: Stores) -> None:
        self._db, self._stores = db, stores
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._one = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="freeing", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop after what is being freed."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def soon(self) -> None:
        """Something was deleted: look soon."""
        self._wake.set()

    def sweep(self) -> int:
        """Free what nobody reads; returns how many files and runs that were.

        The file of a deleted project goes whole when nothing in it is read, whatever its size.
        """
        done = 0
        while not self._closing.is_set():
            with self._one:
                # Looked for again each time: much goes at once when a project is deleted meanwhile.
                some = self._files() + self._points()
            if not some:
                break
            done += some
        return done

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is freed meanwhile, so that no file goes under whoever reads or writes it."""
        with self._one:
            yield

    def sweep_files(self) -> int:
        """Remove what is left of deleted projects that waited for their segments to be removed."""
        if self._db.shared:
            return 0
        done = 0
        for home in self._stores.homes():
            with self._one, self._db.read() as connection:
                known = sources.known_homes(connection)
            if home in known:
                continue
            with self._one:
                if self._stores.has(home) and self._is_empty(home):
                    done += self._stores.remove(home)
        return done

    def _is_empty(self, home: int) -> bool:
        store = self._stores.of(home)
        return not store.runs() and not store.discarded()

    def _files(self) -> int:
        if self._db.shared:
            return 0
        with self._db.read() as connection:
            homes = sources.abandoned(connection)
        done = 0
        for home in homes:
            if self._keeps_segments(home):
                continue  # its runs go one by one, and leave the names of what is to be removed
            if self._stores.remove(home):
                with self._db.write() as connection:
                    sources.drop_home(connection, home)
                done += 1
        return done

    def _keeps_segments(self, home: int) -> bool:
        if not self._stores.has(home):
            return False
        store = self._stores.of(home)
        return bool(store.frozen()) or store.discarded() > 0

    def _points(self) -> int:
        with self._db.read() as connection:
            unread = sources.unread(connection, _BATCH)
        for done, (source, home) in enumerate(unread):
            if self._closing.is_set():
                return done
            self._stores.of(home).delete(source)
            with self._db.write() as connection:
                sources.drop(connection, source)
        return len(unread)

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                self.sweep()
            except Exception as error:  # noqa: BLE001 - reported, and tried again
                trouble.report(log, "freeing the space of deleted runs", error)
            self._wake.wait(EVERY)
            self._wake.clear()

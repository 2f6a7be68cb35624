"""The metric stores of the projects: one file each, or one PostgreSQL database for all."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from swanlab.server.joined import Readable
    from swanlab.server.metrics.cold import Cold
    from swanlab.server.metrics.contract import MetricStore


_ALL = 0
"""Stands for every project where they share a store."""


class Stores:
    """Opens each project's store when it is first needed and keeps it open. Thread-safe."""

    def __init__(
        self, folder: Path, database_url: str | None = None, cold: Cold | None = None
    ) -> None:
        self._folder = folder
        self._url = database_url
        self._cold = cold
        self._open: dict[int, MetricStore] = {}
        self._lock = threading.Lock()

    def of(self, home: int) -> MetricStore:
        """Return the store of a project, creating its file when it is new."""
        number = home if self._url is None else _ALL
        held = self._open.get(number)
        if held is not None:
            return held
        with self._lock:
            if number not in self._open:
                self._open[number] = self._opened(number)
            return self._open[number]

    def over(self, homes: Mapping[int, int], otherwise: int) -> Readable:
        """Return what reads the sources in ``homes``, each in the store of its home.

        ``otherwise`` is the home of whatever else is asked for, which has no points.
        """
        if self._url is not None:
            return self.of(_ALL)
        used = sorted(set(homes.values()))
        if len(used) <= 1:
            return self.of(used[0] if used else otherwise)
        from swanlab.server.joined import Joined

        return Joined({home: self.of(home) for home in used}, homes)

    def remove(self, home: int) -> bool:
        """Remove the file of a project that is gone; False where it cannot be yet, or is shared.

        Nobody may read or write it any more.
        """
        if self._url is not None:
            return False
        with self._lock:
            held = self._open.pop(home, None)
        if held is not None:
            held.close()
        path = self._path(home)
        try:
            for end in ("", "-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)
        except PermissionError:  # Windows: somebody still has it open.
            return False
        return True

    def has(self, home: int) -> bool:
        """Whether there is a store of that home."""
        return self._url is not None or self._path(home).is_file()

    def _path(self, home: int) -> Path:
        return self._folder / f"{home}.db"

    def _opened(self, number: int) -> MetricStore:
        from swanlab.server.metrics.store import open_store

        if self._url is not None:
            return open_store(self._url, self._cold)
        self._folder.mkdir(parents=True, exist_ok=True)
        return open_store(self._path(number), self._cold)

    def open_shared(self) -> None:
        """Open the store of all projects now, if they share one: other servers write to it too."""
        if self._url is not None:
            self.of(_ALL)

    def homes(self, *, opened: bool = False) -> list[int]:
        """Return the home of every store, or of those that are open, those of deleted projects too.

        One stands for all of them where they share a store.
        """
        if self._url is not None:
            return [_ALL]
        if opened:
            with self._lock:
                return sorted(self._open)
        return sorted(int(path.stem) for path in self._folder.glob("[0-9]*.db"))

    def opened(self) -> list[MetricStore]:
        """Return the stores that are open now."""
        with self._lock:
            return list(self._open.values())

    def waiting(self) -> tuple[int, int]:
        """Return how many batches and how many points are not sealed yet."""
        found = [store.waiting() for store in self.opened()]
        return sum(batches for batches, _ in found), sum(points for _, points in found)

    def size(self) -> int:
        """Return the bytes that the stores that are open take on the disk."""
        return sum(store.size() for store in self.opened())

    def frozen(self) -> tuple[int, int]:
        """Return how many runs of the stores that are open are cold, and the bytes they take."""
        sizes = [size for store in self.opened() for size in store.frozen().values()]
        return len(sizes), sum(sizes)

    def close(self) -> None:
        """Close all stores."""
        with self._lock:
            for store in self._open.values():
                store.close()
            self._open.clear()

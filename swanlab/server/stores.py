"""The metric stores of the projects, one file each, opened when first needed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from swanlab.server.metrics.contract import MetricStore


class Stores:
    """Opens each project's store once and keeps it open. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[int, MetricStore] = {}
        self._lock = threading.Lock()

    def of(self, project: int) -> MetricStore:
        """Return the store of a project, creating its file when it is new."""
        held = self._open.get(project)
        if held is not None:
            return held
        from swanlab.server.metrics.store import open_store

        with self._lock:
            if project not in self._open:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._open[project] = open_store(self._folder / f"{project}.db")
            return self._open[project]

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

    def close(self) -> None:
        """Close all stores."""
        with self._lock:
            for store in self._open.values():
                store.close()
            self._open.clear()

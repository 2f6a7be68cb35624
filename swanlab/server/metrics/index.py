"""Which series stands where in the pages of a run's summaries.

The names of a run only ever grow, so what was read is kept under their number. Runs of one project
mostly have the same names in the same order: a page of them is kept once for all that share it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING

from swanlab.server.metrics import rows

if TYPE_CHECKING:
    import sqlalchemy as sa

NAMES = 500_000
"""Different names to keep: some 100 MB."""
PAGES = 200_000
"""Pages of all runs to know the names of."""
_AT_ONCE = 1000
"""Runs whose names are read together: a bound on memory."""

Places = dict[str, tuple[int, int]]
"""Of a page of names, each key with the lowest rank that it has there, and its index."""


class Index:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: OrderedDict[int, tuple[int, list[bytes]]] = OrderedDict()
        self._pages: OrderedDict[bytes, Places] = OrderedDict()
        self._known = self._names = 0

    def pages(
        self, connection: sa.Connection, ledgers: dict[int, rows.Ledger]
    ) -> dict[int, list[Places]]:
        """Return the pages of names of the runs that these are the ledgers of."""
        found: dict[int, list[Places]] = {}
        with self._lock:
            for run, ledger in ledgers.items():
                held = self._held(run, ledger.series)
                if held is not None:
                    found[run] = held
        missing = ledgers.keys() - found.keys()
        for part in rows.portions(sorted(missing), _AT_ONCE):
            read: dict[int, list[bytes]] = {run: [] for run in part}
            fresh: dict[bytes, Places] = {}
            found.update({run: [] for run in part})
            for run, blob in rows.name_blobs(connection, part):
                digest = blake2b(blob, digest_size=16).digest()
                places = fresh.get(digest) or self._pages.get(digest)
                if places is None:
                    places = _places(blob)
                fresh[digest] = places
                read[run].append(digest)
                found[run].append(places)
            self._keep({run: (ledgers[run].series, own) for run, own in read.items()}, fresh)
        return found

    def _held(self, run: int, series: int) -> list[Places] | None:
        known = self._runs.get(run)
        if known is None or known[0] != series:
            return None
        self._runs.move_to_end(run)
        places = [self._pages.get(digest) for digest in known[1]]
        return None if None in places else [page for page in places if page is not None]

    def _keep(self, runs: dict[int, tuple[int, list[bytes]]], pages: dict[bytes, Places]) -> None:
        with self._lock:
            for run, known in runs.items():
                self._forget(run)
                self._runs[run] = known
                self._known += len(known[1])
            while self._known > PAGES:
                self._forget(next(iter(self._runs)))
            for digest, places in pages.items():
                if digest not in self._pages:
                    self._names += len(places)
                self._pages[digest] = places
                self._pages.move_to_end(digest)
            while self._names > NAMES and len(self._pages) > 1:
                self._names -= len(self._pages.popitem(last=False)[1])

    def _forget(self, run: int) -> None:
        gone = self._runs.pop(run, None)
        if gone is not None:
            self._known -= len(gone[1])

    def forget(self, run: int) -> None:
        """Forget a run."""
        with self._lock:
            self._forget(run)


def _places(blob: bytes) -> Places:
    found: Places = {}
    for at, (key, rank) in enumerate(rows.decode_names(blob)):
        if key not in found or rank < found[key][0]:
            found[key] = (rank, at)
    return found

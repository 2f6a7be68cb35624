"""Single cells of the experiments table: the summaries of a few keys of very many runs.

A sealed summary changes only by a seal, so what was read is kept under the number of seals of its
run: sorting ten thousand runs once more reads one row a run, and no page of summaries.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa

from swanlab.server.metrics import codec, rows
from swanlab.server.metrics.aggregate import SUMMARY, Records
from swanlab.server.metrics.contract import Floats

MEMORY = 500_000
"""Cells to keep: some 100 MB."""
_AT_ONCE = 500
"""Runs whose pages are read together: a bound on memory, not on time."""

Cell = tuple[int, bytes]
"""(rank, summary); the lowest rank of a key stands for it."""
_ABSENT: Cell = (1 << 62, np.zeros(1, dtype=SUMMARY).tobytes())


class Cells:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, tuple[int, dict[str, Cell]]] = OrderedDict()
        self._size = 0

    def sealed(
        self, connection: sa.Connection, ledgers: dict[int, rows.Ledger], keys: Sequence[str]
    ) -> dict[int, dict[str, Cell]]:
        """Return the sealed summaries of the keys, by run; ``points`` is 0 where there is none."""
        found: dict[int, dict[str, Cell]] = {}
        with self._lock:
            for run, ledger in ledgers.items():
                kept = self._kept.get(run)
                if kept is not None and kept[0] == ledger.seals and kept[1].keys() >= set(keys):
                    found[run] = kept[1]
        missing = sorted(ledgers.keys() - found.keys())
        for part in rows.portions(missing, _AT_ONCE):
            read = _read(connection, part, keys)
            self._keep({run: ledgers[run].seals for run in part}, read)
            found.update(read)
        return found

    def _keep(self, seals: dict[int, int], read: dict[int, dict[str, Cell]]) -> None:
        with self._lock:
            for run, own in read.items():
                before = self._kept.pop(run, None)
                if before is not None:
                    self._size -= len(before[1])
                    if before[0] == seals[run]:
                        own.update({key: cell for key, cell in before[1].items() if key not in own})
                self._kept[run] = (seals[run], own)
                self._size += len(own)
            while self._size > MEMORY and len(self._kept) > 1:
                _, (_, gone) = self._kept.popitem(last=False)
                self._size -= len(gone)

    def forget(self, run: int) -> None:
        """Forget a run: a later one may get its number."""
        with self._lock:
            gone = self._kept.pop(run, None)
            if gone is not None:
                self._size -= len(gone[1])


def _read(
    connection: sa.Connection, runs: Sequence[int], keys: Sequence[str]
) -> dict[int, dict[str, Cell]]:
    found = {run: dict.fromkeys(keys, _ABSENT) for run in runs}
    wanted = set(keys)
    memo: dict[bytes, list[tuple[str, int, int]]] = {}
    for run, names, packed in rows.series_blobs(connection, runs):
        places = memo.get(names)
        if places is None:
            places = memo[names] = [
                (key, rank, at)
                for at, (key, rank) in enumerate(rows.decode_names(names))
                if key in wanted
            ]
        if not places:
            continue
        data, own = codec.decode_page(packed, "summaries"), found[run]
        for key, rank, at in places:
            if rank < own[key][0]:
                begin = at * SUMMARY.itemsize
                own[key] = (rank, data[begin : begin + SUMMARY.itemsize])
    return found


def column(found: dict[int, dict[str, Cell]], runs: Sequence[int], key: str) -> Records:
    """Return the summaries of one key, a row per run of ``runs``."""
    empty = {key: _ABSENT}
    return np.frombuffer(b"".join([found.get(run, empty)[key][1] for run in runs]), dtype=SUMMARY)


def stat(records: Records, name: str) -> Floats:
    """Return ``last``, ``min``, ``max``, ``mean`` or ``count`` of summaries, NaN where none."""
    count = records["points"]
    if name == "count":
        return np.where(count > 0, count, np.nan)
    if name == "mean":
        finite = count - records["nan"] - records["positive"] - records["negative"]
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            mean = np.clip(records["total"] / finite, records["low"], records["high"])
        return np.where(finite > 0, mean, np.nan)
    field = {"last": "last_value", "min": "low", "max": "high"}[name]
    return np.where(count > 0, records[field], np.nan)

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
from swanlab.server.metrics.aggregate import SUMMARY, Records, checks
from swanlab.server.metrics.contract import Floats
from swanlab.server.metrics.index import Index, Places

MEMORY = 500_000
"""Cells to keep: some 100 MB."""
FEW = 4
"""Keys of a run that are read one by one; of more its pages are read whole."""
_AT_ONCE, _SINGLE_AT_ONCE = 500, 4000
"""Runs whose pages, or single summaries, are read together: a bound on memory, not on time."""

Cell = tuple[int, bytes]
"""(rank, summary); the lowest rank of a key stands for it."""
_ABSENT: Cell = (1 << 62, np.zeros(1, dtype=SUMMARY).tobytes())


class Cells:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, tuple[int, dict[str, Cell]]] = OrderedDict()
        self._size = 0
        self._index = Index()

    def sealed(
        self, connection: sa.Connection, ledgers: dict[int, rows.Ledger], keys: Sequence[str]
    ) -> dict[int, dict[str, Cell]]:
        """Return the sealed summaries of the keys, by run; ``points`` is 0 where there is none."""
        found = self._known(ledgers)
        lacking = {key for own in found.values() for key in keys if key not in own}
        missing = sorted(run for run, own in found.items() if not own.keys() >= lacking)
        wanted = sorted(lacking)
        few = len(wanted) <= FEW
        if few:
            pages = self._index.pages(connection, {run: ledgers[run] for run in missing})
        for part in rows.portions(missing, _SINGLE_AT_ONCE if few else _AT_ONCE):
            if few:
                read = _read_single(connection, {run: pages[run] for run in part}, wanted)
            else:
                read = _read_pages(connection, part, wanted)
            for run, own in read.items():
                found[run] = {**found[run], **own}
            self._keep({run: (ledgers[run].seals, found[run]) for run in part})
        return found

    def names(
        self, connection: sa.Connection, ledgers: dict[int, rows.Ledger]
    ) -> dict[int, list[Places]]:
        """Return the pages of names of the runs that these are the ledgers of."""
        return self._index.pages(connection, ledgers)

    def _known(self, ledgers: dict[int, rows.Ledger]) -> dict[int, dict[str, Cell]]:
        """Return the cells that are kept of the runs."""
        found: dict[int, dict[str, Cell]] = {}
        with self._lock:
            for run, ledger in ledgers.items():
                kept = self._kept.get(run)
                found[run] = kept[1] if kept is not None and kept[0] == ledger.seals else {}
        return found

    def _keep(self, read: dict[int, tuple[int, dict[str, Cell]]]) -> None:
        with self._lock:
            for run, own in read.items():
                before = self._kept.pop(run, None)
                if before is not None:
                    self._size -= len(before[1])
                self._kept[run] = own
                self._size += len(own[1])
            while self._size > MEMORY and len(self._kept) > 1:
                _, (_, gone) = self._kept.popitem(last=False)
                self._size -= len(gone)

    def forget(self, run: int) -> None:
        """Forget a run: a later one may get its number."""
        self._index.forget(run)
        with self._lock:
            gone = self._kept.pop(run, None)
            if gone is not None:
                self._size -= len(gone[1])


def _read_pages(
    connection: sa.Connection, runs: Sequence[int], keys: Sequence[str]
) -> dict[int, dict[str, Cell]]:
    """Read whole pages of summaries."""
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


def _read_single(
    connection: sa.Connection, pages: dict[int, list[Places]], keys: Sequence[str]
) -> dict[int, dict[str, Cell]]:
    """Read but the summaries of the keys: a hundredth of the bytes where runs have many."""
    found = {run: dict.fromkeys(keys, _ABSENT) for run in pages}
    wanted: dict[tuple[int, int, int], tuple[str, int]] = {}
    for run, own in pages.items():
        for key in keys:
            lowest = 1 << 62
            for number, page in enumerate(own):
                if key in page and page[key][0] < lowest:
                    lowest, index = page[key]
                    place = (run, number, index)
            if lowest < 1 << 62:
                wanted[place] = (key, lowest)
    read = {
        (run, page, at): data for run, page, at, data in rows.single_summaries(connection, wanted)
    }
    blank = _ABSENT[1]
    cells = [data if len(data) == len(blank) else blank for data in read.values()]
    records = np.frombuffer(b"".join([blank, *cells]), dtype=SUMMARY)[1:]
    right = (records["check"] == checks(records)).tolist()
    for place, data, good in zip(read, cells, right, strict=True):
        if good:
            key, rank = wanted.pop(place)
            found[place[0]][key] = (rank, data)
    spoiled = {run for run, _, _ in wanted}
    # Of an older version, which wrote no checks, or damaged, which the page will say.
    found.update(_read_pages(connection, sorted(spoiled), keys))
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

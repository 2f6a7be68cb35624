"""The pages of chunk headers of a series, and the roll-ups of 256 points that lie beside them.

A page holds the headers of some hundred chunks. Beside it lies, in one blob, a coarser roll-up of
those chunks that are not expected to change: a chart whose buckets are wider than a roll-up group
and narrower than a chunk would else unpack the roll-ups of every chunk one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from swanlab.server.metrics import aggregate, codec
from swanlab.server.metrics.aggregate import NO_ROLLUP, Records
from swanlab.server.metrics.contract import Ints

HEADERS = 128
"""Chunk headers to a page; one in the middle may grow to twice as many before it is cut."""
PACK_FROM = 16
"""So many chunks make it worth to pack their roll-ups together."""
WIDE = 2
"""How many bits wider a packed group is than a coarse one."""


class Change(NamedTuple):
    """A page to be written, and the chunks (by their start) whose roll-ups to pack beside it.

    None are named when what lies beside it stays.
    """

    headers: Records
    pack: list[int]

    @property
    def start(self) -> int:
        """The page goes by the start of its first chunk."""
        return int(self.headers["start"][0])


class Turn(NamedTuple):
    """How the pages of a series change: keys (starts) of rows to remove, and what to write."""

    removed: list[int]
    unpacked: list[int]
    """Pages whose packed roll-ups go."""
    changes: list[Change]
    newest: int
    """Start of the newest page."""


def cut(headers: Records, starts: Sequence[int]) -> list[Records]:
    """Split headers (ascending) into the pages that there were; what grew too large is cut."""
    found: list[Records] = []
    parts = np.split(headers, np.searchsorted(headers["start"], starts[1:]))
    for number, part in enumerate(parts, 1):
        if len(part) <= (2 * HEADERS if number < len(parts) else HEADERS):
            found.append(part)
        else:
            found += [part[at : at + HEADERS] for at in range(0, len(part), HEADERS)]
    return [part for part in found if len(part)]


def turn(headers: Records, old: Mapping[int, Records], *, whole: bool = False) -> Turn:
    """Find what changes when a series has ``headers`` where it had the pages ``old``, by start.

    ``whole`` packs whatever can be, the newest chunk included.
    """
    small = len(headers) <= min(PACK_FROM, HEADERS) and len(old) < 2 and not whole
    if small and not any(page["packed"].any() for page in old.values()):
        change = Change(headers, [])  # the usual case, without the arrays that follow
        return Turn(list(old), [], [change], change.start)
    parts = cut(headers.copy(), sorted(old))
    changes: list[Change] = []
    keys = set()
    for number, part in enumerate(parts, 1):
        start = int(part["start"][0])
        keys.add(start)
        before = old.get(start)
        if before is None:
            part["packed"] = 0
        pack = _to_pack(part, newest=number == len(parts), whole=whole)
        if pack:
            part["packed"] = np.isin(part["start"], pack)
        if before is None or pack or before.tobytes() != part.tobytes():
            changes.append(Change(part, pack))
    written = {change.start for change in changes}
    packing = {change.start for change in changes if change.pack}
    return Turn(
        removed=[start for start in old if start not in keys or start in written],
        unpacked=[
            start
            for start, page in old.items()
            if (start not in keys or start in packing) and page["packed"].any()
        ],
        changes=changes,
        newest=int(parts[-1]["start"][0]),
    )


def _to_pack(page: Records, *, newest: bool, whole: bool) -> list[int]:
    able = page["coarse"] != NO_ROLLUP
    if newest and not whole:
        able = able.copy()
        able[-1] = False  # it still grows
    fresh = np.count_nonzero(able & (page["packed"] == 0))
    wanted = PACK_FROM if newest and not whole else 1
    if fresh < wanted or np.count_nonzero(able) < PACK_FROM:
        return []
    return [int(start) for start in page["start"][able]]


def pack(page: Records, chunks: Sequence[int], coarse: Sequence[bytes]) -> bytes:
    """Return the packed roll-up of ``chunks`` of a page from their coarse ones."""
    own = page[np.searchsorted(page["start"], chunks)]
    groups, sizes = codec.decode_groups(coarse)
    return codec.encode_groups(wide(own, groups, sizes))


def wide(headers: Records, groups: Records, sizes: Ints) -> Records:
    """Aggregate coarse groups, ``sizes`` of them to each chunk, into wide ones."""
    chunk = np.repeat(np.arange(len(headers)), sizes)
    bits = np.minimum(headers["coarse"].astype(np.int64) + WIDE, 63)[chunk]
    cells = groups["step"] >> bits
    begins = np.flatnonzero((np.diff(chunk, prepend=-1) != 0) | (np.diff(cells, prepend=-1) != 0))
    return aggregate.regroup(begins, groups)

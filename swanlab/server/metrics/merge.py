"""Puts new points of a series among its chunks: which chunks they touch, and what replaces them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swanlab.server.metrics import aggregate, codec, grid
from swanlab.server.metrics.aggregate import HEADER, NO_ROLLUP, Records
from swanlab.server.metrics.contract import Ints
from swanlab.server.metrics.tail import Arrays, concatenate, unique

ROLLUP_FROM = 256
"""Chunks of fewer points have no roll-ups: decoding them costs less than keeping them would."""
FINE, COARSE = 16, 2
"""Points of a fine group, more or less, and how many bits wider a coarse one is."""


class Piece(NamedTuple):
    """A new chunk, packed. The roll-ups are None where there are none."""

    start: int
    header: bytes
    data: bytes
    coarse: bytes | None
    fine: bytes | None


class Region(NamedTuple):
    """A window that gets new points, and the chunk (by its start) that is there, if any."""

    start: int
    bits: int
    points: Arrays
    chunk: int | None


class Packer:
    """Packs chunks; steps and times that several series share are packed once."""

    def __init__(self) -> None:
        self._packed: dict[bytes, bytes] = {}
        self._starts: dict[tuple[bytes, int], Ints] = {}

    def pack(self, window: grid.Window, points: Arrays) -> Piece:
        """Pack the points of one window, at most a chunk."""
        raw = points.steps.tobytes()
        steps, times = self._ints(raw, points.steps), self._ints(points.times.tobytes(), points[1])
        data = codec.encode_chunk(steps, times, points.values)
        place = (window.start, window.bits)
        count = len(points.steps)
        if count < ROLLUP_FROM:
            header = aggregate.header(place, points, (NO_ROLLUP, NO_ROLLUP), codec.VERSION)
            return Piece(window.start, header, data, None, None)
        bits = grid.group_bits(int(points.steps[0]), int(points.steps[-1]), count, FINE)
        wide = min(bits + COARSE, grid.BITS)
        header = aggregate.header(place, points, (bits, wide), codec.VERSION)
        fine = aggregate.group(self._cut(raw, points.steps, bits), *points)
        coarse = aggregate.regroup(aggregate.boundaries(fine["step"] >> wide), fine)
        return Piece(
            window.start, header, data, codec.encode_groups(coarse), codec.encode_groups(fine)
        )

    def _ints(self, raw: bytes, array: Ints) -> bytes:
        found = self._packed.get(raw)
        if found is None:
            found = self._packed[raw] = codec.encode_ints(array)
        return found

    def _cut(self, raw: bytes, steps: Ints, bits: int) -> Ints:
        found = self._starts.get((raw, bits))
        if found is None:
            found = self._starts[raw, bits] = aggregate.boundaries(steps >> bits)
        return found


def regions(headers: Records, points: Arrays) -> list[Region]:
    """Find where the points (ascending) belong among the chunks of ``headers`` (ascending).

    Either all headers of the series are given, or all from one that starts before the points.
    """
    found: list[Region] = []
    starts = headers["start"]
    begin, total = 0, len(points.steps)
    while begin < total:
        step = int(points.steps[begin])
        at = int(np.searchsorted(starts, step, side="right")) - 1
        floor, ceiling, chunk = 0, grid.LAST, None
        if at >= 0:
            start, bits = int(starts[at]), int(headers["bits"][at])
            floor = grid.last_step(start, bits) + 1
            chunk = start if step < floor else None
        if chunk is None:
            if at + 1 < len(starts):
                ceiling = int(starts[at + 1]) - 1
            start, bits = grid.widest(step, floor, ceiling)
        last = grid.last_step(start, bits)
        end = int(np.searchsorted(points.steps, last, side="right"))
        found.append(Region(start, bits, points.take(slice(begin, end)), chunk))
        begin = end
    return found


def fill(region: Region, old: Arrays | None, packer: Packer) -> list[Piece]:
    """Return the chunks that hold the new points of a region and its ``old`` ones."""
    points = region.points
    if old is not None:
        points = unique(concatenate([old, points]))
    windows = grid.split(points.steps, region.start, region.bits)
    return [packer.pack(window, points.take(slice(window.begin, window.end))) for window in windows]


def replace(headers: Records, removed: list[int], added: list[bytes]) -> Records:
    """Return headers without the chunks that start at ``removed`` and with the ``added`` ones."""
    kept = headers
    if removed:
        keep = np.ones(len(headers), dtype=np.bool_)
        keep[np.searchsorted(headers["start"], removed)] = False
        kept = headers[keep]
    out: Records = np.frombuffer(b"".join((kept.tobytes(), *added)), dtype=HEADER)
    starts = out["start"]
    if (starts[1:] > starts[:-1]).all():
        return out
    return out[np.argsort(starts, kind="stable")]

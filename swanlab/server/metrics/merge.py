"""Puts new points of a series among its chunks: which chunks they touch, and what replaces them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from swanlab.server.metrics import aggregate, codec, grid
from swanlab.server.metrics.aggregate import HEADER, NO_ROLLUP, Records
from swanlab.server.metrics.contract import Ints
from swanlab.server.metrics.tail import Arrays, last_of_each

ROLLUP_FROM = 256
"""Chunks of fewer points have no roll-ups: decoding them costs less than keeping them would."""
FINE, COARSE = 16, 2
"""Points of a fine group, more or less, and how many bits wider a coarse one is."""


TOGETHER = 64
"""Series that are packed at once: so many fit the processor's cache."""


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

    def pack_rows(self, window: grid.Window, points: Arrays) -> list[Piece]:
        """Return ``pack`` of every row of the values, all finite, which share steps and times."""
        steps, times, values = points
        raw = steps.tobytes()
        data = codec.encode_chunks(
            self._ints(raw, steps), self._ints(times.tobytes(), times), values
        )
        bits = wide = NO_ROLLUP
        coarse: list[bytes | None] = [None] * len(values)
        fine = coarse
        if len(steps) >= ROLLUP_FROM:
            bits = grid.group_bits(int(steps[0]), int(steps[-1]), len(steps), FINE)
            wide = min(bits + COARSE, grid.BITS)
            groups = aggregate.group_rows(self._cut(raw, steps, bits), steps, times, values)
            starts = aggregate.boundaries(groups["step"][0] >> wide)
            coarse = [*codec.encode_groups_of(aggregate.regroup_rows(starts, groups))]
            fine = [*codec.encode_groups_of(groups)]
        place = (window.start, window.bits)
        headers = aggregate.headers(place, points, (bits, wide), codec.VERSION)
        return [
            Piece(window.start, header.tobytes(), chunk, wider, finer)
            for header, chunk, wider, finer in zip(headers, data, coarse, fine, strict=True)
        ]

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


def fill(regions: Sequence[tuple[Region, Arrays | None]], packer: Packer) -> list[list[Piece]]:
    """Return of each region the chunks that hold its new points and its old ones, if any.

    Regions that have their steps in common are packed together: an array costs little more than a
    number does.
    """
    alike: dict[Hashable, list[int]] = {}
    for index, (region, old) in enumerate(regions):
        key = (region.start, region.bits, _same(region.points), old and _same(old))
        alike.setdefault(key, []).append(index)
    found: list[list[Piece]] = [[] for _ in regions]
    for indices in alike.values():
        for at in range(0, len(indices), TOGETHER):
            part = indices[at : at + TOGETHER]
            for index, pieces in zip(part, _fill([regions[i] for i in part], packer), strict=True):
                found[index] = pieces
    return found


def _same(points: Arrays) -> tuple[int, int, int]:
    """Return what is equal for arrays of the very same steps and times."""
    return (
        points.steps.__array_interface__["data"][0],
        points.times.__array_interface__["data"][0],
        len(points.steps),
    )


def _fill(regions: list[tuple[Region, Arrays | None]], packer: Packer) -> list[list[Piece]]:
    """Return the chunks of regions that have window, steps and times in common."""
    region, old = regions[0]
    steps, times = region.points.steps, region.points.times
    values = np.array([region.points.values for region, _ in regions])
    if old is not None:
        steps, times = np.append(old.steps, steps), np.append(old.times, times)
        before = np.array([old.values for _, old in regions if old is not None])
        values = np.concatenate([before, values], axis=1)
        order = last_of_each(steps)
        if order is not None:
            steps, times = steps[order], times[order]
            values = np.ascontiguousarray(values[:, order])
    found: list[list[Piece]] = [[] for _ in regions]
    for window in grid.split(steps, region.start, region.bits):
        own = slice(window.begin, window.end)
        points = Arrays(steps[own], times[own], np.ascontiguousarray(values[:, own]))
        for pieces, piece in zip(found, _pack(window, points, packer), strict=True):
            pieces.append(piece)
    return found


def _pack(window: grid.Window, points: Arrays, packer: Packer) -> list[Piece]:
    finite = np.asarray(np.isfinite(points.values).all(axis=1))
    rows = points.values if finite.all() else points.values[finite]
    packed = iter(packer.pack_rows(window, points._replace(values=rows)) if len(rows) else ())
    return [
        next(packed) if fine else packer.pack(window, points._replace(values=values))
        for fine, values in zip(finite, points.values, strict=True)
    ]


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

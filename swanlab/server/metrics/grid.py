"""The dyadic grid on which chunks, roll-ups and buckets are cut.

A window is [start, start + 2**bits) with ``start`` a multiple of 2**bits. Two windows either lie
one in the other or apart, so what is aggregated over a narrow one falls whole into a wide one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swanlab.server.metrics.contract import Ints

LAST = (1 << 63) - 1
BITS = 63
CHUNK = 4096
"""Most points of a chunk."""


class Window(NamedTuple):
    """Aligned steps, and which points (by index) lie in it."""

    start: int
    bits: int
    begin: int
    end: int


def last_step(start: int, bits: int) -> int:
    """Return the last step of a window."""
    return start | ((1 << bits) - 1)


def widest(step: int, floor: int, ceiling: int) -> tuple[int, int]:
    """Return (start, bits) of the widest window around ``step`` within floor and ceiling."""
    if floor == 0 and ceiling == LAST:
        return 0, BITS
    bits = 0
    while bits < BITS:
        start = step >> (bits + 1) << (bits + 1)
        if start < floor or last_step(start, bits + 1) > ceiling:
            break
        bits += 1
    return step >> bits << bits, bits


def split(steps: Ints, start: int, bits: int) -> list[Window]:
    """Cut a window that holds ``steps`` (ascending, unique) until none holds more than a chunk."""
    done: list[Window] = []
    todo = [Window(start, bits, 0, len(steps))]
    while todo:
        window = todo.pop()
        if window.end - window.begin <= CHUNK:
            done.append(window)
            continue
        # Halves without points are skipped at once: down to the narrowest window around them all.
        first, last = int(steps[window.begin]), int(steps[window.end - 1])
        half = (first ^ last).bit_length() - 1
        start = first >> (half + 1) << (half + 1)
        middle = start + (1 << half)
        cut = window.begin + int(np.searchsorted(steps[window.begin : window.end], middle))
        todo.append(Window(middle, half, cut, window.end))
        todo.append(Window(start, half, window.begin, cut))
    return done


def group_bits(first: int, last: int, points: int, wanted: int) -> int:
    """Return the narrowest width (as bits) that puts some ``wanted`` points into a group."""
    span = last - first + 1
    return max(0, ((wanted * 11 // 16) * span // points - 1).bit_length())


def bucket_bits(lo: int, hi: int, count: int) -> int:
    """Return the narrowest width (as bits) by which ``count`` buckets cover lo to hi."""
    bits = max(0, (max(1, (hi - lo) // count)).bit_length() - 1)
    while (hi >> bits) - (lo >> bits) + 1 > count:
        bits += 1
    return bits

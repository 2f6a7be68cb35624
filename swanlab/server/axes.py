"""Charts over a time or another series, out of what the store knows by step.

The store aggregates over windows of steps on a dyadic grid, so the window [s, s + w) of a series
and that of its x are the same steps. Both are read together, some times finer than asked for, and
each window of y is laid into the bucket in which its x lies (``lay.py``). Where a window is so wide
that its x spans more than a bucket, its steps alone are read again, finer, until they are exact,
fine enough, or no finer windows can be had for the price of a chart.

What holds: every point with an x in the range is in the answer, once, and counts in the low and
high of a bucket that is off the one its x falls in by no more than x moves within its window and
the step before it. Few points (at most the buckets asked for) come exactly, each at its own x.
Times are those of the first point of a window; they are taken to ascend from there to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from swanlab.server.joined import Readable
from swanlab.server.lay import AxisChart, Window, lay, pick, width_of
from swanlab.server.metrics import grid
from swanlab.server.metrics.contract import Buckets, Column, Floats, Query, Ref

FINER = 4
"""Windows to a bucket."""
PASSES = 4
SEGMENTS = 8
"""Parts of a run that are read again at once."""
MOST_WINDOWS = 4_000_000
"""Of all series that are read at once."""

Mask = NDArray[np.bool_]


class AxisQuery(msgspec.Struct, frozen=True):
    """One chart over ``metric``, or over time where there is none.

    ``origins`` are what the times of each series count from. The range is in units of x.
    """

    refs: Sequence[Ref]
    metric: str | None
    origins: Sequence[int]
    lo: float | None
    hi: float | None
    count: int

    @property
    def finer(self) -> int:
        """How many windows to read per bucket: fewer where that would be too many."""
        return max(1, min(FINER, MOST_WINDOWS // (2 * max(1, len(self.refs)) * self.count)))


class _Ask(NamedTuple):
    """Steps to read, in how many windows; x before the first of them, and at the one after."""

    lo: int | None
    hi: int | None
    buckets: int
    before: float
    after: float


class _Group:
    """Series of a chart that share their x, as far as they are read."""

    def __init__(self, query: AxisQuery, places: list[int]) -> None:
        self.places = places
        self.origin = query.origins[places[0]]
        own = [query.refs[place] for place in places]
        first = own[0]
        self.axes: list[Ref] = []
        if query.metric is not None:
            # A rank that does not log the axis itself goes by the one that rank 0 logs.
            ranks = dict.fromkeys((first.rank, 0))
            self.axes = [Ref(first.run, query.metric, rank) for rank in ranks]
        self.refs = [*self.axes, *own]
        self.axis: int | None = None
        self.windows: list[Window] = []
        # Where the last window of times ends nobody has said; it matters only to a part of them.
        after = np.nan if query.lo is None and query.hi is None else np.inf
        self.asks = [_Ask(None, None, query.finer * query.count, np.nan, after)]

    def take(self, ask: _Ask, found: Buckets) -> None:
        """Add what was read."""
        columns = found.columns[len(self.axes) :]
        if self.axes:
            if self.axis is None:
                logged = [bool((found.columns[i].count > 0).any()) for i in range(len(self.axes))]
                self.axis = logged.index(True) if True in logged else 0
            axis = found.columns[self.axis]
            at = _carried(axis, ask.before)
            beside = _shifted(at, ask.before)
            low, high = np.fmin(axis.low, beside), np.fmax(axis.high, beside)
        else:
            at = columns[0].time - self.origin
            beside = np.append(at[1:], ask.after)[: len(at)]  # what is beside a time is the next
            low, high = np.fmin(at, beside), np.fmax(at, beside)
        if found.exact:
            low = high = at
        self.windows.append(
            Window(found.exact, found.width, found.x, low, high, at, beside, columns)
        )


def _carried(axis: Column, before: float) -> Floats:
    """Return the last x of every window; where there is none, the one before."""
    given = np.where(axis.count > 0, np.arange(len(axis.count)), -1)
    last = np.maximum.accumulate(given)
    return np.where(last >= 0, axis.last[np.maximum(last, 0)], before)


def _shifted(at: Floats, before: float) -> Floats:
    return np.append(before, at[:-1])[: len(at)]


def _groups(query: AxisQuery) -> list[_Group]:
    if query.metric is None:
        return [_Group(query, [place]) for place in range(len(query.refs))]
    shared: dict[tuple[int, int], list[int]] = {}
    for place, ref in enumerate(query.refs):
        shared.setdefault((ref.run, ref.rank), []).append(place)
    return [_Group(query, places) for places in shared.values()]


def read(store: Readable, queries: Sequence[AxisQuery]) -> list[AxisChart]:
    """Return the charts, a bounded number of windows at a time."""
    found: list[AxisChart] = []
    batch: list[AxisQuery] = []
    held = 0
    for query in queries:
        windows = 2 * len(query.refs) * query.finer * query.count
        if batch and held + windows > MOST_WINDOWS:
            found += _read(store, batch)
            batch, held = [], 0
        batch.append(query)
        held += windows
    return found + _read(store, batch)


def _read(store: Readable, queries: list[AxisQuery]) -> list[AxisChart]:
    charts = [(query, _groups(query)) for query in queries]
    for number in range(PASSES):
        asks = [(group, ask) for _, groups in charts for group in groups for ask in group.asks]
        if not asks:
            break
        answers = store.charts([Query(g.refs, ask.lo, ask.hi, ask.buckets) for g, ask in asks])
        for group in {id(group): group for group, _ in asks}.values():
            group.asks = []
        for (group, ask), answer in zip(asks, answers, strict=True):
            group.take(ask, answer)
        if number < PASSES - 1:
            for query, groups in charts:
                _refine(query, groups)
    return [
        lay(
            (query.lo, query.hi),
            query.count,
            len(query.refs),
            [(group.places, group.windows) for group in groups],
        )
        for query, groups in charts
    ]


def _refine(query: AxisQuery, groups: list[_Group]) -> None:
    """Ask again for the steps whose x is known too coarsely; what is known of them is dropped."""
    lows, highs = [], []
    for window in (window for group in groups for window in group.windows):
        used, at = pick(window, query.lo, query.hi)
        if len(at):
            high = window.high[used]
            lows.append(float(np.fmin.reduce(np.fmin(window.low[used], at))))
            highs.append(float(np.fmax.reduce(np.where(np.isinf(high), at, high))))
    if not lows:
        return
    lo = min(lows) if query.lo is None else max(query.lo, min(lows))
    hi = max(highs) if query.hi is None else min(query.hi, max(highs))
    width = width_of(lo, hi, query.count)
    for group in groups:
        _refine_group(query, group, width)


def _refine_group(query: AxisQuery, group: _Group, width: float) -> None:
    coarse: list[tuple[Window, list[tuple[int, int]]]] = []
    for window in group.windows:
        used, _ = pick(window, query.lo, query.hi)
        with np.errstate(over="ignore", invalid="ignore"):
            wide = used & (window.high - window.low > width)
        coarse.append((window, [] if window.exact else _runs(window, wide)))
    total = sum(end - begin for _, runs in coarse for begin, end in runs)
    group.windows = []
    for window, runs in coarse:
        done = 0
        for begin, end in runs:
            count = max(1, query.finer * query.count * (end - begin) // total)
            first = int(window.step[begin])
            last = grid.last_step(int(window.step[end - 1]), window.width.bit_length() - 1)
            if 1 << grid.bucket_bits(first, last, count) >= window.width:
                continue  # No finer for this price: x goes up and down all the way.
            beside = float(window.beside[begin]), float(window.beside[end - 1])
            group.asks.append(_Ask(first, last, count, *beside))
            group.windows.append(window.part(done, begin))
            done = end
        group.windows.append(window.part(done, len(window.step)))


def _runs(window: Window, wide: Mask) -> list[tuple[int, int]]:
    """Return [begin, end) of the wide windows, the nearest taken together until they are few."""
    at = np.flatnonzero(wide)
    if not len(at):
        return []
    gaps = window.step[at[1:]] - window.step[at[:-1]]
    apart = np.flatnonzero(np.diff(at) > 1)
    if len(apart) >= SEGMENTS:
        apart = np.sort(apart[np.argsort(-gaps[apart], kind="stable")[: SEGMENTS - 1]])
    begins = at[np.concatenate([[0], apart + 1])]
    ends = at[np.concatenate([apart, [len(at) - 1]])] + 1
    return list(zip(begins.tolist(), ends.tolist(), strict=True))

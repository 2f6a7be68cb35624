"""Windows of steps laid out on an x that is not the step: rows shared by all series of a chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from swanlab.server.metrics import aggregate
from swanlab.server.metrics.aggregate import GROUP, Records
from swanlab.server.metrics.contract import Column, Floats, Ints

Mask = NDArray[np.bool_]
_LARGEST = float(np.finfo(np.float64).max)


class AxisChart(msgspec.Struct, frozen=True):
    """As ``Buckets``, over another x; ``steps`` are those of the first points.

    ``left_out`` counts, per series, the points that have no x.
    """

    exact: bool
    width: float
    x: Floats
    columns: list[Column]
    steps: list[Floats]
    left_out: list[int]


class Window(NamedTuple):
    """Consecutive windows of steps, where x lies in each, and what its series are there.

    ``low`` and ``high`` bound the x of a window, ``at`` stands for it; NaN where x has not begun.
    """

    exact: bool
    width: int
    step: Ints
    low: Floats
    high: Floats
    at: Floats
    beside: Floats
    """Where x was before the window, or for times: is after it."""
    columns: list[Column]

    def part(self, begin: int, end: int) -> Window:
        """Return some of the windows."""
        own = slice(begin, end)
        return self._replace(
            step=self.step[own],
            low=self.low[own],
            high=self.high[own],
            at=self.at[own],
            beside=self.beside[own],
            columns=[_columns(column, own) for column in self.columns],
        )


def _columns(column: Column, own: slice | Mask) -> Column:
    arrays = [name for name in Column.__struct_fields__ if name != "missing"]
    return msgspec.structs.replace(column, **{name: getattr(column, name)[own] for name in arrays})


def _present(column: Column) -> Mask:
    return np.isfinite(column.time)


def pick(window: Window, lo: float | None, hi: float | None) -> tuple[Mask, Floats]:
    """Return which windows have points with an x in the range, and where each of them stands."""
    used = np.logical_or.reduce([_present(column) for column in window.columns])
    used &= np.isfinite(window.at)
    if lo is not None:
        used &= window.high >= lo
    if hi is not None:
        used &= window.low <= hi
    at = window.at[used]
    if lo is not None or hi is not None:
        at = np.clip(at, lo, hi)
    return used, at


def width_of(lo: float, hi: float, count: int) -> float:
    """Return the narrowest power of two by which ``count`` buckets cover lo to hi.

    Zero is an edge at every width: a range around it has at least two buckets. Widths that float64
    cannot tell apart at these values are not gone through.
    """
    span = hi / count - lo / count
    if not span > 0:
        return 1.0
    largest = max(abs(lo), abs(hi))
    exponent = max(math.frexp(span)[1] - 1, math.frexp(largest)[1] - 53, -1022)
    while exponent < 1023:
        width = math.ldexp(1.0, exponent)
        cells = math.floor(hi / width) - math.floor(lo / width) + 1
        if cells <= max(count, 2 if lo < 0 <= hi else 1):
            break
        exponent += 1
    return math.ldexp(1.0, exponent)


class _Laid(NamedTuple):
    """One series: where its windows or points stand, and what they are."""

    at: Floats
    groups: Records
    exact: bool
    left_out: int
    missing: list[tuple[int, int]]
    """First and last step of stored points that are damaged."""


def lay(
    ends: tuple[float | None, float | None],
    count: int,
    series: int,
    groups: Sequence[tuple[list[int], list[Window]]],
) -> AxisChart:
    """Lay out a chart of so many ``series``.

    Args:
        ends: the range of x asked for; None is the end of the data.
        count: most rows.
        series: how many series the chart has.
        groups: which series, by place, and their windows.
    """
    laid: list[_Laid] = [_Laid(np.zeros(0), np.zeros(0, dtype=GROUP), True, 0, [])] * series
    for places, windows in groups:
        for index, place in enumerate(places):
            laid[place] = _series(windows, index, ends)
    rows, x, width, exact = _rows(laid, count)
    columns, steps = [], []
    for row, one in zip(rows, laid, strict=True):
        column, step = gathered(row, one.groups, len(x))
        columns.append(msgspec.structs.replace(column, missing=one.missing))
        steps.append(step)
    return AxisChart(exact, width, x, columns, steps, [one.left_out for one in laid])


def _series(windows: list[Window], index: int, ends: tuple[float | None, float | None]) -> _Laid:
    at: list[Floats] = []
    parts: list[Records] = []
    exact, left_out = True, 0
    missing: set[tuple[int, int]] = set()
    for window in windows:
        column = window.columns[index]
        missing.update(column.missing)
        own = window._replace(columns=[column])
        used, place = pick(own, *ends)
        homeless = _columns(column, np.isnan(window.at))
        left_out += int(_points(homeless).sum())
        if used.any():
            exact &= window.exact
            at.append(place)
            parts.append(groups_of(_columns(column, used), window.step[used]))
    if not parts:
        return _Laid(np.zeros(0), np.zeros(0, dtype=GROUP), True, left_out, sorted(missing))
    return _Laid(np.concatenate(at), aggregate.concatenate(parts), exact, left_out, sorted(missing))


def _points(column: Column) -> Ints:
    return column.count + column.nan + column.positive_infinity + column.negative_infinity


def groups_of(column: Column, steps: Ints) -> Records:
    """Return the rows of a column as groups whose first steps are ``steps``."""
    out = np.zeros(len(steps), dtype=GROUP)
    out["step"], out["time"] = steps, column.time
    out["low"], out["high"], out["last"] = column.low, column.high, column.last
    with np.errstate(over="ignore"):
        out["total"] = np.where(column.count > 0, column.mean * column.count, 0.0)
    out["count"], out["nan"] = column.count, column.nan
    out["positive"], out["negative"] = column.positive_infinity, column.negative_infinity
    return out


def _rows(laid: list[_Laid], count: int) -> tuple[list[Ints], Floats, float, bool]:
    """Return the row of every window or point of every series, x of the rows, width, exactness."""
    cuts = np.cumsum([len(one.at) for one in laid])[:-1]
    at = np.concatenate([one.at for one in laid] or [np.zeros(0)])
    if all(one.exact for one in laid):
        again = np.concatenate([_again(one) for one in laid] or [np.zeros(0, dtype=np.int64)])
        order = np.lexsort((again, at))
        new = np.ones(len(at), dtype=np.bool_)
        new[1:] = (at[order][1:] != at[order][:-1]) | (again[order][1:] != again[order][:-1])
        if int(np.count_nonzero(new)) <= count:
            row = np.empty(len(at), dtype=np.int64)
            row[order] = np.cumsum(new) - 1
            return np.split(row, cuts), at[order][new], 1.0, True
    width = width_of(float(at.min()), float(at.max()), count)
    cells, row = np.unique(np.floor(at / width), return_inverse=True)
    with np.errstate(over="ignore"):
        x = np.clip(cells * width, -_LARGEST, _LARGEST)
    return np.split(row.reshape(-1), cuts), x, width, False


def _again(one: _Laid) -> Ints:
    """Return how often the series had the same x before, in the order of its steps."""
    order = np.lexsort((one.groups["step"], one.at))
    at = one.at[order]
    starts = np.flatnonzero(np.append(True, at[1:] != at[:-1])[: len(at)])
    number = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    out = np.empty(len(order), dtype=np.int64)
    out[order] = number
    return out


def gathered(row: Ints, groups: Records, size: int) -> tuple[Column, Floats]:
    """Put the groups of a row together and scatter them over ``size`` rows."""
    order = np.lexsort((groups["step"], row))
    row = row[order]
    starts = aggregate.boundaries(row)
    row, groups = row[starts], aggregate.regroup(starts, groups[order])

    def scatter(values: NDArray[Any], empty: float) -> NDArray[Any]:
        out = np.full(size, empty, dtype=np.float64 if empty else np.int64)
        out[row] = values
        return out

    count, low, high = groups["count"], groups["low"], groups["high"]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        # Held between low and high, whatever rounding or an overflowing sum made of it.
        mean = np.where(count > 0, np.clip(groups["total"] / count, low, high), np.nan)
    nan = math.nan
    column = Column(
        count=scatter(count, 0),
        low=scatter(low, nan),
        high=scatter(high, nan),
        mean=scatter(mean, nan),
        last=scatter(groups["last"], nan),
        time=scatter(groups["time"], nan),
        nan=scatter(groups["nan"], 0),
        positive_infinity=scatter(groups["positive"], 0),
        negative_infinity=scatter(groups["negative"], 0),
    )
    return column, scatter(groups["step"], nan)

"""Aggregates of runs of points: the numpy layouts of what is stored beside the points.

Three sizes of the same thing: ``GROUP`` (a roll-up of some 16 or 64 points, or a bucket),
``HEADER`` (a chunk) and ``SUMMARY`` (a series). All leave NaN and the infinities out of low, high
and total and count them apart; low, high and last are NaN where nothing was finite.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swanlab.server.metrics.contract import Floats, Ints

Records = NDArray[np.void]

GROUP = np.dtype(
    [
        ("step", "<i8"),
        ("time", "<i8"),
        ("low", "<f8"),
        ("high", "<f8"),
        ("total", "<f8"),
        ("last", "<f8"),
        ("count", "<u4"),
        ("nan", "<u4"),
        ("positive", "<u4"),
        ("negative", "<u4"),
    ]
)
"""``step`` and ``time`` are those of the first point, ``last`` the last finite value, ``count``
the finite points."""

HEADER = np.dtype(
    [
        ("start", "<i8"),
        ("first", "<i8"),
        ("last", "<i8"),
        ("first_time", "<i8"),
        ("last_time", "<i8"),
        ("low", "<f8"),
        ("low_step", "<i8"),
        ("high", "<f8"),
        ("high_step", "<i8"),
        ("total", "<f8"),
        ("last_value", "<f8"),
        ("last_finite", "<f8"),
        ("points", "<u4"),
        ("nan", "<u4"),
        ("positive", "<u4"),
        ("negative", "<u4"),
        ("bits", "u1"),
        ("fine", "u1"),
        ("coarse", "u1"),
        ("format", "u1"),
        ("packed", "u1"),
        ("reserved", "u1", (3,)),
    ]
)
"""A chunk covers the steps [start, start + 2**bits). ``fine`` and ``coarse`` say that its roll-up
groups are 2**fine and 2**coarse steps wide, ``NO_ROLLUP`` that it has none; ``packed`` that the
packed roll-up beside its page has it too."""

_HEADER = struct.Struct("<qqqqqdqdqdddIIIIBBBBI")
assert _HEADER.size == HEADER.itemsize

NO_ROLLUP = 255

SUMMARY = np.dtype(
    [
        ("points", "<i8"),
        ("first", "<i8"),
        ("last", "<i8"),
        ("first_time", "<i8"),
        ("last_time", "<i8"),
        ("low", "<f8"),
        ("low_step", "<i8"),
        ("high", "<f8"),
        ("high_step", "<i8"),
        ("total", "<f8"),
        ("last_value", "<f8"),
        ("nan", "<i8"),
        ("positive", "<i8"),
        ("negative", "<i8"),
        ("page", "<i8"),
        ("check", "<u8"),
    ]
)
"""``page`` is where the series' newest page of headers starts. ``check`` is worked out of the rest
when it is stored (``checks``), so that a summary can be read without its page; 0 is none."""
_GOLDEN = 0x9E3779B97F4A7C15
_MIXERS = np.array(
    [_GOLDEN**power % (1 << 64) for power in range(1, len(SUMMARY.names or ()))], dtype=np.uint64
)
"""One odd factor for each word but the check itself."""


def group(starts: Ints, steps: Ints, times: Ints, values: Floats) -> Records:
    """Aggregate consecutive points into the groups that begin at the indices ``starts``."""
    out = np.zeros(len(starts), dtype=GROUP)
    if not len(starts):
        return out
    out["step"], out["time"] = steps[starts], times[starts]
    ends = np.append(starts[1:], len(steps))
    finite = np.isfinite(values)
    with np.errstate(over="ignore", invalid="ignore"):
        if finite.all():
            out["low"] = np.minimum.reduceat(values, starts)
            out["high"] = np.maximum.reduceat(values, starts)
            out["total"] = np.add.reduceat(values, starts)
            out["last"] = values[ends - 1]
            out["count"] = ends - starts
            return out
        masked = np.where(finite, values, np.nan)
        out["low"] = np.fmin.reduceat(masked, starts)
        out["high"] = np.fmax.reduceat(masked, starts)
        out["total"] = np.add.reduceat(np.where(finite, values, 0.0), starts)
    out["last"] = _last_where(finite, starts, values)
    out["count"] = np.add.reduceat(finite, starts, dtype=np.int64)
    out["nan"] = np.add.reduceat(np.isnan(values), starts, dtype=np.int64)
    out["positive"] = np.add.reduceat(np.isposinf(values), starts, dtype=np.int64)
    out["negative"] = np.add.reduceat(np.isneginf(values), starts, dtype=np.int64)
    return out


def last_of(starts: Ints, groups: Records) -> Floats:
    """Return the last finite value of the consecutive groups that begin at ``starts``."""
    return _last_where(groups["count"] > 0, starts, groups["last"])


def regroup(starts: Ints, groups: Records) -> Records:
    """Aggregate consecutive groups, ascending by step, into those that begin at ``starts``."""
    out = np.zeros(len(starts), dtype=GROUP)
    if not len(starts):
        return out
    out["step"], out["time"] = groups["step"][starts], groups["time"][starts]
    with np.errstate(over="ignore", invalid="ignore"):
        out["low"] = np.fmin.reduceat(groups["low"], starts)
        out["high"] = np.fmax.reduceat(groups["high"], starts)
        out["total"] = np.add.reduceat(groups["total"], starts)
    out["last"] = last_of(starts, groups)
    for name in ("count", "nan", "positive", "negative"):
        out[name] = np.add.reduceat(groups[name], starts)
    return out


def group_rows(starts: Ints, steps: Ints, times: Ints, values: Floats) -> Records:
    """Return ``group`` of every row of ``values``, all finite, which share steps and times."""
    out = np.zeros((len(values), len(starts)), dtype=GROUP)
    ends = np.append(starts[1:], len(steps))
    out["step"], out["time"] = steps[starts], times[starts]
    out["low"] = np.minimum.reduceat(values, starts, axis=1)
    out["high"] = np.maximum.reduceat(values, starts, axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        out["total"] = np.add.reduceat(values, starts, axis=1)
    out["last"] = values[:, ends - 1]
    out["count"] = ends - starts
    return out


def regroup_rows(starts: Ints, groups: Records) -> Records:
    """Return ``regroup`` of every row of ``groups``, which are as ``group_rows`` gives them."""
    out = np.zeros((len(groups), len(starts)), dtype=GROUP)
    ends = np.append(starts[1:], groups.shape[1])
    out["step"], out["time"] = groups["step"][:, starts], groups["time"][:, starts]
    out["low"] = np.minimum.reduceat(groups["low"], starts, axis=1)
    out["high"] = np.maximum.reduceat(groups["high"], starts, axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        out["total"] = np.add.reduceat(groups["total"], starts, axis=1)
    out["last"] = groups["last"][:, ends - 1]
    out["count"] = np.add.reduceat(groups["count"][:1], starts, axis=1)
    return out


def concatenate(parts: Sequence[Records]) -> Records:
    """Put records of one layout behind each other; numpy would compare layouts field by field."""
    if len(parts) == 1:
        return parts[0]
    kind = parts[0].dtype
    return np.concatenate([part.view(f"V{kind.itemsize}") for part in parts]).view(kind)


def boundaries(cells: Ints) -> Ints:
    """Return the indices at which ``cells`` changes, the first included."""
    if not len(cells):
        return np.zeros(0, dtype=np.int64)
    changed = np.empty(len(cells), dtype=np.bool_)
    changed[0] = True
    np.not_equal(cells[1:], cells[:-1], out=changed[1:])
    return np.flatnonzero(changed)


def as_groups(headers: Records) -> Records:
    """Return chunk headers as groups."""
    out = np.zeros(len(headers), dtype=GROUP)
    out["step"], out["time"] = headers["first"], headers["first_time"]
    out["last"] = headers["last_finite"]
    for name in ("low", "high", "total", "nan", "positive", "negative"):
        out[name] = headers[name]
    out["count"] = headers["points"] - headers["nan"] - headers["positive"] - headers["negative"]
    return out


def last_where(wanted: NDArray[np.bool_], starts: Ints) -> Ints:
    """Return where the last wanted item of each group stands, less than its start if nowhere."""
    return np.maximum.reduceat(np.where(wanted, np.arange(len(wanted)), -1), starts)


def _last_where(wanted: NDArray[np.bool_], starts: Ints, values: Floats) -> Floats:
    at = last_where(wanted, starts)
    return np.where(at >= starts, values[at], np.nan)


class Extremes(NamedTuple):
    """Aggregates of some points; ``last_finite`` is the last value that is finite."""

    low: float
    low_step: int
    high: float
    high_step: int
    total: float
    last_finite: float
    nan: int
    positive: int
    negative: int


def extremes(steps: Ints, values: Floats) -> Extremes:
    """Aggregate points, at least one, ascending by step."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = float(values.sum())
    if math.isfinite(total):  # then every value is
        low, high = int(values.argmin()), int(values.argmax())
        nan = positive = negative = 0
        last = len(values) - 1
    else:
        finite = np.isfinite(values)
        nan = int(np.count_nonzero(np.isnan(values)))
        positive = int(np.count_nonzero(np.isposinf(values)))
        negative = int(np.count_nonzero(np.isneginf(values)))
        at = np.flatnonzero(finite)
        if not len(at):
            none = math.nan
            return Extremes(none, -1, none, -1, 0.0, none, nan, positive, negative)
        low, high = int(at[values[at].argmin()]), int(at[values[at].argmax()])
        last = int(at[-1])
        with np.errstate(over="ignore", invalid="ignore"):
            total = float(values[at].sum())
    return Extremes(
        float(values[low]),
        int(steps[low]),
        float(values[high]),
        int(steps[high]),
        total,
        float(values[last]),
        nan,
        positive,
        negative,
    )


def header(
    window: tuple[int, int],
    points: tuple[Ints, Ints, Floats],
    rollup: tuple[int, int],
    version: int,
) -> bytes:
    """Return the bytes of one ``HEADER``, much faster than numpy would set them.

    ``window`` is (start, bits), ``rollup`` (fine, coarse), ``version`` that of the chunk format.
    """
    steps, times, values = points
    e = extremes(steps, values)
    return _HEADER.pack(
        window[0],
        int(steps[0]),
        int(steps[-1]),
        int(times[0]),
        int(times[-1]),
        e.low,
        e.low_step,
        e.high,
        e.high_step,
        e.total,
        float(values[-1]),
        e.last_finite,
        len(steps),
        e.nan,
        e.positive,
        e.negative,
        window[1],
        *rollup,
        version,
        0,
    )


def headers(
    window: tuple[int, int],
    points: tuple[Ints, Ints, Floats],
    rollup: tuple[int, int],
    version: int,
) -> Records:
    """Return ``header`` of every row of the values, all finite, which share steps and times."""
    steps, times, values = points
    out = np.zeros(len(values), dtype=HEADER)
    rows, low, high = np.arange(len(values)), values.argmin(axis=1), values.argmax(axis=1)
    out["start"], out["bits"] = window
    out["first"], out["last"] = steps[0], steps[-1]
    out["first_time"], out["last_time"] = times[0], times[-1]
    out["low"], out["low_step"] = values[rows, low], steps[low]
    out["high"], out["high_step"] = values[rows, high], steps[high]
    with np.errstate(over="ignore", invalid="ignore"):
        out["total"] = values.sum(axis=1)
    out["last_value"] = out["last_finite"] = values[:, -1]
    out["points"] = len(steps)
    out["fine"], out["coarse"] = rollup
    out["format"] = version
    return out


def join(older: Records, newer: Records) -> Records:
    """Return the summaries of ``older`` followed, row by row, by ``newer`` (greater steps)."""
    out = newer.copy()
    out["first"], out["first_time"] = older["first"], older["first_time"]
    with np.errstate(over="ignore", invalid="ignore"):
        for name in ("points", "nan", "positive", "negative", "total"):
            out[name] = older[name] + newer[name]
    keep = (older["low"] <= newer["low"]) | np.isnan(newer["low"])
    out["low"] = np.where(keep, older["low"], newer["low"])
    out["low_step"] = np.where(keep, older["low_step"], newer["low_step"])
    keep = (older["high"] >= newer["high"]) | np.isnan(newer["high"])
    out["high"] = np.where(keep, older["high"], newer["high"])
    out["high_step"] = np.where(keep, older["high_step"], newer["high_step"])
    empty = older["points"] == 0
    return np.where(empty, newer, out) if empty.any() else out


def of_headers(headers: Records) -> Records:
    """Return one ``SUMMARY`` of all chunks of a series, ascending."""
    out = np.zeros(1, dtype=SUMMARY)
    row, first, last = out[0], headers[0], headers[-1]
    row["first"], row["first_time"] = first["first"], first["first_time"]
    row["last"], row["last_time"] = last["last"], last["last_time"]
    row["last_value"] = last["last_value"]
    for name in ("points", "nan", "positive", "negative"):
        row[name] = headers[name].sum(dtype=np.int64)
    with np.errstate(over="ignore", invalid="ignore"):
        row["total"] = headers["total"].sum()
    row["low"] = row["high"] = np.nan
    row["low_step"] = row["high_step"] = -1
    if not np.isnan(headers["low"]).all():
        low, high = np.nanargmin(headers["low"]), np.nanargmax(headers["high"])
        row["low"], row["low_step"] = headers["low"][low], headers["low_step"][low]
        row["high"], row["high_step"] = headers["high"][high], headers["high_step"][high]
    return out


def summaries(steps: Ints, times: Ints, values: Floats) -> Records:
    """Return a ``SUMMARY`` per column of ``values[i, j]``; steps ascend, at least one."""
    out = np.zeros(values.shape[1], dtype=SUMMARY)
    out["points"] = len(steps)
    out["first"], out["last"] = steps[0], steps[-1]
    out["first_time"], out["last_time"] = times[0], times[-1]
    out["last_value"] = values[-1]
    finite = np.isfinite(values)
    if finite.all():
        low, high = values.argmin(axis=0), values.argmax(axis=0)
        with np.errstate(over="ignore", invalid="ignore"):
            out["total"] = values.sum(axis=0)
    else:
        out["nan"] = np.isnan(values).sum(axis=0)
        out["positive"] = np.isposinf(values).sum(axis=0)
        out["negative"] = np.isneginf(values).sum(axis=0)
        low = np.where(finite, values, np.inf).argmin(axis=0)
        high = np.where(finite, values, -np.inf).argmax(axis=0)
        with np.errstate(over="ignore", invalid="ignore"):
            out["total"] = np.where(finite, values, 0.0).sum(axis=0)
    columns = np.arange(values.shape[1])
    none = ~finite.any(axis=0)
    out["low"] = np.where(none, np.nan, values[low, columns])
    out["low_step"] = np.where(none, -1, steps[low])
    out["high"] = np.where(none, np.nan, values[high, columns])
    out["high_step"] = np.where(none, -1, steps[high])
    return out


def checks(summaries: Records) -> NDArray[np.uint64]:
    """Return the check of every summary: a multilinear hash of its words, never 0.

    Every factor is odd, so that one word that differs always shows, and several all but always
    (Carter and Wegman, Universal classes of hash functions, 1979).
    """
    words = np.ascontiguousarray(summaries).view("<u8")
    words = words.reshape(len(summaries), summaries.dtype.itemsize // 8)
    mixed = words[:, : len(_MIXERS)] * _MIXERS
    found: NDArray[np.uint64] = mixed.sum(axis=1, dtype=np.uint64) | np.uint64(1)
    return found

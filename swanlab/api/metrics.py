"""What ``Experiment.metrics()`` does: choose points of several series and put them side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
import numpy as np

from swanlab.api.points import Ints, Points, read
from swanlab.api.table import Table, spread
from swanlab.client import Client
from swanlab.errors import InvalidArgument

STEP = ("step", "_step")
TIME = ("time", "_time", "timestamp")
RELATIVE = ("relative_time", "_relative_time")


class Range(msgspec.Struct, forbid_unknown_fields=True):
    """Which points: steps, or with ``type="time"`` Unix milliseconds, both ends included.

    ``head`` and ``tail`` take the first or last so many points of what is left, ``last`` those of
    the last so many steps, or milliseconds.
    """

    type: Literal["step", "time"] = "step"
    start: int | None = None
    end: int | None = None
    head: int | None = None
    tail: int | None = None
    last: int | None = None

    def steps(self) -> tuple[int | None, int | None]:
        """Return the range of steps that the server is to be asked for."""
        if self.type == "time":
            return None, None
        low = None if self.start is None else max(0, self.start)
        return low, self.end

    def cut(self, points: Points) -> Points:
        """Return those of the points that are in the range."""
        along = points.times if self.type == "time" else points.steps
        keep = np.ones(len(along), dtype=np.bool_)
        if self.start is not None:
            keep &= along >= self.start
        if self.end is not None:
            keep &= along <= self.end
        if self.last is not None and len(along):
            keep &= along > int(along[-1]) - self.last
        points = points.take(keep)
        if self.head is not None:
            points = points.take(slice(max(0, self.head)))
        if self.tail is not None:
            points = points.take(slice(max(0, len(points.steps) - self.tail), None))
        return points


def parse_range(given: Mapping[str, Any] | None) -> Range:
    """Return the range that a mapping describes; raises ``InvalidArgument``."""
    try:
        return msgspec.convert(dict(given or {}), Range)
    except msgspec.ValidationError as error:
        raise InvalidArgument(f"range_query cannot be used: {error}") from error


class Reader:
    """Reads series of one run and puts them side by side."""

    def __init__(self, client: Client, run: str, created_at: int, rank: int) -> None:
        self._client = client
        self._run = run
        self._created_at = created_at
        self._rank = rank

    def table(
        self, keys: Sequence[str], wanted: Range, sample: int | None, x_axis: str, *, times: bool
    ) -> Table:
        """Return a row for every step at which one of the keys has a point."""
        found = {key: self._points(key, wanted, sample) for key in keys}
        steps = _union([points.steps for points in found.values()])
        columns: dict[str, Any] = {}
        for key, points in found.items():
            at = np.searchsorted(steps, points.steps)
            columns[key] = spread(at, points.values, len(steps))
            if times:
                columns[f"{key}_timestamp"] = spread(at, points.times, len(steps))
        return self._indexed(x_axis, steps, found, columns)

    def _points(self, key: str, wanted: Range, sample: int | None) -> Points:
        low, high = wanted.steps()
        if high is not None and (high < 0 or (low is not None and low > high)):
            return Points(*(np.zeros(0, kind) for kind in ("i8", "i8", "f8")))
        points = wanted.cut(read(self._client, self._run, key, self._rank, low, high))
        return points if sample is None else points.sample(sample)

    def _indexed(
        self, axis: str, steps: Ints, found: dict[str, Points], columns: dict[str, Any]
    ) -> Table:
        if axis in STEP:
            return Table("step", steps, columns)
        if axis in TIME or axis in RELATIVE:
            times = np.zeros(len(steps), np.int64)
            for points in reversed(found.values()):
                times[np.searchsorted(steps, points.steps)] = points.times
            if axis in TIME:
                return Table("time", times, columns)
            return Table("relative_time", (times - self._created_at) / 1000, columns)
        other = read(self._client, self._run, axis, self._rank)
        _, here, there = np.intersect1d(steps, other.steps, assume_unique=True, return_indices=True)
        kept = {name: column[here] for name, column in columns.items() if name != axis}
        return Table(axis, other.values[there], kept)


def _union(parts: Sequence[Ints]) -> Ints:
    """Return all steps, ascending; mostly the series have the same ones."""
    if not parts:
        return np.zeros(0, np.int64)
    first = parts[0]
    if all(np.array_equal(first, part) for part in parts[1:]):
        return first
    return np.unique(np.concatenate(parts))

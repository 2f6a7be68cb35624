"""The series of several runs at a glance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from swanlab.server.metrics import aggregate
from swanlab.server.metrics.aggregate import SUMMARY, Records
from swanlab.server.metrics.contract import Floats, Ints, Summary
from swanlab.server.metrics.rows import Page
from swanlab.server.metrics.tail import Name, View

_COLUMNS = [
    "points",
    "first",
    "last",
    "first_time",
    "last_time",
    "low",
    "low_step",
    "high",
    "high_step",
    "total",
    "last_value",
    "nan",
    "positive",
    "negative",
]


class Table:
    """``contract.Summaries``: columns at once, rows when looked at."""

    def __init__(self, runs: Ints, names: list[Name], records: Records) -> None:
        self.runs = runs
        self._names = names
        self._records = records

    @property
    def keys(self) -> list[str]:
        """The key of every series."""
        return [key for key, _ in self._names]

    @property
    def ranks(self) -> Ints:
        """The rank of every series."""
        return np.array([rank for _, rank in self._names], dtype=np.int64)

    @property
    def count(self) -> Ints:
        """How many points every series has."""
        return self._records["points"]

    @property
    def last(self) -> Floats:
        """The value at the last step of every series."""
        return self._records["last_value"]

    @property
    def last_step(self) -> Ints:
        """The last step of every series."""
        return self._records["last"]

    @property
    def low(self) -> Floats:
        """The smallest finite value of every series, NaN where there is none."""
        return self._records["low"]

    @property
    def high(self) -> Floats:
        """The greatest finite value of every series, NaN where there is none."""
        return self._records["high"]

    def into(self, cells: dict[int, dict[str, tuple[int, bytes]]], keys: Sequence[str]) -> None:
        """Put the summaries of the keys, of the lowest rank of each, over those of ``cells``."""
        wanted = set(keys)
        seen: dict[tuple[int, str], int] = {}
        runs = self.runs.tolist()
        for at, (key, rank) in enumerate(self._names):
            if key in wanted and rank < seen.get((runs[at], key), 1 << 62):
                seen[runs[at], key] = rank
                cells[runs[at]][key] = (rank, self._records[at].tobytes())

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, index: int) -> Summary:
        return _row(int(self.runs[index]), self._names[index], self._records[index].tolist())

    def __iter__(self) -> Iterator[Summary]:
        records = self._records[_COLUMNS].tolist()
        for run, name, values in zip(self.runs.tolist(), self._names, records, strict=True):
            yield _row(run, name, values)


def _row(run: int, name: Name, values: tuple[Any, ...]) -> Summary:
    points, first, last, first_time, last_time, low, low_step, high, high_step = values[:9]
    total, last_value, nan, positive, negative = values[9:14]
    none = math.isnan(low)
    return Summary(
        run=run,
        key=name[0],
        rank=name[1],
        count=points,
        first_step=first,
        last_step=last,
        first_time=first_time,
        last_time=last_time,
        low=None if none else low,
        low_step=None if none else low_step,
        high=None if none else high,
        high_step=None if none else high_step,
        total=total,
        last=last_value,
        nan=nan,
        positive_infinity=positive,
        negative_infinity=negative,
    )


def build(pages: Iterable[Page], views: dict[int, View]) -> tuple[Table, list[int]]:
    """Put sealed summaries and those of the tails together.

    Returns the table, and the runs for which it is not right: their tails hold steps that are not
    all behind those sealed.
    """
    sealed: dict[int, tuple[list[Name], list[Records]]] = {}
    for page in pages:
        names, parts = sealed.setdefault(page.run, ([], []))
        names.extend(page.names)
        parts.append(page.summaries)
    runs: list[int] = []
    counts: list[int] = []
    all_names: list[Name] = []
    records: list[Records] = [np.zeros(0, dtype=SUMMARY)]
    mixed: list[int] = []
    for run in sorted(sealed.keys() | views.keys()):
        names, parts = sealed.get(run, ([], []))
        if run in views:
            names, parts, right = _extend(names, parts, views[run])
            if not right:
                mixed.append(run)
        runs.append(run)
        counts.append(len(names))
        all_names += names
        records += parts
    return Table(
        np.repeat(np.array(runs, np.int64), counts), all_names, np.concatenate(records)
    ), mixed


def _extend(
    names: list[Name], parts: list[Records], view: View
) -> tuple[list[Name], list[Records], bool]:
    """Add a run's tail to its sealed summaries; the last item says whether that is right."""
    added, newer = view.summaries()
    place = {name: index for index, name in enumerate(names)}
    fresh = [name for name in added if name not in place]
    place.update({name: len(names) + index for index, name in enumerate(fresh)})
    whole = np.zeros(len(place), dtype=SUMMARY)
    if parts:
        whole[: len(names)] = np.concatenate(parts)
    at = np.array([place[name] for name in added], dtype=np.int64)
    older = whole[at]
    right = not bool(((older["points"] > 0) & (newer["first"] <= older["last"])).any())
    whole[at] = aggregate.join(older, newer)
    return names + fresh, [whole], right

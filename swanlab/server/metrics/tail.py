"""The points of a run that are not sealed yet, decoded, in memory, by series."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swanlab.server.metrics import aggregate
from swanlab.server.metrics.contract import Block, Floats, Ints

Name = tuple[str, int]
"""A series within its run: (key, rank)."""


class Arrays(NamedTuple):
    """Points of one series; mostly ascending by step and unique."""

    steps: Ints
    times: Ints
    values: Floats

    def take(self, at: slice | Ints) -> Arrays:
        """Return some of the points."""
        return Arrays(self.steps[at], self.times[at], self.values[at])


EMPTY = Arrays(
    np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float64)
)


def unique(points: Arrays) -> Arrays:
    """Sort points by step; of equal steps the one that stands last wins."""
    order = last_of_each(points.steps)
    return points if order is None else points.take(order)


def last_of_each(steps: Ints) -> Ints | None:
    """Return where each step stands last, ascending by step; None when they are so already."""
    if len(steps) < 2 or bool((steps[1:] > steps[:-1]).all()):
        return None
    order = np.argsort(steps, kind="stable")
    ordered = steps[order]
    found: Ints = order[np.append(ordered[1:] != ordered[:-1], True)]
    return found


def concatenate(parts: list[Arrays]) -> Arrays:
    """Put points behind each other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return EMPTY
    return Arrays(
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def clip(points: Arrays, lo: int, hi: int) -> Arrays:
    """Return the points of ascending steps with ``lo <= step <= hi``."""
    steps = points.steps
    if len(steps) and (steps[0] < lo or steps[-1] > hi):
        begin = int(np.searchsorted(steps, lo))
        end = int(np.searchsorted(steps, hi, side="right"))
        return points.take(slice(begin, end))
    return points


class _Part(NamedTuple):
    seq: int
    order: int
    block: Block


class Rows(NamedTuple):
    """All steps of one list of series: ``values[i, j]`` is that of ``names[j]`` at ``steps[i]``."""

    names: tuple[str, ...]
    rank: int
    steps: Ints
    times: Ints
    values: NDArray[np.float64]
    order: Ints
    ascending: bool

    def column(self, index: int) -> Arrays:
        """Return one series as received."""
        return Arrays(self.steps, self.times, np.ascontiguousarray(self.values[:, index]))


class _Group:
    """Blocks of the same list of series, joined when looked at."""

    def __init__(self, names: tuple[str, ...], rank: int) -> None:
        self.names = names
        self.rank = rank
        self.parts: list[_Part] = []
        self.marks: list[tuple[int, int]] = []
        """(number of a batch, rows up to its end), ascending."""
        self.rows: Rows | None = None
        self.joined = 0

    def join(self) -> Rows | None:
        """Join what came since the last time and return all rows."""
        if self.parts:
            steps = [part.block.steps for part in self.parts]
            times = [part.block.times for part in self.parts]
            values = [part.block.values for part in self.parts]
            orders = np.array([part.order for part in self.parts], dtype=np.int64)
            order = [np.repeat(orders, [len(part) for part in steps])]
            if self.rows is not None:
                steps.insert(0, self.rows.steps)
                times.insert(0, self.rows.times)
                values.insert(0, self.rows.values)
                order.insert(0, self.rows.order)
            self._set(
                np.concatenate(steps),
                np.concatenate(times),
                np.concatenate(values),
                np.concatenate(order),
            )
            for part in self.parts:
                self.joined += len(part.block.steps)
                self.marks.append((part.seq, self.joined))
            self.parts.clear()
        return self.rows

    def _set(self, steps: Ints, times: Ints, values: Floats, order: Ints) -> None:
        ascending = bool((steps[1:] > steps[:-1]).all())
        self.rows = Rows(self.names, self.rank, steps, times, values, order, ascending)

    def since(self, sealed: int) -> Rows | None:
        """Return the rows of batches after number ``sealed``."""
        rows = self.join()
        if rows is None or self.marks[0][0] > sealed:
            return rows
        cut = max(end for seq, end in self.marks if seq <= sealed)
        if cut == len(rows.steps):
            return None
        return rows._replace(
            steps=rows.steps[cut:],
            times=rows.times[cut:],
            values=rows.values[cut:],
            order=rows.order[cut:],
            ascending=bool((rows.steps[cut + 1 :] > rows.steps[cut:-1]).all()),
        )

    def drop(self, sealed: int) -> None:
        """Forget the rows of batches up to number ``sealed``, memory included."""
        rows = self.since(sealed)
        cut = max((end for seq, end in self.marks if seq <= sealed), default=0)
        if rows is None:
            self.rows = None
        elif cut:
            self._set(*(a.copy() for a in (rows.steps, rows.times, rows.values, rows.order)))
        self.marks = [(seq, end - cut) for seq, end in self.marks if seq > sealed]
        self.joined -= cut


class View:
    """The tail of a run as one reader sees it."""

    def __init__(self, rows: list[Rows], damaged: dict[int, str]) -> None:
        self.rows = rows
        self.damaged = damaged
        """Numbers of batches that could not be read, and why."""
        self.where: dict[Name, list[tuple[Rows, int]]] = {}
        for item in rows:
            for index, key in enumerate(item.names):
                self.where.setdefault((key, item.rank), []).append((item, index))

    def points(self, name: Name) -> Arrays:
        """Return a series, ascending by step, last received wins."""
        found = self.where.get(name)
        if found is None:
            return EMPTY
        if len(found) == 1:
            rows, index = found[0]
            return rows.column(index) if rows.ascending else unique(rows.column(index))
        joined = concatenate([rows.column(index) for rows, index in found])
        order = np.argsort(np.concatenate([rows.order for rows, _ in found]), kind="stable")
        return unique(joined.take(order))

    def summaries(self) -> tuple[list[Name], aggregate.Records]:
        """Return every series of the tail with its summary."""
        names: list[Name] = []
        parts: list[aggregate.Records] = []
        for rows in self.rows:
            own = [(key, rows.rank) for key in rows.names]
            if rows.ascending and all(len(self.where[name]) == 1 for name in own):
                names += own
                parts.append(aggregate.summaries(rows.steps, rows.times, rows.values))
        done = set(names)
        for name in self.where:
            if name not in done:
                names.append(name)
                steps, times, values = self.points(name)
                parts.append(aggregate.summaries(steps, times, values[:, np.newaxis]))
        empty = np.zeros(0, dtype=aggregate.SUMMARY)
        return names, np.concatenate(parts) if parts else empty


class Tail:
    """Unsealed batches of one run, from after ``base`` up to ``top``. Not thread-safe."""

    def __init__(self, base: int) -> None:
        self.base = base
        self.top = base
        self.size = 0
        self.order = 0
        self.groups: dict[tuple[int, tuple[str, ...]], _Group] = {}
        self.damaged: dict[int, str] = {}
        """Numbers of batches that could not be read, and why."""
        self._seen: tuple[int, int, View] | None = None

    def add(self, seq: int, rank: int, blocks: list[Block]) -> None:
        """Add the blocks of batch number ``seq``, the next one."""
        for block in blocks:
            names = block.layout.names
            found = self.groups.get((rank, names))
            if found is None:
                found = self.groups[rank, names] = _Group(names, rank)
            found.parts.append(_Part(seq, self.order, block))
            self.order += 1
            self.size += block.values.nbytes + 3 * block.steps.nbytes
        self.top = seq

    def view(self, sealed: int) -> View:
        """Return the points of batches after number ``sealed``, which is at least ``base``."""
        if self._seen is not None and self._seen[:2] == (sealed, self.top):
            return self._seen[2]
        found = [rows for g in self.groups.values() if (rows := g.since(sealed)) is not None]
        view = View(found, {seq: why for seq, why in self.damaged.items() if seq > sealed})
        self._seen = (sealed, self.top, view)
        return view

    def drop(self, sealed: int) -> None:
        """Forget the batches up to number ``sealed``."""
        self.base = max(self.base, sealed)
        self.damaged = {seq: why for seq, why in self.damaged.items() if seq > sealed}
        for key, item in list(self.groups.items()):
            item.drop(sealed)
            if item.rows is None:
                del self.groups[key]
        self.size = sum(
            rows.values.nbytes + 3 * rows.steps.nbytes
            for item in self.groups.values()
            if (rows := item.rows) is not None
        )
        self._seen = None

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
    summaries: aggregate.Records | None = None
    """Of every series, where they are ascending and it was asked for."""

    def column(self, index: int) -> Arrays:
        """Return one series as received."""
        return Arrays(self.steps, self.times, np.ascontiguousarray(self.values[:, index]))

    def cut(self, begin: int, end: int) -> Rows:
        """Return some of the steps."""
        steps = self.steps[begin:end]
        return self._replace(
            steps=steps,
            times=self.times[begin:end],
            values=self.values[begin:end],
            order=self.order[begin:end],
            ascending=self.ascending or bool((steps[1:] > steps[:-1]).all()),
        )


class _Group:
    """Blocks of the same list of series, joined when looked at.

    A run that is looked at every second grows by little from one look to the next: there is room
    behind what is joined already, and what is known of that is kept.
    """

    def __init__(self, names: tuple[str, ...], rank: int) -> None:
        self.names = names
        self.rank = rank
        self.parts: list[_Part] = []
        self.marks: list[tuple[int, int]] = []
        """(number of a batch, rows up to its end), ascending."""
        self.joined = 0
        self._room = self._empty(0)
        """As many rows as there is room for; those after ``joined`` mean nothing."""
        self._summaries: aggregate.Records | None = None
        self._summarised = 0

    def _empty(self, count: int) -> Rows:
        steps, times, order = (np.empty(count, dtype=np.int64) for _ in range(3))
        values = np.empty((count, len(self.names)), dtype=np.float64)
        return Rows(self.names, self.rank, steps, times, values, order, ascending=True)

    @property
    def rows(self) -> Rows | None:
        """The rows that are joined."""
        return self._room.cut(0, self.joined) if self.joined else None

    def join(self) -> Rows | None:
        """Join what came since the last time and return all rows."""
        if self.parts:
            begin, room = self.joined, self._roomy(sum(len(p.block.steps) for p in self.parts))
            for part in self.parts:
                end = self.joined + len(part.block.steps)
                room.steps[self.joined : end] = part.block.steps
                room.times[self.joined : end] = part.block.times
                room.values[self.joined : end] = part.block.values
                room.order[self.joined : end] = part.order
                self.joined = end
                self.marks.append((part.seq, end))
            self.parts.clear()
            steps = room.steps[max(0, begin - 1) : self.joined]
            ascending = room.ascending and bool((steps[1:] > steps[:-1]).all())
            self._room = room._replace(ascending=ascending)
        return self.rows

    def _roomy(self, more: int) -> Rows:
        """Return the room, with place for so many rows more."""
        room, wanted = self._room, self.joined + more
        if wanted <= len(room.steps):
            return room
        return self._copied(0, max(wanted, self.joined * 3 // 2))

    def _copied(self, begin: int, size: int) -> Rows:
        """Return room of a size with the rows from ``begin`` on."""
        old, found = self._room.cut(begin, self.joined), self._empty(size)
        count = len(old.steps)
        found.steps[:count], found.times[:count] = old.steps, old.times
        found.values[:count], found.order[:count] = old.values, old.order
        return found._replace(ascending=old.ascending)

    def since(self, sealed: int, *, summarised: bool = False) -> Rows | None:
        """Return the rows of batches after number ``sealed``."""
        rows = self.join()
        if rows is None or self.marks[0][0] > sealed:
            if rows is None or not (summarised and rows.ascending):
                return rows
            return rows._replace(summaries=self._summary(rows))
        cut = max(end for seq, end in self.marks if seq <= sealed)
        return None if cut == len(rows.steps) else rows.cut(cut, self.joined)

    def _summary(self, rows: Rows) -> aggregate.Records:
        """Return the summaries of all rows, which ascend."""
        if self._summarised < self.joined:
            fresh = rows.cut(self._summarised, self.joined)
            newer = aggregate.summaries(fresh.steps, fresh.times, fresh.values)
            older = self._summaries
            self._summaries = newer if older is None else aggregate.join(older, newer)
            self._summarised = self.joined
        assert self._summaries is not None
        return self._summaries

    def drop(self, sealed: int) -> None:
        """Forget the rows of batches up to number ``sealed``, memory included."""
        self.join()
        cut = max((end for seq, end in self.marks if seq <= sealed), default=0)
        if cut:
            self._room = self._copied(cut, self.joined - cut)
            self._summaries, self._summarised = None, 0
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
                known = rows.summaries
                if known is None:
                    known = aggregate.summaries(rows.steps, rows.times, rows.values)
                parts.append(known)
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
        self._seen: tuple[int, int, bool, View] | None = None

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

    def view(self, sealed: int, *, summarised: bool = False) -> View:
        """Return the points of batches after number ``sealed``, which is at least ``base``.

        ``summarised``: their summaries are going to be asked for.
        """
        if self._seen is not None:
            at, top, has, seen = self._seen
            if (at, top) == (sealed, self.top) and has >= summarised:
                return seen
        found = [
            rows
            for group in self.groups.values()
            if (rows := group.since(sealed, summarised=summarised)) is not None
        ]
        view = View(found, {seq: why for seq, why in self.damaged.items() if seq > sealed})
        self._seen = (sealed, self.top, summarised, view)
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

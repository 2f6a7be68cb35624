"""Charts: many series on shared edges, from whatever stored level answers each part exactly.

A chunk or a roll-up group that lies whole within the range and within one bucket counts by its
aggregates; only where an edge cuts through one are the points themselves read. So a chart costs
O(buckets), and its answer is that of the raw points.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from swanlab.server.metrics import aggregate, codec, cold, grid, pages, rows, schema
from swanlab.server.metrics.aggregate import GROUP, HEADER, Records
from swanlab.server.metrics.contract import Buckets, Column, Floats, Ints, Query
from swanlab.server.metrics.tail import EMPTY, Arrays, clip, concatenate, unique

Mask = NDArray[np.bool_]

_FLUSH = 1 << 18
"""Points aggregated at once: enough to make the work per array small, and memory bounded."""


class Source(NamedTuple):
    """One series of a chart: its number if it has sealed points, and its unsealed ones."""

    run: int
    sid: int | None
    tail: Arrays


class _Lane:
    """One series of one chart on its way."""

    __slots__ = ("base", "begin", "bits", "end", "hi", "lo", "missing", "offset", "raw", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.begin = self.end = 0
        """Its chunk headers among those of all lanes."""
        self.lo, self.hi = 0, -1
        self.bits = 0
        self.base = 0
        """First cell of the lane among those of all charts."""
        self.offset = 0
        """Number of the bucket of the first cell."""
        self.raw: list[Arrays] = []
        self.missing: list[tuple[int, int]] = []
        """First and last step of what is damaged."""


class _Chart(NamedTuple):
    query: Query
    lanes: list[_Lane]


_CHUNK, _WIDE, _COARSE, _FINE, _RAW, _OUT = range(6)
"""By which level a chunk counts."""


class _Work:
    """All charts of one request; one instance goes through the steps of ``answer`` once."""

    def __init__(
        self, connection: sa.Connection, charts: list[_Chart], place: cold.Cold | None
    ) -> None:
        self.connection = connection
        self.place = place
        self.charts = charts
        self.lanes = [lane for chart in charts for lane in chart.lanes]
        self.exact: dict[int, Ints] = {}
        self.groups: list[tuple[Ints, Records, Ints]] = []
        """Cells, their groups, and a step that tells which group of a cell has the last value:
        raw points may lie on both sides of a chunk that counts by its aggregates."""
        self.found: list[tuple[Ints, Records]] = []
        """Groups of chunks that count by a roll-up, with the numbers of their headers."""
        self.memo: codec.Memo = {}
        self._read_headers()
        self.levels = np.full(len(self.headers), _OUT, dtype=np.int8)
        self.mixed = False
        """Whether some chunks count by their aggregates."""
        self.inside = np.zeros(len(self.headers), dtype=np.bool_)

    def _read_headers(self) -> None:
        wanted = {(s.run, s.sid) for lane in self.lanes if (s := lane.source).sid is not None}
        held: dict[tuple[int, int], list[tuple[int, bytes]]] = defaultdict(list)
        for run, sid, start, data in rows.heads(self.connection, sorted(wanted)):
            held[run, sid].append((start, data))
        parts: list[bytes] = []
        starts: list[int] = []
        sizes: list[int] = []
        at = 0
        for lane in self.lanes:
            lane.begin = at
            if lane.source.sid is not None:
                own = held[lane.source.run, lane.source.sid]
                for number, (start, data) in enumerate(own, 1):
                    try:
                        page = codec.decode_page(data, "chunk headers")
                    except codec.DamagedError:
                        last = own[number][0] - 1 if number < len(own) else grid.LAST
                        lane.missing.append((start, last))
                        continue
                    parts.append(page)
                    starts.append(start)
                    sizes.append(len(page) // HEADER.itemsize)
                    at += sizes[-1]
            lane.end = at
        self.headers: Records = np.frombuffer(b"".join(parts), dtype=HEADER)
        self.page_of = np.repeat(np.array(starts, dtype=np.int64), sizes)
        sizes = [lane.end - lane.begin for lane in self.lanes]
        self.lane_of = np.repeat(np.arange(len(self.lanes)), sizes)

    def choose_ranges(self) -> None:
        """Narrow every chart to where its series have points."""
        first, last = self.headers["first"], self.headers["last"]
        for query, lanes in self.charts:
            ends: list[int] = []
            for lane in lanes:
                if lane.end > lane.begin:
                    ends += (int(first[lane.begin]), int(last[lane.end - 1]))
                if len(tail := lane.source.tail.steps):
                    ends += (int(tail[0]), int(tail[-1]))
            if not ends:
                continue
            lo = min(ends) if query.lo is None else max(min(ends), query.lo)
            hi = max(ends) if query.hi is None else min(max(ends), query.hi)
            for lane in lanes:
                lane.lo, lane.hi = lo, hi

    def choose_levels(self) -> None:
        """Decide for every chunk by which of its levels it counts."""
        if not len(self.headers):
            self._choose_bits()
            return
        h = self.headers
        lo = np.array([lane.lo for lane in self.lanes])[self.lane_of]
        hi = np.array([lane.hi for lane in self.lanes])[self.lane_of]
        first, last = h["first"], h["last"]
        overlaps = (last >= lo) & (first <= hi)
        self.inside = overlaps & (first >= lo) & (last <= hi)
        for lane in self.lanes:
            self._check_overwrites(lane)
        raw = self._choose_bits()[self.lane_of]
        bits = np.array([lane.bits for lane in self.lanes])[self.lane_of]
        usable = self.inside & ~raw
        self.levels = np.select(
            [
                ~overlaps,
                usable & (first >> bits == last >> bits),
                usable & (h["packed"] > 0) & (h["coarse"] + pages.WIDE <= bits),
                usable & (h["coarse"] <= bits),
                usable & (h["fine"] <= bits),
            ],
            [_OUT, _CHUNK, _WIDE, _COARSE, _FINE],
            _RAW,
        )

    def _check_overwrites(self, lane: _Lane) -> None:
        """Chunks among whose steps the tail has some cannot count by their aggregates."""
        tail = lane.source.tail.steps
        own = slice(lane.begin, lane.end)
        last = self.headers["last"][own]
        if not len(tail) or not len(last) or tail[0] > last[-1]:
            return
        begin = np.searchsorted(tail, self.headers["first"][own], side="left")
        end = np.searchsorted(tail, last, side="right")
        self.inside[own] &= begin == end

    def _choose_bits(self) -> Mask:
        """Set the bucket width of every chart; return which lanes to read raw for exact steps."""
        sealed = np.zeros(len(self.lanes), dtype=np.int64)
        np.add.at(sealed, self.lane_of, np.where(self.inside, self.headers["points"], 0))
        raw = np.zeros(len(self.lanes), dtype=np.bool_)
        at = 0
        for query, lanes in self.charts:
            most = 0
            for index, lane in enumerate(lanes, at):
                own = clip(lane.source.tail, lane.lo, lane.hi)
                most = max(most, int(sealed[index]), len(own.steps))
                if lane.hi >= lane.lo:
                    lane.bits = grid.bucket_bits(lane.lo, lane.hi, max(1, query.count))
            raw[at : at + len(lanes)] = most <= query.count
            at += len(lanes)
        return raw

    def read_levels(self) -> None:
        """Read the roll-ups; a chunk whose roll-up is damaged counts by the next finer one."""
        self._read_packs(np.flatnonzero(self.levels == _WIDE))
        for level, column in ((_COARSE, schema.rollup.c.coarse), (_FINE, schema.rollup.c.fine)):
            at = np.flatnonzero(self.levels == level)
            if not len(at):
                continue
            blobs = self._read(at, column)
            wanted = [blobs.get(place, b"") for place in self._places(at)]
            try:
                groups, sizes = codec.decode_groups(wanted)
            except codec.DamagedError:
                good = np.array([codec.is_whole(blob) for blob in wanted], dtype=np.bool_)
                self.levels[at[~good]] = level + 1
                at = at[good]
                groups, sizes = codec.decode_groups(
                    [blob for blob in wanted if codec.is_whole(blob)]
                )
            self.found.append((np.repeat(at, sizes), groups))

    def _read_packs(self, at: Ints) -> None:
        if not len(at):
            return
        by_page: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index in at.tolist():
            by_page[int(self.lane_of[index]), int(self.page_of[index])].append(index)
        sources = [(self.lanes[lane].source, start) for lane, start in by_page]
        wanted = sorted({(s.run, s.sid or 0, start) for s, start in sources})
        blobs = {
            (run, sid, start): data
            for run, sid, start, data in rows.by_start(self.connection, schema.pack.c.wide, wanted)
        }
        for (source, start), own in zip(sources, by_page.values(), strict=True):
            chunks = np.array(own, dtype=np.int64)
            try:
                groups, _ = codec.decode_groups(
                    [blobs.get((source.run, source.sid or 0, start), b"")]
                )
            except codec.DamagedError:
                self.levels[chunks] = _COARSE
                continue
            self._pick(chunks, groups)

    def _pick(self, chunks: Ints, groups: Records) -> None:
        """Take of a page's groups those of the chunks that are wanted."""
        last = self.headers["last"][chunks]
        at = np.minimum(np.searchsorted(last, groups["step"]), len(chunks) - 1)
        inside = (groups["step"] >= self.headers["first"][chunks][at]) & (
            groups["step"] <= last[at]
        )
        if inside.all():
            self.found.append((chunks[at], groups))
        elif inside.any():
            self.found.append((chunks[at[inside]], groups[inside]))

    def read_points(self) -> None:
        """Read the chunks that count by their points, and put the tails to them."""
        at = np.flatnonzero(self.levels == _RAW)
        blobs = self._read(at, schema.chunk.c.data)
        for index, place in zip(at.tolist(), self._places(at), strict=True):
            lane = self.lanes[int(self.lane_of[index])]
            try:
                points = codec.decode_chunk(blobs.get(place, b""), self.memo)
            except codec.DamagedError:
                lane.missing.append(
                    (int(self.headers["first"][index]), int(self.headers["last"][index]))
                )
                self.levels[index] = _OUT
            else:
                lane.raw.append(Arrays(*points))
        for lane in self.lanes:
            if len(lane.source.tail.steps):
                lane.raw.append(lane.source.tail)
            if lane.raw:
                lane.raw = [clip(unique(concatenate(lane.raw)), lane.lo, lane.hi)]

    def _places(self, at: Ints) -> list[tuple[int, int, int]]:
        """Return (run, sid, start) of chunks."""
        lanes, starts = self.lane_of[at].tolist(), self.headers["start"][at].tolist()
        sources = [self.lanes[lane].source for lane in lanes]
        return [(s.run, s.sid or 0, start) for s, start in zip(sources, starts, strict=True)]

    def _read(self, at: Ints, column: sa.Column[bytes]) -> dict[tuple[int, int, int], bytes]:
        """Return a blob of each of the chunks, by (run, sid, start)."""
        if not len(at):
            return {}
        places = self._places(at)
        lanes = set(self.lane_of[at].tolist())
        if sum(self.lanes[i].end - self.lanes[i].begin for i in lanes) > 2 * len(at):
            found = rows.by_start(self.connection, column, places)
        else:
            owners = sorted({place[:2] for place in places})
            starts = [place[2] for place in places]
            found = rows.between(self.connection, column, owners, min(starts), max(starts))
        held = {(run, sid, start): data for run, sid, start, data in found}
        cold.fill(self.place, self.connection, column, held, places)
        return held

    def find_exact(self) -> None:
        """Find the charts all of whose steps fit, and where every lane's cells begin."""
        base = 0
        for number, (query, lanes) in enumerate(self.charts):
            steps = self._union(lanes, query.count)
            if steps is not None:
                self.exact[number] = steps
            for lane in lanes:
                lane.base = base
                if lane.hi < lane.lo:
                    continue
                lane.offset = lane.lo >> lane.bits
                base += len(steps) if steps is not None else self._cells(lane)
        self.cells = base

    def _cells(self, lane: _Lane) -> int:
        return (lane.hi >> lane.bits) - lane.offset + 1 if lane.hi >= lane.lo else 0

    def _union(self, lanes: list[_Lane], count: int) -> Ints | None:
        """Return the different steps of the lanes, None when they are more than ``count``."""
        if any(self._summarised(lane) for lane in lanes):
            return None
        seen: dict[bytes, Ints] = {}
        for lane in lanes:
            for points in lane.raw:
                if len(points.steps) > count:
                    return None
                seen[points.steps.tobytes()] = points.steps
        if not seen:
            return EMPTY.steps
        steps = list(seen.values())
        union = steps[0] if len(steps) == 1 else np.unique(np.concatenate(steps))
        return union if len(union) <= count else None

    def _summarised(self, lane: _Lane) -> bool:
        levels = self.levels[lane.begin : lane.end]
        return bool(((levels != _RAW) & (levels != _OUT)).any())

    def aggregate_points(self) -> None:
        """Turn the raw points into groups, one per cell."""
        self.mixed = any(self._summarised(lane) for lane in self.lanes)
        cells: list[Ints] = []
        points: list[Arrays] = []
        held = 0
        for number, (_, lanes) in enumerate(self.charts):
            exact = self.exact.get(number)
            for lane in lanes:
                for part in lane.raw:
                    if exact is None:
                        cell = (part.steps >> lane.bits) + (lane.base - lane.offset)
                    elif len(exact) == len(part.steps):
                        cell = np.arange(lane.base, lane.base + len(exact))
                    else:
                        cell = np.searchsorted(exact, part.steps) + lane.base
                    cells.append(cell)
                    points.append(part)
                    held += len(cell)
                lane.raw = []
                if held > _FLUSH:
                    self._flush(cells, points)
                    held = 0
        self._flush(cells, points)

    def _flush(self, cells: list[Ints], points: list[Arrays]) -> None:
        if cells:
            cell = np.concatenate(cells)
            starts = aggregate.boundaries(cell)
            joined = concatenate(points)
            groups = aggregate.group(starts, *joined)
            ends = groups["step"]
            if self.mixed:
                ends = joined.steps[aggregate.last_where(np.isfinite(joined.values), starts)]
            self.groups.append((cell[starts], groups, ends))
            cells.clear()
            points.clear()

    def aggregate_levels(self) -> None:
        """Add the chunks and roll-up groups that count by their aggregates."""
        at = np.flatnonzero(self.levels == _CHUNK)
        if len(at):
            self._add(at, aggregate.as_groups(self.headers[at]))
        for at, groups in self.found:
            self._add(at, groups)

    def _add(self, at: Ints, groups: Records) -> None:
        lanes = self.lane_of[at]
        bits = np.array([lane.bits for lane in self.lanes])[lanes]
        shift = np.array([lane.base - lane.offset for lane in self.lanes])[lanes]
        self.groups.append(((groups["step"] >> bits) + shift, groups, groups["step"]))

    def columns(self) -> list[Buckets]:
        """Put all groups of a cell together and lay them out by chart."""
        cells = np.concatenate([cell for cell, _, _ in self.groups] or [EMPTY.steps])
        parts = [part for _, part, _ in self.groups] or [np.zeros(0, dtype=GROUP)]
        groups = aggregate.concatenate(parts)
        if len(parts) > 1:  # each by itself is in order
            ends = np.concatenate([end for _, _, end in self.groups])
            latest = groups[np.lexsort((ends, cells))]
            order = np.lexsort((groups["step"], cells))
            cells, groups = cells[order], groups[order]
        if bool((cells[1:] <= cells[:-1]).any()):
            starts = aggregate.boundaries(cells)
            cells, groups = cells[starts], aggregate.regroup(starts, groups)
            if len(parts) > 1:
                groups["last"] = aggregate.last_of(starts, latest)
        dense = _dense(cells, groups, self.cells)
        unused = np.isnan(dense[_TIME])
        return [self._chart(number, dense, unused) for number in range(len(self.charts))]

    def _chart(self, number: int, dense: list[Any], unused: Mask) -> Buckets:
        _, lanes = self.charts[number]
        exact = self.exact.get(number)
        first = lanes[0] if lanes else None
        if exact is not None:
            edges, width, size = exact, 1, len(exact)
        elif first is None or first.hi < first.lo:
            edges, width, size = EMPTY.steps, 1, 0
        else:
            width, size = 1 << first.bits, self._cells(first)
            edges = (np.arange(size) + first.offset) << first.bits
        begins = [lane.base for lane in lanes]
        found = [[array[at : at + size] for array in dense] for at in begins]
        if lanes and unused[begins[0] : begins[0] + size * len(lanes)].any():
            used = ~np.logical_and.reduce([unused[at : at + size] for at in begins])
            if not used.all():
                edges = edges[used]
                found = [[array[used] for array in arrays] for arrays in found]
        columns = [_column(arrays, lane) for arrays, lane in zip(found, lanes, strict=True)]
        return Buckets(exact is not None, width, edges, columns)


def _column(arrays: list[Any], lane: _Lane) -> Column:
    fields = dict(zip(Column.__struct_fields__, arrays, strict=False))
    return Column(**fields, missing=_within(lane))


def _within(lane: _Lane) -> list[tuple[int, int]]:
    """Return what of the damaged steps the chart would show; all when nothing else is known."""
    if lane.hi < lane.lo:
        return sorted(lane.missing)
    return sorted(
        (max(first, lane.lo), min(last, lane.hi))
        for first, last in lane.missing
        if first <= lane.hi and last >= lane.lo
    )


_TIME = Column.__struct_fields__.index("time")


def _dense(cells: Ints, groups: Records, size: int) -> list[Any]:
    """Scatter the groups over ``size`` cells; the arrays are in the order of ``Column``."""

    def scatter(values: NDArray[Any], out: NDArray[Any]) -> NDArray[Any]:
        out[cells] = values
        return out

    def integers(name: str) -> Ints:
        return scatter(groups[name], np.zeros(size, dtype=np.int64))

    def floats(values: NDArray[Any]) -> Floats:
        return scatter(values, np.full(size, np.nan))

    low, high, count = groups["low"], groups["high"], groups["count"]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        # Held between low and high, whatever rounding or an overflowing sum made of it.
        mean = np.where(count > 0, np.clip(groups["total"] / count, low, high), np.nan)
    return [
        integers("count"),
        floats(low),
        floats(high),
        floats(mean),
        floats(groups["last"]),
        floats(groups["time"]),
        integers("nan"),
        integers("positive"),
        integers("negative"),
    ]


def answer(
    connection: sa.Connection,
    queries: Sequence[tuple[Query, list[Source]]],
    place: cold.Cold | None,
) -> list[Buckets]:
    """Answer charts, each a query and the sources of its series in their order."""
    charts = [_Chart(query, [_Lane(source) for source in found]) for query, found in queries]
    work = _Work(connection, charts, place)
    work.choose_ranges()
    work.choose_levels()
    work.read_levels()
    work.read_points()
    work.find_exact()
    work.aggregate_points()
    work.aggregate_levels()
    return work.columns()

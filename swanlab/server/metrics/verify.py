"""Checks a store whole: every checksum, and whatever is worked out of the points, against them.

A run is read in one transaction, a few hundred rows at a time. So any number of servers may go on
meanwhile, the check of a store that takes hours keeps them from tidying up behind a single run at
most, and a series of any length is checked in bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa

from swanlab.server.db import postgres
from swanlab.server.metrics import aggregate, codec, cold, ingest, pages, rows, schema, segment
from swanlab.server.metrics.aggregate import HEADER, NO_ROLLUP, Records
from swanlab.server.metrics.contract import ColdAway, ColdMissing
from swanlab.server.metrics.tail import Arrays, Name

_LOOSE = "total"
"""Sums depend on the order in which they are made."""
_AT_ONCE = 256
"""Rows of a table that are held at a time; a chunk takes some 30 KB."""


_BY_SERIES = (schema.chunk, schema.rollup, schema.head, schema.pack)


class Finding(NamedTuple):
    """Something that is not as it should be; ``run`` is None when it is not of one run."""

    run: int | None
    what: str


class Counted(NamedTuple):
    """What was checked."""

    runs: int = 0
    series: int = 0
    chunks: int = 0
    points: int = 0
    batches: int = 0
    cold: int = 0
    """Runs whose points are in segments."""


def verify(
    engine: sa.Engine,
    say: Callable[[Finding], None],
    runs: Sequence[int] | None = None,
    place: cold.Cold | None = None,
) -> Counted:
    """Check the store and its segments, or only these runs of it.

    ``say`` is called with everything that is wrong. Raises what the database raises when it cannot
    be reached.
    """
    total = Counted()
    with engine.connect() as connection:
        for finding in _file(connection):
            say(finding)
        for run in present(connection) if runs is None else runs:
            connection.rollback()  # what was read of the run before may be tidied up from here on
            try:
                check = _Run(connection, run, say)
                with _segment(check, place):
                    check.all()
            except sa.exc.DBAPIError as error:
                if postgres.is_outage(error):
                    raise
                say(Finding(run, f"cannot be read: {error.orig}"))
                continue
            own = (1, check.series, check.chunks, check.points, check.batches, check.is_cold)
            total = Counted(*(a + b for a, b in zip(total, own, strict=True)))
    return total


def _file(connection: sa.Connection) -> Iterator[Finding]:
    if connection.dialect.name == "sqlite":
        for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if said != "ok":
                yield Finding(None, f"the file: {said}")


def present(connection: sa.Connection) -> list[int]:
    """Return the runs of which anything is stored."""
    found: set[int] = set()
    for table in schema.metadata.sorted_tables:
        if "run" in table.c:
            found.update(connection.scalars(sa.select(table.c.run).distinct()))
    return sorted(found)


class _Rows:
    """Rows by series and start, each looked at once and in this order."""

    def __init__(self, found: Iterator[Any]) -> None:
        self._rest = found
        self._next: Any = next(self._rest, None)

    def of(self, sid: int, last: int | None = None) -> Iterator[Any]:
        """Yield the rows of a series that were not looked at yet, up to the start ``last``."""
        while (row := self._next) is not None and row.sid <= sid:
            if row.sid == sid and last is not None and row.start > last:
                return
            self._next = next(self._rest, None)
            if row.sid == sid:
                yield row


def _stored(connection: sa.Connection, table: sa.Table, run: int) -> Iterator[Any]:
    """Yield the rows of a table of a run, read a few at a time."""
    place = (-1, -1)
    while True:
        behind = sa.tuple_(table.c.sid, table.c.start) > sa.tuple_(*place)
        query = sa.select(table).where(table.c.run == run, behind)
        query = query.order_by(table.c.sid, table.c.start).limit(_AT_ONCE)
        part = connection.execute(query).all()
        yield from part
        if len(part) < _AT_ONCE:
            return
        place = (part[-1].sid, part[-1].start)


@contextmanager
def _segment(check: _Run, place: cold.Cold | None) -> Iterator[None]:
    """Fetch and check the segment of a run, if it has one, and let it be read within the block."""
    found = cold.held(check.connection, [check.run])
    if not found:
        yield
        return
    (held,) = found
    check.is_cold = True
    with ExitStack() as stack:
        try:
            file, digest = stack.enter_context(cold.needed(place).opened(held.name))
            if digest != held.digest:
                check.say(f"its segment {held.name} is not what was written")
            opened = segment.Opened(file, file.seek(0, 2))
            _check_segment(check, opened, held)
            check.take(opened)
        except (codec.DamagedError, ColdAway, ColdMissing) as error:
            check.say(f"its points cannot be checked: {error}")
            check.unreadable = True
        yield


def _check_segment(check: _Run, opened: segment.Opened, held: cold.Held) -> None:
    if opened.run != check.run:
        check.say(f"its segment {held.name} holds the points of another run")
    table = schema.segment
    query = sa.select(table.c.places).where(table.c.run == check.run)
    try:
        kept = segment.open_index(check.connection.scalar(query) or b"")
        if kept.entries.tobytes() != opened.index.entries.tobytes():
            check.say("the index of its segment is not that in the database")
    except codec.DamagedError as error:
        check.say(str(error))
    for own in (schema.chunk, schema.rollup):
        count = sa.select(sa.func.count()).select_from(own).where(own.c.run == check.run)
        if check.connection.scalar(count):
            check.say(f"there are rows of {own.name} beside its segment")


class _Run:
    """One run on its way through all checks."""

    def __init__(self, connection: sa.Connection, run: int, say: Callable[[Finding], None]) -> None:
        self.connection, self.run, self._say = connection, run, say
        self.series = self.chunks = self.points = self.batches = 0
        self.ledger = rows.ledgers(connection, [run]).get(run, rows.Ledger(run))
        self.rows = {table: _Rows(_stored(connection, table, run)) for table in _BY_SERIES}
        self.segment: segment.Opened | None = None
        self.is_cold = self.unreadable = False
        """Whether its points are in a segment, and whether that cannot be read."""

    def say(self, what: str) -> None:
        self._say(Finding(self.run, what))

    def take(self, opened: segment.Opened) -> None:
        """Let the points be those of the segment."""
        self.segment = opened
        self.rows[schema.chunk] = _Rows(opened.rows())
        self.rows[schema.rollup] = _Rows(row for row in opened.rows() if row.coarse)

    def all(self) -> None:
        """Check the run."""
        self._check_batches()
        names, summaries = self._read_series()
        self._check_orphans(len(names))
        for sid, name in enumerate(names):
            _Series(self, sid, name, summaries[sid]).all()
        table = schema.lost
        query = sa.select(table.c.sid, table.c.start, table.c.reason).where(table.c.run == self.run)
        for sid, start, reason in self.connection.execute(query):
            place = f"batch {start}" if sid < 0 else f"series {sid} from step {start}"
            self.say(f"{place} was set aside: {reason}")

    def _check_batches(self) -> None:
        table, ledger = schema.batch, self.ledger
        query = sa.select(table).where(table.c.run == self.run).order_by(table.c.seq)
        writers = self._writers()
        wanted, pending = ledger.sealed, 0
        for row in self.connection.execute(query):
            wanted += 1
            self.batches += 1
            pending += row.points
            if row.seq != wanted:
                self.say(f"batch {row.seq} stands where {wanted} should")
                wanted = row.seq
            if row.writer not in writers:
                self.say(f"batch {row.seq} is of a writer that is not known, {row.writer!r}")
                continue
            try:
                blocks = codec.decode_blocks(row.blocks, writers[row.writer])
            except (codec.DamagedError, IndexError) as error:
                self.say(f"batch {row.seq}: {error}")
                continue
            held = sum(block.values.size for block in blocks)
            self.points += held
            if held != row.points:
                self.say(f"batch {row.seq} holds {held} points and claims {row.points}")
        if wanted != ledger.top:
            self.say(f"the newest batch is {wanted}, and should be {ledger.top}")
        if pending != ledger.pending:
            self.say(f"{pending} points are not sealed, and should be {ledger.pending}")

    def _writers(self) -> dict[str, tuple[str, ...]]:
        """Check how far every writer is against its definitions; return their keys."""
        found: dict[str, tuple[str, ...]] = {}
        writer, definition = schema.writer, schema.definition
        for row in self.connection.execute(sa.select(writer).where(writer.c.run == self.run)):
            state = ingest.replay(
                self.connection,
                (self.run, row.writer),
                ingest.Told(row.next_offset, row.rank, row.started),
            )
            found[row.writer] = state.keys
            newest = self.connection.scalar(
                sa.select(sa.func.max(definition.c.offset)).where(
                    definition.c.run == self.run, definition.c.writer == row.writer
                )
            )
            if newest is not None and newest >= row.next_offset:
                self.say(f"writer {row.writer!r} is at {row.next_offset}, its keys at {newest}")
        for table in (definition, schema.line):
            names = sa.select(table.c.writer).where(table.c.run == self.run).distinct()
            for name in self.connection.scalars(names):
                if name not in found:
                    self.say(f"{table.name} of a writer that is not known, {name!r}")
        return found

    def _read_series(self) -> tuple[list[Name], Records]:
        table = schema.series
        query = sa.select(table).where(table.c.run == self.run).order_by(table.c.page)
        names: list[Name] = []
        parts = [np.zeros(0, dtype=aggregate.SUMMARY)]
        for row in self.connection.execute(query):
            try:
                own, summaries = rows.decode_names(row.names), rows.summaries(row.summaries)
            except codec.DamagedError as error:
                self.say(f"series from {row.page * rows.PAGE} on: {error}")
                own = [("?", 0)] * min(rows.PAGE, self.ledger.series - row.page * rows.PAGE)
                summaries = np.zeros(len(own), dtype=aggregate.SUMMARY)
            if len(own) != len(summaries):
                self.say(f"page {row.page} has {len(own)} names and {len(summaries)} summaries")
                summaries = np.resize(summaries, len(own))
            names += own
            parts.append(summaries)
        if len(names) != self.ledger.series:
            self.say(f"there are {len(names)} series, and should be {self.ledger.series}")
        self.series = len(names)
        return names, np.concatenate(parts)

    def _check_orphans(self, series: int) -> None:
        for table in _BY_SERIES:
            count = self.connection.scalar(
                sa.select(sa.func.count())
                .select_from(table)
                .where(table.c.run == self.run, sa.not_(table.c.sid.between(0, series - 1)))
            )
            if count:
                self.say(f"{count} rows of {table.name} belong to no series")
        if self.segment is not None:
            strange = int((self.segment.index.entries["sid"] >= series).sum())
            if strange:
                self.say(f"{strange} chunks of its segment belong to no series")


class _Series:
    """One series on its way through all checks."""

    def __init__(self, run: _Run, sid: int, name: Name, summary: Any) -> None:
        self.of, self.sid, self.summary = run, sid, summary
        key, rank = name
        self.title = repr(key) + (f" (rank {rank})" if rank else "")
        self.coarse: dict[int, bytes] = {}

    def say(self, what: str) -> None:
        self.of.say(f"{self.title}: {what}")

    def _rows(self, table: sa.Table) -> Iterator[Any]:
        return self.of.rows[table].of(self.sid)

    def all(self) -> None:
        """Check the series."""
        held: dict[int, Records] = {}
        for row in self._rows(schema.head):
            try:
                held[row.start] = rows.headers(row.headers)
            except codec.DamagedError as error:
                self.say(f"from step {row.start} on: {error}")
                held[row.start] = np.zeros(0, dtype=HEADER)
        headers = aggregate.concatenate([*held.values()] or [np.zeros(0, dtype=HEADER)])
        self._check_places(held, headers)
        if self.of.unreadable:
            return  # said once, for the run
        by_start = dict(zip(headers["start"].tolist(), range(len(headers)), strict=True))
        self._check_chunks(headers, by_start, whole=all(len(page) for page in held.values()))
        self._check_packs(held)

    def _check_places(self, held: dict[int, Records], headers: Records) -> None:
        if (np.diff(headers["start"]) <= 0).any():
            self.say("its chunks are not in order")
        for start, page in held.items():
            if len(page) and int(page["start"][0]) != start:
                self.say(f"the page of headers at {start} begins with another chunk")
        if not held:
            self.say("it has no chunks")
        elif max(held) != self.summary["page"]:
            self.say("its newest page of headers is not the one it names")
        if len(headers) and all(len(page) for page in held.values()):
            wanted = aggregate.of_headers(headers)
            wanted["page"] = self.summary["page"]
            if self.summary["check"]:  # older versions wrote none
                wanted["check"] = aggregate.checks(self.summary.reshape(1))
            if wrong := differing(wanted, self.summary.reshape(1)):
                self.say(f"its summary is not that of its chunks: {', '.join(wrong)}")

    def _check_chunks(self, headers: Records, by_start: dict[int, int], *, whole: bool) -> None:
        rollups: set[int] = set()
        seen = set()
        for row in self._rows(schema.chunk):
            self.of.chunks += 1
            seen.add(row.start)
            rollup = None
            for other in self.of.rows[schema.rollup].of(self.sid, row.start):
                rollups.add(other.start)
                rollup = other if other.start == row.start else None
            if row.start not in by_start:
                if whole:
                    self.say(f"the chunk at {row.start} is in no page of headers")
                continue
            header = headers[by_start[row.start] : by_start[row.start] + 1]
            try:
                points = Arrays(*codec.decode_chunk(row.data, {}))
            except codec.DamagedError as error:
                last = int(header["last"][0])
                self.say(f"steps {int(header['first'][0])} to {last}: {error}")
                continue
            self.of.points += len(points.steps)
            self._check_chunk(header, points, rollup)
        rollups.update(row.start for row in self._rows(schema.rollup))
        for start in by_start.keys() - seen:
            self.say(f"the chunk at {start} is missing")
        rolled = headers["start"][headers["coarse"] != NO_ROLLUP].tolist()
        for start in set(rolled) - rollups:
            self.say(f"the roll-up at {start} is missing")
        if whole:
            for start in rollups - set(rolled):
                self.say(f"the roll-up at {start} belongs to no chunk")

    def _check_chunk(self, header: Records, points: Arrays, rollup: Any) -> None:
        start, bits = int(header["start"][0]), int(header["bits"][0])
        steps = points.steps
        if (np.diff(steps) <= 0).any() or int(steps[0]) < start or (int(steps[-1]) ^ start) >> bits:
            self.say(f"the steps of the chunk at {start} are not in order or not its own")
        levels = (int(header["fine"][0]), int(header["coarse"][0]))
        raw = aggregate.header((start, bits), points, levels, int(header["format"][0]))
        wanted = np.frombuffer(raw, dtype=HEADER).copy()
        wanted["packed"] = header["packed"]
        if wrong := differing(wanted, header):
            self.say(f"the header of the chunk at {start} is not that of its points: {wrong}")
        if rollup is None or levels[1] == NO_ROLLUP:
            return
        fine = aggregate.group(aggregate.boundaries(steps >> levels[0]), *points)
        coarse = aggregate.regroup(aggregate.boundaries(fine["step"] >> levels[1]), fine)
        self.coarse[start] = rollup.coarse
        for name, blob, right in (("fine", rollup.fine, fine), ("coarse", rollup.coarse, coarse)):
            try:
                stored, _ = codec.decode_groups([blob])
            except codec.DamagedError as error:
                self.say(f"the {name} roll-up at {start}: {error}")
                continue
            if wrong := differing(right, stored):
                self.say(f"the {name} roll-up at {start} is not that of its points: {wrong}")

    def _check_packs(self, held: dict[int, Records]) -> None:
        packed = {start: page[page["packed"] > 0] for start, page in held.items()}
        stored = {row.start: row.wide for row in self._rows(schema.pack)}
        for start in stored.keys() - held.keys():
            self.say(f"the packed roll-up at {start} belongs to no page")
        for start, page in packed.items():
            if not len(page):
                continue
            if start not in stored:
                self.say(f"the packed roll-up at {start} is missing")
                continue
            try:
                groups, _ = codec.decode_groups([stored[start]])
                blobs = [self.coarse[chunk] for chunk in page["start"].tolist()]
                wanted = pages.wide(page, *codec.decode_groups(blobs))
            except codec.DamagedError as error:
                self.say(f"the packed roll-up at {start}: {error}")
                continue
            except KeyError:
                continue  # said already: the chunk or its roll-up is missing or damaged
            kept = _of_chunks(groups, page)
            if wrong := differing(wanted, kept):
                self.say(f"the packed roll-up at {start} is not that of its chunks: {wrong}")


def _of_chunks(groups: Records, headers: Records) -> Records:
    """Leave out the groups of chunks that were replaced since: no chart reads them."""
    at = np.minimum(np.searchsorted(headers["last"], groups["step"]), len(headers) - 1)
    inside = (groups["step"] >= headers["first"][at]) & (groups["step"] <= headers["last"][at])
    return groups[inside]


def differing(wanted: Records, found: Records) -> list[str]:
    """Return the names of the columns that differ; sums may, by what rounding makes of them."""
    if len(wanted) != len(found):
        return ["length"]
    wrong = []
    for name in wanted.dtype.names or ():
        a, b = wanted[name], found[name]
        if name == _LOOSE:
            with np.errstate(invalid="ignore", over="ignore"):
                scale = 1e-9 * np.abs(wanted["low"]) + 1e-9 * np.abs(wanted["high"])
                weight = np.nan_to_num(scale) * _finite(wanted)
                # Where the sum may have overflowed on the way it says nothing.
                same = (np.abs(a - b) <= weight + 1e-9 * np.abs(b)) | (weight > 1e290)
            same |= a == b
        else:
            same = a == b
            if a.dtype.kind == "f":
                same |= np.isnan(a) & np.isnan(b)
        if not same.all():
            wrong.append(name)
    return wrong


def _finite(records: Records) -> Any:
    return records["count" if "count" in (records.dtype.names or ()) else "points"]

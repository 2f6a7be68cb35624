"""The metric store over an SQL database: one SQLite file per project, or PostgreSQL."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import sqlalchemy as sa

from swanlab.server.metrics import (
    aggregate,
    cells,
    cold,
    compact,
    console,
    decode,
    freeze,
    grid,
    ingest,
    locks,
    raw,
    rows,
    schema,
    seal,
    verify,
    weight,
)
from swanlab.server.metrics.charts import Source, answer
from swanlab.server.metrics.contract import (
    Batch,
    Buckets,
    ColdAway,
    ColdMissing,
    Decoded,
    Line,
    OffsetMismatch,
    Points,
    Query,
    Receipt,
    Ref,
)
from swanlab.server.metrics.engine import open_engine, reclaim, vacuum, write
from swanlab.server.metrics.summaries import Table, build
from swanlab.server.metrics.tail import EMPTY, Name, clip, concatenate, unique
from swanlab.server.metrics.tails import Tails

SEAL_POINTS = 64 * 1024
SEAL_POINTS_MOST = 1024 * 1024
SEAL_POINTS_PER_SERIES = 2048
"""A run is sealed at so many points: at least the first number, more for many series, so that a
series gets some thousand at a time and its newest chunk is rewritten seldom, up to the second."""
SEAL_AFTER = 30_000
"""Milliseconds without a batch after which what is there is sealed."""

log = logging.getLogger("swanlab.server")


def open_store(url_or_path: str | Path, place: cold.Cold | None = None) -> Store:
    """Open the store at a database URL or a SQLite file, creating it if missing.

    ``place`` is where the points of old runs are that are not in the database.

    Raises ``schema.FormatError`` when a newer version wrote it, ``sqlalchemy.exc.DBAPIError`` when
    it cannot be opened.
    """
    engine = open_engine(url_or_path)
    try:
        schema.prepare(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, place)


class Store:
    """A ``MetricStore``; see the contract for what its methods promise."""

    def __init__(self, engine: sa.Engine, place: cold.Cold | None = None) -> None:
        self._engine = engine
        self._place = place
        # PostgreSQL has its row locks: many projects share a store there, and need not wait.
        self._writing: AbstractContextManager[object] = (
            nullcontext() if locks.shared(engine) else threading.Lock()
        )
        self._writers = ingest.Writers()
        self._tails = Tails(self._writers)
        self._names: OrderedDict[int, tuple[int, dict[Name, int]]] = OrderedDict()
        self._names_lock = threading.Lock()
        self._cells = cells.Cells()
        self._sealing: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)

    def decode(self, batch: Batch) -> Decoded:
        """Take a batch apart; raises ``OffsetMismatch``."""
        name = (batch.run, batch.writer)
        # What is remembered may be old, but not wrong at this offset; append() looks again.
        writer = self._writers.at(name, batch.offset)
        if writer is None:
            with self._engine.connect() as connection:
                writer = self._writers.load(connection, [name])[0]
        if writer.offset != batch.offset:
            raise OffsetMismatch(writer.offset)
        return decode.decode_batch(batch, writer)

    def append(self, batches: Sequence[Batch | Decoded]) -> list[Receipt | OffsetMismatch]:
        """Store all batches in one durable transaction, each by itself once or not at all."""
        with self._writing:
            with write(self._engine) as connection:
                ledgers = locks.lock(connection, map(_run_of, batches))
                group = ingest.Group(connection, self._writers, ledgers, batches)
                group.store(connection)
            self._writers.remember(group.states)
            self._tails.extend(group.added)
        return group.results

    def offsets(self, run: int) -> dict[str, int]:
        """Return the expected offset of every writer of ``run``."""
        table = schema.writer
        with self._engine.connect() as connection:
            found = connection.execute(
                sa.select(table.c.writer, table.c.next_offset).where(table.c.run == run)
            )
            return {row.writer: row.next_offset for row in found}

    def marks(self, runs: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return of each run that has points what differs whenever they may have changed."""
        with self._engine.connect() as connection:
            found = rows.ledgers(connection, sorted(set(runs)))
        return {run: (ledger.top, ledger.seals) for run, ledger in found.items()}

    def due(self) -> list[int]:
        """Return the runs whose batches are many or old enough to be looked at by ``seal``."""
        table = schema.ledger
        quiet = _now() - SEAL_AFTER
        with self._engine.connect() as connection:
            return list(
                connection.scalars(
                    sa.select(table.c.run).where(
                        table.c.pending > 0,
                        sa.or_(table.c.pending >= SEAL_POINTS, table.c.touched <= quiet),
                    )
                )
            )

    def waiting(self) -> tuple[int, int]:
        """Return how many batches and how many points are not sealed yet."""
        with self._engine.connect() as connection:
            return weight.waiting(connection)

    def size(self) -> int:
        """Return the bytes that the store takes on the disk, its log not counted."""
        with self._engine.connect() as connection:
            return weight.size(connection)

    def seal(self, run: int, *, force: bool = False) -> bool:
        """Turn the run's batches into chunks if they are many or old enough (or ``force``)."""
        with (
            self._sealing[run],
            locks.sealing(self._engine, run, wait=force) as begin,
            self._engine.connect() as connection,
        ):
            if begin is None:
                return False
            ledger = rows.ledgers(connection, [run]).get(run)
            if ledger is None or ledger.top == ledger.sealed:
                return False
            old = ledger.touched <= _now() - SEAL_AFTER
            if not (force or old) and ledger.pending < SEAL_POINTS:
                return False
            view = self._tails.views(connection, [ledger])[run]
            wanted = min(SEAL_POINTS_PER_SERIES * len(view.where), SEAL_POINTS_MOST)
            if self._tails.crowded:
                wanted = SEAL_POINTS  # memory first: the chunks are rewritten later
            if not (force or old) and ledger.pending < wanted:
                return False
            if cold.held(connection, [run]):
                # Batches wait, so nobody moves it away again before they are sealed.
                connection.rollback()
                self._thaw(run)
                ledger = rows.ledgers(connection, [run]).get(run)
                if ledger is None or cold.held(connection, [run]):
                    return False
                view = self._tails.views(connection, [ledger])[run]
            plan = seal.plan(connection, ledger, view)
            connection.rollback()
            with self._writing, begin() as writing:
                done = seal.commit(writing, plan)
                if done:
                    self._writers.compact(writing, run)
            if done:
                self._tails.drop(run, ledger.top)
            return done

    def compact(self, run: int) -> int:
        """Join small chunks of the run and pack its roll-ups; return how many chunks went.

        Batches are left alone: seal them first. Appends and reads go on meanwhile.
        """
        gone = first = 0
        with self._sealing[run]:
            while True:
                with self._engine.connect() as connection:
                    ledger = rows.ledgers(connection, [run]).get(run)
                    if ledger is None or first >= ledger.series or cold.held(connection, [run]):
                        return gone
                    plan, fewer = compact.plan(connection, ledger, first)
                if not compact.is_empty(plan):
                    with self._writing, write(self._engine) as writing:
                        if not compact.commit(writing, plan):
                            continue  # another process sealed it: look again
                    gone += fewer
                first += rows.PAGE

    def freeze(self, run: int) -> bool:
        """Move the points of a run out of the database, into one segment."""
        place = cold.needed(self._place)
        self.seal(run, force=True)
        self.compact(run)
        with self._sealing[run]:
            done = freeze.freeze(self._engine, self._writing, place, run)
        if done:
            with self._writing:
                reclaim(self._engine)
        return done

    def thaw(self, run: int) -> bool:
        """Bring the points of a run back into the database; whether they were away."""
        with self._sealing[run]:
            return self._thaw(run)

    def _thaw(self, run: int) -> bool:
        return freeze.thaw(self._engine, self._writing, cold.needed(self._place), run)

    def frozen(self) -> dict[int, int]:
        """Return the bytes of the segment of each run that has one."""
        with self._engine.connect() as connection:
            return freeze.sizes(connection)

    def tidy(self) -> int:
        """Remove the segments that nothing has needed for a day; return how many."""
        return freeze.tidy(self._engine, self._writing, cold.needed(self._place))

    def discarded(self) -> int:
        """Return how many segments wait to be removed, or were begun and not taken."""
        with self._engine.connect() as connection:
            return freeze.discarded(connection)

    def runs(self) -> list[int]:
        """Return the runs that have something in the store."""
        with self._engine.connect() as connection:
            return verify.present(connection)

    def reclaim(self) -> None:
        """Give free space back: to the file system, or in PostgreSQL to its tables."""
        with self._writing:
            reclaim(self._engine)
            vacuum(self._engine, schema.metadata.tables)

    def verify(
        self, say: Callable[[verify.Finding], None], runs: Sequence[int] | None = None
    ) -> verify.Counted:
        """Check all that is stored, or these runs; ``say`` is called with what is wrong."""
        return verify.verify(self._engine, say, runs, self._place)

    def summaries(self, runs: Sequence[int]) -> Table:
        """Return every series of the runs, unsealed points included, without reading points.

        Where unsealed points overwrite or precede sealed ones, the run is sealed first: only then
        is it known what they replace. A cold run whose segment cannot be had stays as it was
        sealed: what came late is taken in when it can.
        """
        wanted, behind = sorted(set(runs)), set[int]()
        for _ in range(3):
            with self._engine.connect() as connection:
                ledgers = rows.ledgers(connection, wanted)
                pending = [
                    ledger
                    for ledger in ledgers.values()
                    if ledger.top > ledger.sealed and ledger.run not in behind
                ]
                views = self._tails.views(connection, pending, summarised=True)
                table, mixed = build(rows.pages(connection, wanted), views)
            if not mixed:
                break
            for run in mixed:
                try:
                    self.seal(run, force=True)
                except (ColdAway, ColdMissing) as error:
                    log.warning("run %d is shown without what came late: %s", run, error)
                    behind.add(run)
        return table

    def keys(self, runs: Sequence[int]) -> dict[int, list[Collection[str]]]:
        """Return the keys of each run that has any, in parts; runs alike share their parts."""
        with self._engine.connect() as connection:
            ledgers = rows.ledgers(connection, set(runs))
            pages = self._cells.names(connection, ledgers)
            pending = [ledger for ledger in ledgers.values() if ledger.top > ledger.sealed]
            views = self._tails.views(connection, pending)
        found: dict[int, list[Collection[str]]] = {run: list(own) for run, own in pages.items()}
        for run, view in views.items():
            found.setdefault(run, []).extend(item.names for item in view.rows)
        return found

    def cells(self, runs: Sequence[int], keys: Sequence[str]) -> dict[str, aggregate.Records]:
        """Return the summary of each key in every run, its lowest rank's, in the order of ``runs``.

        Nothing but these is read; ``points`` is 0 where a run has no such series.
        """
        with self._engine.connect() as connection:
            ledgers = rows.ledgers(connection, set(runs))
            found = self._cells.sealed(connection, ledgers, keys)
        live = [ledger.run for ledger in ledgers.values() if ledger.top > ledger.sealed]
        table = self.summaries(live) if live else None
        if table is not None:
            for run in live:
                found[run] = dict(found[run])
            table.into(found, keys)
        return {key: cells.column(found, runs, key) for key in keys}

    def buckets(self, refs: Sequence[Ref], lo: int | None, hi: int | None, count: int) -> Buckets:
        """Return the series on shared edges, at most ``count`` buckets (or exact steps)."""
        return self.charts([Query(refs, lo, hi, count)])[0]

    def charts(self, queries: Sequence[Query]) -> list[Buckets]:
        """Return ``buckets`` of many charts at once."""
        refs = [ref for query in queries for ref in query.refs]
        with self._engine.connect() as connection:
            sources = iter(self._sources(connection, refs))
            found = [(query, [next(sources) for _ in query.refs]) for query in queries]
            return answer(connection, found, self._place)

    def points(self, ref: Ref, lo: int | None, hi: int | None, limit: int | None = None) -> Points:
        """Return the raw points with ``lo <= step <= hi``, at most the first ``limit`` of them."""
        first, last = 0 if lo is None else lo, grid.LAST if hi is None else hi
        with self._engine.connect() as connection:
            source = self._sources(connection, [ref])[0]
            parts = list(raw.sealed(connection, self._place, source, first, last, limit))
        parts.append(source.tail)
        found = clip(unique(concatenate(parts)), first, last)
        return Points(*(found if limit is None else found.take(slice(limit))))

    def _sources(self, connection: sa.Connection, refs: Sequence[Ref]) -> list[Source]:
        """Find what there is of every series, sealed and not."""
        ledgers = rows.ledgers(connection, {ref.run for ref in refs})
        pending = [ledger for ledger in ledgers.values() if ledger.top > ledger.sealed]
        views = self._tails.views(connection, pending)
        sids = self._sids(connection, list(ledgers.values()))
        found = []
        for ref in refs:
            view, name = views.get(ref.run), (ref.key, ref.rank)
            tail = view.points(name) if view else EMPTY
            found.append(Source(ref.run, sids.get(ref.run, {}).get(name), tail))
        return found

    def _sids(
        self, connection: sa.Connection, ledgers: list[rows.Ledger]
    ) -> dict[int, dict[Name, int]]:
        """Return the numbers of the series of each run, from memory where nothing was added."""
        found: dict[int, dict[Name, int]] = {}
        with self._names_lock:
            for ledger in ledgers:
                known = self._names.get(ledger.run)
                if known is not None and known[0] == ledger.series:
                    found[ledger.run] = known[1]
        missing = {ledger.run: ledger.series for ledger in ledgers if ledger.run not in found}
        read = rows.names(connection, [run for run, series in missing.items() if series])
        with self._names_lock:
            for run, names in read.items():
                found[run] = {name: sid for sid, name in enumerate(names)}
                self._names[run] = (missing[run], found[run])
            while len(self._names) > 1 and sum(n for n, _ in self._names.values()) > 200_000:
                self._names.popitem(last=False)
        return found

    def lines(
        self, run: int, writer: str | None, first: int, limit: int, level: int = 0
    ) -> tuple[int, list[Line]]:
        """Return (number of the newest line + 1, lines from number ``first`` on) of one writer."""
        return console.lines(self._engine, run, writer, first, limit, level)

    def line_spans(self, run: int) -> dict[str, tuple[int, int]]:
        """Return of every writer that wrote lines the number of its first and of its last one."""
        return console.spans(self._engine, run)

    def find_lines(
        self, run: int, writer: str, first: int, end: int, *, text: str, level: int, limit: int
    ) -> list[int]:
        """Return the numbers of the first ``limit`` lines of ``first <= line < end`` that match."""
        return console.find(self._engine, (run, writer), (first, end), text, level, limit)

    def refusals(self, run: int) -> dict[str, int]:
        """Return how many records of the run were set aside, by reason."""
        table = schema.refusal
        with self._engine.connect() as connection:
            query = sa.select(table.c.reason, table.c.count).where(table.c.run == run)
            found = connection.execute(query.order_by(table.c.reason)).all()
        return {row.reason: row[1] for row in found}

    def delete(self, run: int) -> None:
        """Forget the run and free its space."""
        with self._sealing[run], self._writing:
            with write(self._engine) as connection:
                locks.lock_whole(connection, run)
                freeze.release(connection, run)
                for table in schema.metadata.sorted_tables:
                    if "run" in table.c:
                        connection.execute(sa.delete(table).where(table.c.run == run))
            self._writers.forget(run)
            self._tails.forget(run)
            self._cells.forget(run)
            with self._names_lock:
                self._names.pop(run, None)
            reclaim(self._engine)
        self._sealing.pop(run, None)

    def close(self) -> None:
        """Release files; what was acknowledged is on the disk already."""
        self._engine.dispose()


def _run_of(item: Batch | Decoded) -> int:
    return item.batch.run if isinstance(item, Decoded) else item.run


def _now() -> int:
    return int(time.time() * 1000)

"""Appending: batches, offsets, definitions and console lines in one transaction."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from swanlab.server.db.cursor import Cursor
from swanlab.server.metrics import codec, decode, rows, schema
from swanlab.server.metrics.contract import Batch, Decoded, OffsetMismatch, Receipt, Writer
from swanlab.server.metrics.tails import Added

Id = tuple[int, str]
"""A writer: (run, name)."""

# What every post needs is said to the driver: SQLAlchemy takes longer over it than the database.
_SET_WRITER = (
    "INSERT INTO writer (run, writer, next_offset, rank, started) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (run, writer) DO UPDATE SET next_offset = excluded.next_offset,"
    " rank = excluded.rank, started = excluded.started"
)
_NEW_BATCH = "INSERT INTO batch (run, seq, writer, rank, points, blocks) VALUES (?, ?, ?, ?, ?, ?)"
_SET_LEDGER = (
    "INSERT INTO ledger (run, top, sealed, seals, series, pending, touched)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run) DO UPDATE SET"
    " top = excluded.top, pending = excluded.pending, touched = excluded.touched"
)
# Others are built once: building one takes longer than the database takes to run it.
_NEW_DEFINITION = sa.insert(schema.definition)
_NEWEST = sa.select(sa.func.max(schema.definition.c.offset)).where(
    schema.definition.c.run == sa.bindparam("run"),
    schema.definition.c.writer == sa.bindparam("writer"),
)

_COMPACT_FROM = 32
"""Definitions of a writer, in rows, from which they are put into one."""
_REMEMBERED = 2048
UNKNOWN = "records of a kind or shape that this server does not know"


class Told(NamedTuple):
    """What the database says of a writer."""

    next_offset: int
    rank: int
    started: int | None


class Writers:
    """What is known of writers, kept in memory as long as the database says the same."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[Id, Writer] = OrderedDict()

    def load(self, connection: sa.Connection, ids: Sequence[Id]) -> list[Writer]:
        """Return the writers as the transaction of ``connection`` sees them."""
        stored = {
            (run, writer): Told(*rest)
            for run, writer, *rest in rows.writers(connection, {run for run, _ in ids})
        }
        found = []
        for name in ids:
            row = stored.get(name)
            if row is None:
                found.append(Writer())
                continue
            with self._lock:
                known = self._known.get(name)
            if known is None or known.offset != row.next_offset:
                known = _caught_up(connection, name, row, known) or replay(connection, name, row)
                self.remember({name: known})
            found.append(known)
        return found

    def at(self, name: Id, offset: int) -> Writer | None:
        """Return the writer as remembered, if that is its state at ``offset``."""
        with self._lock:
            known = self._known.get(name)
        return known if known is not None and known.offset == offset else None

    def remember(self, states: dict[Id, Writer]) -> None:
        """Keep what was stored."""
        with self._lock:
            for name, state in states.items():
                self._known[name] = state
                self._known.move_to_end(name)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    def forget(self, run: int) -> None:
        """Forget the writers of a run."""
        with self._lock:
            for name in [name for name in self._known if name[0] == run]:
                del self._known[name]

    def compact(self, connection: sa.Connection, run: int) -> None:
        """Put the definitions of each writer of a run into one row where they have become many."""
        table = schema.definition
        query = (
            sa.select(table.c.writer, sa.func.max(table.c.offset))
            .where(table.c.run == run)
            .group_by(table.c.writer)
            .having(sa.func.count() > _COMPACT_FROM)
        )
        for writer, offset in connection.execute(query).all():
            state = self.load(connection, [(run, writer)])[0]
            connection.execute(sa.delete(table).where(table.c.run == run, table.c.writer == writer))
            frames = decode.definitions(state)
            connection.execute(
                sa.insert(table), {"run": run, "writer": writer, "offset": offset, "frames": frames}
            )


def _caught_up(
    connection: sa.Connection, name: Id, row: Told, known: Writer | None
) -> Writer | None:
    """Return the writer if what another server took in of it since defined nothing; else None."""
    if known is None or known.offset > row.next_offset:
        return None
    newest = connection.scalar(_NEWEST, {"run": name[0], "writer": name[1]})
    if newest is not None and newest >= known.offset:
        return None
    return msgspec.structs.replace(
        known, offset=row.next_offset, rank=row.rank, started=row.started
    )


def replay(connection: sa.Connection, name: Id, row: Told) -> Writer:
    """Build a writer from its definitions."""
    table = schema.definition
    query = sa.select(table.c.frames).where(table.c.run == name[0], table.c.writer == name[1])
    frames = connection.scalars(query.order_by(table.c.offset))
    return decode.replay(Writer(row.next_offset, row.rank, row.started), b"".join(frames))


class Group:
    """The batches of one transaction."""

    def __init__(
        self,
        connection: sa.Connection,
        writers: Writers,
        ledgers: dict[int, rows.Ledger],
        batches: Sequence[Batch | Decoded],
    ) -> None:
        self._ledgers = ledgers
        self.results: list[Receipt | OffsetMismatch] = []
        self.added: list[Added] = []
        self.states: dict[Id, Writer] = {}
        self._stored: list[Decoded] = []
        ids = list(dict.fromkeys(map(_id, batches)))
        current = dict(zip(ids, writers.load(connection, ids), strict=True))
        for item in batches:
            name, batch = _id(item), item.batch if isinstance(item, Decoded) else item
            if batch.offset != current[name].offset:
                self.results.append(OffsetMismatch(current[name].offset))
                continue
            whole = item if isinstance(item, Decoded) else decode.decode_batch(item, current[name])
            current[name] = self.states[name] = whole.after
            self._stored.append(whole)
            self.results.append(_receipt(whole))

    def store(self, connection: sa.Connection) -> None:
        """Write what was accepted."""
        if not self._stored:
            return
        with Cursor(connection) as cursor:
            cursor.many(
                _SET_WRITER,
                [
                    (run, name, state.offset, state.rank, state.started)
                    for (run, name), state in self.states.items()
                ],
            )
            self._store_blocks(cursor)
        definitions = [
            {
                "run": item.batch.run,
                "writer": item.batch.writer,
                "offset": item.batch.offset,
                "frames": item.definitions,
            }
            for item in self._stored
            if item.definitions
        ]
        if definitions:
            connection.execute(_NEW_DEFINITION, definitions)
        self._store_lines(connection)
        self._store_refusals(connection)

    def _store_lines(self, connection: sa.Connection) -> None:
        lines: dict[tuple[int, str, int], dict[str, Any]] = {}
        for item in self._stored:
            run, writer = item.batch.run, item.batch.writer
            for line in item.lines:
                lines[run, writer, line.line] = {
                    "run": run,
                    "writer": writer,
                    "line": line.line,
                    "time": line.time,
                    "level": line.level,
                    "stream": line.stream,
                    "text": line.text,
                }
        if lines:
            columns = ["time", "level", "stream", "text"]
            insert = schema.upsert(connection.engine, schema.line, columns)
            connection.execute(insert, list(lines.values()))

    def _store_refusals(self, connection: sa.Connection) -> None:
        counts: Counter[tuple[int, str]] = Counter()
        for item in self._stored:
            for reason, count in reasons(item).items():
                counts[item.batch.run, reason] += count
        if counts:
            table = schema.refusal
            connection.execute(
                schema.add(connection.engine, table, "count"),
                [
                    {"run": run, "reason": reason, "count": count}
                    for (run, reason), count in counts.items()
                ],
            )

    def _store_blocks(self, cursor: Cursor) -> None:
        now = int(time.time() * 1000)
        batches, changed = [], dict[int, rows.Ledger]()
        for item in self._stored:
            if not item.blocks:
                continue
            run, rank = item.batch.run, item.after.rank
            ledger = changed.get(run) or self._ledgers.get(run) or rows.Ledger(run)
            seq = ledger.top + 1
            self.added.append(Added(run, seq, rank, item.blocks, ledger.top == ledger.sealed))
            pending = ledger.pending + item.points
            changed[run] = ledger._replace(top=seq, pending=pending, touched=now)
            blocks = codec.encode_blocks(item.blocks)
            batches.append((run, seq, item.batch.writer, rank, item.points, blocks))
        if batches:
            cursor.many(_NEW_BATCH, batches)
            cursor.many(_SET_LEDGER, list(changed.values()))


def reasons(item: Decoded) -> dict[str, int]:
    """Return how many records of a batch were set aside, by reason: one of a few fixed texts."""
    found = dict(item.refused)
    if item.unknown:
        found[UNKNOWN] = item.unknown
    return found


def _id(item: Batch | Decoded) -> Id:
    batch = item.batch if isinstance(item, Decoded) else item
    return batch.run, batch.writer


def _receipt(item: Decoded) -> Receipt:
    return Receipt(
        offset=item.after.offset,
        points=item.points,
        lines=len(item.lines),
        new_keys=item.new_keys,
        last_step=item.last_step,
        damaged=item.damaged,
        unknown=item.unknown,
        records=item.records,
        refused=item.refused,
    )

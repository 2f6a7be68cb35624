"""Moving the points of a run out of the database into a segment, and back.

1. The name of the segment-to-be is put into ``discard``.
2. The segment is written, and read back.
3. One transaction takes the name out of ``discard``, puts it into ``segment`` and deletes the rows
   of ``chunk`` and ``rollup``; it gives way, as a seal does, when the run's points changed since.

Whoever stops anywhere in between leaves a name in ``discard``, and no harm. Back goes the same way:
one transaction inserts the rows, and puts the name from ``segment`` into ``discard``; deleting a
run does that too. What has been there for a day is removed: first it is marked, so that a move that
took a day cannot take its name any more, then the object goes, then the name.

Headers, packed roll-ups and summaries stay in the database: a chart of a long run as a whole, a
table of runs and all that says where points are need no segment.
"""

from __future__ import annotations

import logging
import secrets
import time
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa

from swanlab.server.metrics import codec, rows, schema, segment
from swanlab.server.metrics.cold import Cold, Held, held
from swanlab.server.metrics.contract import ColdMissing
from swanlab.server.metrics.engine import write

KEPT = 24 * 3600 * 1000
"""Milliseconds for which a segment stays when no row names it: for readers that saw the row, and
for backups, which copy the database first."""
AT_WORK = 3600 * 1000
"""Milliseconds for which a run is left alone after it was moved, or a move was begun: another
server may be at it, and what came late may go on coming."""
_AT_ONCE = 256

log = logging.getLogger("swanlab.server")

Lock = AbstractContextManager[object]


class _Outdated(Exception):
    """Somebody else was faster; nothing is to be changed."""


def freeze(engine: sa.Engine, writing: Lock, cold: Cold, run: int) -> bool:
    """Move a run's sealed points into a segment; False when there is nothing to move, or no longer.

    Raises ``ColdAway``, ``ColdMissing``.
    """
    name = f"{run}/{secrets.token_hex(8)}"
    with engine.connect() as connection:
        ledger = rows.ledgers(connection, [run]).get(run)
        if ledger is None or ledger.top != ledger.sealed or _is_taken(connection, run):
            return False
        try:
            index = segment.Index(segment.entries(connection, run))
            if not len(index.entries):
                return False
            with writing, write(engine) as changing:
                _discard(changing, name)
            written = cold.write(name, segment.pieces(connection, run, index))
        except segment.Unfit as error:
            log.error("run %d stays in the database: %s", run, error)  # noqa: TRY400 - no trace
            return False
    values = {
        "run": run,
        "name": name,
        "size": written.size,
        "digest": written.digest,
        "places": codec.encode_records(index.entries),
        "at": _now(),
    }
    try:
        with writing, write(engine) as changing:
            _take(changing, name)
            _count(changing, ledger)
            for table in (schema.chunk, schema.rollup):
                changing.execute(sa.delete(table).where(table.c.run == run))
            changing.execute(sa.insert(schema.segment).values(values))
    except _Outdated:
        return False
    return True


def thaw(engine: sa.Engine, writing: Lock, cold: Cold, run: int) -> bool:
    """Bring a run's points back; False when they are here already.

    Raises ``ColdAway``, ``ColdMissing``, ``codec.DamagedError``.
    """
    with engine.connect() as connection:
        found = held(connection, [run])
        ledger = rows.ledgers(connection, [run]).get(run)
    if not found or ledger is None:
        return False
    (one,) = found
    with cold.opened(one.name) as (file, digest):
        if digest != one.digest:
            # What is damaged says so itself when it is read; the rest is as good as ever.
            log.error("segment %s is not what was written", one.name)
        opened = segment.Opened(file, file.seek(0, 2))
        if opened.run != run:
            raise ColdMissing(f"segment {one.name} holds the points of another run")
        try:
            with writing, write(engine) as changing:
                _count(changing, ledger)
                _release(changing, one)
                _insert(changing, run, opened)
        except _Outdated:
            return False
    return True


def _insert(connection: sa.Connection, run: int, opened: segment.Opened) -> None:
    for part in rows.portions(opened.rows(), _AT_ONCE):
        places = [{"run": run, "sid": row.sid, "start": row.start} for row in part]
        chunks: list[dict[str, Any]] = [
            {**place, "data": row.data} for place, row in zip(places, part, strict=True)
        ]
        rollups = [
            {**place, "coarse": row.coarse, "fine": row.fine}
            for place, row in zip(places, part, strict=True)
            if row.coarse
        ]
        connection.execute(sa.insert(schema.chunk), chunks)
        if rollups:
            connection.execute(sa.insert(schema.rollup), rollups)


def release(connection: sa.Connection, run: int) -> None:
    """Let go of the segment of a run that is being deleted."""
    for one in held(connection, [run]):
        _release(connection, one)


def tidy(engine: sa.Engine, writing: Lock, cold: Cold) -> int:
    """Remove what has been discarded for long enough; return how many segments that were.

    Raises ``ColdAway``; what was not removed is removed by the next call.
    """
    table = schema.discard
    # Nothing discards what a row names; should it ever, nothing is to be lost by it.
    named = sa.exists().where(schema.segment.c.name == table.c.name)
    with writing, write(engine) as changing:
        old = sa.update(table).where(table.c.at < _now() - KEPT, table.c.doomed == 0, ~named)
        changing.execute(old.values(doomed=1))
    with engine.connect() as connection:
        names = list(connection.scalars(sa.select(table.c.name).where(table.c.doomed == 1)))
    for name in names:
        cold.remove(name)
        with writing, write(engine) as changing:
            changing.execute(sa.delete(table).where(table.c.name == name, table.c.doomed == 1))
    return len(names)


def sizes(connection: sa.Connection) -> dict[int, int]:
    """Return the bytes of every segment, by run."""
    table = schema.segment
    return {row[0]: row[1] for row in connection.execute(sa.select(table.c.run, table.c.size))}


def discarded(connection: sa.Connection) -> int:
    """Return how many segments no row names, or none yet."""
    query = sa.select(sa.func.count()).select_from(schema.discard)
    return connection.scalar(query) or 0


def _is_taken(connection: sa.Connection, run: int) -> bool:
    """Whether the run is cold, or being moved now, or was until a moment ago."""
    table = schema.discard
    mine = sa.and_(table.c.name.startswith(f"{run}/"), table.c.at > _now() - AT_WORK)
    return bool(held(connection, [run])) or bool(
        connection.scalar(sa.select(sa.exists().where(mine)))
    )


def _count(connection: sa.Connection, ledger: rows.Ledger) -> None:
    """Count up the seals of the run, if nobody has sealed it since; whoever plans to, gives way."""
    table = schema.ledger
    moved = connection.execute(
        sa.update(table)
        .where(table.c.run == ledger.run, table.c.seals == ledger.seals)
        .values(seals=ledger.seals + 1)
    )
    if moved.rowcount != 1:
        raise _Outdated


def _discard(connection: sa.Connection, name: str) -> None:
    connection.execute(sa.insert(schema.discard).values(name=name, at=_now(), doomed=0))


def _take(connection: sa.Connection, name: str) -> None:
    table = schema.discard
    gone = connection.execute(sa.delete(table).where(table.c.name == name, table.c.doomed == 0))
    if gone.rowcount != 1:
        raise _Outdated


def _release(connection: sa.Connection, one: Held) -> None:
    table = schema.segment
    gone = connection.execute(
        sa.delete(table).where(table.c.run == one.run, table.c.name == one.name)
    )
    if gone.rowcount != 1:
        raise _Outdated
    _discard(connection, one.name)


def _now() -> int:
    return int(time.time() * 1000)

"""Who may change a run's rows, where several servers share one database.

SQLite lets one transaction write at a time, and one server serves a file: there is nothing to lock.
In PostgreSQL a post locks the ledger row of its run, a seal the oldest batch of it. So posts go on
while a run is being packed, and no two servers pack the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from swanlab.server.metrics import rows, schema
from swanlab.server.metrics.engine import write

Begin = Callable[[], AbstractContextManager[sa.Connection]]
"""Returns a connection in a transaction that is to write."""

_ledger, _batch = schema.ledger, schema.batch
_LOCK = (
    sa.select(_ledger.c.run)
    .where(_ledger.c.run.in_(sa.bindparam("runs", expanding=True)))
    .order_by(_ledger.c.run)
    .with_for_update()
)
_NEW = postgresql.insert(_ledger).on_conflict_do_nothing()
_next = sa.select(_ledger.c.sealed + 1).where(_ledger.c.run == sa.bindparam("run"))
_OLDEST = sa.select(_batch.c.seq).where(
    _batch.c.run == sa.bindparam("run"), _batch.c.seq == _next.scalar_subquery()
)


def shared(engine: sa.Engine) -> bool:
    """Whether other processes may write to the same tables."""
    return engine.dialect.name == "postgresql"


def lock(connection: sa.Connection, runs: Iterable[int]) -> dict[int, rows.Ledger]:
    """Let nobody else append to these runs until the transaction ends; return their ledgers."""
    wanted = sorted(set(runs))
    if not shared(connection.engine):
        return rows.ledgers(connection, wanted)
    held = rows.ledgers(connection, wanted, hold=True)
    fresh = [rows.Ledger(run)._asdict() for run in wanted if run not in held]
    if fresh:
        connection.execute(_NEW, fresh)
        held = rows.ledgers(connection, wanted, hold=True)
    return held


@contextmanager
def sealing(engine: sa.Engine, run: int, *, wait: bool) -> Iterator[Begin | None]:
    """Claim the sealing of a run; None when there is nothing to seal or another server is at it.

    ``wait``: rather wait until that one is done. What is read after this is as it left it.
    """
    if not shared(engine):
        yield lambda: write(engine)
        return
    with write(engine) as connection:
        claim = _OLDEST.with_for_update(of=_batch, skip_locked=not wait)
        if connection.scalar(claim, {"run": run}) is None:
            yield None
            return

        @contextmanager
        def begin() -> Iterator[sa.Connection]:
            # A statement of its own: the next one then sees what its holder has written.
            connection.execute(_LOCK, {"runs": [run]})
            yield connection

        yield begin


def lock_whole(connection: sa.Connection, run: int) -> None:
    """Wait for a seal of the run, then let nobody append to it, nor seal it."""
    if shared(connection.engine):
        mine = sa.select(_batch.c.seq).where(_batch.c.run == run).order_by(_batch.c.seq)
        connection.execute(mine.with_for_update())
        connection.execute(_LOCK, {"runs": [run]})

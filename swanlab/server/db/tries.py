"""Queries on tries to sign in that were not right, or are not known to be yet."""

from __future__ import annotations

from sqlalchemy import Connection, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from swanlab.server.db.schema import tries


def count(connection: Connection, who: bytes, at: int, forget: int) -> int | None:
    """Count a try of ``who`` (a hash) at ``at``, unless it comes too early: None then.

    Returns how many there have been, this one included; they begin anew ``forget`` milliseconds
    after the last one might have come. Nobody else counts for ``who`` until the transaction ends.
    """
    shared = connection.dialect.name == "postgresql"
    statement = (postgresql.insert if shared else sqlite.insert)(tries)
    old = statement.excluded.until - tries.c.until > forget
    added = statement.values(hash=who, count=1, until=at).on_conflict_do_update(
        index_elements=[tries.c.hash],
        set_={"count": case((old, 1), else_=tries.c.count + 1)},
        where=tries.c.until <= statement.excluded.until,
    )
    return connection.execute(added.returning(tries.c.count)).scalar()


def pause(connection: Connection, who: bytes, until: int) -> None:
    """Let the next try not come before ``until`` (Unix milliseconds)."""
    connection.execute(update(tries).where(tries.c.hash == who).values(until=until))


def until(connection: Connection, who: bytes) -> int:
    """Return when the next try may come (Unix milliseconds)."""
    return connection.scalar(select(tries.c.until).where(tries.c.hash == who)) or 0


def forget(connection: Connection, who: bytes) -> None:
    """Forget the tries of ``who``: the last one was right."""
    connection.execute(delete(tries).where(tries.c.hash == who))


def forget_old(connection: Connection, before: int) -> None:
    """Forget those whose next try might have come before then; what is being counted stays."""
    old = select(tries.c.hash).where(tries.c.until < before).with_for_update(skip_locked=True)
    connection.execute(delete(tries).where(tries.c.hash.in_(old)))

"""Queries on what trainings were asked to end, and what they answered."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from swanlab.server.db.schema import runs, stops


class StopRow(msgspec.Struct, frozen=True):
    """One asking as stored; times are Unix milliseconds."""

    run: int
    asked_at: int
    asked_by: str
    answer: str | None
    answered_at: int | None


def ask(connection: Connection, run: int, by: str, at: int) -> None:
    """Let the run be asked to end, in place of what was asked before."""
    connection.execute(delete(stops).where(stops.c.run == run))
    values = {"run": run, "asked_at": at, "asked_by": by, "answer": None, "answered_at": None}
    connection.execute(insert(stops).values(values))


def answer(connection: Connection, run: int, asked_at: int, said: str, at: int) -> bool:
    """Note what a process of the run answered; whether that was asked.

    Of several processes one that goes on counts, for the run does not end without it.
    """
    mine = (stops.c.run == run) & (stops.c.asked_at == asked_at)
    found = connection.execute(select(stops.c.answer).where(mine)).first()
    if found is None:
        return False
    if found.answer in (None, "interrupted"):
        connection.execute(update(stops).where(mine).values(answer=said, answered_at=at))
    return True


def of_run(connection: Connection, run: int) -> StopRow | None:
    """Return what the run was asked last."""
    row = connection.execute(select(stops).where(stops.c.run == run)).first()
    return None if row is None else msgspec.convert(row, StopRow, from_attributes=True)


def waiting(connection: Connection) -> dict[int, int]:
    """Return when each run was asked to end that goes on."""
    asked = select(stops.c.run, stops.c.asked_at).join(runs, runs.c.id == stops.c.run)
    rows = connection.execute(asked.where(runs.c.state == "running"))
    return {row.run: row.asked_at for row in rows}


def forget(connection: Connection, run: int) -> None:
    """The run begins again: what it was asked before is done with."""
    connection.execute(delete(stops).where(stops.c.run == run))

"""Where each process of a run stands, and with them the run: it ends when the last one has."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, insert, select, update

from swanlab.server.db.schema import ranks, runs, writers

_WORST_FIRST = ("running", "crashed", "aborted", "finished")


class RankRow(msgspec.Struct, frozen=True):
    """One process of a run; ``host`` is empty where its header was lost."""

    rank: int
    host: str
    state: str
    error: str | None


def of_run(connection: Connection, run: int) -> list[RankRow]:
    """Return the processes of a run, by rank."""
    rows = connection.execute(
        select(writers.c.rank, writers.c.host)
        .where(writers.c.run == run)
        .order_by(writers.c.started.desc())
    )
    hosts = {row.rank: row.host for row in rows}  # of a rank that moved: where it was first
    found = connection.execute(
        select(ranks.c.rank, ranks.c.state, ranks.c.error)
        .where(ranks.c.run == run)
        .order_by(ranks.c.rank)
    )
    return [RankRow(row.rank, hosts.get(row.rank, ""), row.state, row.error) for row in found]


def of_project(connection: Connection, project: int) -> dict[int, list[int]]:
    """Return the ranks of those runs of a project that have others than rank 0."""
    mine = select(runs.c.id).where(runs.c.project_id == project)
    several = select(ranks.c.run).where(ranks.c.run.in_(mine), ranks.c.rank > 0).distinct()
    rows = connection.execute(
        select(ranks.c.run, ranks.c.rank)
        .where(ranks.c.run.in_(several))
        .order_by(ranks.c.run, ranks.c.rank)
    )
    found: dict[int, list[int]] = {}
    for run, rank in rows:
        found.setdefault(run, []).append(rank)
    return found


def begin(connection: Connection, run: int, rank: int) -> None:
    """Note that the run has a process of this rank, unless that is known."""
    if _state(connection, run, rank) is None:
        connection.execute(
            insert(ranks).values(run=run, rank=rank, state="running", state_at=0, error=None)
        )
        _sum_up(connection, run)


def of_writer(connection: Connection, run: int, writer: str) -> int:
    """Return the rank of a writer; 0 for one whose header was lost."""
    mine = (writers.c.run == run) & (writers.c.writer == writer)
    return connection.execute(select(writers.c.rank).where(mine)).scalar() or 0


def set_state(
    connection: Connection, run: int, rank: int, state: str, at: int, error: str | None
) -> None:
    """Let the process be in ``state`` since ``at``, unless something later is known already."""
    begin(connection, run, rank)
    mine = (ranks.c.run == run) & (ranks.c.rank == rank)
    connection.execute(
        update(ranks)
        .where(mine, ranks.c.state_at <= at)
        .values(state=state, state_at=at, error=error)
    )
    _sum_up(connection, run)


def crash(connection: Connection, run: int, rank: int, at: int, error: str) -> bool:
    """Note that the process is gone, if it is taken to run since before ``at``; whether it was."""
    if _state(connection, run, rank) not in (None, "running"):
        return False
    mine = (ranks.c.run == run) & (ranks.c.rank == rank)
    begin(connection, run, rank)
    later = connection.execute(select(ranks.c.rank).where(mine, ranks.c.state_at > at)).first()
    if later is not None:
        return False
    set_state(connection, run, rank, "crashed", at, error)
    return True


def set_all(connection: Connection, run: int, state: str, at: int) -> None:
    """Let every process have ended in ``state``; those that ran until now did so at ``at``.

    What one of them says itself of a later moment still holds, and what it crashed with stays.
    """
    begin(connection, run, 0)
    mine = ranks.c.run == run
    connection.execute(update(ranks).where(mine, ranks.c.state == "running").values(state_at=at))
    connection.execute(update(ranks).where(mine).values(state=state))
    _sum_up(connection, run)


def _state(connection: Connection, run: int, rank: int) -> str | None:
    mine = (ranks.c.run == run) & (ranks.c.rank == rank)
    return connection.execute(select(ranks.c.state).where(mine)).scalar()


def _sum_up(connection: Connection, run: int) -> None:
    """A run is running while one process is; after that it is what the worst of them was."""
    found = connection.execute(
        select(ranks.c.state, ranks.c.state_at, ranks.c.error).where(ranks.c.run == run)
    ).all()
    if not found:
        return
    worst = min(found, key=lambda row: (_WORST_FIRST.index(row.state), row.state_at))
    at = max(row.state_at for row in found)
    connection.execute(
        update(runs)
        .where(runs.c.id == run)
        .values(
            state=worst.state,
            state_at=at,
            finished_at=None if worst.state == "running" else at,
            error=worst.error,
        )
    )

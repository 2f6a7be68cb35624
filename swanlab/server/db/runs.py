"""Queries on runs and their writers.

What a run's records say is applied here, and every step may be repeated: a post that is sent again
after a crash changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from swanlab.server.db.engine import insert_new, now
from swanlab.server.db.schema import projects, runs, sources, writers
from swanlab.server.messages.message import State
from swanlab.server.messages.runs import NewRun

ANIMALS = (
    "swan", "rat", "ox", "tiger", "rabbit", "dragon", "snake", "horse", "goat", "monkey",
    "rooster", "dog", "pig", "cat", "elephant", "penguin", "kangaroo", "panda", "lion", "zebra",
)  # fmt: skip


class RunRow(msgspec.Struct, frozen=True):
    """One run as stored; the JSON columns are text."""

    id: int
    project_id: int
    run_id: str
    name: str
    description: str | None
    tags: str
    state: str
    state_at: int
    created_at: int
    finished_at: int | None
    seen_at: int
    error: str | None
    config: str
    environment: str
    options: str
    damaged: int
    set_aside: int
    number: int
    """Its place among the runs ever made in the project it was made in, from 1."""
    source: int
    """Number under which a metric store knows its points."""
    copied_from: int | None
    """Number of the run it is a copy of."""
    home: int
    """Project whose metric store that is."""

    @property
    def is_copy(self) -> bool:
        """Whether it shows what another run recorded, to which nothing can be added."""
        return self.copied_from is not None


class WriterRow(msgspec.Struct, frozen=True):
    """Who writes one of a run's files; ``started`` is Unix time in milliseconds."""

    run: int
    writer: str
    role: str
    rank: int
    started: int
    pid: int
    host: str


def open_run(connection: Connection, project: int, new: NewRun) -> tuple[RunRow, bool]:
    """Return the run of that id and whether it was added now."""
    found = find(connection, project, new.id)
    if found is not None:
        return found, False
    newest = connection.execute(
        select(func.max(runs.c.number)).where(runs.c.project_id == project)
    ).scalar()
    number = (newest or 0) + 1
    at = now()
    created = at if new.created_at is None else new.created_at
    added = connection.execute(
        insert_new(connection, runs)
        .values(
            project_id=project,
            run_id=new.id,
            name=new.name or own_name(number),
            description=new.description,
            tags=to_json(new.tags),
            state="running",
            state_at=0,
            created_at=created,
            seen_at=at,
            config="{}",
            environment="{}",
            options=to_json(new.options),
            damaged=0,
            set_aside=0,
            number=number,
            source=0,
        )
        .returning(runs.c.id)
    ).scalar()
    if added is not None:
        connection.execute(update(runs).where(runs.c.id == added).values(source=added))
        connection.execute(insert(sources).values(id=added, home=project))
    row = find(connection, project, new.id)
    if row is None:
        raise LookupError(new.id)
    return row, added is not None


def own_name(number: int) -> str:
    """Return the name of a run that was given none, by its place in the project."""
    return f"{ANIMALS[(number - 1) % len(ANIMALS)]}-{number}"


def find(connection: Connection, project: int, run_id: str) -> RunRow | None:
    """Return the run of that id in the project."""
    row = connection.execute(
        _whole().where(runs.c.project_id == project, runs.c.run_id == run_id)
    ).first()
    return None if row is None else _run(row)


def find_all(connection: Connection, project: int, run_ids: Collection[str]) -> list[RunRow]:
    """Return those runs of the project that exist."""
    wanted = runs.c.run_id.in_(sorted(run_ids))
    return [
        _run(row)
        for row in connection.execute(_whole().where(runs.c.project_id == project, wanted))
    ]


def get(connection: Connection, run: int) -> RunRow | None:
    """Return the run of that number."""
    row = connection.execute(_whole().where(runs.c.id == run)).first()
    return None if row is None else _run(row)


def of_project(connection: Connection, project: int) -> list[RunRow]:
    """Return all runs of a project, newest first."""
    rows = connection.execute(
        _whole()
        .where(runs.c.project_id == project)
        .order_by(runs.c.created_at.desc(), runs.c.id.desc())
    )
    return [_run(row) for row in rows]


class RecentRow(msgspec.Struct, frozen=True):
    """A run as the home of its workspace lists it."""

    id: int
    project: str
    run_id: str
    name: str
    state: State
    created_at: int
    seen_at: int


def recent(connection: Connection, workspace: int, limit: int) -> list[RecentRow]:
    """Return the runs of a workspace that were heard of last; not those in the bin."""
    query = (
        select(
            runs.c.id,
            projects.c.name.label("project"),
            runs.c.run_id,
            runs.c.name,
            runs.c.state,
            runs.c.created_at,
            runs.c.seen_at,
        )
        .join(projects, projects.c.id == runs.c.project_id)
        .where(projects.c.workspace_id == workspace, projects.c.deleted_at.is_(None))
        .order_by(runs.c.seen_at.desc(), runs.c.id.desc())
        .limit(limit)
    )
    rows = connection.execute(query)
    return [msgspec.convert(row, RecentRow, from_attributes=True) for row in rows]


def hold(
    connection: Connection, numbers: Collection[int], *, change: bool = True
) -> dict[int, State]:
    """Return the states of those of the runs that exist; nobody deletes them meanwhile.

    ``change``: nor changes them. Holds until the transaction ends.
    """
    asked = select(runs.c.id, runs.c.state).where(runs.c.id.in_(sorted(numbers)))
    found = connection.execute(
        asked.order_by(runs.c.id).with_for_update(key_share=True, read=not change)
    )
    return {row.id: row.state for row in found}


LISTED = ("id", "run_id", "name", "state", "tags", "created_at", "finished_at", "seen_at", "source")


def listed(connection: Connection, project: int, also: Collection[str]) -> list[Row[Any]]:
    """Return what tables sort and filter by of all runs of a project, newest first.

    ``also`` are columns that only some questions need: ``config``, ``options``, ``description``.
    """
    columns = [*(runs.c[name] for name in (*LISTED, *sorted(also))), sources.c.home]
    query = select(*columns).join(sources, _OWN)
    query = query.where(runs.c.project_id == project)
    query = query.order_by(runs.c.created_at.desc(), runs.c.id.desc())
    return list(connection.execute(query).all())  # all at once: row by row takes twice as long


def by_number(connection: Connection, wanted: list[int]) -> dict[int, RunRow]:
    """Return those runs that exist, by their numbers."""
    rows = connection.execute(_whole().where(runs.c.id.in_(wanted)))
    return {row.id: row for row in map(_run, rows)}


def numbers(connection: Connection, project: int, run_ids: list[str]) -> dict[str, int]:
    """Return the numbers of those runs of the project that exist."""
    rows = connection.execute(
        select(runs.c.run_id, runs.c.id).where(
            runs.c.project_id == project, runs.c.run_id.in_(run_ids)
        )
    )
    return {row.run_id: row.id for row in rows}


class Kept(msgspec.Struct, frozen=True):
    """Where the points of a run lie, and when it was made (Unix milliseconds)."""

    id: int
    source: int
    home: int
    created_at: int


def kept(connection: Connection, project: int, run_ids: list[str]) -> dict[str, Kept]:
    """Return of those runs of the project that exist where their points lie."""
    columns = (runs.c.id, runs.c.source, sources.c.home, runs.c.created_at)
    rows = connection.execute(
        select(runs.c.run_id, *columns)
        .join(sources, _OWN)
        .where(runs.c.project_id == project, runs.c.run_id.in_(run_ids))
    )
    return {row[0]: Kept(*row[1:]) for row in rows}


class Heard(msgspec.Struct, frozen=True):
    """A run, and since when what is said of it holds."""

    id: int
    project_id: int
    run_id: str
    state: State
    seen_at: int
    state_at: int


def heard_since(connection: Connection, at: int) -> list[Heard]:
    """Return the runs that were heard of, or changed their state, at ``at`` or later."""
    columns = [runs.c[name] for name in Heard.__struct_fields__]
    rows = connection.execute(
        select(*columns).where(or_(runs.c.seen_at >= at, runs.c.state_at >= at))
    )
    return [Heard(*row) for row in rows]


def running(connection: Connection) -> list[tuple[int, int, int]]:
    """Return (project, run, last heard of) of every run that has not ended."""
    rows = connection.execute(
        select(runs.c.project_id, runs.c.id, runs.c.seen_at).where(runs.c.state == "running")
    )
    return [(row.project_id, row.id, row.seen_at) for row in rows]


def all_ids(connection: Connection) -> list[tuple[int, int, str]]:
    """Return (project, run, id) of every run."""
    rows = connection.execute(select(runs.c.project_id, runs.c.id, runs.c.run_id))
    return [(row.project_id, row.id, row.run_id) for row in rows]


def seen(connection: Connection, times: dict[int, int]) -> None:
    """Move the time each of these runs was last heard of; never back."""
    for run, at in sorted(times.items()):  # in one order everywhere: two servers may do it at once
        connection.execute(
            update(runs).where(runs.c.id == run, runs.c.seen_at < at).values(seen_at=at)
        )


def note(connection: Connection, run: int, damaged: int, set_aside: int) -> None:
    """Count bytes that could not be read and records that were not understood."""
    connection.execute(
        update(runs)
        .where(runs.c.id == run)
        .values(damaged=runs.c.damaged + damaged, set_aside=runs.c.set_aside + set_aside)
    )


def set_writer(connection: Connection, row: WriterRow) -> None:
    """Remember who writes a file of the run."""
    same = (writers.c.run == row.run) & (writers.c.writer == row.writer)
    connection.execute(delete(writers).where(same))
    connection.execute(insert(writers).values(**msgspec.structs.asdict(row)))


def writers_of(connection: Connection, run: int) -> list[WriterRow]:
    """Return the run's writers, trainers first, by rank and start."""
    rows = connection.execute(
        select(writers)
        .where(writers.c.run == run)
        .order_by(writers.c.role.desc(), writers.c.rank, writers.c.started, writers.c.writer)
    )
    return [msgspec.convert(row, WriterRow, from_attributes=True) for row in rows]


def state_of(connection: Connection, run: int) -> State | None:
    """Return the stored state of the run, None when it is gone."""
    state: State | None = connection.execute(select(runs.c.state).where(runs.c.id == run)).scalar()
    return state


def merge(
    connection: Connection, run: int, column: str, values: dict[str, Any], removed: list[str]
) -> None:
    """Set and remove top-level entries of ``config`` or ``environment``."""
    field = runs.c[column]
    held = connection.execute(select(field).where(runs.c.id == run)).scalar()
    if held is None:
        return
    merged = {**msgspec.json.decode(held), **values}
    for name in removed:
        merged.pop(name, None)
    connection.execute(update(runs).where(runs.c.id == run).values({column: to_json(merged)}))


def remove(connection: Connection, *numbers: int) -> int:
    """Forget the runs; returns how many there were."""
    return connection.execute(delete(runs).where(runs.c.id.in_(numbers))).rowcount


def to_json(value: Any) -> str:
    """Return ``value`` as JSON text, whatever MessagePack or a client put into it."""
    return msgspec.json.encode(_plain(value), enc_hook=str).decode()


def _plain(value: Any) -> Any:
    """Replace what JSON cannot say: NaN and infinities, keys that are no text, odd Unicode."""
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124 - only NaN differs from itself
            return "NaN"
        return value if abs(value) != float("inf") else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, dict):
        return {
            key if isinstance(key, str) else str(key): _plain(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


_OWN = sources.c.id == runs.c.source


def _whole() -> Any:
    return select(runs, sources.c.home).join(sources, _OWN)


def _run(row: Row[Any]) -> RunRow:
    values: tuple[Any, ...] = tuple(row)
    return RunRow(*values)

"""Queries that copy runs and move them to another project.

A copy is a row of its own that reads the points of the run it was copied from. What belongs to the
run and not to its points is copied with it; blobs are held by both.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Connection, String, bindparam, func, insert, select, update

from swanlab.server.db import projects
from swanlab.server.db.engine import now
from swanlab.server.db.schema import definitions, files, media, ranks, run_blobs, runs, writers

_LETTERS = string.ascii_lowercase + string.digits
_ID_LENGTH = 21
_OF_A_RUN = (writers, ranks, definitions, files, run_blobs, media)
_AT_ONCE = 500


class Chosen(msgspec.Struct, frozen=True):
    """A run that is to be copied or moved."""

    id: int
    run_id: str
    number: int
    state: str
    source: int


def choose(
    connection: Connection, project: int, run_ids: Collection[str] | None = None
) -> list[Chosen]:
    """Return those of the runs that exist (all of the project without ``run_ids``), oldest first.

    Nobody deletes them until the transaction ends.
    """
    columns = [runs.c[name] for name in Chosen.__struct_fields__]
    query = select(*columns).where(runs.c.project_id == project).order_by(runs.c.id)
    if run_ids is not None:
        query = query.where(runs.c.run_id.in_(sorted(run_ids)))
    rows = connection.execute(query.with_for_update(key_share=True, read=True))
    return [Chosen(*row) for row in rows]


def lock(connection: Connection, project: int) -> bool:
    """Let nobody else add runs to the project meanwhile; False when it was just deleted."""
    projects.lock(connection, project)
    return projects.get(connection, project) is not None


def taken(connection: Connection, project: int, run_ids: Collection[str]) -> set[str]:
    """Return those of the ids that runs of the project have."""
    query = select(runs.c.run_id).where(runs.c.project_id == project)
    return set(connection.execute(query.where(runs.c.run_id.in_(sorted(run_ids)))).scalars())


def copy(connection: Connection, target: int, chosen: Sequence[Chosen]) -> dict[str, str]:
    """Add copies of the runs to the project, which ``lock`` holds; returns their ids by the old.

    A copy keeps its id where that is free. In an empty project it keeps its number too, and with
    that its colour; else it is numbered on.
    """
    newest = connection.execute(select(func.max(runs.c.id))).scalar() or 0
    last = connection.execute(
        select(func.max(runs.c.number)).where(runs.c.project_id == target)
    ).scalar()
    used = taken(connection, target, [one.run_id for one in chosen])
    ids = {one.run_id: _new_id() if one.run_id in used else one.run_id for one in chosen}
    rows = [
        {
            "of": one.id,
            "to_id": ids[one.run_id],
            "to_number": one.number if last is None else last + place,
        }
        for place, one in enumerate(chosen, 1)
    ]
    if rows:
        connection.execute(_add(target, now()), rows)
    for table in _OF_A_RUN:
        _add_of_run(connection, table, target, newest)
    return ids


def _add(target: int, at: int) -> Any:
    """Return the INSERT of one copy; ``at`` is when it came into the project."""
    own: dict[str, Any] = {
        "project_id": bindparam("to_project", target, BigInteger),
        "run_id": bindparam("to_id", type_=String),
        "number": bindparam("to_number", type_=BigInteger),
        "seen_at": bindparam("to_seen", at, BigInteger),
        "copied_from": runs.c.id,
    }
    names = [column.name for column in runs.c if column.name != "id"]
    query = select(*(own.get(name, runs.c[name]) for name in names))
    query = query.where(runs.c.id == bindparam("of", type_=BigInteger))
    return insert(runs).from_select(names, query, include_defaults=False)


def _add_of_run(connection: Connection, table: Any, target: int, newest: int) -> None:
    """Give every copy made after run ``newest`` what its original has in a table."""
    made = runs.alias("made")
    others = [column for column in table.c if column.name != "run"]
    query = (
        select(made.c.id, *others)
        .join(made, made.c.copied_from == table.c.run)
        .where(made.c.project_id == target, made.c.id > newest)
    )
    names = ["run", *(column.name for column in others)]
    connection.execute(insert(table).from_select(names, query, include_defaults=False))


def move(connection: Connection, target: int, numbers: Sequence[int]) -> None:
    """Let the runs belong to another project; they count as just heard of there."""
    for first in range(0, len(numbers), _AT_ONCE):
        some = runs.c.id.in_(numbers[first : first + _AT_ONCE])
        connection.execute(update(runs).where(some).values(project_id=target, seen_at=now()))


def _new_id() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_ID_LENGTH))

"""What people change of runs after the fact.

Name, description, tags and options of a run are written when it is created and by nobody else than
here: what the training sends later leaves them as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from swanlab.server.db import runs
from swanlab.server.db.schema import runs as table


class Told(msgspec.Struct, frozen=True):
    """What may be edited of a run."""

    name: str
    description: str | None
    tags: list[str]
    options: dict[str, Any]


def hold(connection: Connection, project: int, run_ids: Collection[str]) -> dict[str, int]:
    """Return the numbers of those of the runs that exist; nobody else changes them meanwhile."""
    found = runs.numbers(connection, project, sorted(run_ids))
    here = runs.hold(connection, found.values())
    return {run_id: number for run_id, number in found.items() if number in here}


def alter(
    connection: Connection, numbers: Collection[int], change: Callable[[int, Told], Told]
) -> None:
    """Rewrite what is told of these runs, which ``hold`` holds.

    ``change`` gets the run's place among the runs ever made in the project, and what is told now.
    """
    rows = connection.execute(select(table).where(table.c.id.in_(sorted(numbers)))).all()
    changed = []
    for row in rows:
        before = Told(
            row.name,
            row.description,
            msgspec.json.decode(row.tags),
            msgspec.json.decode(row.options),
        )
        after = change(row.number, before)
        if after != before:
            changed.append(
                {
                    "of": row.id,
                    "new_name": after.name,
                    "new_description": after.description,
                    "new_tags": runs.to_json(after.tags),
                    "new_options": runs.to_json(after.options),
                }
            )
    if changed:
        wanted: dict[str, Any] = {name: bindparam(f"new_{name}") for name in Told.__struct_fields__}
        connection.execute(
            update(table).where(table.c.id == bindparam("of")).values(**wanted), changed
        )

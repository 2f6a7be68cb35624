"""Queries on how a run's training wants its series shown.

One row per key or pattern, merged as the records come; taking the same records again, in their
order, changes nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from swanlab import records
from swanlab.server.db.schema import definitions, runs
from swanlab.server.messages.runs import Definition

_PARTS = ("x_axis", "section", "hidden", "step_sync")


def take(connection: Connection, run: int, record: records.Define) -> bool:
    """Add a definition to those of the run; False when it is out of bounds and is set aside."""
    texts = [record.key, record.x_axis or "", record.section or ""]
    if not record.key or max(map(len, texts)) > records.MAX_KEY_LENGTH or "\0" in "".join(texts):
        return False
    same = (definitions.c.run == run) & (definitions.c.key == record.key)
    held = connection.execute(select(definitions).where(same)).mappings().first()
    count, last = connection.execute(
        select(func.count(), func.max(definitions.c.place)).where(definitions.c.run == run)
    ).one()
    if held is None and count >= records.MAX_DEFINITIONS:
        return False
    given = {part: getattr(record, part) for part in _PARTS}
    if held is not None and not record.overwrite:
        given = {part: held[part] if new is None else new for part, new in given.items()}
    connection.execute(delete(definitions).where(same))
    place = (last or 0) + 1
    connection.execute(insert(definitions).values(run=run, key=record.key, place=place, **given))
    return True


def of_run(connection: Connection, run: int) -> list[Definition]:
    """Return the run's definitions, the one made last at the end."""
    rows: Any = connection.execute(
        select(definitions).where(definitions.c.run == run).order_by(definitions.c.place)
    )
    return [_definition(row) for row in rows]


def of_project(connection: Connection, project: int) -> list[Definition]:
    """Return what holds for charts of several runs: of each key, what the newest run said."""
    newest = (
        select(definitions.c.key, func.max(definitions.c.run).label("run"))
        .join(runs, runs.c.id == definitions.c.run)
        .where(runs.c.project_id == project)
        .group_by(definitions.c.key)
        .subquery()
    )
    rows: Any = connection.execute(
        select(definitions)
        .join(newest, (newest.c.run == definitions.c.run) & (newest.c.key == definitions.c.key))
        .order_by(definitions.c.run, definitions.c.place)
    )
    return [_definition(row) for row in rows]


def _definition(row: Any) -> Definition:
    return Definition(key=row.key, **{part: getattr(row, part) for part in _PARTS})

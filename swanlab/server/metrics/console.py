"""Console lines as a store keeps them: one row each, by run, writer and number."""

from __future__ import annotations

import sqlalchemy as sa

from swanlab.server.metrics import schema
from swanlab.server.metrics.contract import Line

_table = schema.line
_COLUMNS = (_table.c.line, _table.c.time, _table.c.level, _table.c.stream, _table.c.text)


def lines(
    engine: sa.Engine, run: int, writer: str | None, first: int, limit: int, level: int
) -> tuple[int, list[Line]]:
    """Return (number of the newest line + 1, lines of ``level`` from number ``first`` on).

    A negative ``first`` counts from the end; without ``writer`` it is the first one with lines.
    """
    with engine.connect() as connection:
        if writer is None:
            writer = _first_with_lines(connection, run)
        mine = (_table.c.run == run, _table.c.writer == writer)
        newest = connection.scalar(sa.select(sa.func.max(_table.c.line)).where(*mine))
        total = 0 if newest is None else newest + 1
        begin = max(0, total + first) if first < 0 else first
        query = sa.select(*_COLUMNS).where(*mine, _table.c.line >= begin)
        if level > 0:
            query = query.where(_table.c.level >= level)
        found = connection.execute(query.order_by(_table.c.line).limit(max(0, limit)))
        return total, [Line(*row) for row in found]


def _first_with_lines(connection: sa.Connection, run: int) -> str | None:
    writer = schema.writer
    has_lines = sa.exists().where(_table.c.run == run, _table.c.writer == writer.c.writer)
    return connection.scalar(
        sa.select(writer.c.writer)
        .where(writer.c.run == run, has_lines)
        .order_by(writer.c.rank, writer.c.started, writer.c.writer)
        .limit(1)
    )


def spans(engine: sa.Engine, run: int) -> dict[str, tuple[int, int]]:
    """Return of every writer that wrote lines the number of its first and of its last one.

    Both ends are looked up by the key for each writer: grouping would read every line of the run.
    """
    writer = schema.writer
    mine = (_table.c.run == writer.c.run, _table.c.writer == writer.c.writer)
    ends = [
        sa.select(end(_table.c.line)).where(*mine).scalar_subquery()
        for end in (sa.func.min, sa.func.max)
    ]
    query = sa.select(writer.c.writer, *ends).where(writer.c.run == run)
    with engine.connect() as connection:
        return {
            name: (first, last)
            for name, first, last in connection.execute(query)
            if first is not None
        }


def find(
    engine: sa.Engine,
    place: tuple[int, str],
    stretch: tuple[int, int],
    text: str,
    level: int,
    limit: int,
) -> list[int]:
    """Return the numbers of the first ``limit`` lines in the stretch that match."""
    run, writer = place
    query = sa.select(_table.c.line).where(
        _table.c.run == run,
        _table.c.writer == writer,
        _table.c.line >= stretch[0],
        _table.c.line < stretch[1],
    )
    if level > 0:
        query = query.where(_table.c.level >= level)
    if text:
        query = query.where(_table.c.text.icontains(text, autoescape=True))
    with engine.connect() as connection:
        return list(connection.scalars(query.order_by(_table.c.line).limit(limit)))

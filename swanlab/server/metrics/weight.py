"""How much a store holds, and how much of it is not sealed yet: for those who watch a server."""

from __future__ import annotations

import sqlalchemy as sa

from swanlab.server.metrics import schema


def waiting(connection: sa.Connection) -> tuple[int, int]:
    """Return how many batches and how many points are not sealed yet."""
    table = schema.ledger
    batches, points = (
        sa.func.coalesce(sa.func.sum(one), 0)
        for one in (table.c.top - table.c.sealed, table.c.pending)
    )
    row = connection.execute(sa.select(batches, points).where(table.c.top > table.c.sealed)).one()
    return int(row[0]), int(row[1])


def size(connection: sa.Connection) -> int:
    """Return the bytes that the store takes on the disk, its log not counted."""
    if connection.dialect.name == "sqlite":
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        return pages * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
    names = list(schema.metadata.tables)
    whole = sa.func.sum(sa.func.pg_total_relation_size(sa.func.to_regclass(sa.column("name"))))
    listed = sa.values(sa.column("name", sa.Text), name="listed").data([(name,) for name in names])
    return int(connection.execute(sa.select(whole).select_from(listed)).scalar_one() or 0)

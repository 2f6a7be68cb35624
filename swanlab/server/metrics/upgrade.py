"""Brings what an older version stored up to date, within the transaction of its caller.

The SQL is spelled out, so that a step stays what it was when the tables move on.
"""

from __future__ import annotations

import sqlalchemy as sa

from swanlab.server.metrics import codec

_AT_ONCE = 1000


def upgrade(connection: sa.Connection, found: int) -> None:
    """Go on from version ``found`` to the present one.

    From 2 to 3 there are but new tables, which are there by now.
    """
    if found < 2:
        _checksums(connection)


def _checksums(connection: sa.Connection) -> None:
    """1 to 2: pages of headers, names and summaries get a version byte and a checksum."""
    _rewrite(connection, "head", ("run", "sid", "start"), ("headers",))
    _rewrite(connection, "series", ("run", "page"), ("names", "summaries"))


def _rewrite(
    connection: sa.Connection, table: str, key: tuple[str, ...], blobs: tuple[str, ...]
) -> None:
    bound = ", ".join(f"{name} = :{name}" for name in blobs)
    found = " AND ".join(f"{name} = :k_{name}" for name in key)
    update = sa.text(f"UPDATE {table} SET {bound} WHERE {found}")  # noqa: S608 - names of ours
    columns = ", ".join(key)
    keys = connection.execute(sa.text(f"SELECT {columns} FROM {table}")).all()  # noqa: S608
    same = " AND ".join(f"{name} = :{name}" for name in key)
    read = sa.text(f"SELECT {', '.join(blobs)} FROM {table} WHERE {same}")  # noqa: S608
    for begin in range(0, len(keys), _AT_ONCE):
        rows = []
        for place in keys[begin : begin + _AT_ONCE]:
            where = dict(zip(key, place, strict=True))
            held = connection.execute(read, where).one()
            packed = (codec.encode_page(bytes(blob)) for blob in held)
            rows.append(
                {f"k_{name}": value for name, value in where.items()}
                | dict(zip(blobs, packed, strict=True))
            )
        connection.execute(update, rows)

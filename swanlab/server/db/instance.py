"""Queries on what admins set for the whole server, a row for each setting."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from swanlab.server.db.engine import insert_new
from swanlab.server.db.schema import instance


def load(connection: Connection) -> dict[str, str]:
    """Return the settings that are not left at their defaults, as JSON by name."""
    rows = connection.execute(select(instance.c.name, instance.c.value))
    return {row.name: row.value for row in rows}


def lock(connection: Connection) -> None:
    """Let nobody else change settings until the transaction ends."""
    connection.execute(insert_new(connection, instance).values(name="", value="null"))
    connection.execute(select(instance.c.name).where(instance.c.name == "").with_for_update())


def store(connection: Connection, values: Mapping[str, str]) -> None:
    """Set settings to JSON values."""
    for name, value in values.items():
        connection.execute(delete(instance).where(instance.c.name == name))
        connection.execute(instance.insert().values(name=name, value=value))


def begin_with(connection: Connection, values: Mapping[str, str]) -> None:
    """Set those settings that nobody has set yet."""
    for name, value in values.items():
        connection.execute(insert_new(connection, instance).values(name=name, value=value))

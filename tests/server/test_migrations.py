"""The migrations lead to the tables the queries are written for, once and in order."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

from swanlab.server.db import migrations
from swanlab.server.db.engine import Database
from swanlab.server.db.schema import metadata


def columns(inspector, table):
    return {
        (one["name"], str(one["type"]), one["nullable"] and not one["primary_key"])
        for one in inspector.get_columns(table)
    }


def indexes(engine, table):
    """Columns of every index, with whether it is unique."""
    with engine.connect() as connection:
        found = connection.execute(text(f"PRAGMA index_list({table})")).all()
        return {
            (
                *connection.execute(text(f"PRAGMA index_info({one.name})")).scalars(2).all(),
                bool(one.unique),
            )
            for one in found
        }


def test_a_migrated_database_has_the_tables_of_the_schema(tmp_path):
    Database(tmp_path / "migrated.db").close()
    fresh = create_engine("sqlite://")
    metadata.create_all(fresh)
    migrated = create_engine(f"sqlite:///{tmp_path}/migrated.db")
    wanted, found = inspect(fresh), inspect(migrated)
    tables = set(found.get_table_names()) - {"migrations", "sqlite_sequence"}
    assert tables == set(wanted.get_table_names())
    for table in tables:
        names = {(name, nullable) for name, _, nullable in columns(found, table)}
        assert names == {(name, nullable) for name, _, nullable in columns(wanted, table)}
        assert indexes(migrated, table) == indexes(fresh, table)
    migrated.dispose()
    fresh.dispose()


def test_opening_again_changes_nothing(tmp_path):
    for _ in range(2):
        database = Database(tmp_path / "x.db")
        with database.read() as connection:
            assert migrations.version(connection) == len(migrations.MIGRATIONS)
        database.close()


def test_a_database_of_a_newer_version_is_not_touched(tmp_path):
    database = Database(tmp_path / "x.db")
    with database.write() as connection:
        connection.execute(text("INSERT INTO migrations VALUES (99, 'of the future')"))
    database.close()
    with pytest.raises(RuntimeError, match="newer version"):
        Database(tmp_path / "x.db")


def test_numbers_of_deleted_rows_are_not_given_again(tmp_path):
    from swanlab.server.db import projects, runs, users
    from swanlab.server.messages import NewRun

    database = Database(tmp_path / "x.db")
    with database.write() as connection:
        assert users.create(connection, "alice", "!", admin=False)
        place = projects.create(connection, "alice", "demo")
        first, _ = runs.open_run(connection, place.id, NewRun(id="a"))
        runs.remove(connection, first.id)
        second, _ = runs.open_run(connection, place.id, NewRun(id="a"))
    assert second.id > first.id
    database.close()

"""The migrations lead to the tables the queries are written for, once and in order."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

from swanlab.server.db import migrations
from swanlab.server.db.engine import Database
from swanlab.server.db.postgres import parse
from swanlab.server.db.schema import metadata


def columns(inspector, table):
    return {
        (one["name"], str(one["type"]), one["nullable"] and not one.get("primary_key"))
        for one in inspector.get_columns(table)
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Where an empty database is."""
    if request.param == "sqlite":
        return tmp_path / "x.db"
    return request.getfixturevalue("database_url")


def engine_of(place):
    if isinstance(place, str):
        return create_engine(parse(place))
    return create_engine(f"sqlite:///{place}")


def indexes(engine, table):
    """Columns of every index, with whether it is unique."""
    if engine.dialect.name == "postgresql":
        found = inspect(engine).get_indexes(table)
        primary = inspect(engine).get_pk_constraint(table)["constrained_columns"]
        return {(*one["column_names"], one["unique"]) for one in found} | {(*primary, True)}
    with engine.connect() as connection:
        found = connection.execute(text(f"PRAGMA index_list({table})")).all()
        return {
            (
                *connection.execute(text(f"PRAGMA index_info({one.name})")).scalars(2).all(),
                bool(one.unique),
            )
            for one in found
        }


def test_a_migrated_database_has_the_tables_of_the_schema(place, request, tmp_path):
    Database(place).close()
    server = request.getfixturevalue("postgres") if isinstance(place, str) else None
    blank = server and server.create()
    fresh = engine_of(server.url(blank) if server else tmp_path / "fresh.db")
    metadata.create_all(fresh)
    migrated = engine_of(place)
    wanted, found = inspect(fresh), inspect(migrated)
    tables = set(found.get_table_names()) - {"migrations", "sqlite_sequence"}
    assert tables == set(wanted.get_table_names())
    for table in tables:
        names = {(name, nullable) for name, _, nullable in columns(found, table)}
        assert names == {(name, nullable) for name, _, nullable in columns(wanted, table)}
        assert indexes(migrated, table) == indexes(fresh, table)
    migrated.dispose()
    fresh.dispose()
    if server:
        server.drop(blank)


def test_opening_again_changes_nothing(place):
    for _ in range(2):
        database = Database(place)
        with database.read() as connection:
            assert migrations.version(connection) == len(migrations.MIGRATIONS)
        database.close()


def test_a_database_of_a_newer_version_is_not_touched(place):
    database = Database(place)
    with database.write() as connection:
        connection.execute(text("INSERT INTO migrations VALUES (99, 'of the future')"))
    database.close()
    with pytest.raises(RuntimeError, match="newer version"):
        Database(place)


def test_numbers_of_deleted_rows_are_not_given_again(place):
    from swanlab.server.db import projects, runs, users
    from swanlab.server.messages.runs import NewRun

    database = Database(place)
    with database.write() as connection:
        assert users.create(connection, "alice", "!", admin=False)
        place = projects.create(connection, "alice", "demo")
        first, _ = runs.open_run(connection, place.id, NewRun(id="a"))
        runs.remove(connection, first.id)
        second, _ = runs.open_run(connection, place.id, NewRun(id="a"))
    assert second.id > first.id
    database.close()


def test_who_had_a_workspace_before_there_were_members_owns_it(place):
    from swanlab.server.db import projects, workspaces

    before = migrations.MIGRATIONS[: migrations.MIGRATIONS.index(migrations.teams)]
    engine = engine_of(place)
    with engine.begin() as connection:
        migrations.version(connection)
        for number, migration in enumerate(before, start=1):
            migration(connection)
            noted = text("INSERT INTO migrations (number, name) VALUES (:number, :name)")
            connection.execute(noted, {"number": number, "name": migration.__name__})
        for statement in (
            (
                "INSERT INTO users (id, username, folded, password, admin, created_at)"
                " VALUES (1, 'Ann', 'ann', '!', FALSE, 5)"
            ),
            "INSERT INTO workspaces (id, name, owner_id, created_at) VALUES (1, 'Ann', 1, 5)",
            (
                "INSERT INTO projects (id, workspace_id, name, visibility, created_at)"
                " VALUES (1, 1, 'demo', 'private', 5)"
            ),
        ):
            connection.execute(text(statement))
    engine.dispose()
    database = Database(place)
    with database.read() as connection:
        held = workspaces.own(connection, 1)
        (member,) = workspaces.members_of(connection, held.id)
        (card,) = projects.readable(connection, 1)
    database.close()
    assert (held.name, held.kind, member.username, member.role) == (
        "Ann",
        "personal",
        "Ann",
        "owner",
    )
    assert (card.name, card.tags, card.archived_at) == ("demo", "[]", None)

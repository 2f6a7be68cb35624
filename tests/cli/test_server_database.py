"""``swanlab server verify`` and ``compact`` on PostgreSQL, beside servers that go on."""

from __future__ import annotations

import threading

import numpy as np
import psycopg
import pytest

from swanlab.server import copies
from swanlab.server.db import projects, ranks, runs
from swanlab.server.messages.runs import NewRun
from swanlab.server.metrics.contract import Receipt, Ref
from swanlab.server.metrics.store import open_store
from swanlab.server.state import Server
from tests.cli.test_server_data import BLOBS
from tests.server.metrics.posts import Model, Pen


@pytest.fixture
def server(tmp_path, server_url):
    """A server on the database, with an admin."""
    running = Server(tmp_path / "data", "server", database_url=server_url)
    running.auth.new_user("admin", "correct horse", admin=True)
    yield running
    running.close()


def begin(server: Server, project: str, *ids: str) -> list[int]:
    """Open runs of a project; return their numbers."""
    with server.db.write() as connection:
        found = projects.create(connection, "admin", project)
        return [runs.open_run(connection, found.id, NewRun(id=name))[0].id for name in ids]


@pytest.fixture
def kept(server):
    """Three runs in two projects, sealed but for their newest point; the number of the first."""
    numbers = begin(server, "cats", "a", "b") + begin(server, "dogs", "c")
    for run in numbers:
        pen, model = Pen(run, "w"), Model()
        for step in range(70_000 if run == numbers[0] else 300):
            model.log(pen, step, step, {"loss": step % 977 / 977})
        store = server.stores.of(0)
        store.append([pen.batch()])
        store.seal(run, force=True)
        model.log(pen, 90_000, 0, {"loss": 1.0})
        store.append([pen.batch()])
    return numbers[0]


def test_all_projects_are_well(kept, server_url, invoke):
    done = invoke("server", "verify", "--database-url", server_url)
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "All is well."), done.output
    assert "admin/cats: 2 runs, 2 series" in done.output
    assert "70,302 points: whole" in done.output
    assert "admin/dogs: 1 runs, 1 series" in done.output


@pytest.mark.parametrize("how", ["before", "environment"])
def test_the_database_may_be_named_as_for_the_server(kept, server_url, invoke, how):
    if how == "before":
        done = invoke("server", "--database-url", server_url, "verify")
    else:
        done = invoke("server", "verify", env={"SWANLAB_DATABASE_URL": server_url})
    assert done.exit_code == 0, done.output
    assert "admin/dogs" in done.output


@pytest.mark.parametrize(("table", "column", "said"), BLOBS)
def test_one_flipped_byte_is_found_wherever_it_is(kept, server_url, invoke, table, column, said):
    with psycopg.connect(server_url) as connection:
        flipped = f"set_byte({column}, length({column}) / 2, "
        flipped += f"get_byte({column}, length({column}) / 2) # 16)"
        first = f"(SELECT min(ctid) FROM {table} WHERE run = {kept})"
        statement = f"UPDATE {table} SET {column} = {flipped} WHERE ctid = {first}"
        changed = connection.execute(statement)
        assert changed.rowcount == 1
    done = invoke("server", "verify", "--database-url", server_url)
    assert done.exit_code == 1
    assert said in done.output
    assert "admin/cats/a: " in done.output
    assert "admin/cats/b: " not in done.output
    assert "admin/dogs: 1 runs, 1 series" in done.output
    assert "admin/dogs/" not in done.output


def test_points_of_a_run_that_nobody_knows_are_found(kept, server_url, invoke):
    with psycopg.connect(server_url) as connection:
        connection.execute(
            "DELETE FROM sources WHERE id IN (SELECT id FROM runs WHERE run_id = 'c')"
        )
        connection.execute("DELETE FROM runs WHERE run_id = 'c'")
    done = invoke("server", "verify", "--database-url", server_url)
    assert done.exit_code == 1
    assert "belongs to no run of the project" in done.output


def test_what_only_a_copy_reads_is_checked_with_the_project_it_was_made_in(
    kept, server, server_url, invoke
):
    with server.db.write() as connection:
        place = projects.find(connection, "admin", "dogs")
        ranks.set_state(connection, runs.find(connection, place.id, "c").id, 0, "finished", 1, None)
    to = copies.Target("admin", "copies", lambda held: projects.create(held, "admin", "copies"))
    copies.copy(server, place, ["c"], to)
    server.ingest.forget_project(place)
    server.freeing.sweep()
    done = invoke("server", "verify", "--database-url", server_url)
    assert done.exit_code == 0, done.output
    assert f"deleted project {place.id}: 1 runs, 1 series" in done.output
    assert "admin/copies: 0 runs" in done.output
    assert invoke("server", "compact", "--database-url", server_url).exit_code == 0


def write(store, run: int, steps: dict[int, int]) -> None:
    """Take the next points of a run in and seal them."""
    pen = Pen(run, f"w{steps[run]}")
    for step in range(steps[run], steps[run] + 400):
        pen.log(step, step, {"loss": float(step), "acc": -float(step)})
    (receipt,) = store.append([pen.batch()])
    assert isinstance(receipt, Receipt)
    steps[run] += 400
    store.seal(run, force=True)


def come_and_go(server: Server, project) -> None:
    """Make a run with a point, and delete it."""
    with server.db.write() as connection:
        runs.open_run(connection, project.id, NewRun(id="short"))
    short = server.ingest.run(project, "short")
    pen = Pen(short.id, "w")
    pen.log(1, 1, {"loss": 1.0})
    server.stores.of(0).append([pen.batch()])
    assert server.ingest.forget(short)
    server.freeing.sweep()


def test_what_is_checked_and_compacted_beside_servers_stays_whole(server, server_url, invoke):
    """Two servers take points in and seal them, one deletes runs; nothing is said to be wrong."""
    numbers = begin(server, "cats", "a", "b")
    with server.db.write() as connection:
        project = projects.create(connection, "admin", "gone")
    other, done = open_store(server_url), threading.Event()
    steps = dict.fromkeys(numbers, 0)
    wrong: list[BaseException] = []

    def repeat(work, *given) -> None:
        try:
            while not done.is_set():
                work(*given)
        except BaseException as error:
            wrong.append(error)

    works = [
        (write, server.stores.of(0), numbers[0], steps),
        (write, other, numbers[1], steps),
        (come_and_go, server, project),
    ]
    threads = [threading.Thread(target=repeat, args=work) for work in works]
    for thread in threads:
        thread.start()
    said = [
        invoke("server", name, "--database-url", server_url)
        for name in ("verify", "compact", "verify")
    ]
    done.set()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert [one.exit_code for one in said] == [0, 0, 0], [one.output for one in said]
    assert "The database: " in said[1].output
    for run in numbers:
        found = other.points(Ref(run, "acc"), None, None)
        np.testing.assert_array_equal(found.steps, np.arange(steps[run]))
    other.close()
    assert invoke("server", "verify", "--database-url", server_url).exit_code == 0


def test_compacting_packs_what_a_seal_leaves_and_changes_no_answer(server, server_url, invoke):
    """Of 16 chunks the newest is taken to grow: until it is not, they are too few to be packed."""
    (run,) = begin(server, "cats", "a")
    store, pen = server.stores.of(0), Pen(run, "w")
    for step in range(16 * 4096):
        pen.log(step, 0, {"loss": step % 977 / 977})
    store.append([pen.batch()])
    store.seal(run, force=True)
    before = [store.buckets([Ref(run, "loss")], None, None, 300), packed(server_url)]
    done = invoke("server", "compact", "--database-url", server_url)
    assert done.exit_code == 0, done.output
    assert "admin/cats: 0 chunks fewer" in done.output
    after = [store.buckets([Ref(run, "loss")], None, None, 300), packed(server_url)]
    assert (before[1], after[1]) == (0, 1)
    for name in ("low", "high", "last", "count"):
        old, new = (getattr(found.columns[0], name) for found in (before[0], after[0]))
        np.testing.assert_array_equal(old, new)
    assert invoke("server", "verify", "--database-url", server_url).exit_code == 0


def test_points_that_were_moved_away_are_checked_where_they_are(server, server_url, invoke):
    run, warm = begin(server, "cats", "a", "b")
    store = server.stores.of(0)
    for number in (run, warm):
        pen = Pen(number, "w")
        for step in range(20_000):
            pen.log(step, step, {"loss": step % 977 / 977, "acc": float(step)})
        store.append([pen.batch()])
        store.seal(number, force=True)
    assert store.freeze(run)

    def verified(*before: str, media: str | None = None):
        own = ("--media-url", media) if media else ()
        return invoke("server", *before, "verify", "--database-url", server_url, *own)

    there = str(server.data_dir / "media")
    done = verified(media=there)
    assert done.exit_code == 0, done.output
    assert "2 runs, 4 series" in done.output
    assert "80,000 points, 1 runs in segments: whole" in done.output
    assert verified("--media-url", there).exit_code == 0
    (segment,) = (
        path for path in (server.data_dir / "media" / "segments").rglob("*") if path.is_file()
    )
    held = bytearray(segment.read_bytes())
    held[len(held) // 2] ^= 16
    segment.write_bytes(held)
    done = verified(media=there)
    assert done.exit_code == 1
    assert "is not what was written" in done.output
    assert "admin/cats/b: " not in done.output
    segment.unlink()
    done = verified(media=there)
    assert (done.exit_code, "its points cannot be checked" in done.output) == (1, True)


def packed(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM pack").fetchone()[0]


def test_another_database_is_refused_and_left_as_it_is(database_url, invoke):
    done = invoke("server", "verify", "--database-url", database_url)
    assert done.exit_code == 1
    assert "holds no data of a server" in done.output
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone() == (0,)


def test_a_database_of_an_older_version_is_left_as_it_is(kept, server_url, invoke):
    with psycopg.connect(server_url) as connection:
        newest = "(SELECT max(number) FROM migrations)"
        row = connection.execute(
            f"DELETE FROM migrations WHERE number = {newest} RETURNING number, name"
        ).fetchone()
    done = invoke("server", "verify", "--database-url", server_url)
    with psycopg.connect(server_url) as connection:
        connection.execute("INSERT INTO migrations VALUES (%s, %s)", row)
    assert done.exit_code == 1
    assert "older version" in done.output


def test_a_database_that_is_away_and_two_places_at_once_are_refused(tmp_path, invoke):
    away = f"postgresql://postgres@/x?host={tmp_path}"
    done = invoke("server", "verify", "--database-url", away)
    assert (done.exit_code, "cannot use the database" in done.output) == (1, True)
    done = invoke("server", "verify", "--database-url", away, "--data-dir", str(tmp_path))
    assert (done.exit_code, "in one of the two" in done.output) == (1, True)

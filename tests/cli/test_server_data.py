"""``swanlab server verify`` and ``compact``, on the files that a real server left."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from swanlab.server.db import projects, ranks, runs
from swanlab.server.messages.runs import NewRun
from swanlab.server.metrics.contract import Ref
from swanlab.server.metrics.store import open_store
from swanlab.server.state import Server
from tests.server.metrics.posts import Model, Pen

BLOBS = [
    ("chunk", "data", "steps 0 to"),
    ("rollup", "fine", "fine roll-up"),
    ("rollup", "coarse", "coarse roll-up"),
    ("head", "headers", "chunk headers"),
    ("series", "names", "page of names"),
    ("series", "summaries", "page of summaries"),
    ("pack", "wide", "packed roll-up"),
    ("batch", "blocks", "stored batch"),
]


@pytest.fixture
def data(tmp_path):
    """A data directory with a project of two runs, and the file of its metrics."""
    server = Server(tmp_path, "server")
    server.auth.new_user("admin", "correct horse", admin=True)
    with server.db.write() as connection:
        project = projects.create(connection, "admin", "cats")
        rows = [runs.open_run(connection, project.id, NewRun(id=name))[0] for name in ("a", "b")]
    store = server.stores.of(project.id)
    for row in rows:
        pen, model = Pen(row.id, "w"), Model()
        for step in range(70_000 if row is rows[0] else 300):
            model.log(pen, step, step, {"loss": step % 977 / 977})
        store.append([pen.batch()])
        store.seal(row.id, force=True)
        model.log(pen, 90_000, 0, {"loss": 1.0})
        store.append([pen.batch()])
    server.close()
    return tmp_path, tmp_path / "metrics" / f"{project.id}.db", [row.id for row in rows]


def test_all_is_well_with_what_a_server_left(data, invoke):
    folder, _, _ = data
    done = invoke("server", "verify", "--data-dir", str(folder))
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "All is well.")
    assert "admin/cats: 2 runs, 2 series" in done.output
    assert "70,302 points: whole" in done.output


def test_what_only_a_copy_reads_belongs_to_it(data, invoke):
    from swanlab.server import copies

    folder, path, (first, _) = data
    before = ask(path, first)
    server = Server(folder, "server")
    with server.db.write() as connection:
        place = projects.find(connection, "admin", "cats")
        for run in (first, first + 1):
            ranks.set_state(connection, run, 0, "finished", 1, None)
    to = copies.Target("admin", "copies", lambda held: projects.create(held, "admin", "copies"))
    copies.copy(server, place, ["a"], to)
    server.ingest.forget_project(place)
    server.close()
    done = invoke("server", "verify", "--data-dir", str(folder))
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "All is well.")
    assert "1.db: 2 runs" in done.output
    server = Server(folder, "server")
    server.freeing.sweep()
    server.close()
    assert "1.db: 1 runs" in invoke("server", "verify", "--data-dir", str(folder)).output
    assert invoke("server", "compact", "--data-dir", str(folder)).exit_code == 0
    assert ask(path, first) == before


def test_the_folder_may_stand_before_the_command(data, invoke):
    assert invoke("server", "--data-dir", str(data[0]), "verify").exit_code == 0


@pytest.mark.parametrize(("table", "column", "said"), BLOBS)
def test_one_flipped_byte_is_found_wherever_it_is(data, invoke, table, column, said):
    folder, path, numbers = data
    flip(path, table, column, numbers[0])
    done = invoke("server", "verify", "--data-dir", str(folder))
    assert done.exit_code == 1
    assert said in done.output
    assert "admin/cats/a: " in done.output
    assert "admin/cats/b: " not in done.output


def flip(path, table: str, column: str, run: int) -> None:
    connection = sqlite3.connect(path)
    where, data = connection.execute(
        f"SELECT rowid, {column} FROM {table} WHERE run = {run} ORDER BY rowid LIMIT 1"
    ).fetchone()
    damaged = bytearray(data)
    damaged[len(damaged) // 2] ^= 16
    connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (bytes(damaged), where))
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("table", "column"), [("rollup", "fine"), ("rollup", "coarse"), ("pack", "wide")]
)
def test_a_damaged_roll_up_is_answered_from_the_points(data, table, column):
    _, path, numbers = data
    whole = ask(path, numbers[0])
    flip(path, table, column, numbers[0])
    assert ask(path, numbers[0]) == whole


def test_a_damaged_chunk_is_left_out_and_said(data):
    _, path, numbers = data
    ref = Ref(numbers[0], "loss")
    flip(path, "chunk", "data", numbers[0])
    store = open_store(path)
    (column,) = store.buckets([ref], 0, 20_000, 20_000).columns
    assert column.missing == [(0, 4095)]
    assert column.count.sum() == 20_001 - 4096
    (column,) = store.buckets([ref], 5_000, 20_000, 100).columns
    assert column.missing == []
    store.close()


def test_a_damaged_page_of_headers_is_said_where_nothing_else_is_known(data):
    _, path, numbers = data
    flip(path, "head", "headers", numbers[1])
    store = open_store(path)
    (column,) = store.buckets([Ref(numbers[1], "loss")], None, None, 100).columns
    assert column.missing
    store.close()


def test_a_damaged_chunk_that_is_to_be_rewritten_is_set_aside(data, invoke):
    folder, path, numbers = data
    flip(path, "chunk", "data", numbers[1])
    store, pen = open_store(path), Pen(numbers[1], "late")
    pen.log(7, 0, {"loss": 7.0})
    store.append([pen.batch()])
    assert store.seal(numbers[1], force=True)
    assert store.points(Ref(numbers[1], "loss"), None, None).values.tolist()[0] == 7.0
    store.close()
    done = invoke("server", "verify", "--data-dir", str(folder))
    assert done.exit_code == 1
    assert "was set aside" in done.output


def test_a_damaged_batch_is_set_aside_and_holds_up_nothing(data, invoke):
    folder, path, numbers = data
    flip(path, "batch", "blocks", numbers[1])
    store, pen = open_store(path), Pen(numbers[1], "late")
    pen.log(90_001, 0, {"loss": 7.0})
    store.append([pen.batch()])
    assert store.points(Ref(numbers[1], "loss"), 89_000, None).steps.tolist() == [90_001]
    assert store.seal(numbers[1], force=True)
    assert store.points(Ref(numbers[1], "loss"), 89_000, None).steps.tolist() == [90_001]
    store.close()
    done = invoke("server", "verify", "--data-dir", str(folder))
    assert done.exit_code == 1
    assert "admin/cats/b: batch 2 was set aside" in done.output


def test_wrong_numbers_are_found_though_their_checksums_are_right(data, invoke):
    folder, path, numbers = data
    connection = sqlite3.connect(path)
    connection.execute("UPDATE ledger SET pending = 5 WHERE run = ?", (numbers[0],))
    connection.execute("DELETE FROM chunk WHERE run = ? AND start = 4096", (numbers[0],))
    connection.execute("UPDATE writer SET next_offset = 0 WHERE run = ?", (numbers[1],))
    connection.commit()
    connection.close()
    done = invoke("server", "verify", "--data-dir", str(folder))
    assert done.exit_code == 1
    for said in ("should be 5", "the chunk at 4096 is missing", "writer 'w' is at 0"):
        assert said in done.output


def ask(path, run: int) -> list[list[float]]:
    store = open_store(path)
    found = []
    for count in (20, 100, 300, 1000):
        buckets = store.buckets([Ref(run, "loss")], None, None, count)
        assert buckets.columns[0].missing == []
        found += [buckets.columns[0].low.tolist(), np.nan_to_num(buckets.columns[0].last).tolist()]
    store.close()
    return found


def test_compacting_changes_no_answer_and_frees_space(data, invoke):
    folder, path, numbers = data
    before = ask(path, numbers[0])
    store = open_store(path)
    store.delete(numbers[1])
    store.close()
    done = invoke("server", "compact", "--data-dir", str(folder))
    assert done.exit_code == 0, done.output
    assert "admin/cats: " in done.output
    assert ask(path, numbers[0]) == before
    assert invoke("server", "verify", "--data-dir", str(folder)).exit_code == 0


def test_small_chunks_side_by_side_are_joined(tmp_path):
    """Dense steps cut the axis finely; late, sparse ones then get windows of their own."""
    store, pen = open_store(tmp_path / "m.db"), Pen(1, "w")
    rng = np.random.default_rng(3)
    steps = np.concatenate([1 << np.arange(13, 60), rng.integers(0, 9000, 9000)])
    for step in steps.tolist():
        pen.log(step, 0, {"loss": float(step)})
    store.append([pen.batch()])
    store.seal(1, force=True)
    for step in range(9000, 90_000, 3):
        pen.log(step, 0, {"loss": float(step)})
    store.append([pen.batch()])
    store.seal(1, force=True)
    before = store.points(Ref(1, "loss"), None, None)
    chunks = counted(store)
    gone = store.compact(1)
    assert counted(store) == chunks - gone
    after = store.points(Ref(1, "loss"), None, None)
    np.testing.assert_array_equal(before.steps, after.steps)
    np.testing.assert_array_equal(before.values, after.values)
    store.close()


def counted(store) -> int:
    findings = []
    found = store.verify(findings.append)
    assert findings == []
    return found.chunks


def test_a_folder_without_a_server_is_refused(tmp_path, invoke):
    done = invoke("server", "verify", "--data-dir", str(tmp_path))
    assert done.exit_code == 1
    assert "--data-dir" in done.output
    assert not (tmp_path / "swanlab.db").exists()

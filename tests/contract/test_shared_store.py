"""Several servers that write to one store at once, as on PostgreSQL."""

from __future__ import annotations

import threading

import numpy as np
import psycopg
import pytest

from swanlab.server.metrics import locks
from swanlab.server.metrics.contract import Batch, OffsetMismatch, Receipt, Ref
from swanlab.server.metrics.store import Store, open_store
from tests.server.metrics.posts import Model, Pen, check_summaries


@pytest.fixture
def two(database_url):
    stores = [open_store(database_url), open_store(database_url)]
    yield stores
    for store in stores:
        store.close()


def batches(pen: Pen, count: int, steps: int) -> list[Batch]:
    found = []
    for number in range(count):
        for step in range(number * steps, (number + 1) * steps):
            pen.log(step, step, {"loss": step * 0.5})
        found.append(pen.batch())
    return found


def together(*works) -> None:
    failed: list[BaseException] = []

    def run(work) -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert failed == []


def test_of_the_same_batches_sent_to_two_servers_at_once_one_of_each_is_stored(two):
    todo = batches(Pen(1, "w"), 30, 20)
    taken: list[int] = []
    barrier = threading.Barrier(2)

    def send(store: Store) -> None:
        for batch in todo:
            barrier.wait(60)
            (outcome,) = store.append([batch])
            if isinstance(outcome, Receipt):
                taken.append(batch.offset)
            else:
                assert isinstance(outcome, OffsetMismatch)
                assert outcome.expected == batch.offset + len(batch.frames)

    together(lambda: send(two[0]), lambda: send(two[1]))
    assert taken == [batch.offset for batch in todo]
    for store in two:
        got = store.points(Ref(1, "loss"), None, None)
        np.testing.assert_array_equal(got.steps, np.arange(600))
        assert [summary.count for summary in store.summaries([1])] == [600]


def test_no_two_servers_seal_the_same_run_and_posts_go_on_meanwhile(two):
    pen = Pen(1, "w")
    two[0].append(batches(pen, 1, 50))
    with locks.sealing(two[0]._engine, 1, wait=False) as first:
        assert first is not None
        with locks.sealing(two[1]._engine, 1, wait=False) as second:
            assert second is None
        assert not two[1].seal(1)
        pen.log(50, 50, {"loss": 25.0})
        (receipt,) = two[1].append([pen.batch()])
        assert isinstance(receipt, Receipt)
    assert two[1].seal(1, force=True)
    assert not two[0].seal(1, force=True)
    for store in two:
        np.testing.assert_array_equal(store.points(Ref(1, "loss"), None, None).steps, np.arange(51))


def feeds(model: Model) -> list[list[Batch]]:
    """The batches of two writers of one run."""
    found = []
    for pen in (Pen(1, "a", rank=0), Pen(1, "b", rank=1)):
        own = []
        for number in range(40):
            for step in range(number * 25, number * 25 + 25):
                model.log(pen, step, step, {"loss": step * 0.5, "acc": float(-step)})
            own.append(pen.batch())
        found.append(own)
    return found


def append(store: Store, todo: list[Batch]) -> None:
    for batch in todo:
        assert isinstance(store.append([batch])[0], Receipt)


def seal(store: Store, done: threading.Event) -> None:
    while not done.is_set():
        store.seal(1, force=True)


def read(store: Store, done: threading.Event) -> None:
    """What was there once stays, without a gap."""
    held = 0
    while not done.is_set():
        steps = store.points(Ref(1, "loss", 1), None, None).steps
        np.testing.assert_array_equal(steps, np.arange(len(steps)))
        assert len(steps) >= held
        held = len(steps)


def test_two_servers_that_append_seal_and_read_at_once_agree_with_the_model(two):
    model, done = Model(), threading.Event()
    first, second = feeds(model)

    def write() -> None:
        try:
            together(lambda: append(two[0], first), lambda: append(two[1], second))
        finally:
            done.set()

    sealing = [lambda store=store: seal(store, done) for store in two]
    reading = [lambda store=store: read(store, done) for store in two]
    together(write, *sealing, *reading)
    for store in two:
        check_summaries(model, store.summaries([1]))
        for ref in model.series:
            got, want = store.points(ref, None, None), model.points(ref)
            np.testing.assert_array_equal(got.steps, want[0])
            np.testing.assert_array_equal(got.values, want[2])


def test_a_run_deleted_by_one_server_is_gone_from_the_other(two):
    two[0].append(batches(Pen(1, "w"), 3, 10))
    two[1].append(batches(Pen(2, "w"), 1, 10))
    assert len(two[1].points(Ref(1, "loss"), None, None).steps) == 30
    two[0].delete(1)
    assert len(two[1].points(Ref(1, "loss"), None, None).steps) == 0
    assert two[1].offsets(1) == {}
    assert [summary.run for summary in two[1].summaries([1, 2])] == [2]
    assert two[1].marks([1, 2]).keys() == {2}


def spoil(url: str, table: str) -> None:
    """Make what is there unreadable: who still answers has it in memory."""
    column = {"batch": "blocks", "definition": "frames"}[table]
    with psycopg.connect(url) as connection:
        assert connection.execute(f"UPDATE {table} SET {column} = '\\x00'").rowcount


def test_of_a_tail_that_another_server_grows_only_what_is_new_is_read(two, database_url):
    pen, got = Pen(1, "w"), []
    for number in range(3):
        for step in range(number * 50, number * 50 + 50):
            pen.log(step, step, {"loss": step * 0.5})
        two[0].append([pen.batch()])
        got.append(two[1].points(Ref(1, "loss"), None, None))
        spoil(database_url, "batch")
        spoil(database_url, "definition")
    for number, points in enumerate(got, start=1):
        np.testing.assert_array_equal(points.steps, np.arange(number * 50))
        np.testing.assert_array_equal(points.values, np.arange(number * 50) * 0.5)


def test_new_keys_and_seals_of_another_server_reach_a_tail_that_is_read_in_steps(two):
    pen, model = Pen(1, "w"), Model()
    for number in range(12):
        for step in range(number * 20, number * 20 + 20):
            keys = ["loss"] if number < 3 else ["loss", f"late/{number // 4}"]
            model.log(pen, step, step, dict.fromkeys(keys, step * 0.5))
        two[number % 3 == 2].append([pen.batch()])
        if number % 5 == 4:
            assert two[0].seal(1, force=True)
        for ref in model.series:
            steps, times, values = model.points(ref)
            got = two[1].points(ref, None, None)
            np.testing.assert_array_equal(got.steps, steps)
            np.testing.assert_array_equal(got.times, times)
            np.testing.assert_array_equal(got.values, values)
        check_summaries(model, two[1].summaries([1]))

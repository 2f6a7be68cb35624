"""What a store says of its own weight, on every engine."""

from __future__ import annotations

from tests.server.metrics.posts import Pen


def test_what_waits_to_be_sealed_is_counted(store):
    assert store.waiting() == (0, 0)
    for run in (1, 2):
        pen = Pen(run, "w")
        for batch in range(3):
            for step in range(10):
                pen.log(batch * 10 + step, step, {"loss": 1.0, "acc": 2.0})
            store.append([pen.batch()])
    assert store.waiting() == (6, 120)
    store.seal(1, force=True)
    assert store.waiting() == (3, 60)
    store.delete(2)
    assert store.waiting() == (0, 0)


def test_its_size_grows_with_what_it_holds(store):
    empty = store.size()
    pen = Pen(1, "w")
    for step in range(20_000):
        pen.log(step, step, {"loss": step * 1.1})
    store.append([pen.batch()])
    assert store.size() > empty + 50_000

"""Whatever is logged in whatever order, sealed and reopened at any moment: the answers are those of
a brute-force model."""

from __future__ import annotations

import itertools
import tempfile

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from swanlab.server.metrics import grid, merge, rows, schema, tails
from swanlab.server.metrics.contract import Ref
from swanlab.server.metrics.store import open_store
from tests.server.metrics.posts import Model, Pen, check_buckets, check_summaries

TOP = (1 << 63) - 1
KEYS = ["loss", "acc", "lr"]

step = st.one_of(
    st.integers(0, 60),
    st.integers(0, 5000),
    st.integers(0, TOP),
    st.sampled_from([0, 1 << 31, 1 << 53, (1 << 62) - 1, 1 << 62, TOP - 1, TOP]),
)
value = st.one_of(
    st.floats(width=32, allow_nan=True, allow_infinity=True),
    st.floats(-1e200, 1e200),
    st.sampled_from([float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1.0]),
)
keys = st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True)
single = st.tuples(st.just("log"), keys, st.lists(st.tuples(step, value), max_size=12))
ramp = st.tuples(
    st.just("ramp"),
    keys,
    st.tuples(step, st.integers(1, 1000), st.integers(1, 300), st.integers(0, 99)),
)
action = st.one_of(
    single, ramp, st.tuples(st.sampled_from(["seal", "reopen", "seal", "look"])), single, ramp
)
ask = st.tuples(st.one_of(st.none(), step), st.one_of(st.none(), step), st.integers(1, 80))


def perform(model: Model, pen: Pen, deed) -> None:
    """Write the points of one deed."""
    if deed[0] == "log":
        for when, v in deed[2]:
            model.log(pen, when, when % 977, dict.fromkeys(deed[1], v))
        return
    first, stride, count, seed = deed[2]
    rng = np.random.default_rng(seed)
    values = rng.normal(size=count).astype(np.float32 if seed % 2 else np.float64)
    values[rng.random(count) < 0.02] = np.nan
    values[rng.random(count) < 0.02] = np.inf
    for when, v in zip(range(first, TOP, stride), values.tolist(), strict=False):
        model.log(pen, when, when % 977, {key: v * i for i, key in enumerate(deed[1], 1)})


@pytest.fixture(params=["as built", "tiny chunks"])
def sizes(request, monkeypatch) -> None:
    """The second size cuts chunks, pages and memory so small that every path is taken."""
    if request.param == "tiny chunks":
        monkeypatch.setattr(grid, "CHUNK", 24)
        monkeypatch.setattr(merge, "ROLLUP_FROM", 6)
        monkeypatch.setattr(merge, "FINE", 4)
        monkeypatch.setattr("swanlab.server.metrics.pages.HEADERS", 3)
        monkeypatch.setattr("swanlab.server.metrics.pages.PACK_FROM", 2)
        monkeypatch.setattr(rows, "PAGE", 2)
        monkeypatch.setattr(tails, "MEMORY", 2000)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_store(request):
    """Returns where an empty store is, each time it is called."""
    if request.param == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            names = itertools.count()
            yield lambda: f"{folder}/{next(names)}.db"
        return
    url = request.getfixturevalue("database_url")
    open_store(url).close()

    def emptied() -> str:
        with psycopg.connect(url) as connection:
            for table in schema.metadata.sorted_tables:
                if "run" in table.c:
                    connection.execute(f"DELETE FROM {table.name}")
        return url

    yield emptied


@given(
    deeds=st.lists(st.tuples(st.integers(0, 2), action), max_size=14),
    asks=st.lists(ask, min_size=1, max_size=6),
)
@settings(
    max_examples=60,
    deadline=None,
    # Shrinking a history of posts takes minutes: the failing one is printed as it is.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_answers_equal_a_brute_force_model(sizes, new_store, deeds, asks):
    place = new_store()
    store, model = open_store(place), Model()
    pens = [Pen(1, "a"), Pen(1, "b", rank=1), Pen(2, "c")]
    try:
        for which, deed in deeds:
            if deed[0] == "seal":
                store.seal(pens[which].run, force=True)
            elif deed[0] == "reopen":
                store.close()
                store = open_store(place)
            elif deed[0] == "look":
                check_summaries(model, store.summaries([1, 2]))
            else:
                perform(model, pens[which], deed)
                store.append([pens[which].batch()])
        compare(store, model, asks)
        store.seal(1, force=True)
        store.seal(2, force=True)
        compare(store, model, asks)
    finally:
        store.close()


def compare(store, model: Model, asks) -> None:
    """Look at everything that can be asked."""
    refs = list(model.series) or [Ref(1, "loss")]
    for lo, hi, count in asks:
        check_buckets(model, refs, lo, hi, count, store.buckets(refs, lo, hi, count))
        check_buckets(model, refs[:1], lo, hi, count, store.buckets(refs[:1], lo, hi, count))
    for ref in refs:
        got, want = store.points(ref, None, None), model.points(ref)
        np.testing.assert_array_equal(got.steps, want[0])
        np.testing.assert_array_equal(got.times, want[1])
        np.testing.assert_array_equal(got.values.view(np.int64), want[2].view(np.int64))
        for lo, hi, count in asks:
            steps = want[0]
            inside = (steps >= (lo or 0)) & (steps <= (2**63 - 1 if hi is None else hi))
            page = store.points(ref, lo, hi, count)
            np.testing.assert_array_equal(page.steps, steps[inside][:count])
            np.testing.assert_array_equal(page.times, want[1][inside][:count])
    check_summaries(model, store.summaries([1, 2]))

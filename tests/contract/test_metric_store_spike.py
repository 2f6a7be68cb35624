from __future__ import annotations

import numpy as np
import pytest

from swanlab import records
from swanlab.server.metrics.contract import Ref
from tests.server.metrics.posts import Pen, frame

STEPS = 1_000_000
SPIKE = 612_345


@pytest.fixture
def values() -> np.ndarray:
    rng = np.random.default_rng(7)
    found = (np.sin(np.arange(STEPS) / 9000) + rng.normal(0, 0.1, STEPS)).astype("<f4")
    found[SPIKE] = 1000.0
    return found.astype("<f8")


@pytest.fixture
def long(store, values):
    """1 M points, all but the last few thousand of them sealed."""
    pen = Pen(1, "w")
    pen.layout(["loss"])
    data = values.tobytes()
    for first in range(0, STEPS, 50_000):
        pen.pending += [
            frame(records.Scalars(0, step, step, data[8 * step : 8 * step + 8]))
            for step in range(first, first + 50_000)
        ]
        store.append([pen.batch()])
        if first < STEPS - 50_000:
            store.seal(1, force=first % 200_000 == 0)
    return store


def test_a_spike_of_one_step_in_a_million_is_in_the_answer_at_every_zoom(long, values):
    rng = np.random.default_rng(1)
    ranges = [(None, None), (0, STEPS - 1), (SPIKE, SPIKE), (SPIKE, None), (None, SPIKE)]
    for power in range(1, 20):
        for _ in range(3):
            lo = SPIKE - int(rng.integers(0, 1 << power))
            ranges.append((lo, max(SPIKE, lo + (1 << power))))
    for lo, hi in ranges:
        for count in (100, 1000):
            got = long.buckets([Ref(1, "loss")], lo, hi, count)
            first, last = max(lo or 0, 0), min(STEPS - 1 if hi is None else hi, STEPS - 1)
            assert len(got.x) <= count
            assert got.columns[0].high.max() == 1000.0
            check_against_raw(got, values, first, last)


def check_against_raw(got, values: np.ndarray, first: int, last: int) -> None:
    """Every bucket has the very extremes, count and last value of the raw points."""
    edges = np.arange(first, last + 1) if got.exact else got.x
    np.testing.assert_array_equal(got.x, edges)
    begins = np.maximum(edges, first) - first
    own = values[first : last + 1]
    column = got.columns[0]
    np.testing.assert_array_equal(column.low, np.minimum.reduceat(own, begins))
    np.testing.assert_array_equal(column.high, np.maximum.reduceat(own, begins))
    ends = np.append(begins[1:], len(own))
    np.testing.assert_array_equal(column.last, own[ends - 1])
    np.testing.assert_array_equal(column.count, ends - begins)
    np.testing.assert_allclose(column.mean, np.add.reduceat(own, begins) / (ends - begins))

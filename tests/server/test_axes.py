"""Charts over a time or another series: exact where points are few, true where they are many."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swanlab import records
from swanlab.server import axes
from swanlab.server.axes import AxisQuery
from swanlab.server.lay import width_of
from swanlab.server.metrics import grid
from swanlab.server.metrics.contract import Ref
from swanlab.server.metrics.store import open_store
from tests.server.metrics.posts import Pen, frame
from tests.server.test_charts import unpack
from tests.server.wire import STARTED, header, keys, scalars
from tests.server.wire import frame as wire

Y = Ref(1, "loss")


@pytest.fixture
def store(tmp_path):
    found = open_store(tmp_path / "metrics.db")
    yield found
    found.close()


def log(store, points, rank: int = 0, run: int = 1, sealed: bool = False) -> None:
    """Log (step, time, values) one after the other."""
    pen = Pen(run, f"w{rank}", rank, started=0)
    for step, t, values in points:
        pen.log(step, t, values)
    store.append([pen.batch()])
    if sealed:
        store.seal(run, force=True)


def ask(store, *refs, metric="x", lo=None, hi=None, count=1000, origins=None):
    given = list(refs) or [Y]
    (chart,) = axes.read(
        store, [AxisQuery(given, metric, origins or [0] * len(given), lo, hi, count)]
    )
    return chart


def rows(chart, place: int = 0) -> list[tuple[float, float]]:
    column = chart.columns[place]
    return [
        (x, y)
        for x, y in zip(chart.x.tolist(), column.last.tolist(), strict=True)
        if not math.isnan(y)
    ]


def test_few_points_stand_at_their_own_x(store):
    log(store, [(step, step, {"x": step / 10, "loss": 100.0 - step}) for step in range(50)])
    chart = ask(store)
    assert chart.exact
    assert rows(chart) == [(step / 10, 100.0 - step) for step in range(50)]
    assert chart.steps[0].tolist() == list(range(50))
    assert rows(ask(store, lo=1.25, hi=1.5)) == [(1.3, 87.0), (1.4, 86.0), (1.5, 85.0)]


def test_a_step_without_x_has_the_last_one_and_none_before_the_first(store):
    log(store, [(0, 0, {"loss": 9}), (1, 1, {"loss": 8}), (2, 2, {"x": 1}), (3, 3, {"loss": 7})])
    log(
        store,
        [(5, 5, {"x": math.nan}), (6, 6, {"loss": 6}), (7, 7, {"x": 2, "loss": 5})],
        rank=0,
        run=2,
    )
    chart = ask(store)
    assert rows(chart) == [(1.0, 7.0)]
    assert chart.left_out == [2]
    chart = ask(store, Ref(2, "loss"))
    assert (rows(chart), chart.left_out) == ([(2.0, 5.0)], [1])


def test_an_x_that_repeats_or_goes_back_keeps_every_point(store):
    log(
        store,
        [(s, s, {"x": x, "loss": 10 + s, "acc": s}) for s, x in enumerate([3, 1, 2, 1, 1])],
        run=1,
    )
    chart = ask(store, Y, Ref(1, "acc"))
    assert rows(chart) == [(1, 11), (1, 13), (1, 14), (2, 12), (3, 10)]
    assert rows(chart, 1) == [(1, 1), (1, 3), (1, 4), (2, 2), (3, 0)]
    assert len(chart.x) == 5


def test_runs_and_ranks_go_by_their_own_x(store):
    log(store, [(step, 0, {"x": step, "loss": 1}) for step in range(4)])
    log(store, [(step, 0, {"x": step * 2, "loss": 2}) for step in range(4)], run=2)
    log(store, [(step, 0, {"x": step + 0.5, "loss": 3}) for step in range(4)], run=2, rank=1)
    log(store, [(step, 0, {"loss": 4}) for step in range(4)], run=2, rank=2)
    refs = [Y, Ref(2, "loss"), Ref(2, "loss", 1), Ref(2, "loss", 2), Ref(3, "loss")]
    chart = ask(store, *refs)
    assert [[x for x, _ in rows(chart, place)] for place in range(5)] == [
        [0, 1, 2, 3],
        [0, 2, 4, 6],
        [0.5, 1.5, 2.5, 3.5],
        [0, 2, 4, 6],  # a rank that does not log x goes by that of rank 0
        [],
    ]


def test_values_that_are_not_finite_are_counted_where_they_stand(store):
    log(store, [(0, 0, {"x": 5, "loss": math.nan}), (1, 1, {"x": 6, "loss": math.inf})])
    chart = ask(store)
    assert chart.x.tolist() == [5, 6]
    assert chart.columns[0].nan.tolist() == [1, 0]
    assert chart.columns[0].positive_infinity.tolist() == [0, 1]


def test_time_axes_keep_the_gap_of_a_resumed_run(store):
    at = [*range(0, 5000, 10), *range(9_000_000, 9_005_000, 10)]
    log(store, [(step, t, {"loss": step}) for step, t in enumerate(at)], sealed=True)
    chart = ask(store, metric=None, origins=[1000])
    assert rows(chart) == [(t - 1000, step) for step, t in enumerate(at)]
    coarse = ask(store, metric=None, origins=[0], count=100)
    assert not coarse.exact
    assert len(coarse.x) <= 100
    assert coarse.columns[0].count.sum() == len(at)
    inside = ask(store, metric=None, lo=9_000_095, hi=9_000_125, count=100)
    assert rows(inside) == [(9_000_100, 510), (9_000_110, 511), (9_000_120, 512)]


@pytest.mark.parametrize(("lo", "hi"), [(9_500, None), (9_500, 9_900), (None, 500)])
def test_a_stretch_of_time_at_an_end_has_its_very_points(store, lo, hi):
    log(store, [(step, step, {"loss": step}) for step in range(10_000)], sealed=True)
    chart = ask(store, metric=None, lo=lo, hi=hi, count=510)
    first, last = (0 if lo is None else lo), (9_999 if hi is None else hi)
    assert rows(chart) == [(t, t) for t in range(first, last + 1)]


class Points(NamedTuple):
    """A series and its x, joined by brute force."""

    steps: np.ndarray
    at: np.ndarray
    y: np.ndarray
    reach: np.ndarray
    """How far x moves within the window of every point and the step before (a time: after) it."""


SHAPES = ("even", "epochs", "walk", "cycle", "sparse", "reset", "skewed", "holes", "time")


def made(shape: str, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return steps, x (NaN: not finite; -inf: not logged) and y."""
    rng = np.random.default_rng(seed)
    steps = np.arange(count) * int(rng.integers(1, 9)) + int(rng.integers(0, 99))
    if shape == "skewed":
        steps[count // 2 :] += 1 << 40
    place = np.arange(count, dtype=float)
    x = {
        "even": place * 0.37 - 50,
        "epochs": place // 97,
        "walk": np.cumsum(rng.normal(size=count)),
        "cycle": np.sin(place / 50) * 1e-3,
        "sparse": place,
        "reset": place % (count // 2 + 1),
        "skewed": place,
        "holes": place**1.5,
        "time": np.cumsum(np.where(rng.random(count) < 0.01, 9000, rng.integers(0, 30, count))),
    }[shape]
    if shape == "sparse":
        x = np.where(rng.random(count) < 0.02, x, -np.inf)
    if shape == "holes":
        x = np.where(rng.random(count) < 0.1, np.where(rng.random(count) < 0.5, np.nan, -np.inf), x)
    y = rng.normal(size=count)
    y[int(rng.integers(count))] = 1000
    y[int(rng.integers(count))] = -1000
    return steps, x, y


def joined(steps: np.ndarray, x: np.ndarray, y: np.ndarray, windows: int, *, time: bool) -> Points:
    good = np.isfinite(x)
    last = np.maximum.accumulate(np.where(good, np.arange(len(x)), -1))
    at = np.where(last >= 0, x[np.maximum(last, 0)], np.nan)
    bits = grid.bucket_bits(int(steps[0]), int(steps[-1]), windows)
    cell = steps >> bits
    reach = np.zeros(len(x))
    for one in np.unique(cell):
        own = np.flatnonzero(cell == one)
        first, end = own[0] - (not time), own[-1] + 1 + time
        around = at[max(0, first) : end]
        around = around[np.isfinite(around)]
        reach[own] = np.ptp(around) if len(around) else 0.0
    return Points(steps, at, y, reach)


def off(x: np.ndarray, edges: np.ndarray, width: float) -> np.ndarray:
    """How far outside every bucket (row) every x (column) lies."""
    below = edges[:, None] - x[None, :]
    above = x[None, :] - (edges[:, None] + width)
    return np.maximum(0, np.maximum(below, above))


@given(
    shape=st.sampled_from(SHAPES),
    count=st.integers(2, 1500),
    buckets=st.integers(2, 60),
    seed=st.integers(0, 2**32),
    zoom=st.one_of(st.none(), st.tuples(st.floats(0, 1), st.floats(0, 1))),
    sealed=st.booleans(),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_point_is_in_the_answer_no_further_off_than_x_moves_in_its_window(
    shape, count, buckets, seed, zoom, sealed
):
    steps, x, y = made(shape, count, seed)
    time = shape == "time"
    points = joined(steps, x, y, buckets * axes.FINER, time=time)
    known = points.at[np.isfinite(points.at)]
    lo = hi = None
    if zoom is not None and len(known):
        lo, hi = (float(known.min() + part * np.ptp(known)) for part in sorted(zoom))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "m.db")
        log(store, (
            (int(s), int(a) if time else 0,
             {"loss": v} if time or np.isneginf(a) else {"x": a, "loss": v})
            for s, a, v in zip(steps, x.tolist(), y.tolist(), strict=True)
        ), sealed=sealed)  # fmt: skip
        chart = ask(store, metric=None if time else "x", lo=lo, hi=hi, count=buckets)
        store.close()
    wanted = np.isfinite(points.at)
    if lo is not None and hi is not None:
        wanted &= (points.at >= lo) & (points.at <= hi)
    assert len(chart.x) <= buckets
    assert (np.diff(chart.x) >= 0).all()
    if len(steps) <= buckets * axes.FINER and wanted.sum() <= buckets:
        order = np.lexsort((steps[wanted], points.at[wanted]))
        assert chart.exact
        np.testing.assert_array_equal(chart.x, points.at[wanted][order])
        np.testing.assert_array_equal(chart.columns[0].last, y[wanted][order])
        assert chart.left_out == [int(np.isnan(points.at).sum())]
        return
    holds(chart, points, wanted)
    if zoom is None:
        column = chart.columns[0]
        assert column.count.sum() + chart.left_out[0] == count
    if zoom is None and wanted.any():
        assert np.nanmax(column.high) >= y[wanted].max()
        assert np.nanmin(column.low) <= y[wanted].min()


def holds(chart, points: Points, wanted: np.ndarray) -> None:
    """Both ways: no point is missing, and no bucket has a value from far away."""
    column = chart.columns[0]
    width = 0.0 if chart.exact else chart.width
    slack = 1e-9 * (1 + np.abs(chart.x).max(initial=0) + width)
    low, high = column.low[:, None], column.high[:, None]
    near = off(points.at, chart.x, width) <= points.reach[None, :] + slack
    # In the window in which x begins, points before its first value stand there too.
    near |= np.isnan(points.at)[None, :]
    inside = (low <= points.y[None, :]) & (points.y[None, :] <= high)
    assert (near & inside).any(axis=0)[wanted].all()
    for ends in (low, high):
        assert (near & (points.y[None, :] == ends)).any(axis=1).all()


@given(
    lo=st.floats(-1e300, 1e300),
    hi=st.floats(-1e300, 1e300),
    count=st.integers(2, 20_000),
)
def test_buckets_of_a_power_of_two_cover_the_range(lo, hi, count):
    lo, hi = min(lo, hi), max(lo, hi)
    width = width_of(lo, hi, count)
    assert math.frexp(width)[0] == 0.5
    assert math.floor(hi / width) - math.floor(lo / width) + 1 <= count


def test_a_spike_in_a_million_points_is_drawn_for_the_price_of_a_few_charts(store):
    count, spike = 300_000, 123_457
    y = np.random.default_rng(1).normal(size=count)
    y[spike] = 1000
    pen = Pen(1, "w", started=0)
    pen.layout(["loss", "x"])
    for step in range(count):
        data = np.array([y[step], step * 0.001], dtype="<f8").tobytes()
        pen.pending.append(frame(records.Scalars(0, step, step, data)))
    store.append([pen.batch()])
    store.seal(1, force=True)
    asked: list[int] = []

    class Counting:
        def charts(self, queries):
            asked.append(sum(query.count * len(query.refs) for query in queries))
            return store.charts(queries)

    for lo, hi in ((None, None), (100, 200), (123, 124), (123.4, 123.5)):
        asked.clear()
        chart = ask(Counting(), lo=lo, hi=hi, count=500)
        assert np.nanmax(chart.columns[0].high) == 1000
        place = int(np.nanargmax(chart.columns[0].high))
        assert abs(chart.x[place] - spike * 0.001) <= chart.width + 0.3
        assert len(asked) <= 2
        assert sum(asked) <= 2 * 2 * axes.FINER * 500
    assert chart.exact


@pytest.fixture
def logged(sender):
    body = b"".join(
        scalars(step, step / 100, math.sin(step / 9), t=step * 250) for step in range(400)
    )
    sender.send(wire(header()) + keys("epoch", "loss") + body)


AXES = [
    ("relative_time", 10_000, 20_000, [40, 81]),
    ("wall_time", STARTED + 10_000, STARTED + 20_000, [40, 81]),
    ({"metric": "epoch"}, 0.4, 0.8, [40, 81]),
]


@pytest.mark.parametrize(("x", "lo", "hi", "steps"), AXES)
def test_frame_and_json_say_the_same_over_every_axis(alice, run, server, logged, x, lo, hi, steps):
    if x == "relative_time":
        created = alice.get(run).json()["created_at"]
        lo, hi = (end + STARTED - created for end in (lo, hi))
    for ends in ({}, {"lo": lo, "hi": hi}):
        for buckets in (50, 1000):
            query = {"series": [{"run": "r1", "key": "loss"}], "x": x, "buckets": buckets, **ends}
            path, body = "/projects/alice/demo/charts", {"charts": [query]}
            (got,) = unpack(alice.post(path, json=body).content)
            answer = alice.post(path, json=body, headers={"accept": "application/json"})
            (said,) = answer.json()["charts"]
            assert (got["kind"], got["width"], got["x"].tolist()) == (
                said["kind"], said["width"], said["x"],
            )  # fmt: skip
            (one,), (other,) = got["series"], said["series"]
            assert (one["count"], one["left_out"]) == (
                other["count"],
                other.get("left_out", 0),
            )
            for name in one["columns"]:
                np.testing.assert_allclose(one[name], other[name], rtol=1e-6)
            if ends and buckets == 1000:
                assert got["kind"] == "points"
                assert one["step"].tolist() == list(range(*steps))


def test_ranges_beyond_all_numbers_are_cut_to_them(alice, logged):
    for x in ("step", "wall_time", {"metric": "epoch"}):
        for lo, hi in ((-5, 10**30), (-1e308, 1e308), (10**400, None), (0.5, 7.5)):
            query = {"series": [{"run": "r1", "key": "loss"}], "x": x, "lo": lo, "hi": hi}
            answer = alice.post("/projects/alice/demo/charts", json={"charts": [query]})
            assert answer.status_code in (200, 400), answer.text


@pytest.mark.parametrize("x", ["steps", {"metric": ""}, {"metric": 3}, {}, 7, None])
def test_an_axis_that_is_none_is_refused(alice, run, x):
    query = {"series": [{"run": "r1", "key": "loss"}], "x": x}
    answer = alice.post("/projects/alice/demo/charts", json={"charts": [query]})
    assert answer.status_code == 400

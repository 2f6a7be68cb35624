"""Writes posts as the SDK does, and keeps what the store must then answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from swanlab import records, runfile
from swanlab.server.metrics.contract import Batch, Buckets, Ref, Summary


def frame(record: records.Record) -> bytes:
    return runfile.frame(records.encode(record))


class Pen:
    """One writer: hands out batches from its offset on."""

    def __init__(self, run: int, writer: str, rank: int = 0, started: int = 1_000_000) -> None:
        self.run, self.writer, self.rank, self.started = run, writer, rank, started
        self.offset = 0
        self.keys: list[str] = []
        self.layouts: dict[tuple[str, ...], int] = {}
        self.pending = [frame(records.Header(1, "r", writer, rank, started, 1, "host", "trainer"))]

    def layout(self, keys: Sequence[str]) -> int:
        names = tuple(keys)
        if names not in self.layouts:
            for key in names:
                if key not in self.keys:
                    self.keys.append(key)
                    self.pending.append(frame(records.Key(key)))
            self.layouts[names] = len(self.layouts)
            numbers = [self.keys.index(key) for key in names]
            self.pending.append(frame(records.Layout(self.layouts[names], numbers)))
        return self.layouts[names]

    def log(self, step: int, t: int, values: dict[str, float]) -> None:
        number = self.layout(list(values))
        data = np.array(list(values.values()), dtype="<f8").tobytes()
        self.pending.append(frame(records.Scalars(number, step, t, data)))

    def write(self, record: records.Record) -> None:
        self.pending.append(frame(record))

    def batch(self) -> Batch:
        frames = b"".join(self.pending)
        self.pending = []
        found = Batch(self.run, self.writer, self.offset, frames)
        self.offset += len(frames)
        return found


class Model:
    """What was logged, in plain dictionaries; the last value of a step wins."""

    def __init__(self) -> None:
        self.series: dict[Ref, dict[int, tuple[int, float]]] = {}

    def log(self, pen: Pen, step: int, t: int, values: dict[str, float]) -> None:
        pen.log(step, t, values)
        for key, value in values.items():
            points = self.series.setdefault(Ref(pen.run, key, pen.rank), {})
            points[step] = (pen.started + t, value)

    def points(self, ref: Ref) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        points = self.series.get(ref, {})
        steps = sorted(points)
        return (
            np.array(steps, dtype=np.int64),
            np.array([points[step][0] for step in steps], dtype=np.int64),
            np.array([points[step][1] for step in steps], dtype=np.float64),
        )


def check_summaries(model: Model, found: Iterable[Summary]) -> None:
    got = {Ref(s.run, s.key, s.rank): s for s in found}
    assert got.keys() == model.series.keys()
    for ref, summary in got.items():
        steps, times, values = model.points(ref)
        finite = np.isfinite(values)
        assert summary.count == len(steps)
        assert (summary.first_step, summary.last_step) == (steps[0], steps[-1])
        assert (summary.first_time, summary.last_time) == (times[0], times[-1])
        np.testing.assert_equal(summary.last, values[-1])
        assert summary.nan == np.isnan(values).sum()
        assert summary.positive_infinity == np.isposinf(values).sum()
        assert summary.negative_infinity == np.isneginf(values).sum()
        np.testing.assert_allclose(summary.total, values[finite].sum(), rtol=1e-9, atol=1e-9)
        if not finite.any():
            assert summary.low is summary.low_step is summary.high is summary.high_step is None
            continue
        assert summary.low == values[finite].min()
        assert summary.high == values[finite].max()
        assert model.series[ref][summary.low_step][1] == summary.low
        assert model.series[ref][summary.high_step][1] == summary.high


def check_buckets(
    model: Model, refs: Sequence[Ref], lo: int | None, hi: int | None, count: int, got: Buckets
) -> None:
    """Compare with aggregates made from the raw points, one bucket after the other."""
    series = []
    ends: list[int] = []
    for ref in refs:
        steps, times, values = model.points(ref)
        ends += steps[:1].tolist() + steps[-1:].tolist()
        keep = np.ones(len(steps), dtype=bool)
        if lo is not None:
            keep &= steps >= lo
        if hi is not None:
            keep &= steps <= hi
        series.append((steps[keep], times[keep], values[keep]))
    union = np.unique(np.concatenate([s[0] for s in series])) if series else np.zeros(0, np.int64)
    assert got.exact == (len(union) <= count)
    if got.exact:
        np.testing.assert_array_equal(got.x, union)
        assert got.width == 1
    else:
        first = min(ends) if lo is None else max(lo, min(ends))
        last = max(ends) if hi is None else min(hi, max(ends))
        _check_edges(union, (first, last), got, count)
    for (steps, times, values), column in zip(series, got.columns, strict=True):
        bits = got.width.bit_length() - 1  # a width of 2**63 is no int64
        where = steps if got.exact else steps >> bits << bits
        for i, edge in enumerate(got.x.tolist()):
            own = where == edge
            _check_bucket(column, i, times[own], values[own])


def _check_edges(union: np.ndarray, ends: tuple[int, int], got: Buckets, count: int) -> None:
    """The narrowest power of two by which ``count`` buckets cover where there is data."""
    bits = got.width.bit_length() - 1
    assert got.width == 1 << bits
    np.testing.assert_array_equal(got.x, np.unique(union >> bits << bits))
    lo, hi = ends
    assert (hi >> bits) - (lo >> bits) + 1 <= count
    assert not bits or (hi >> (bits - 1)) - (lo >> (bits - 1)) + 1 > count


def _check_bucket(column, i: int, times: np.ndarray, values: np.ndarray) -> None:
    finite = values[np.isfinite(values)]
    assert column.count[i] == len(finite)
    assert column.nan[i] == np.isnan(values).sum()
    assert column.positive_infinity[i] == np.isposinf(values).sum()
    assert column.negative_infinity[i] == np.isneginf(values).sum()
    np.testing.assert_equal(column.time[i], times[0] if len(times) else np.nan)
    if len(finite):
        assert column.low[i] == finite.min()
        assert column.high[i] == finite.max()
        assert column.last[i] == finite[-1]
        np.testing.assert_allclose(column.mean[i], finite.mean(), rtol=1e-9, atol=1e-12)
    else:
        floats = [column.low[i], column.high[i], column.last[i], column.mean[i]]
        assert np.isnan(floats).all()

"""From the metric store to what the API says about series: charts, summaries, the runs table."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from swanlab.records import SYSTEM_PREFIX
from swanlab.server import axes, frame
from swanlab.server.http import Problem
from swanlab.server.joined import Readable
from swanlab.server.lay import AxisChart
from swanlab.server.messages.charts import (
    Chart,
    ChartQuery,
    ChartSeries,
    ChartsQuery,
    MetricAxis,
    Series,
)
from swanlab.server.metrics.contract import (
    Buckets,
    Column,
    Floats,
    Query,
    Ref,
    Summaries,
    Summary,
)
from swanlab.server.metrics.grid import LAST

MAX_CELLS = 4_000_000
"""Buckets of all series of one question together."""
MAX_SERIES = 20_000
_LARGEST = float(np.finfo(np.float64).max)
NO_RUN = -1
"""Stands for a run that does not exist: its series are empty."""


def check(query: ChartsQuery) -> None:
    """Refuse a question whose answer would be too large, with a 400 ``Problem``."""
    # Another series as x is read too, once for every run and rank: counted as if for every series.
    counts = [len(chart.series) * (1 if chart.x == "step" else 2) for chart in query.charts]
    series = sum(counts)
    cells = sum(n * chart.buckets for n, chart in zip(counts, query.charts, strict=True))
    if series > MAX_SERIES or cells > MAX_CELLS:
        raise Problem(
            400,
            "too_many",
            f"Ask for at most {MAX_SERIES} series and {MAX_CELLS} buckets at once.",
            {"series": series, "buckets": cells},
        )


def read(
    store: Readable, query: ChartsQuery, numbers: dict[str, int], created: dict[str, int]
) -> list[tuple[ChartQuery, Buckets | AxisChart]]:
    """Return the charts.

    ``numbers`` are those of the sources of the runs that exist, ``created`` when they were made.
    """
    by_step, other = [], []
    for chart in query.charts:
        refs = [Ref(numbers.get(ref.run, NO_RUN), ref.key, ref.rank) for ref in chart.series]
        if chart.x == "step":
            by_step.append(Query(refs, _step(chart.lo), _step(chart.hi), chart.buckets))
        else:
            other.append(_axis_query(chart, refs, created))
    stepped, laid = iter(store.charts(by_step)), iter(axes.read(store, other))
    return [
        (chart, next(stepped)) if chart.x == "step" else (chart, next(laid))
        for chart in query.charts
    ]


def _axis_query(chart: ChartQuery, refs: list[Ref], created: dict[str, int]) -> axes.AxisQuery:
    metric = chart.x.metric if isinstance(chart.x, MetricAxis) else None
    origins = [created.get(ref.run, 0) if chart.x == "relative_time" else 0 for ref in chart.series]
    ends = (_float(chart.lo), _float(chart.hi))
    return axes.AxisQuery(refs, metric, origins, *ends, chart.buckets)


def _step(end: float | None) -> int | None:
    """Fit an end of a range into the steps there are."""
    return None if end is None else int(max(0, min(end, LAST)))


def _float(end: float | None) -> float | None:
    return None if end is None else float(max(-_LARGEST, min(end, _LARGEST)))


def chart(query: ChartQuery, buckets: Buckets | AxisChart) -> Chart:
    """Return one chart as a message."""
    found = []
    for place, (ref, column) in enumerate(zip(query.series, buckets.columns, strict=True)):
        one = _series(ref.run, ref.key, ref.rank, column, exact=buckets.exact)
        if isinstance(buckets, AxisChart):
            steps, left_out = _floats(buckets.steps[place]), buckets.left_out[place]
            one = msgspec.structs.replace(one, step=steps, left_out=left_out)
        found.append(one)
    return Chart(
        kind="points" if buckets.exact else "buckets",
        width=buckets.width,
        x=buckets.x.astype("f8").tolist(),
        series=found,
    )


def _series(run: str, key: str, rank: int, column: Column, *, exact: bool) -> ChartSeries:
    return ChartSeries(
        run=run,
        key=key,
        rank=rank,
        count=int(column.count.sum()),
        last=_floats(column.last),
        min=None if exact else _floats(column.low),
        max=None if exact else _floats(column.high),
        mean=None if exact else _floats(column.mean),
        time=_floats(column.time),
        nonfinite=frame.nonfinite(column),
        missing=column.missing,
    )


def _floats(values: NDArray[Any]) -> list[float | None]:
    return [value if isfinite(value) else None for value in values.tolist()]


def spelled(value: float) -> float | str:
    """Return a number as JSON can say it."""
    if isfinite(value):
        return value
    return "NaN" if isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def summary(of: Summary) -> Series:
    """Return the summary of a series as a message."""
    finite = of.count - of.nan - of.positive_infinity - of.negative_infinity
    mean = of.total / finite if finite else None
    fields = {
        name: getattr(of, name)
        for name in Series.__struct_fields__
        if name not in ("min", "min_step", "max", "max_step", "mean", "last")
    }
    return Series(
        min=of.low,
        min_step=of.low_step,
        max=of.high,
        max_step=of.high_step,
        mean=mean if mean is None or isfinite(mean) else None,
        last=spelled(of.last),
        **fields,
    )


class Cells(msgspec.Struct, frozen=True):
    """The last values of a table: a column per key, a row per run, in the order asked for."""

    keys: list[str]
    rows: list[list[float | str | None]]
    all_keys: int
    """Number of keys, those included for which there was no room."""


def last_values(summaries: Summaries, runs: Sequence[int], most: int) -> Cells:
    """Return the last value of every key of every run, of its lowest rank, without system series.

    ``runs`` are the numbers of their sources: several runs may have the same. At most ``most``
    cells: keys come in the order in which the project's runs first used them.
    """
    keys = summaries.keys
    shown = [key for key in dict.fromkeys(keys) if not key.startswith(SYSTEM_PREFIX)]
    width = min(len(shown), max(1, most // max(1, len(runs))))
    columns = {key: place for place, key in enumerate(shown[:width])}
    numbers, rows = np.unique(np.asarray(runs, dtype=np.int64), return_inverse=True)
    values = np.full((len(numbers), width + 1), np.nan)
    given = np.zeros(values.shape, dtype=bool)
    # Of several ranks the lowest is written last, and stays.
    order = np.argsort(-summaries.ranks, kind="stable")
    at_row = np.searchsorted(numbers, summaries.runs)
    at_column = np.fromiter((columns.get(key, width) for key in keys), np.intp, len(keys))
    values[at_row[order], at_column[order]] = summaries.last[order]
    given[at_row, at_column] = True
    values, given = values[rows, :width], given[rows, :width]
    return Cells(shown[:width], _cells(values, given), len(shown))


class Keys(msgspec.Struct, frozen=True):
    """Which runs have which keys: few different sets of them, and the one that each run has."""

    keys: list[str]
    sets: list[list[int]]
    """Places in ``keys``."""
    of: list[int | None]
    """Place in ``sets``, by run; None where there was no room to tell."""
    all_keys: int


def held(
    store: Readable, runs: Sequence[int], most_keys: int = 50_000, most_places: int = 500_000
) -> Keys:
    """Return the keys of runs, by the numbers of their sources, without system series."""
    parts = store.keys(runs)
    keys: dict[str, int] = {}
    known: dict[tuple[int, ...], list[str]] = {}
    names: dict[int, tuple[int, ...]] = {}
    for run in sorted(set(runs)):
        own = parts.get(run, [])
        name = names[run] = tuple(map(id, own))  # runs alike share their parts
        if name not in known:
            known[name] = [key for part in own for key in part if not key.startswith(SYSTEM_PREFIX)]
            for key in known[name]:
                keys.setdefault(key, len(keys))
    places: dict[tuple[int, ...], int | None] = {}
    sets: dict[tuple[int, ...], int] = {}
    room = most_places
    for name, own_keys in known.items():
        one = tuple(sorted({keys[key] for key in own_keys if keys[key] < most_keys}))
        if one not in sets:
            if len(one) > room:
                places[name] = None
                continue
            room -= len(one)
            sets[one] = len(sets)
        places[name] = sets[one]
    return Keys(
        keys=list(keys)[:most_keys],
        sets=[list(one) for one in sets],
        of=[places[names[run]] for run in runs],
        all_keys=len(keys),
    )


def _cells(values: Floats, given: NDArray[np.bool_]) -> list[list[float | str | None]]:
    cells = values.astype(object)
    for row, column in np.argwhere(given & ~np.isfinite(values)).tolist():
        cells[row, column] = spelled(values[row, column])
    cells[~given] = None
    found: list[list[float | str | None]] = cells.tolist()
    return found

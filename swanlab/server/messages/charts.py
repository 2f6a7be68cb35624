"""Series and charts of them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from swanlab.server.messages.message import Message


class Series(Message, frozen=True):
    """Summary of one series; ``min``/``max`` are over finite values, null when there is none."""

    key: str
    rank: int
    count: int
    first_step: int
    last_step: int
    first_time: int
    last_time: int
    min: float | None
    min_step: int | None
    max: float | None
    max_step: int | None
    mean: float | None
    last: float | str
    nan: int
    positive_infinity: int
    negative_infinity: int


class SeriesList(Message, frozen=True):
    series: list[Series]


class SeriesRef(Message, frozen=True):
    run: str
    key: str
    rank: Annotated[int, Meta(ge=0, lt=2**31)] = 0


class MetricAxis(Message, frozen=True):
    """Another series of the same run as x axis: at every step its last finite value by then."""

    metric: Annotated[str, Meta(min_length=1, max_length=4096)]


class ChartQuery(Message, frozen=True):
    """One chart: its series share one x. The range is ``lo <= x <= hi``; null means the end.

    ``x``: ``step``; ``relative_time``, milliseconds since the run was made; ``wall_time``, Unix
    milliseconds; or a series. The range is in units of that x.
    """

    series: list[SeriesRef]
    x: Literal["step", "relative_time", "wall_time"] | MetricAxis = "step"
    lo: int | float | None = None
    hi: int | float | None = None
    buckets: Annotated[int, Meta(ge=1, le=20_000)] = 1000


class ChartsQuery(Message, frozen=True):
    charts: Annotated[list[ChartQuery], Meta(max_length=1000)]


class ChartSeries(Message, frozen=True):
    """Columns of one series on its chart's ``x``; NaN (JSON: null) where it has nothing finite.

    ``kind == "points"``: only ``last`` is given, the value at that exact x. Times are
    those of the first point in the bucket; so is ``step``, which comes where x is not the step.
    """

    run: str
    key: str
    rank: int
    count: int
    last: list[float | None]
    min: list[float | None] | None = None
    max: list[float | None] | None = None
    mean: list[float | None] | None = None
    time: list[float | None] | None = None
    step: list[float | None] | None = None
    nonfinite: list[tuple[int, int, int, int]] = []
    """Where not all is finite: (index in x, NaN, +Inf, -Inf)."""
    left_out: int = 0
    """Points logged before the series that is the x axis had a value."""
    missing: list[tuple[int, int]] = []
    """First and last step of stored points that are damaged and so left out."""


class Chart(Message, frozen=True):
    """``points``: x are exact. ``buckets``: x are left edges, each bucket ``width`` wide.

    Buckets nobody has a point in are left out. Edges are multiples of ``width``, a power of two.
    An x that is not the step may stand more than once in ``points``, as often as it was logged.
    """

    kind: Literal["points", "buckets"]
    width: float
    x: list[float]
    series: list[ChartSeries]


class Charts(Message, frozen=True):
    charts: list[Chart]

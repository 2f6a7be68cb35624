"""The packed frame: many charts in one binary body that a browser reads without copying.

``u32 header length | JSON header | padding to 8 | columns``, all little-endian; offsets count from
the start of the frame and every column begins at a multiple of 8.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from swanlab.server.lay import AxisChart
from swanlab.server.messages.charts import ChartQuery
from swanlab.server.metrics.contract import Buckets, Column, Floats

MEDIA = "application/octet-stream"
_LARGEST_F4 = 3e38
_SMALLEST_F4 = 1e-37
_FINE = 1e-4
"""Below this spread, relative to the largest value, steps of float32 would be seen in the curve."""


def encode(charts: Sequence[tuple[ChartQuery, Buckets | AxisChart]]) -> bytes:
    """Return the frame of these charts."""
    columns = _Columns()
    header = [_chart(query, buckets, columns) for query, buckets in charts]
    text = msgspec.json.encode({"charts": header})
    # Offsets are only known once the header's length is: leave room for their longer spelling.
    room = len(columns.places) * len(str(len(text) + columns.size))
    start = -(-(4 + len(text) + room) // 8) * 8
    for place in columns.places:
        place["at"] += start
    text = msgspec.json.encode({"charts": header}).ljust(start - 4)
    return b"".join((struct.pack("<I", len(text)), text, *columns.parts))


class _Columns:
    """The columns behind the header, as they are added; ``places`` still lack its length."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.places: list[dict[str, Any]] = []
        self.size = 0

    def add(self, values: NDArray[Any], kind: str) -> dict[str, Any]:
        data = values.astype("<" + kind, copy=False).tobytes()
        place = {"at": self.size}
        self.places.append(place)
        self.parts.append(data)
        padding = -len(data) % 8
        if padding:
            self.parts.append(bytes(padding))
        self.size += len(data) + padding
        return place


def _chart(query: ChartQuery, buckets: Buckets | AxisChart, columns: _Columns) -> dict[str, Any]:
    x = columns.add(buckets.x, "f8")
    x["n"] = len(buckets.x)
    series: list[dict[str, Any]] = []
    for place, (ref, column) in enumerate(zip(query.series, buckets.columns, strict=True)):
        places = _series(column, columns, exact=buckets.exact)
        left_out = {}
        if isinstance(buckets, AxisChart):
            places["step"] = columns.add(buckets.steps[place], "f8")
            places["step"]["type"] = "f8"
            left_out = {"left_out": buckets.left_out[place]}
        series.append(
            {
                "run": ref.run,
                "key": ref.key,
                "rank": ref.rank,
                "count": int(column.count.sum()),
                "columns": places,
                "nonfinite": nonfinite(column),
                **left_out,
                "missing": column.missing,
            }
        )
    return {
        "kind": "points" if buckets.exact else "buckets",
        "width": buckets.width,
        "x": x,
        "series": series,
    }


def _series(column: Column, columns: _Columns, *, exact: bool) -> dict[str, Any]:
    kind = _kind(column.low, column.high)
    named = {"last": column.last}
    if not exact:
        named |= {"min": column.low, "max": column.high, "mean": column.mean}
    places: dict[str, Any] = {}
    for name, values in named.items():
        places[name] = columns.add(values, kind)
        places[name]["type"] = kind
    places["time"] = columns.add(column.time, "f8")
    places["time"]["type"] = "f8"
    return places


def _kind(low: Floats, high: Floats) -> str:
    """Return ``f4`` where float32 draws the same curve, else ``f8``."""
    bottom = float(np.fmin.reduce(low)) if len(low) else np.nan
    top = float(np.fmax.reduce(high)) if len(high) else np.nan
    if bottom != bottom:  # noqa: PLR0124 - NaN: nothing to draw
        return "f4"
    scale = max(abs(bottom), abs(top))
    if scale == 0:
        return "f4"
    if not _SMALLEST_F4 < scale < _LARGEST_F4:
        return "f8"
    spread = top - bottom
    if spread == 0:
        return "f4" if float(np.float32(top)) == top else "f8"
    return "f8" if spread < _FINE * scale else "f4"


def nonfinite(column: Column) -> list[tuple[int, int, int, int]]:
    """Return where not all is finite: (index in x, NaN, +Inf, -Inf)."""
    found = np.flatnonzero(column.nan + column.positive_infinity + column.negative_infinity)
    if not len(found):
        return []
    stacked = (
        found,
        column.nan[found],
        column.positive_infinity[found],
        column.negative_infinity[found],
    )
    return [
        (int(i), int(nan), int(up), int(down)) for i, nan, up, down in zip(*stacked, strict=True)
    ]

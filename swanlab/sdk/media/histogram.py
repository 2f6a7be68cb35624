"""``swanlab.Histogram``: how values are spread, counted where they were logged."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

from swanlab.sdk.media.arrays import to_array
from swanlab.sdk.media.medium import BadMedia, Medium, Piece, library, named, snapshot

MAX_BINS = 512


class Histogram(Medium):
    """Counts of values in bins."""

    kind = "histogram"

    @snapshot
    def __init__(
        self,
        sequence: Any = None,
        np_histogram: Any = None,
        num_bins: int = 64,
        caption: str | None = None,
    ) -> None:
        """Take values, or what was counted already.

        Args:
            sequence: values of any shape; NaN and infinite ones are counted apart.
            np_histogram: ``(counts, edges)`` as of ``numpy.histogram``; one edge more than counts.
            num_bins: bins of equal width to count values in, 512 at most.
            caption: shown below it.
        """
        self.caption = named(caption)
        if isinstance(sequence, Histogram):
            self.take_over(sequence)
        elif np_histogram is not None:
            counts, edges = np_histogram
            self._counts = [float(one) for one in counts]
            self._edges = [float(one) for one in edges]
            self._apart = [0, 0, 0]
        else:
            self._count(sequence, num_bins)
        _check(self._counts, self._edges)

    def _count(self, sequence: Any, num_bins: int) -> None:
        numpy = library("numpy", "numpy")
        bins = int(num_bins)
        if not 1 <= bins <= MAX_BINS:
            raise BadMedia(f"num_bins is from 1 to {MAX_BINS}, not {num_bins!r}")
        values = to_array(sequence).astype(numpy.float64).ravel()
        finite = values[numpy.isfinite(values)]
        if not len(finite):
            raise BadMedia("there is no finite value to count")
        counts, edges = numpy.histogram(finite, bins)
        self._counts, self._edges = counts.tolist(), edges.tolist()
        nan, above = numpy.isnan(values).sum(), numpy.isposinf(values).sum()
        self._apart = [int(nan), int(above), len(values) - len(finite) - int(nan) - int(above)]

    def piece(self) -> Piece:
        """Return counts, edges and ``apart``: how many are NaN, +inf and -inf."""
        found = {"counts": self._counts, "edges": self._edges, "apart": self._apart}
        return Piece("json", json.dumps(found).encode())


def _check(counts: list[float], edges: list[float]) -> None:
    if not 1 <= len(counts) <= MAX_BINS or len(edges) != len(counts) + 1:
        raise BadMedia(f"a histogram has 1 to {MAX_BINS} counts and one edge more")
    if not all(map(math.isfinite, [*counts, *edges])) or min(counts) < 0:
        raise BadMedia("counts are finite and from 0 on, edges are finite")
    if any(left > right for left, right in pairwise(edges)):
        raise BadMedia("the edges of a histogram ascend")

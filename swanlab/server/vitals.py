"""What a server counts while it works, and the text in which Prometheus reads it.

Written by hand instead of with a client library: counting must cost next to nothing on the path of
a post, the server has one process and so needs none of what such a library is for, and everybody
who installs the package would carry it. Names and formats are those of Prometheus' text format.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
WORK_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0)
LAG_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 3600.0)

Kind = Literal["counter", "gauge", "histogram"]
Labels = Mapping[str, str]


class Histogram:
    """How many of what was observed lie below each bound. Not thread-safe by itself."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count ``value``."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Vitals:
    """The counters of one server. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.posts = self.points = self.bytes = 0
        """Stored since the start; bytes are those of run files, uncompressed."""
        self.lag = Histogram(LAG_SECONDS)
        """From the newest point of a post, by its client's clock, to its acknowledgement."""
        self.commits = Histogram(WORK_SECONDS)
        self.seals = Histogram(WORK_SECONDS)
        self.requests: dict[tuple[str, str, int], Histogram] = {}
        """By method, template of the route and status."""
        self.density: tuple[int, int] | None = None
        """(bytes, points) that the stores hold, as last measured."""

    def stored(self, size: int, points: int, lag: float | None) -> None:
        """Count a stored post of ``size`` bytes; ``lag`` in seconds, None without points."""
        with self._lock:
            self.posts += 1
            self.points += points
            self.bytes += size
            if lag is not None:
                self.lag.observe(max(0.0, lag))

    def committed(self, seconds: float) -> None:
        """Count a transaction of posts."""
        with self._lock:
            self.commits.observe(seconds)

    def sealed(self, seconds: float) -> None:
        """Count the sealing of a run."""
        with self._lock:
            self.seals.observe(seconds)

    def answered(self, method: str, template: str, status: int, seconds: float) -> None:
        """Count a request; of a stream that stays open, the time to its beginning."""
        with self._lock:
            key = (method, template, status)
            found = self.requests.get(key)
            if found is None:
                found = self.requests[key] = Histogram(REQUEST_SECONDS)
            found.observe(seconds)

    def lines(self) -> Iterator[str]:
        """Yield what was counted, in Prometheus' text format."""
        with self._lock:
            yield from family("swanlab_ingest_posts_total", "counter", "Posts stored.", self.posts)
            yield from family(
                "swanlab_ingest_points_total", "counter", "Points stored.", self.points
            )
            yield from family(
                "swanlab_ingest_bytes_total",
                "counter",
                "Bytes of run files stored, uncompressed.",
                self.bytes,
            )
            told = "From a post's newest point, by its client's clock, to its acknowledgement."
            yield from histograms("swanlab_ingest_lag_seconds", told, [({}, self.lag)])
            told = "Transactions that store posts."
            yield from histograms("swanlab_commit_seconds", told, [({}, self.commits)])
            told = "Sealing a run's batches into chunks."
            yield from histograms("swanlab_seal_seconds", told, [({}, self.seals)])
            told = "Requests answered; of live streams the time to their beginning."
            found = [
                ({"method": method, "route": route, "status": str(status)}, histogram)
                for (method, route, status), histogram in self.requests.items()
            ]
            yield from histograms("swanlab_http_request_seconds", told, found)


def family(
    name: str, kind: Kind, told: str, value: float | None, labels: Labels | None = None
) -> Iterator[str]:
    """Yield one metric of one value; nothing when it is not known."""
    if value is None:
        return
    yield f"# HELP {name} {told}\n# TYPE {name} {kind}\n{name}{_labels(labels or {})} {value!r}\n"


def histograms(name: str, told: str, found: Iterable[tuple[Labels, Histogram]]) -> Iterator[str]:
    """Yield a histogram, once for each set of labels."""
    yield f"# HELP {name} {told}\n# TYPE {name} histogram\n"
    for labels, histogram in found:
        below = 0
        for bound, count in zip((*histogram.bounds, "+Inf"), histogram.counts, strict=True):
            below += count
            yield f"{name}_bucket{_labels({**labels, 'le': str(bound)})} {below}\n"
        yield f"{name}_sum{_labels(labels)} {histogram.total!r}\n"
        yield f"{name}_count{_labels(labels)} {below}\n"


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")

"""The points of a series as they were logged, every one and every bit."""

from __future__ import annotations

import struct
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from swanlab.client import Client
from swanlab.errors import ServerError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Points(NamedTuple):
    """A series, ascending by step: steps, times (Unix milliseconds) and values."""

    steps: Ints
    times: Ints
    values: Floats

    def take(self, at: slice | Ints | NDArray[np.bool_]) -> Points:
        """Return some of the points."""
        return Points(self.steps[at], self.times[at], self.values[at])

    def sample(self, most: int) -> Points:
        """Return at most so many points, evenly spaced, the first and the last among them."""
        count = len(self.steps)
        if count <= most:
            return self
        return self.take(np.linspace(0, count - 1, max(1, most)).round().astype(np.int64))


class _Column(msgspec.Struct):
    name: str
    type: str
    at: int


class _Header(msgspec.Struct):
    count: int
    columns: list[_Column]
    next: int | None


def read(
    client: Client,
    run: str,
    key: str,
    rank: int = 0,
    lo: int | None = None,
    hi: int | None = None,
    limit: int | None = None,
) -> Points:
    """Return the points with ``lo <= step <= hi`` of a series of the run at path ``run``.

    A series that does not exist has none. They come in pages of ``limit`` points, default the
    largest that the server gives.
    """
    pages: list[Points] = []
    following = lo
    while True:
        given = {"key": key, "rank": rank, "lo": following, "hi": hi, "limit": limit}
        asked = {name: value for name, value in given.items() if value is not None}
        page, following = _decode(client.host, client.read(f"{run}/points", asked))
        pages.append(page)
        if following is None or (hi is not None and following > hi):
            break
    if len(pages) == 1:
        return pages[0]
    return Points(*(np.concatenate(column) for column in zip(*pages, strict=True)))


def _decode(host: str, frame: bytes) -> tuple[Points, int | None]:
    try:
        (size,) = struct.unpack_from("<I", frame)
        header = msgspec.json.decode(frame[4 : 4 + size], type=_Header)
        columns = {
            one.name: np.frombuffer(frame, f"<{one.type}", header.count, one.at)
            for one in header.columns
        }
        return Points(columns["steps"], columns["times"], columns["values"]), header.next
    except (struct.error, msgspec.MsgspecError, ValueError, KeyError, TypeError) as error:
        raise ServerError(f"{host} does not answer like a swanlab server.") from error

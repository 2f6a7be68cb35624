"""Points of a run as CSV, Parquet or Arrow, in a stream of constant memory.

One row a point: key, rank, step, time (Unix milliseconds) and value, series after series, each
ascending by step. A page of points is read, encoded and sent before the next one is read.
"""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from swanlab.server.http import Problem
from swanlab.server.metrics.contract import Points, Ref
from swanlab.server.metrics.grid import LAST

if TYPE_CHECKING:
    from swanlab.server.metrics.contract import MetricStore

Format = Literal["csv", "parquet", "arrow"]
MEDIA: dict[Format, str] = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}
PAGE = 64 * 1024
"""Points to a page: a row group of Parquet, a batch of Arrow."""
COLUMNS = ("key", "rank", "step", "time", "value")


def stream(store: MetricStore, refs: Sequence[Ref], kind: Format) -> Iterator[bytes]:
    """Return the pieces of the file; raises a 406 ``Problem`` where pyarrow is missing."""
    if kind == "csv":
        return _csv(store, refs)
    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise Problem(
            406,
            "no_pyarrow",
            "This server lacks pyarrow: export as csv, or have swanlab[export] installed.",
        ) from error
    schema = arrow.schema(
        [
            ("key", arrow.dictionary(arrow.int32(), arrow.string())),
            ("rank", arrow.int64()),
            ("step", arrow.int64()),
            ("time", arrow.timestamp("ms", tz="UTC")),
            ("value", arrow.float64()),
        ]
    )
    if kind == "arrow":
        plain = schema.set(0, arrow.field("key", arrow.string()))
        return _arrow(store, refs, arrow, plain, arrow.ipc.new_stream)
    return _arrow(store, refs, arrow, schema, parquet.ParquetWriter)


def _pages(store: MetricStore, refs: Sequence[Ref]) -> Iterator[tuple[Ref, Points]]:
    for ref in refs:
        at: int | None = 0
        while at is not None:
            found = store.points(ref, at, None, PAGE)
            if len(found.steps):
                yield ref, found
            full = len(found.steps) == PAGE and int(found.steps[-1]) < LAST
            at = int(found.steps[-1]) + 1 if full else None


def _csv(store: MetricStore, refs: Sequence[Ref]) -> Iterator[bytes]:
    yield (",".join(COLUMNS) + "\r\n").encode()
    for ref, found in _pages(store, refs):
        text = io.StringIO()
        csv.writer(text).writerow([ref.key, ref.rank])
        head = text.getvalue().rstrip("\r\n")
        rows = zip(found.steps.tolist(), found.times.tolist(), found.values.tolist(), strict=True)
        yield "".join([f"{head},{step},{at},{value!r}\r\n" for step, at, value in rows]).encode()


class _Sink(io.RawIOBase):
    """A file that hands out what was written to it since the last time."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def tell(self) -> int:
        """Return how much was written in all."""
        return self._size

    def writable(self) -> bool:
        """Whether it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Keep a copy of ``data``."""
        piece = bytes(data)
        self._parts.append(piece)
        self._size += len(piece)
        return len(piece)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


def _arrow(
    store: MetricStore,
    refs: Sequence[Ref],
    arrow: Any,
    schema: Any,
    open_writer: Callable[[Any, Any], Any],
) -> Iterator[bytes]:
    sink = _Sink()
    target = arrow.PythonFile(sink, mode="w")
    writer = open_writer(target, schema)
    for ref, found in _pages(store, refs):
        count = len(found.steps)
        columns = [
            arrow.repeat(arrow.scalar(ref.key), count).cast(schema.field("key").type),
            arrow.repeat(arrow.scalar(ref.rank, arrow.int64()), count),
            arrow.array(found.steps),
            arrow.array(found.times).cast(schema.field("time").type),
            arrow.array(found.values),
        ]
        writer.write_table(arrow.Table.from_arrays(columns, schema=schema))
        piece = sink.take()
        if piece:
            yield piece
    writer.close()
    yield sink.take()

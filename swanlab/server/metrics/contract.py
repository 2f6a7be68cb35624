"""What a metric store promises; one conformance suite runs over every engine.

A store belongs to one project. Runs are the integers of the metadata database. It keeps, per
(run, writer), the offset up to which that writer's file was received, and moves it in the same
transaction that makes the points durable: a batch is stored once or not at all.

Points of one (run, key, rank) are unique by step; the one received last wins. Steps may come in any
order. NaN, +Inf and -Inf are kept apart and counted, and stay out of min, max and mean.

Buckets lie on a dyadic grid: their width is a power of two and their edges are multiples of it, so
that the aggregates kept at a finer dyadic width fall whole into one bucket, and every bucket is
exact for ``lo <= step <= hi`` whatever mixture of stored levels answered it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class OffsetMismatch(Exception):
    """The batch does not start at the offset the store expects; nothing was stored."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"expected offset {expected}")
        self.expected = expected


class ColdAway(Exception):
    """The place where the points of old runs are does not answer; the message says why."""


class ColdMissing(Exception):
    """A segment is not where it should be; the message says which."""


class Batch(msgspec.Struct, frozen=True):
    """One post of a writer: ``frames`` are run-file bytes from ``offset`` on, as received."""

    run: int
    writer: str
    offset: int
    frames: bytes


class Layout(msgspec.Struct, frozen=True):
    """A writer's list of keys: their numbers and, in the same order, their names."""

    numbers: tuple[int, ...]
    names: tuple[str, ...]


class Writer(msgspec.Struct, frozen=True):
    """What decoding needs to know of a writer at ``offset``: its header, keys and layouts."""

    offset: int = 0
    rank: int = 0
    started: int | None = None
    """Unix time in milliseconds; None while no header was seen."""
    keys: tuple[str, ...] = ()
    layouts: dict[int, Layout] = {}


class Block(msgspec.Struct, frozen=True):
    """Steps of one layout: ``values[i, j]`` is that of key ``j`` at ``steps[i]``, ``times[i]``."""

    layout: Layout
    steps: Ints
    times: Ints
    values: Floats


class Line(msgspec.Struct, frozen=True):
    line: int
    time: int
    level: int
    stream: int
    text: str


class Decoded(msgspec.Struct, frozen=True):
    """A batch taken apart. ``records`` are those that concern the run and not the store, in order.

    ``unknown`` counts records of an unknown tag or a bad shape, ``refused`` by reason the scalars
    that make no sense; both are left out and never hold up what follows.
    """

    batch: Batch
    blocks: list[Block]
    lines: list[Line]
    records: list[object]
    points: int
    last_step: int
    new_keys: int
    damaged: int
    unknown: int
    refused: dict[str, int]
    definitions: bytes
    """The frames of this batch that later batches need to be decoded."""
    after: Writer


class Receipt(msgspec.Struct, frozen=True):
    """What a stored batch held (see ``Decoded``); ``offset`` is where the next one must begin.

    ``new_keys`` counts the keys this writer named for the first time; ``last_step`` is the greatest
    step of the batch that is not of a system series, or -1.
    """

    offset: int
    points: int
    lines: int
    new_keys: int
    last_step: int
    damaged: int
    unknown: int
    records: list[object]
    refused: dict[str, int] = {}


class Summary(msgspec.Struct, frozen=True):
    """One series at a glance; ``low``/``high`` and their steps are None when nothing was finite.

    ``count`` counts all points, ``total`` adds the finite ones, ``last`` may be NaN or infinite.
    """

    run: int
    key: str
    rank: int
    count: int
    first_step: int
    last_step: int
    first_time: int
    last_time: int
    low: float | None
    low_step: int | None
    high: float | None
    high_step: int | None
    total: float
    last: float
    nan: int
    positive_infinity: int
    negative_infinity: int


class Summaries(Protocol):
    """The series of several runs, by run, then in order of first appearance.

    The columns are there at once; a ``Summary`` is made only when it is looked at, which matters
    for a table of 100,000 cells. ``low`` and ``high`` are NaN (and their steps -1) without a finite
    point.
    """

    @property
    def runs(self) -> Ints:
        """The run of every series."""
        ...

    @property
    def keys(self) -> list[str]:
        """The key of every series."""
        ...

    @property
    def ranks(self) -> Ints:
        """The rank of every series."""
        ...

    @property
    def count(self) -> Ints:
        """How many points every series has."""
        ...

    @property
    def last(self) -> Floats:
        """The value at the last step of every series."""
        ...

    @property
    def last_step(self) -> Ints:
        """The last step of every series."""
        ...

    @property
    def low(self) -> Floats:
        """The smallest finite value of every series."""
        ...

    @property
    def high(self) -> Floats:
        """The greatest finite value of every series."""
        ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Summary]: ...

    def __getitem__(self, index: int) -> Summary: ...


class Ref(msgspec.Struct, frozen=True):
    run: int
    key: str
    rank: int = 0


class Query(msgspec.Struct, frozen=True):
    """One chart: its series on shared edges, ``lo <= step <= hi`` (None: the end of the data)."""

    refs: Sequence[Ref]
    lo: int | None = None
    hi: int | None = None
    count: int = 1000


class Points(msgspec.Struct, frozen=True):
    """A series as logged, ascending by step: int64 steps, int64 times (Unix ms), float64 values."""

    steps: Ints
    times: Ints
    values: Floats


class Column(msgspec.Struct, frozen=True):
    """One series on the shared ``x`` of its chart, each array of the length of ``x``.

    ``count`` (finite points) is 0 and the floats NaN where it has no finite point. ``time`` is that
    of the first point of the bucket (NaN without any point).
    """

    count: Ints
    low: Floats
    high: Floats
    mean: Floats
    last: Floats
    time: Floats
    nan: Ints
    positive_infinity: Ints
    negative_infinity: Ints
    missing: list[tuple[int, int]] = []
    """First and last step of stored points that are damaged, and so are left out."""


class Buckets(msgspec.Struct, frozen=True):
    """``exact`` means that x holds the very steps (one step per bucket); else left edges."""

    exact: bool
    width: int
    x: Ints
    columns: list[Column]


class MetricStore(Protocol):
    """Thread-safe. Methods block; the server calls them off its event loop."""

    def decode(self, batch: Batch) -> Decoded:
        """Take a batch apart, so that its records can be dealt with before it is stored.

        Raises ``OffsetMismatch`` when it is not the one the store expects next.
        """
        ...

    def append(self, batches: Sequence[Batch | Decoded]) -> list[Receipt | OffsetMismatch]:
        """Store all batches in one durable transaction, each by itself once or not at all.

        The transaction is on the disk when this returns. A ``Batch`` is decoded here.
        """
        ...

    def offsets(self, run: int) -> dict[str, int]:
        """Return the expected offset of every writer of ``run``."""
        ...

    def marks(self, runs: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return of each run that has points what differs whenever they may have changed."""
        ...

    def seal(self, run: int, *, force: bool = False) -> bool:
        """Turn the run's batches into chunks if they are many or old enough (or ``force``).

        Returns whether anything was sealed. Appends go on meanwhile.
        """
        ...

    def due(self) -> list[int]:
        """Return the runs whose batches are many or old enough for ``seal`` to look at them."""
        ...

    def summaries(self, runs: Sequence[int]) -> Summaries:
        """Return every series of the runs, unsealed points included, without reading points."""
        ...

    def keys(self, runs: Sequence[int]) -> dict[int, list[Collection[str]]]:
        """Return the keys of each run that has any, in parts; runs alike share their parts.

        No summary is read: this is for tables that show few of their cells.
        """
        ...

    def cells(self, runs: Sequence[int], keys: Sequence[str]) -> dict[str, NDArray[np.void]]:
        """Return the summary of each key in every run, its lowest rank's, in the order of ``runs``.

        The rows are laid out as ``aggregate.SUMMARY``; ``points`` is 0 where a run has no such
        series.
        """
        ...

    def buckets(self, refs: Sequence[Ref], lo: int | None, hi: int | None, count: int) -> Buckets:
        """Return the series on shared edges, at most ``count`` buckets (or exact steps).

        A series that does not exist is an empty column. When the series together have at most
        ``count`` different steps in the range, the answer is exact. Buckets in which no series has
        a point are left out.
        """
        ...

    def charts(self, queries: Sequence[Query]) -> list[Buckets]:
        """Return ``buckets`` of many charts at once, for the price of few reads."""
        ...

    def points(self, ref: Ref, lo: int | None, hi: int | None, limit: int | None = None) -> Points:
        """Return the raw points with ``lo <= step <= hi``, at most the first ``limit`` of them.

        No more is read than they need: a series of any length is read in bounded memory.
        """
        ...

    def lines(
        self, run: int, writer: str | None, first: int, limit: int, level: int = 0
    ) -> tuple[int, list[Line]]:
        """Return (number of the newest line + 1, lines from number ``first`` on) of one writer.

        A negative ``first`` counts from the end. Without ``writer``: the one of the lowest rank
        that wrote lines. At most ``limit`` lines, those of ``level`` and above.
        """
        ...

    def line_spans(self, run: int) -> dict[str, tuple[int, int]]:
        """Return of every writer that wrote lines the number of its first and of its last one."""
        ...

    def find_lines(
        self, run: int, writer: str, first: int, end: int, *, text: str, level: int, limit: int
    ) -> list[int]:
        """Return the numbers of the first ``limit`` lines of ``first <= line < end`` that match.

        They are of ``level`` or above and hold ``text``; case makes no difference.
        """
        ...

    def waiting(self) -> tuple[int, int]:
        """Return how many batches and how many points are not sealed yet."""
        ...

    def size(self) -> int:
        """Return the bytes that the store takes on the disk, its log not counted."""
        ...

    def refusals(self, run: int) -> dict[str, int]:
        """Return how many records of the run were set aside, by reason (a few fixed texts)."""
        ...

    def freeze(self, run: int) -> bool:
        """Move the points of a run out of the database, into one segment; it reads as before.

        What comes late for it is taken as ever, and brings it back when it is sealed. Returns
        whether it was moved: False when it has no points, is cold already or is being moved.

        Raises ``ColdAway``; nothing has changed then.
        """
        ...

    def thaw(self, run: int) -> bool:
        """Bring the points of a run back into the database; whether they were away.

        Raises ``ColdAway`` and ``ColdMissing``; nothing has changed then. So do all reads of points
        that are in a segment, and of no others.
        """
        ...

    def frozen(self) -> dict[int, int]:
        """Return the bytes of the segment of each run that has one."""
        ...

    def tidy(self) -> int:
        """Remove the segments that nothing has needed for a day; return how many."""
        ...

    def discarded(self) -> int:
        """Return how many segments wait to be removed, or were begun and not taken."""
        ...

    def runs(self) -> list[int]:
        """Return the runs that have something in the store."""
        ...

    def delete(self, run: int) -> None:
        """Forget the run and free its space."""
        ...

    def close(self) -> None:
        """Release files; what was acknowledged is on the disk already."""
        ...

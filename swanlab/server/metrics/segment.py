"""A segment: the sealed points of one run in one object, to be read in parts.

::

    magic 8 | version u32 | 0 u32 | run i64
    the coarse roll-ups of all chunks, by series and step | the fine ones | the chunks
    index: a page of ``ENTRY`` records in the same order
    place of the index u64 | its length u64 | crc32 of these two u32 | magic 8

Everything between is as it lay in the database, each with the checksum it had there. The three
kinds lie apart and in the order of the series, so that a chart of one series, and a page of charts
of all, read few and long stretches.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, NamedTuple
from zlib import crc32

import numpy as np
import sqlalchemy as sa

from swanlab.server.metrics import codec, rows, schema
from swanlab.server.metrics.aggregate import Records
from swanlab.server.metrics.contract import Ints

VERSION = 1
MAGIC = b"SWANCOLD"
_HEAD = struct.Struct("<8sIIq")
_FOOT = struct.Struct("<QQI8s")
_PLACE = struct.Struct("<QQ")
FOOT = _FOOT.size
KINDS = ("coarse", "fine", "chunk")
ENTRY = np.dtype(
    [("start", "<i8"), ("sid", "<u4"), ("coarse", "<u4"), ("fine", "<u4"), ("chunk", "<u4")]
)
"""A chunk by its series and start, and the lengths of its parts; 0 where there is no roll-up."""
_TABLES = {
    "coarse": schema.rollup.c.coarse,
    "fine": schema.rollup.c.fine,
    "chunk": schema.chunk.c.data,
}
_PIECE = 1 << 20
_AT_ONCE = 256

Place = tuple[int, int]
"""A chunk of a run: (series, start)."""


class Unfit(Exception):
    """The rows of a run do not fit each other, so they stay where they are."""


class Index:
    """Where everything lies in one segment."""

    def __init__(self, entries: Records) -> None:
        """``entries`` are in the order of series and start."""
        self.entries = entries
        # Searching wants them side by side, and of one type.
        self._sids = entries["sid"].astype(np.int64)
        self._starts = entries["start"].astype(np.int64)
        self.offsets: dict[str, Ints] = {}
        at = _HEAD.size
        for kind in KINDS:
            ends = at + np.cumsum(entries[kind], dtype=np.int64)
            self.offsets[kind] = ends - entries[kind]
            at = int(ends[-1]) if len(ends) else at
        self.end = at
        """Where the index begins."""

    @property
    def bytes(self) -> int:
        """The memory that it takes."""
        arrays = (self.entries, self._sids, self._starts, *self.offsets.values())
        return sum(int(array.nbytes) for array in arrays)

    def series(self, sid: int) -> tuple[int, int]:
        """Return where the entries of a series begin and end."""
        begin, end = np.searchsorted(self._sids, [sid, sid + 1]).tolist()
        return begin, end

    def find(self, kind: str, place: Place) -> tuple[int, int] | None:
        """Return (start, stop) of a blob, None when there is no such one."""
        sid, start = place
        begin, end = self.series(sid)
        at = begin + int(np.searchsorted(self._starts[begin:end], start))
        if at == end or int(self._starts[at]) != start:
            return None
        offset, length = int(self.offsets[kind][at]), int(self.entries[kind][at])
        return (offset, offset + length) if length else None


def entries(connection: sa.Connection, run: int) -> Records:
    """Return what the index of the run's segment will hold, without reading any points.

    Raises ``Unfit`` when there is a roll-up without a chunk.
    """
    octets = "octet_length" if connection.dialect.name == "postgresql" else "length"
    length = getattr(sa.func, octets)
    chunk, rollup = schema.chunk, schema.rollup
    query = sa.select(chunk.c.sid, chunk.c.start, length(chunk.c.data)).where(chunk.c.run == run)
    found = connection.execute(query.order_by(chunk.c.sid, chunk.c.start)).all()
    made = np.zeros(len(found), dtype=ENTRY)
    for name, column in zip(("sid", "start", "chunk"), zip(*found, strict=True), strict=False):
        made[name] = column
    places = {(row[0], row[1]): at for at, row in enumerate(found)}
    columns = (rollup.c.sid, rollup.c.start, length(rollup.c.coarse), length(rollup.c.fine))
    for sid, start, coarse, fine in connection.execute(
        sa.select(*columns).where(rollup.c.run == run)
    ):
        at = places.get((sid, start))
        if at is None:
            raise Unfit(f"the roll-up of series {sid} at step {start} belongs to no chunk")
        made["coarse"][at], made["fine"][at] = coarse, fine
    return made


def pieces(connection: sa.Connection, run: int, index: Index) -> Iterator[bytes]:
    """Yield the whole segment; ``connection`` sees the rows as they were when it was indexed."""
    held = bytearray(_HEAD.pack(MAGIC, VERSION, 0, run))
    for kind in KINDS:
        for blob in _blobs(connection, run, index.entries, kind):
            held += blob
            if len(held) >= _PIECE:
                yield bytes(held)
                held.clear()
    yield bytes(held) + ending(index)


def ending(index: Index) -> bytes:
    """Return the index, packed, and what stands behind it."""
    packed = codec.encode_records(index.entries)
    place = _PLACE.pack(index.end, len(packed))
    return packed + _FOOT.pack(index.end, len(packed), crc32(place), MAGIC)


def _blobs(connection: sa.Connection, run: int, wanted: Records, kind: str) -> Iterator[bytes]:
    own = wanted[wanted[kind] > 0]
    places = zip(own["sid"].tolist(), own["start"].tolist(), own[kind].tolist(), strict=True)
    for part in rows.portions(places, _AT_ONCE):
        asked = [(run, sid, start) for sid, start, _ in part]
        found = {
            (sid, start): data
            for _, sid, start, data in rows.by_start(connection, _TABLES[kind], asked)
        }
        for sid, start, length in part:
            data = found.get((sid, start), b"")
            if len(data) != length:
                raise Unfit(f"the {kind} of series {sid} at step {start} changed under the move")
            yield data


def read_index(size: int, read: Callable[[int, int], bytes]) -> Index:
    """Return the index that stands at the end of a segment of ``size`` bytes.

    ``read`` returns the bytes from a start to a stop. Raises ``codec.DamagedError``.
    """
    foot = read(max(0, size - FOOT), size)
    if len(foot) != FOOT:
        raise codec.DamagedError("a segment is too short")
    at, length, check, magic = _FOOT.unpack(foot)
    if magic != MAGIC or check != crc32(_PLACE.pack(at, length)) or at + length + FOOT != size:
        raise codec.DamagedError("the end of a segment is not what was written")
    return open_index(read(at, at + length))


def open_index(packed: bytes) -> Index:
    """Return an index; raises ``codec.DamagedError``."""
    return Index(codec.decode_records(packed, ENTRY, "a segment's index"))


class Row(NamedTuple):
    """A row of ``chunk`` and, where it has one, of ``rollup``."""

    sid: int
    start: int
    data: bytes
    coarse: bytes
    fine: bytes


class Opened:
    """A segment in a file on this machine."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        """Read the index; raises ``codec.DamagedError``."""
        self._file = file
        head = self._read(0, _HEAD.size)
        if len(head) != _HEAD.size or head[: len(MAGIC)] != MAGIC:
            raise codec.DamagedError("a segment does not begin as one")
        _, version, _, self.run = _HEAD.unpack(head)
        if version != VERSION:
            raise codec.DamagedError(
                f"a segment has format {version}, this program reads {VERSION}"
            )
        self.index = read_index(size, self._read)

    def _read(self, start: int, stop: int) -> bytes:
        self._file.seek(start)
        return self._file.read(stop - start)

    def rows(self, sid: int | None = None) -> Iterator[Row]:
        """Yield what was in the tables, all or that of one series."""
        entries, offsets = self.index.entries, self.index.offsets
        first, last = (0, len(entries)) if sid is None else self.index.series(sid)
        for at in range(first, last):
            parts = {
                kind: self._read(begin, begin + int(entries[kind][at]))
                for kind in KINDS
                for begin in (int(offsets[kind][at]),)
            }
            place = int(entries["sid"][at]), int(entries["start"][at])
            yield Row(*place, parts["chunk"], parts["coarse"], parts["fine"])


def kind_of(column: sa.Column[Any]) -> str:
    """Return which kind of blob a column holds."""
    return next(kind for kind, own in _TABLES.items() if own is column)


def spans(index: Index, kind: str, places: Sequence[Place]) -> list[tuple[Place, tuple[int, int]]]:
    """Return where those of the blobs lie that are there."""
    found = ((place, index.find(kind, place)) for place in places)
    return [(place, span) for place, span in found if span is not None]

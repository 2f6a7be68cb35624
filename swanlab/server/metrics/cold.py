"""Reading runs whose points are in segments: what is in no row is looked for there.

A reader sees one moment of the database: either the rows, or the row that names the segment. A
segment outlives that row by a day, so whoever saw it can read it.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import sqlalchemy as sa

from swanlab.server.media.contract import NoSpace, Unavailable
from swanlab.server.media.shelf import Shelf
from swanlab.server.metrics import codec, rows, schema, segment
from swanlab.server.metrics.cache import BLOCK, LIMIT, Cache
from swanlab.server.metrics.contract import ColdAway, ColdMissing

INDEXES = 64 * 1024 * 1024
"""Bytes of indexes to keep in memory."""
AWAY = 5.0
"""Seconds for which a place that did not answer is not asked again by readers."""

Chunk = tuple[int, int, int]
"""(run, series, start)."""


class Held(NamedTuple):
    """What the database says of a segment."""

    run: int
    name: str
    size: int
    digest: str


class Written(NamedTuple):
    """What was written: its bytes, and their SHA-256."""

    size: int
    digest: str


class Cold:
    """The segments of one server. Thread-safe; raises ``ColdAway`` and ``ColdMissing``."""

    def __init__(self, shelf: Shelf, folder: Path, limit: int = LIMIT) -> None:
        """``folder`` is for the cache, of at most ``limit`` bytes, and for what is in work."""
        self._shelf, self._folder = shelf, folder
        self.cache = Cache(folder, limit) if shelf.remote else None
        self._lock = threading.Lock()
        self._indexes: OrderedDict[str, segment.Index] = OrderedDict()
        self._size = 0
        self._away_until = 0.0
        self._closing = False
        self.fetched = 0
        """Bytes that were read from the place."""

    def close(self) -> None:
        """Let a move that is under way end without effect."""
        self._closing = True

    def write(self, name: str, pieces: Iterable[bytes]) -> Written:
        """Write a segment and read it back; raises ``ColdAway`` unless it is what was written."""
        found, size = hashlib.sha256(), 0

        def watched() -> Iterator[bytes]:
            nonlocal size
            for piece in pieces:
                if self._closing:
                    raise ColdAway("The server is going down.")
                found.update(piece)
                size += len(piece)
                yield piece

        back = hashlib.sha256()
        with self._asking(name):
            self._shelf.write(name, watched())
            for piece in self._shelf.stream(name):
                back.update(piece)
        if back.digest() != found.digest():
            raise ColdAway(f"segment {name} does not read as it was written")
        return Written(size, found.hexdigest())

    @contextmanager
    def opened(self, name: str) -> Iterator[tuple[IO[bytes], str]]:
        """Fetch a segment whole, into a file that goes with the block; with its SHA-256."""
        found = hashlib.sha256()
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder.parent) as file:
            with self._asking(name, waited=True):
                for piece in self._shelf.stream(name):
                    if self._closing:
                        raise ColdAway("The server is going down.")
                    found.update(piece)
                    file.write(piece)
            with self._lock:
                self.fetched += file.tell()
            yield file, found.hexdigest()

    def remove(self, name: str) -> None:
        """Remove a segment, if it is there."""
        with self._asking(name):
            self._shelf.delete(name)
        if self.cache is not None:
            self.cache.forget(name)

    def blobs(
        self, connection: sa.Connection, held: Sequence[Held], kind: str, places: Sequence[Chunk]
    ) -> dict[Chunk, bytes]:
        """Return those blobs of the chunks that are in the segments."""
        wanted: defaultdict[int, list[segment.Place]] = defaultdict(list)
        for run, sid, start in places:
            wanted[run].append((sid, start))
        found: dict[Chunk, bytes] = {}
        for one in held:
            index = self._index(connection, one)
            spans = segment.spans(index, kind, wanted[one.run])
            data = self._read(one, [span for _, span in spans])
            for (place, _), blob in zip(spans, data, strict=True):
                sid, start = place
                found[one.run, sid, start] = blob
        return found

    def _index(self, connection: sa.Connection, held: Held) -> segment.Index:
        """Return a segment's index, from memory, the database or, if that is damaged, its end."""
        with self._lock:
            known = self._indexes.get(held.name)
            if known is not None:
                self._indexes.move_to_end(held.name)
                return known
        table = schema.segment
        packed = connection.scalar(sa.select(table.c.places).where(table.c.run == held.run))
        try:
            index = segment.open_index(packed or b"")
        except codec.DamagedError:
            index = segment.read_index(held.size, lambda a, b: self._read(held, [(a, b)])[0])
        with self._lock:
            if held.name not in self._indexes:
                self._size += index.bytes
                self._indexes[held.name] = index
            while self._size > INDEXES and len(self._indexes) > 1:
                _, gone = self._indexes.popitem(last=False)
                self._size -= gone.bytes
        return index

    def _read(self, held: Held, spans: Sequence[tuple[int, int]]) -> list[bytes]:
        if self.cache is None or not spans:
            return self._fetch(held.name, spans)
        numbers = sorted({n for a, b in spans for n in range(a // BLOCK, -(-b // BLOCK))})
        blocks = {number: self.cache.get(held.name, number) for number in numbers}
        missing = [number for number, data in blocks.items() if data is None]
        parts = [(n * BLOCK, min(held.size, (n + 1) * BLOCK)) for n in missing]
        for part, data in zip(parts, self._fetch(held.name, parts), strict=True):
            number = part[0] // BLOCK
            blocks[number] = data
            if len(data) == part[1] - part[0]:
                self.cache.put(held.name, number, data)
        return [_cut(blocks, start, stop) for start, stop in spans]

    def _fetch(self, name: str, parts: Sequence[tuple[int, int]]) -> list[bytes]:
        if not parts:
            return []
        with self._asking(name, waited=True):
            found = self._shelf.read(name, parts)
        with self._lock:
            self.fetched += sum(map(len, found))
        return found

    @contextmanager
    def _asking(self, name: str, *, waited: bool = False) -> Iterator[None]:
        """``waited``: somebody waits for it, so a place that is away is not asked each time."""
        if waited and time.monotonic() < self._away_until:
            raise ColdAway("The place of old runs did not answer a moment ago.")
        try:
            yield
        except FileNotFoundError as error:
            raise ColdMissing(f"segment {name} is not where it should be") from error
        except NoSpace as error:
            raise ColdAway("there is no room for another segment") from error
        except Unavailable as error:
            if waited:
                self._away_until = time.monotonic() + AWAY
            raise ColdAway(str(error)) from error


def _cut(blocks: dict[int, bytes | None], start: int, stop: int) -> bytes:
    first, last = start // BLOCK, -(-stop // BLOCK)
    whole = b"".join([blocks[number] or b"" for number in range(first, last)])
    return whole[start - first * BLOCK : stop - first * BLOCK]


def held(connection: sa.Connection, runs: Iterable[int]) -> list[Held]:
    """Return the segments of those runs that have one."""
    table, found = schema.segment, list[Held]()
    columns = (table.c.run, table.c.name, table.c.size, table.c.digest)
    for part in rows.portions(sorted(set(runs))):
        query = sa.select(*columns).where(table.c.run.in_(part))
        found += [Held(*row) for row in connection.execute(query)]
    return found


def fill(
    cold: Cold | None,
    connection: sa.Connection,
    column: sa.Column[bytes],
    found: dict[Chunk, bytes],
    wanted: Iterable[Chunk],
) -> None:
    """Put to ``found`` what of ``wanted`` is in no row of the column but in a segment."""
    missing = [place for place in wanted if place not in found]
    if not missing:
        return
    segments = held(connection, {place[0] for place in missing})
    if segments:
        found.update(needed(cold).blobs(connection, segments, segment.kind_of(column), missing))


def needed(cold: Cold | None) -> Cold:
    """Return the place of segments; raises ``ColdMissing`` where none was given."""
    if cold is None:
        raise ColdMissing("there are segments, and nothing says where: give --media-url")
    return cold

"""The console of one process of a run as one text, whichever of its writers wrote the lines.

A process that was started again goes on in a file of its own. Such files follow one another in
time, so the console is their lines in the order in which the writers started: a line has a place
in the whole, and a part tells which writer begins where.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import msgspec

from swanlab.server.metrics.contract import Line, MetricStore

PAGE = 10_000
"""Lines to an answer, and to a look into the store."""
LOOKED_THROUGH = 250_000
"""Lines that one search looks through, so that it answers soon however long the console is."""
MOST_FOUND = 50_000
_LEVELS = {10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR"}


class Part(msgspec.Struct, frozen=True):
    """The lines of one writer; ``at`` is the place of its line ``first`` in the whole."""

    writer: str
    host: str
    pid: int
    started: int
    at: int
    first: int
    count: int

    @property
    def end(self) -> int:
        """The place behind its last line."""
        return self.at + self.count


class Source(msgspec.Struct, frozen=True):
    """A writer that may have lines, and who it is."""

    writer: str
    host: str = ""
    pid: int = 0
    started: int = 0


def joined(sources: list[Source], spans: dict[str, tuple[int, int]]) -> list[Part]:
    """Return the parts of a console; ``spans`` holds the first and last line of each writer."""
    parts: list[Part] = []
    at = 0
    for source in sorted(sources, key=lambda one: (one.started, one.writer)):
        if source.writer not in spans:
            continue
        first, last = spans[source.writer]
        count = last - first + 1
        parts.append(Part(source.writer, source.host, source.pid, source.started, at, first, count))
        at += count
    return parts


def total(parts: list[Part]) -> int:
    """Return how many places the parts have together."""
    return parts[-1].end if parts else 0


def lines(
    store: MetricStore, run: int, parts: list[Part], first: int, limit: int, level: int = 0
) -> list[Line]:
    """Return at most ``limit`` lines from place ``first`` on; their numbers are places.

    Only lines of ``level`` and above, if it is given.
    """
    found: list[Line] = []
    for part in parts:
        left = limit - len(found)
        if part.end <= first or left <= 0:
            continue
        begin = part.first + max(0, first - part.at)
        _, own = store.lines(run, part.writer, begin, left, level)
        last = part.first + part.count
        found += [
            msgspec.structs.replace(line, line=line.line - part.first + part.at)
            for line in own
            if line.line < last  # one that came since the parts were looked up has no place yet
        ]
    return found


class Found(msgspec.Struct, frozen=True):
    """Places of lines that match, all there are before place ``end``."""

    places: list[int]
    end: int


def find(
    store: MetricStore, run: int, parts: list[Part], first: int, text: str, level: int
) -> Found:
    """Look through so many lines from place ``first`` on for those of a level that hold a text."""
    end = min(total(parts), first + LOOKED_THROUGH)
    places: list[int] = []
    for part in parts:
        if part.end <= first or part.at >= end:
            continue
        shift = part.first - part.at
        stretch = (max(first, part.at) + shift, min(end, part.end) + shift)
        left = MOST_FOUND - len(places)
        own = store.find_lines(run, part.writer, *stretch, text=text, level=level, limit=left)
        places += [line - shift for line in own]
        if len(places) >= MOST_FOUND:
            return Found(places, places[-1] + 1)
    return Found(places, max(first, end))


def written(store: MetricStore, run: int, parts: list[Part]) -> Iterator[str]:
    """Yield the console as text, some lines at a time."""
    first = 0
    while found := lines(store, run, parts, first, PAGE):
        yield "".join(map(spelled, found))
        first = found[-1].line + 1


def spelled(line: Line) -> str:
    """Return a line with its time (UTC) and level before it."""
    at = datetime.fromtimestamp(line.time / 1000, tz=timezone.utc)
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{stamp} {_LEVELS.get(line.level, line.level)} {line.text}\n"

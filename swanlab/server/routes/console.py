"""What the processes of a run printed: pages of it, what is found in it, all of it as a file."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from swanlab.server import console
from swanlab.server.console import Part, Source
from swanlab.server.db import runs
from swanlab.server.http import Ask, Need, Route, no_such
from swanlab.server.messages.console import Console, ConsoleHits, ConsolePart, ConsoleRank, LogLine
from swanlab.server.metrics.contract import MetricStore
from swanlab.server.routes.runs import RUN

Rank = Annotated[int, Meta(ge=0, lt=2**31)]
Place = Annotated[int, Meta(ge=0, le=2**53)]
Level = Annotated[int, Meta(ge=0, le=100)]


class ConsoleQuery(msgspec.Struct, frozen=True):
    """Lines from place ``first`` on; without it the last ``limit`` ones.

    Without ``rank`` those of the lowest rank that printed something. With ``level`` only lines of
    that level and above.
    """

    rank: Rank | None = None
    first: Place | None = None
    limit: Annotated[int, Meta(ge=1, le=console.PAGE)] = 1000
    level: Level = 0


class FindQuery(msgspec.Struct, frozen=True):
    """Lines from place ``first`` on that hold ``text``; case makes no difference."""

    rank: Rank | None = None
    first: Place = 0
    text: Annotated[str, Meta(max_length=1000, pattern=r"^[^\x00]*$")] = ""
    level: Level = 0


class TextQuery(msgspec.Struct, frozen=True):
    """Whose lines; without it those of the lowest rank that printed something."""

    rank: Rank | None = None


class Consoles(NamedTuple):
    """What a run's processes printed, joined by rank."""

    store: MetricStore
    source: int
    """By which number the store knows the run."""
    hosts: dict[int, str]
    parts: dict[int, list[Part]]

    def of(self, rank: int | None) -> tuple[int | None, list[Part]]:
        """Return the rank that is meant and the parts of its console."""
        if rank is None:
            rank = min(self.parts, default=None)
        return rank, [] if rank is None else self.parts.get(rank, [])


def _consoles(ask: Ask[Any, Any]) -> Consoles:
    with ask.server.db.read() as connection:
        row = runs.find(connection, ask.project.id, ask.part("run"))
        if row is None:
            raise no_such("run")
        known = {one.writer: one for one in runs.writers_of(connection, row.id)}
    store = ask.server.stores.of(row.home)
    spans = store.line_spans(row.source)
    sources: dict[int, list[Source]] = {}
    hosts: dict[int, str] = {}
    for one in known.values():
        if one.writer in spans:
            source = Source(one.writer, one.host, one.pid, one.started)
            sources.setdefault(one.rank, []).append(source)
            hosts.setdefault(one.rank, one.host)  # where it was first
    for writer in spans.keys() - known.keys():  # their headers were lost
        sources.setdefault(0, []).append(Source(writer))
    parts = {rank: console.joined(of, spans) for rank, of in sorted(sources.items())}
    return Consoles(store, row.source, hosts, parts)


def page(ask: Ask[ConsoleQuery, None]) -> Console:
    """Return lines of the console."""
    query, found = ask.query, _consoles(ask)
    rank, parts = found.of(query.rank)
    total = console.total(parts)
    first = max(0, total - query.limit) if query.first is None else query.first
    lines = console.lines(found.store, found.source, parts, first, query.limit, query.level)
    return Console(
        rank=rank,
        ranks=[ConsoleRank(rank=one, host=found.hosts.get(one, "")) for one in found.parts],
        parts=[
            ConsolePart(
                writer=part.writer, host=part.host, pid=part.pid, started=part.started, at=part.at
            )
            for part in parts
        ],
        total=total,
        lines=[
            LogLine(line=one.line, time=one.time, level=one.level, stream=one.stream, text=one.text)
            for one in lines
        ],
    )


def find(ask: Ask[FindQuery, None]) -> ConsoleHits:
    """Return which lines match, a stretch of the console at a time."""
    query, found = ask.query, _consoles(ask)
    _, parts = found.of(query.rank)
    hits = console.find(found.store, found.source, parts, query.first, query.text, query.level)
    return ConsoleHits(places=hits.places, end=hits.end, total=console.total(parts))


def text(ask: Ask[TextQuery, None]) -> Response:
    """Return the console as a text file."""
    found = _consoles(ask)
    rank, parts = found.of(ask.query.rank)
    name = "console.log" if rank in (None, 0) else f"console-{rank}.log"
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="{name}"',
    }
    pieces = console.written(found.store, found.source, parts)
    return StreamingResponse(pieces, 200, headers, media_type="text/plain")


ROUTES = (
    Route(
        method="GET",
        path=RUN + "/console",
        need=Need.READ,
        handler=page,
        summary="What one process of a run printed, resumed parts joined, from any place on",
        query=ConsoleQuery,
        answer=Console,
    ),
    Route(
        method="GET",
        path=RUN + "/console/find",
        need=Need.READ,
        handler=find,
        summary="Which of those lines hold a text or are of a level, some 250,000 at a time",
        query=FindQuery,
        answer=ConsoleHits,
    ),
    Route(
        method="GET",
        path=RUN + "/console.txt",
        need=Need.READ,
        handler=text,
        summary="What one process of a run printed, as a text file",
        query=TextQuery,
        media="text/plain",
    ),
)

"""What runs print."""

from __future__ import annotations

from swanlab.server.messages.message import Message


class LogLine(Message, frozen=True):
    line: int
    time: int
    level: int
    stream: int
    text: str


class Logs(Message, frozen=True):
    """Lines ``first <= line``; ``total`` is the number of the newest line + 1."""

    writer: str | None
    writers: list[str]
    total: int
    lines: list[LogLine]


class ConsoleRank(Message, frozen=True):
    """A process that printed something."""

    rank: int
    host: str


class ConsolePart(Message, frozen=True):
    """Where in a console the lines of one writer begin: the process was started (again) there."""

    writer: str
    host: str
    pid: int
    started: int
    """Unix milliseconds."""
    at: int


class Console(Message, frozen=True):
    """Lines of one process. ``line`` is a line's place in the whole of ``total`` places."""

    rank: int | None
    ranks: list[ConsoleRank]
    parts: list[ConsolePart]
    total: int
    lines: list[LogLine]


class ConsoleHits(Message, frozen=True):
    """Places of the lines that match, all there are before ``end``; ask on from there."""

    places: list[int]
    end: int
    total: int

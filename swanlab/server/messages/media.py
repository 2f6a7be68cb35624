"""Pictures, sounds, texts and charts of runs."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from swanlab.server.messages.message import Message, RunId, Step


class MediaSeries(Message, frozen=True):
    """What one process of a run logged as media under a key."""

    run: str
    key: str
    rank: int
    kind: str
    """``image``, ``audio``, ``text`` and so on."""
    count: int
    """Steps at which there is something."""
    first: int
    last: int
    most: int
    """Items at the step that has most."""


class MediaKeys(Message, frozen=True):
    """By key, then run; ``complete`` is false when there are more than one answer holds."""

    series: list[MediaSeries]
    complete: bool


class MediaRuns(Message, frozen=True):
    runs: Annotated[list[RunId], Meta(min_length=1, max_length=1000)]


class MediaItem(Message, frozen=True):
    """One picture, sound or text. Its bytes are in ``text``, or the blob ``digest`` of the run."""

    format: str
    caption: str | None
    meta: dict[str, Any]
    text: str | None
    digest: str | None
    """SHA-256; null while the bytes are on their way, and where ``text`` is all."""
    size: int
    error: str | None
    """Why the bytes will not come."""
    files: dict[str, str]
    """Blobs that belong to it, by name: masks."""


class MediaEntry(Message, frozen=True):
    """What stands at one step; ``time`` is when it was logged."""

    step: int
    time: int
    kind: str
    items: list[MediaItem]


class MediaWanted(Message, frozen=True):
    """The newest ``limit`` entries of ``lo <= step <= hi`` of one series."""

    run: RunId
    key: Annotated[str, Meta(min_length=1, max_length=4096)]
    rank: Annotated[int, Meta(ge=0, lt=2**31)] = 0
    lo: Step = 0
    hi: Step = 2**63 - 1
    limit: Annotated[int, Meta(ge=1, le=100)] = 1


class MediaQuery(Message, frozen=True):
    wanted: Annotated[list[MediaWanted], Meta(min_length=1, max_length=200)]


class MediaAnswer(Message, frozen=True):
    """For each series asked for, its entries by ascending step; none for one that is not there."""

    found: list[list[MediaEntry]]


class MediaSteps(Message, frozen=True):
    """The steps of a series, ascending: the newest ones when there are very many."""

    steps: list[int]
    complete: bool

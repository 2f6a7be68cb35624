"""What people change of runs by hand."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from swanlab.server.messages.message import Line, Message, RunId, Tags, Text


class RunEdit(Message, frozen=True):
    """What is not given stays; null clears. A run without a name gets the one it would have had."""

    name: Line | UnsetType | None = UNSET
    description: Text | UnsetType | None = UNSET
    tags: Tags | UnsetType | None = UNSET
    group: Line | UnsetType | None = UNSET
    job_type: Line | UnsetType | None = UNSET
    color: (
        Annotated[str, Meta(pattern="^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")] | UnsetType | None
    ) = UNSET


class SomeRuns(Message, frozen=True):
    """One edit of several runs: tags are taken away first, then added."""

    runs: Annotated[list[RunId], Meta(max_length=10_000)]
    add_tags: Tags = []
    remove_tags: Tags = []
    group: Line | UnsetType | None = UNSET
    job_type: Line | UnsetType | None = UNSET


class RunsEdit(Message, frozen=True):
    """Edits of at most 10,000 runs together, one after the other: all are made, or none."""

    edits: Annotated[list[SomeRuns], Meta(max_length=1000)]


class RunIds(Message, frozen=True):
    runs: Annotated[list[RunId], Meta(max_length=1000)]


class RunsDone(Message, frozen=True):
    """``missing`` are ids of runs that do not exist, or no longer."""

    done: int
    missing: list[str]

"""Runs copied and moved, projects cloned."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from swanlab.server.messages.message import Message, ProjectName, RunId
from swanlab.server.messages.projects import Project


class RunsTo(Message, frozen=True):
    """Runs that are to be copied or moved to a project, which is made if there is none."""

    runs: Annotated[list[RunId], Meta(min_length=1, max_length=10_000)]
    project: ProjectName
    workspace: Annotated[str, Meta(min_length=1, max_length=25)] = "~"
    """One of your own; ``~`` is your first."""


class RunsPlaced(Message, frozen=True):
    """Where the runs are now; those that could not be taken are named, and hold nothing up."""

    workspace: str
    project: str
    runs: dict[str, str]
    """Id of a run to the id that it, or its copy, has there."""
    missing: list[str]
    running: list[str]
    """Those that have not ended."""
    taken: list[str]
    """Those that cannot be moved because the project has a run of that id."""


class NewClone(Message, frozen=True):
    """A project with copies of all runs of another one."""

    name: ProjectName
    workspace: Annotated[str, Meta(min_length=1, max_length=25)] = "~"
    visibility: Literal["private", "public"] = "private"


class Cloned(Message, frozen=True):
    project: Project
    running: list[str]
    """Ids of the runs that have not ended, and were left out."""

"""Projects and how long they keep runs."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from swanlab.server.messages.message import Message, Tags, Text

Access = Literal["read", "write", "manage"]
"""The most that the caller may do in a project."""


class Project(Message, frozen=True):
    workspace: str
    name: str
    description: str | None
    visibility: Literal["private", "public"]
    tags: list[str]
    created_at: int
    updated_at: int
    archived_at: int | None
    runs: int
    running: int
    stars: int
    starred: bool
    """By the caller."""
    access: Access


class Keeping(Message, frozen=True):
    """For how many days after their end a project keeps its runs; null means for ever.

    Runs tagged ``keep``, and runs that have not ended, stay in any case.
    """

    days: Annotated[int, Meta(ge=1, le=36_500)] | None


class Retention(Keeping, frozen=True):
    """``due`` counts the runs that the next sweep deletes: one comes every hour."""

    due: int


class NewProject(Message, frozen=True):
    """A project without runs; the first run of a name makes one as well."""

    name: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-+.]{1,100}$")]
    description: Annotated[str, Meta(max_length=10_000)] | None = None
    visibility: Literal["private", "public"] | None = None
    """Null for what you have set for new projects."""


class Projects(Message, frozen=True):
    projects: list[Project]


class ProjectEdit(Message, frozen=True):
    """What is not given stays; null clears the description."""

    description: Text | UnsetType | None = UNSET
    tags: Tags | UnsetType = UNSET
    visibility: Literal["private", "public"] | UnsetType = UNSET

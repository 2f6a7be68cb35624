"""Views of a project that are saved under a name."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from swanlab.server.messages.message import Message

ViewName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ViewSpec(Message, frozen=True):
    """What a view shows: the search parameters of the page's address, and its charts' layout."""

    search: dict[str, Any]
    layout: Any = None


class View(Message, frozen=True):
    """A view of a project that was saved under a name. ``author`` is null once there is no such."""

    id: int
    name: str
    author: str | None
    default: bool
    """Whether the project's page opens with it."""
    created_at: int
    updated_at: int
    spec: ViewSpec


class Views(Message, frozen=True):
    """The views of a project by name."""

    views: list[View]
    editable: bool
    """Whether the caller may save and change views here."""


class NewView(Message, frozen=True):
    """At most 256 KiB as JSON."""

    name: ViewName
    spec: ViewSpec
    default: bool = False


class ViewEdit(Message, frozen=True):
    """What is not given stays. At most one view is the default: naming one ends the other."""

    name: ViewName | UnsetType = UNSET
    spec: ViewSpec | UnsetType = UNSET
    default: bool | UnsetType = UNSET

"""Browsers that are signed in."""

from __future__ import annotations

from swanlab.server.messages.message import Message


class OpenSession(Message, frozen=True):
    """A browser that is signed in; times are Unix milliseconds."""

    id: int
    created_at: int
    expires_at: int
    used_at: int
    """To the minute."""
    address: str
    """From where it was used last."""
    agent: str
    """What browser it is, such as ``Firefox on Linux``."""
    current: bool
    """Whether this request came from it."""


class OpenSessions(Message, frozen=True):
    """The one used last first."""

    sessions: list[OpenSession]


class Ended(Message, frozen=True):
    """How many were ended."""

    count: int

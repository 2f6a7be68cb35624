"""The audit log."""

from __future__ import annotations

from typing import Any

from swanlab.server.messages.message import Message


class AuditEntry(Message, frozen=True):
    """Who (null: the server itself, or nobody with an account) did what to what; from where."""

    id: int
    at: int
    actor: str | None
    address: str
    action: str
    """A noun and a verb, such as ``key.revoke``."""
    target: str
    workspace: str | None
    detail: dict[str, Any]


class AuditPage(Message, frozen=True):
    """The newest first; ``before`` asks for the next page, null at the end."""

    entries: list[AuditEntry]
    before: int | None

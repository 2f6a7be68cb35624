"""API keys of users."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from swanlab.server.access import Scope
from swanlab.server.messages.message import Message, Millis

KeyName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class NewKey(Message, frozen=True):
    """``scope``: ``read``; ``write``, to record and change too; ``admin``, all the owner may do."""

    name: KeyName
    scope: Scope = "write"
    expires_at: Millis | None = None
    """Null is never."""


class KeyEdit(Message, frozen=True):
    name: KeyName


class Key(Message, frozen=True):
    """One key; of the key itself only the first characters are known. Times: Unix milliseconds."""

    id: int
    name: str
    scope: Scope
    start: str
    """Its first characters; empty for keys of older versions."""
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    used_at: int | None
    """To the minute."""
    address: str
    """From where it was used last."""
    current: bool
    """Whether this request came with it."""


class Keys(Message, frozen=True):
    """The newest first; those that were revoked or ran out stay for a year."""

    keys: list[Key]


class ApiKey(Message, frozen=True):
    """Shown once; the server keeps only its hash."""

    api_key: str
    key: Key

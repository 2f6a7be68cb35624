"""Who signs in, and by what."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from swanlab.server.messages.message import Message


class Credentials(Message, frozen=True):
    username: str
    password: str


class User(Message, frozen=True):
    username: str
    admin: bool


class Session(Message, frozen=True):
    """Who is signed in, and to what kind of server (``watch`` has one nameless user)."""

    user: User
    mode: Literal["server", "watch"]
    version: str


class NewUser(Message, frozen=True):
    username: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,24}$")]
    password: Annotated[str, Meta(min_length=8, max_length=1024)]
    admin: bool = False


class ApiKey(Message, frozen=True):
    """Shown once; the server keeps only its hash."""

    api_key: str

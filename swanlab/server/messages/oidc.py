"""Sign-in elsewhere."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from swanlab.server.messages.message import Message


class ToProvider(Message, frozen=True):
    """``target``: path to go to afterwards; ``link`` adds the identity to who is signed in."""

    target: Annotated[str, Meta(max_length=2048)] = "/"
    link: bool = False


class Departure(Message, frozen=True):
    """Where this browser is to go."""

    url: str

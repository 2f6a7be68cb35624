"""Whether the server works."""

from __future__ import annotations

from typing import Literal

from swanlab.server.messages.message import Message


class Health(Message, frozen=True):
    status: Literal["ok"]
    version: str
    mode: Literal["server", "watch"]

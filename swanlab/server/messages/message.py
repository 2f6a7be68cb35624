"""What all messages are made of: the base, errors, and values that stand in many of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

State = Literal["running", "unresponsive", "finished", "crashed", "aborted"]
"""``unresponsive`` is never stored: a running run that nobody has heard of for a while."""


Millis = Annotated[int, Meta(ge=0, lt=2**53)]
"""Unix time in milliseconds, as a client gives it."""


Step = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all bodies: fields are given by name."""


class ErrorBody(Message, frozen=True):
    """What happened and what to do. ``detail`` holds what a program may need to go on."""

    code: str
    message: str
    detail: dict[str, Any] = {}


class Error(Message, frozen=True):
    """The one shape of every answer of status 400 and above."""

    error: ErrorBody


_LINE = r"^[^\x00-\x1f\x7f]*$"


Line = Annotated[str, Meta(max_length=256, pattern=_LINE)]
"""A text of one line; space around it is left out."""


Text = Annotated[str, Meta(max_length=65_536, pattern=r"^[^\x00]*$")]


Tags = Annotated[list[Line], Meta(max_length=256)]


RunId = Annotated[str, Meta(min_length=1, max_length=64)]


ProjectName = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-+.]{1,100}$")]


class Hint(Message, frozen=True):
    """One event of the live stream: this run has something new; ask for what you show of it."""

    workspace: str
    project: str
    run: str
    state: State
    kinds: list[Literal["series", "keys", "logs", "run"]]
    """What is new: points, keys not seen before, console lines, anything else of the run."""


Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""SHA-256."""

"""Ending a training from afar: what was asked, and what its background process answered."""

from __future__ import annotations

from typing import Literal

from swanlab.server.messages.message import Message, Millis

StopAnswer = Literal["interrupted", "cell", "refused", "ignores", "unable", "gone"]
"""``interrupted``: as by Ctrl-C. ``cell``: so was the cell of a notebook, whose run goes on.
``refused``: by its setting ``allow_stop``. ``ignores``: it was started so that it ignores Ctrl-C.
``unable``: not to be done from outside, as on Windows. ``gone``: the process has ended."""


class Stop(Message, frozen=True):
    """The last time that somebody asked the training to end; times are Unix milliseconds."""

    asked_at: int
    asked_by: str
    answer: StopAnswer | None
    """None: its background process has not been heard of since."""
    answered_at: int | None


class StopAnswered(Message, frozen=True):
    """What one process of the run did when it heard of it."""

    asked_at: Millis
    """As it came with the answer to a post: which asking this is about."""
    answer: StopAnswer


class Heard(Message, frozen=True):
    """The server has noted that the run is alive."""

    stop: int | None = None
    """When the training was asked to end (Unix milliseconds), None if it was not."""

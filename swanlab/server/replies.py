"""How receipts come from the committing threads to the coroutines that wait for them.

A thread wakes the event loop once for all that it has to say at a time: a wake costs more than what
is said.
"""

from __future__ import annotations

import asyncio
import threading

from swanlab.server.metrics.contract import Receipt


class Replies:
    """Hands outcomes to the event loop on which they are waited for."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told: list[Reply] = []
        self._lock = threading.Lock()

    def new(self) -> Reply:
        """Return a reply to be waited for on the running loop, the only one."""
        loop = self._loop = asyncio.get_running_loop()
        return Reply(self, loop.create_future())

    def tell(self, reply: Reply) -> None:
        """Let the loop take the outcome of a reply."""
        with self._lock:
            first = not self._told
            self._told.append(reply)
        loop = self._loop
        if first and loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._hand_out)

    def _hand_out(self) -> None:
        with self._lock:
            told, self._told = self._told, []
        for reply in told:
            reply.hand_out()


class Reply:
    """The outcome of one post, for a coroutine; told like a ``concurrent.futures.Future``."""

    __slots__ = ("_asked", "_outcome", "_replies", "future")

    def __init__(self, replies: Replies, future: asyncio.Future[Receipt]) -> None:
        self.future = future
        """To be waited for on the loop."""
        self._replies = replies
        self._asked = False
        self._outcome: Receipt | BaseException | None = None

    def set_running_or_notify_cancel(self) -> bool:
        """Whether somebody still waits, before the post is stored."""
        self._asked = not self.future.cancelled()
        return self._asked

    def running(self) -> bool:
        """Whether that was asked, and nothing told yet."""
        return self._asked and self._outcome is None

    def done(self) -> bool:
        """Whether the outcome was told."""
        return self._outcome is not None

    def set_result(self, result: Receipt) -> None:
        """Tell that the post is on the disk."""
        self._outcome = result
        self._replies.tell(self)

    def set_exception(self, exception: BaseException) -> None:
        """Tell why it is not."""
        self._outcome = exception
        self._replies.tell(self)

    def hand_out(self) -> None:
        """Let the coroutine have the outcome, unless it waits no longer; on the loop."""
        if self.future.done():
            return
        if isinstance(self._outcome, BaseException):
            self.future.set_exception(self._outcome)
        elif self._outcome is not None:
            self.future.set_result(self._outcome)

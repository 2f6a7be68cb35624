"""The queue of one project's posts, and the thread that commits them.

It commits whatever has queued since its last commit in one transaction: an idle server answers at
once, a busy one shares the wait for the disk among many posts. Whoever has just been answered often
has a next post at once; so many posts as there were senders a moment ago are waited for, shortly.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, OrderedDict, deque
from concurrent.futures import Future
from typing import TYPE_CHECKING

import msgspec

from swanlab.server import trouble
from swanlab.server.http import Problem
from swanlab.server.metrics.contract import Receipt
from swanlab.server.replies import Reply

if TYPE_CHECKING:
    from swanlab.server.ingest import Ingest, LiveRun

QUEUED_POSTS, QUEUED_BYTES = 2_000, 64 * 1024 * 1024
"""Of a project. One run may take a quarter of it: it cannot keep the others out."""
RUN_POSTS, RUN_BYTES = QUEUED_POSTS // 4, QUEUED_BYTES // 4
GROUP_POSTS, GROUP_BYTES = 256, 8 * 1024 * 1024
GATHER = 0.02
"""Seconds after a commit in which those who have just been answered are waited for."""
IDLE = 10.0

log = logging.getLogger("swanlab.server")


class Post(msgspec.Struct, frozen=True, eq=False):
    """One post waiting for its commit."""

    run: LiveRun
    writer: str
    offset: int
    frames: bytes
    done: Future[Receipt] | Reply
    seen: int
    """Unix milliseconds at which the run was last heard of, by this post."""


class Lane:
    """The queue of one home and its committing thread, which ends when nothing comes.

    Every run has a queue of its own, and they are served in turns: one that floods the server waits
    for itself.
    """

    def __init__(self, ingest: Ingest, home: int) -> None:
        self._ingest, self._home = ingest, home
        self._queues: OrderedDict[int, deque[Post]] = OrderedDict()
        self._sizes: Counter[int] = Counter()
        self._posts = self._bytes = 0
        self._ended = self._stopping = False
        self._wanted = 1
        """Posts for which the thread is worth waking."""
        self._senders = 0
        """How many posts there were at the last commit, those that came meanwhile included."""
        self._committed = 0.0
        """When (monotonic seconds) that ended."""
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=f"commit-{home}", daemon=True)

    def start(self) -> None:
        """Begin to commit."""
        self._thread.start()

    def check(self, run: int) -> None:
        """Raise a 429 ``Problem`` when the project or this run has too much waiting."""
        if self._posts >= QUEUED_POSTS or self._bytes > QUEUED_BYTES:
            raise busy("Too many posts are waiting; send this one again.")
        if len(self._queues.get(run, ())) >= RUN_POSTS or self._sizes[run] > RUN_BYTES:
            raise busy("Too many posts of this run are waiting; send this one again.")

    def put(self, post: Post) -> bool:
        """Queue a post; False when the thread has ended and a new lane is needed."""
        with self._wake:
            if self._ended:
                return False
            self.check(post.run.id)
            self._queues.setdefault(post.run.id, deque()).append(post)
            self._count(post, 1)
            if self._posts >= self._wanted:
                self._wake.notify()
            return True

    def queued(self) -> tuple[int, int]:
        """Return how many posts and bytes are queued."""
        with self._wake:
            return self._posts, self._bytes

    def _count(self, post: Post, sign: int) -> None:
        size = sign * len(post.frames)
        self._posts += sign
        self._bytes += size
        self._sizes[post.run.id] += size
        if not self._sizes[post.run.id]:
            del self._sizes[post.run.id]
        self._ingest.count(size)

    def stop(self) -> None:
        """Commit what is queued and end."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def _take(self) -> list[Post]:
        with self._wake:
            self._wait(1, time.monotonic() + IDLE)
            if self._queues:
                self._wait(min(self._senders, GROUP_POSTS), self._committed + GATHER)
            group: list[Post] = []
            size = 0
            # A post whose sender hung up before its turn is left out: it was not acknowledged.
            while self._queues and len(group) < GROUP_POSTS and size < GROUP_BYTES:
                post = self._next()
                if post.done.running() or post.done.set_running_or_notify_cancel():
                    size += len(post.frames)
                    group.append(post)
            self._ended = not group and not self._queues
            return group

    def _wait(self, posts: int, until: float) -> None:
        """Wait for so many posts, or until then (monotonic seconds)."""
        self._wanted = posts
        while self._posts < posts and not self._stopping:
            left = until - time.monotonic()
            if left <= 0:
                break
            self._wake.wait(left)
        self._wanted = 1

    def _next(self) -> Post:
        """Take one post of the run whose turn it is, and let the next run have its turn."""
        run, queue = self._queues.popitem(last=False)
        post = queue.popleft()
        if queue:
            self._queues[run] = queue
        self._count(post, -1)
        return post

    def _put_back(self, posts: list[Post]) -> None:
        with self._wake:
            for post in reversed(posts):
                self._queues.setdefault(post.run.id, deque()).appendleft(post)
                self._count(post, 1)

    def _work(self) -> None:
        while not self._ended:
            group = self._take()
            if not group:
                continue
            try:
                later = self._ingest.commit(self._home, group)
            except Exception as error:  # noqa: BLE001 - said and logged there
                later = self._one_by_one(group, error)
            self._put_back(later)
            self._senders = len(group) - len(later) + self._posts
            self._committed = time.monotonic()

    def _one_by_one(self, group: list[Post], error: Exception) -> list[Post]:
        """Find the post that fails: the others are not to wait for it. Returns those for later."""
        waiting = [post for post in group if not post.done.done()]
        trouble.report(log, "storing posts", error)
        problem = trouble.of(error)
        if problem is not None:  # The machine's fault: each would fail alike.
            self._ingest.refused = (time.monotonic(), str(problem))
            for post in waiting:
                post.done.set_exception(error)
            return []
        later: list[Post] = []
        for post in waiting:
            if len(waiting) == 1:
                post.done.set_exception(error)
                break
            try:
                later += self._ingest.commit(self._home, [post])
            except Exception as own:  # noqa: BLE001 - reported, and told to its sender
                trouble.report(log, f"storing a post of run {post.run.id}", own)
                if not post.done.done():
                    post.done.set_exception(own)
        return later


def busy(message: str) -> Problem:
    """Return the refusal of a post that there is no room for now."""
    return Problem(429, "busy", message, {"retry_after": 1}, {"retry-after": "1"})

"""The one way into the stores, for posts over HTTP and for run files read on this machine.

A post is acknowledged when it is on the disk. It names the offset in its writer's file at which it
starts; the expected one moves in the transaction that stores the post, so that sending again is
free and nothing is stored twice.

Posts of a project wait in its lane (``lane.py``), whose thread commits them.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from swanlab.server import audit, effects
from swanlab.server.db import projects, runs, sources
from swanlab.server.db.engine import Database
from swanlab.server.db.projects import ProjectRow
from swanlab.server.db.users import UserRow
from swanlab.server.http import is_copy, no_such
from swanlab.server.lane import Lane, Post, busy
from swanlab.server.live import Hub, Kind, News
from swanlab.server.messages.message import State
from swanlab.server.metrics.contract import (
    Batch,
    Decoded,
    MetricStore,
    OffsetMismatch,
    Receipt,
)
from swanlab.server.peers import Telling
from swanlab.server.replies import Replies
from swanlab.server.sealing import Keeper
from swanlab.server.stores import Stores
from swanlab.server.vitals import Vitals

ALL_BYTES = 256 * 1024 * 1024
"""Of all projects together."""
REFUSAL_COUNTS = 5.0
"""Seconds for which posts that could not be stored make the server unfit for more."""

POISON = (ValueError, TypeError, OverflowError, RecursionError, DataError, IntegrityError)
"""What a record that makes no sense may raise when it is applied."""

log = logging.getLogger("swanlab.server")
_versions = itertools.count(1)


class LiveRun:
    """A run that this process has had to do with; ``version`` changes with whatever it holds."""

    def __init__(self, project: ProjectRow, row: runs.RunRow) -> None:
        self.project = project
        self.id = row.id
        self.run_id = row.run_id
        self.home = row.home
        self.is_copy = row.is_copy
        self.state: State = row.state  # type: ignore[assignment]
        self.version = next(_versions)
        self.gone = False
        """Whether it was deleted: what is still waiting for it is refused."""


class Ingest:
    """Takes posts for all projects. Thread-safe."""

    def __init__(
        self, db: Database, stores: Stores, hub: Hub, peers: Telling, vitals: Vitals
    ) -> None:
        self._db, self._stores, self._hub, self._vitals = db, stores, hub, vitals
        self.peers = peers
        self._remembers = not db.shared
        self.keeper = Keeper(db, stores, vitals)
        self.freed: Callable[[], None] | None = None
        """Called when a deleted run no longer holds its blobs."""
        self._runs: dict[tuple[int, str], LiveRun] = {}
        self._lanes: dict[int, Lane] = {}
        """By home, so that a run keeps its lane wherever it is moved."""
        self._lock = threading.Lock()
        self._counting = threading.Lock()
        self._working: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)
        """By home: a run is not deleted while posts are being stored."""
        self._closed = False
        self.waiting = 0
        """Bytes of posts that wait for their commit, in all projects."""
        self.refused = (0.0, "")
        """When (monotonic seconds) the machine last kept posts from being stored, and how."""
        self.replies = Replies()
        """For those who wait for their posts on the event loop."""
        self.forgotten = 0
        """How often runs went or came; what was said about them before no longer holds."""
        with db.read() as connection:
            self._lent = sources.lent(connection)
        """Runs of which there are copies."""

    def refusal(self) -> str | None:
        """Return why posts could not be stored a moment ago, None when they could."""
        at, reason = self.refused
        return reason if reason and time.monotonic() - at < REFUSAL_COUNTS else None

    def known(self, project: int, run_id: str) -> LiveRun | None:
        """Return the run if this process has had to do with it, without asking the database."""
        return self._runs.get((project, run_id))

    def run(self, project: ProjectRow, run_id: str) -> LiveRun:
        """Return the run of that id; raises a 404 ``Problem``."""
        held = self._runs.get((project.id, run_id))
        if held is not None:
            return held
        forgotten = self.forgotten
        with self._db.read() as connection:
            row = runs.find(connection, project.id, run_id)
        if row is None:
            raise no_such("run")
        with self._lock:
            if not self._remembers:
                return LiveRun(project, row)
            if forgotten == self.forgotten:
                return self._runs.setdefault((project.id, run_id), LiveRun(project, row))
        return self.run(project, run_id)  # A run was deleted meanwhile, maybe this one.

    def several(self, project: ProjectRow, run_ids: Collection[str]) -> dict[str, LiveRun]:
        """Return those of the runs that exist, by their ids."""
        forgotten = self.forgotten
        with self._db.read() as connection:
            rows = runs.find_all(connection, project.id, run_ids)
        with self._lock:
            if not self._remembers:
                return {row.run_id: LiveRun(project, row) for row in rows}
            if forgotten == self.forgotten:
                return {
                    row.run_id: self._runs.setdefault(
                        (project.id, row.run_id), LiveRun(project, row)
                    )
                    for row in rows
                }
        return self.several(project, run_ids)

    def submit(
        self, run: LiveRun, writer: str, offset: int, frames: bytes, seen: int
    ) -> Future[Receipt]:
        """Queue a post; the future holds the receipt, ``OffsetMismatch``, or what went wrong.

        Raises a 429 ``Problem`` when too much is waiting already.
        """
        done: Future[Receipt] = Future()
        self.put(Post(run, writer, offset, frames, done, seen))
        return done

    def put(self, post: Post) -> None:
        """Queue a post as ``submit`` does, its ``done`` made by the caller."""
        with self._lock:
            if self._closed:
                raise busy("The server is going down.")
            if self.waiting > ALL_BYTES:
                raise busy("Too much is waiting on this server; send this one again.")
            home = post.run.home
            lane = self._lanes.get(home)
            if lane is None or not lane.put(post):
                lane = Lane(self, home)
                lane.put(post)
                self._lanes[home] = lane
                lane.start()

    def check(self, run: LiveRun) -> None:
        """Raise the 429 ``Problem`` that ``submit`` would, before the body is read.

        A copy takes nothing at all (409).
        """
        if run.is_copy:
            raise is_copy(run.run_id)
        lane = self._lanes.get(run.home)
        if lane is not None:
            lane.check(run.id)

    def count(self, size: int) -> None:
        """Note that so many bytes wait now, or (negative) no longer."""
        with self._counting:
            self.waiting += size

    def heartbeat(self, run: LiveRun, at: int) -> None:
        """Note that the run was heard of."""
        if not run.gone:
            self.keeper.heard(run.id, at)

    def forget(
        self,
        run: LiveRun,
        still: Callable[[], bool] = lambda: True,
        by: UserRow | None = None,
    ) -> bool:
        """Delete the run with all it holds, posts that wait for their commit included.

        ``by`` is who does it, for the audit log; None is the server itself.

        ``still`` is asked when nothing of its home is being stored; False leaves the run. Returns
        whether the run was deleted. Its points go soon after, unless copies read them.
        """
        with self._still({run.home}):
            if not still():
                return False
            self._remove([run], by)
        self._was_freed([run])
        return True

    def forget_all(self, gone: list[LiveRun], by: UserRow | None = None) -> int:
        """Delete runs at once, as ``forget`` does; returns how many were there."""
        with self._still({run.home for run in gone}):
            count = self._remove(gone, by)
        self._was_freed(gone)
        return count

    @contextmanager
    def _still(self, homes: set[int]) -> Iterator[None]:
        """Nothing of these homes is being stored meanwhile."""
        with ExitStack() as stack:
            for home in sorted(homes):
                stack.enter_context(self._working[home])
            yield

    def _remove(self, gone: list[LiveRun], by: UserRow | None) -> int:
        for run in gone:
            run.gone = True
        with self._db.write() as connection:
            count = runs.remove(connection, *(run.id for run in gone))
            if count:
                audit.note_runs(connection, by, gone[0].project, [run.run_id for run in gone])
            for run in gone:  # Other servers' posts are through now, and no more come.
                self.peers.tell_gone(connection, run.project.id, run.run_id, run.id)
        for run in gone:
            self.lost(run)
        return count

    def _was_freed(self, gone: list[LiveRun]) -> None:
        if self.freed is not None:
            self.freed()
        for run in gone:
            self.tell(run, {"run"})

    def forget_project(self, project: ProjectRow) -> None:
        """Delete a project with all its runs; nobody adds one before it is gone."""
        with self._db.read() as connection:
            homes = sources.homes(connection, project.id) | {project.id}
        with self._still(homes):
            with self._db.write() as connection:
                projects.lock(connection, project.id)
                gone = [LiveRun(project, row) for row in runs.of_project(connection, project.id)]
                projects.remove(connection, project.id)
                self.peers.tell_accounts(connection)
            self.project_left(project)
        self._was_freed(gone)

    def moved(
        self, before: ProjectRow, after: ProjectRow, run: int, run_id: str, state: State
    ) -> None:
        """The run belongs to another project now, at whose address it is found from here on."""
        held = self.known(before.id, run_id)
        if held is not None and held.id == run:
            self.lost(held)
        self.hint(before, run, run_id, state)
        self.hint(after, run, run_id, state)

    def lend(self, lent: set[int]) -> None:
        """These sources are read by copies from here on."""
        self._lent |= lent

    def lost(self, run: LiveRun) -> None:
        """Drop what is remembered of a run that was deleted."""
        run.gone = True
        self.keeper.forget(run.id)
        with self._lock:
            if self._runs.get((run.project.id, run.run_id)) is run:
                del self._runs[run.project.id, run.run_id]
            self.forgotten += 1

    def project_changed(self, project: ProjectRow) -> None:
        """Take the project as it is now: whom news of its runs concern may have changed."""
        with self._lock:
            for run in self._runs.values():
                if run.project.id == project.id:
                    run.project = project

    def renamed(self) -> None:
        """Drop all that is remembered of runs: the projects of a workspace are called anew."""
        with self._lock:
            self._runs.clear()
            self.forgotten += 1

    def project_left(self, project: ProjectRow) -> None:
        """Drop what is remembered of the runs of a project that went into the bin."""
        with self._lock:
            held = [run for run in self._runs.values() if run.project.id == project.id]
            self.forgotten += 1
        for run in held:
            self.lost(run)

    def remember(self, yes: bool) -> None:
        """Drop all that is remembered of runs, and remember nothing more unless ``yes``."""
        with self._lock:
            self._remembers = yes
            self._runs.clear()
            self.forgotten += 1

    def tell(self, run: LiveRun, kinds: set[Kind]) -> None:
        """Let those who watch know that the run has something new."""
        run.version = next(_versions)
        if kinds:
            self._tell(News(run.project, run.id, run.run_id, run.state, frozenset(kinds)))

    def hint(self, project: ProjectRow, run: int, run_id: str, state: State) -> None:
        """Let those who watch a project know that a run has come into it, or has left it."""
        self.forgotten += 1
        self._tell(News(project, run, run_id, state, frozenset({"run"})))

    def _tell(self, news: News) -> None:
        self._hub.publish(news)
        self.peers.tell_news(news)

    def commit(self, home: int, posts: list[Post]) -> list[Post]:
        """Store the posts in one transaction and acknowledge them.

        Returns those that follow another one of the same writer: they are for the next transaction,
        since what they mean depends on the one before.
        """
        began = time.perf_counter()
        with self._working[home]:
            later = self._commit(home, posts)
        self._vitals.committed(time.perf_counter() - began)
        return later

    def _commit(self, home: int, posts: list[Post]) -> list[Post]:
        store = self._stores.of(home)
        taken: dict[tuple[int, str], tuple[Post, Decoded]] = {}
        later: list[Post] = []
        for post in posts:
            if post.run.gone:
                post.done.set_exception(no_such("run"))
            elif (post.run.id, post.writer) in taken:
                later.append(post)
            elif (decoded := _decode(store, post)) is not None:
                taken[post.run.id, post.writer] = (post, decoded)
        self._apply(list(taken.values()))
        with self._existing(list(taken.values())) as found:
            outcomes = store.append([decoded for _, decoded in found])
        for (post, decoded), outcome in zip(found, outcomes, strict=True):
            if isinstance(outcome, OffsetMismatch):
                post.done.set_exception(outcome)
            else:
                self._after(post, outcome)
                self._vitals.stored(len(post.frames), outcome.points, _lag(decoded))
                post.done.set_result(outcome)
        return later

    def _apply(self, taken: list[tuple[Post, Decoded]]) -> None:
        telling = [(post, decoded) for post, decoded in taken if decoded.records]
        if not telling:
            return
        with self._db.write() as connection:
            here = runs.hold(connection, {post.run.id for post, _ in telling})
            for post, decoded in telling:
                if post.run.id in here:
                    _effects(connection, post, decoded)
            states = {post.run.id: runs.state_of(connection, post.run.id) for post, _ in telling}
        for post, _ in telling:
            post.run.state = states[post.run.id] or post.run.state

    @contextmanager
    def _existing(self, taken: list[tuple[Post, Decoded]]) -> Iterator[list[tuple[Post, Decoded]]]:
        """Refuse the posts of runs that another server has deleted; it deletes none meanwhile."""
        if not self._db.shared or not taken:
            yield taken
            return
        with self._db.write() as connection:
            here = runs.hold(connection, {post.run.id for post, _ in taken}, change=False)
            for post, _ in taken:
                if post.run.id in here:
                    post.run.state = here[post.run.id]
                else:
                    self.lost(post.run)
                    post.done.set_exception(no_such("run"))
            yield [one for one in taken if one[0].run.id in here]

    def _after(self, post: Post, receipt: Receipt) -> None:
        run = post.run
        set_aside = receipt.unknown + sum(receipt.refused.values())
        if receipt.damaged or set_aside:
            with self._db.write() as connection:
                runs.note(connection, run.id, receipt.damaged, set_aside)
        kinds: set[Kind] = set()
        if receipt.points:
            kinds.add("series")
        if receipt.new_keys:
            kinds.add("keys")
        if receipt.lines:
            kinds.add("logs")
        if receipt.records or receipt.damaged or set_aside:
            kinds.add("run")
        self.keeper.heard(run.id, post.seen)
        self.keeper.wrote(run.home, run.id, receipt.points, ended=run.state != "running")
        if run.id in self._lent:  # What was said of its copies no longer holds either.
            self.forgotten += 1
        self.tell(run, kinds)

    def queued(self) -> tuple[int, int]:
        """Return how many posts, and how many bytes of them, wait for their commit."""
        with self._lock:
            lanes = list(self._lanes.values())
        found = [lane.queued() for lane in lanes]
        return sum(posts for posts, _ in found), sum(size for _, size in found)

    def close(self) -> None:
        """Commit what is queued, then stop."""
        with self._lock:
            self._closed = True
            lanes = list(self._lanes.values())
        for lane in lanes:
            lane.stop()
        self.keeper.close()


def _decode(store: MetricStore, post: Post) -> Decoded | None:
    """Take the post apart, or refuse it: it does not start where the writer's file was left."""
    try:
        return store.decode(Batch(post.run.id, post.writer, post.offset, post.frames))
    except OffsetMismatch as mismatch:
        post.done.set_exception(mismatch)
        return None


def _lag(decoded: Decoded) -> float | None:
    """Return the seconds since the newest point of a post, None when it has none."""
    if not decoded.blocks:
        return None
    return time.time() - int(decoded.blocks[-1].times[-1]) / 1000


def _effects(connection: Connection, post: Post, decoded: Decoded) -> None:
    """Apply the records of a post; one that cannot be is set aside, and the others hold."""
    run, started = post.run.id, decoded.after.started
    try:
        with connection.begin_nested():
            refused = effects.apply(connection, run, post.writer, decoded.records, started)
    except POISON:
        refused = Counter()
        for record in decoded.records:
            try:
                with connection.begin_nested():
                    refused += effects.apply(connection, run, post.writer, [record], started)
            except POISON as error:
                log.warning("run %d: a record was set aside: %s", run, error)
                refused["records that could not be applied"] += 1
    for reason, count in refused.items():
        decoded.refused[reason] = decoded.refused.get(reason, 0) + count

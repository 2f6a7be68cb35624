"""Run folders on this machine, shown as they grow: what ``swanlab watch`` does beside serving.

Files are read, never written; how far each was read is in the store, so that a restart goes on
where the last one ended, and the store can be thrown away at any time.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import threading
import time
from pathlib import Path

import platformdirs

from swanlab import records, runfile
from swanlab.records import MEDIA
from swanlab.server.auth import LOCAL_USER
from swanlab.server.db import projects, ranks, runs
from swanlab.server.db.engine import now
from swanlab.server.http import Problem
from swanlab.server.ingest import LiveRun
from swanlab.server.messages.runs import NewRun
from swanlab.server.metrics.contract import OffsetMismatch
from swanlab.server.state import Server
from swanlab.server.tail import Tail

TICK = 0.3
QUIET_TICKS = 10
"""A folder where nothing happens is looked at only every so many ticks."""
ALIVE_EVERY = 2.0
NAMELESS = 5.0
"""Seconds after which a folder whose first records are not there is taken to have lost them."""
RECOVERED = "recovered"
"""Project of runs whose first records are damaged."""

_GONE = "The process ended without finishing the run."
_BAD_ID = re.compile(r"[/\\#?%:\x00-\x1f\x7f]")
_COUNTED = re.compile(r"-\d{1,2}$")
_BAD_PROJECT = re.compile(r"[^0-9A-Za-z_\-+.]")

log = logging.getLogger("swanlab.server")


def store_dir(logdir: Path) -> Path:
    """Return where the store of a log folder is kept: the folder itself may be read-only."""
    name = hashlib.sha256(str(logdir.resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return Path(platformdirs.user_cache_dir("swanlab", appauthor=False)) / "watch" / name


class Folder:
    """One run folder and its files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run: LiveRun | None = None
        self.tails: dict[str, Tail] = {}
        self.found = time.monotonic()
        self.quiet = 0
        self.checked = 0.0

    @property
    def run_id(self) -> str:
        """The run's id, from a header or else from the folder's name."""
        headers = (tail.header for tail in self.tails.values() if tail.header is not None)
        given = next((header.run for header in headers), None) or self.path.name.split("-", 2)[-1]
        return _BAD_ID.sub("-", given)[:64] or "-"

    @property
    def rank(self) -> int:
        """Which of the run's processes recorded here."""
        headers = (tail.header for tail in self.tails.values() if tail.header is not None)
        return next((header.rank for header in headers), 0)


class Watcher:
    """Follows all run folders of a log folder on a thread of its own."""

    def __init__(self, server: Server, logdir: Path) -> None:
        self._server, self._logdir = server, logdir
        server.kept_file = self.kept_file
        self._folders: dict[Path, Folder] = {}
        self._stop = threading.Event()
        self._ticks = 0
        self._said: set[str] = set()
        self._thread = threading.Thread(target=self._work, name="watch", daemon=True)

    def kept_file(self, run: int, name: str) -> Path | None:
        """Return where a file of the run lies in its folder, the newest folder first."""
        for path, folder in sorted(self._folders.items(), reverse=True):
            if folder.run is not None and folder.run.id == run:
                base = runfile.spooled(path) / ("media" if name.startswith(MEDIA) else "files")
                found = base.joinpath(*name.removeprefix(MEDIA).split("/"))
                # Not by a link to somewhere else: a run folder may be somebody else's.
                if found.is_file() and found.resolve().is_relative_to(base.resolve()):
                    return found
        return None

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the piece being read."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.wait(TICK if self._ticks else 0):
            try:
                self.tick()
            except Exception:
                log.exception("could not look at %s; trying again", self._logdir)
            self._ticks += 1

    def tick(self) -> None:
        """Look once at everything; raises ``OSError`` when the log folder cannot be read."""
        paths = self._paths()
        if paths is None:
            return
        for gone in self._folders.keys() - paths:
            del self._folders[gone]
        for path in _in_order(paths):
            if self._stop.is_set():
                return
            folder = self._folders.setdefault(path, Folder(path))
            if folder.quiet < QUIET_TICKS or self._ticks % QUIET_TICKS == 0:
                self._look(folder)
        if self._ticks % QUIET_TICKS == 0:
            self._forget_gone()

    def _paths(self) -> set[Path] | None:
        try:
            entries = list(os.scandir(self._logdir))
        except FileNotFoundError:
            return None  # not there yet, or its disk is not mounted: nothing can be said of it
        return {Path(one.path) for one in entries if one.name.startswith("run-") and one.is_dir()}

    def _look(self, folder: Folder) -> None:
        try:
            if self._follow(folder):
                folder.quiet = 0
            else:
                folder.quiet += 1
        except (OSError, Problem) as error:
            if str(error) not in self._said and len(self._said) < 1000:
                self._said.add(str(error))
                log.warning("%s: %s", folder.path, error)

    def _follow(self, folder: Folder) -> bool:
        """Read what is new of one run; whether there was anything."""
        for path in runfile.files(runfile.spooled(folder.path)):
            folder.tails.setdefault(path.stem, Tail(path))
        if folder.run is None and not self._open(folder):
            return True
        run = folder.run
        if run is None:
            return False
        alive = self._alive(folder, run)
        moved = False
        for tail in folder.tails.values():
            if not tail.refresh():
                if tail.size < tail.offset:
                    self._replaced(folder, run, tail)
                    return True
                continue
            if tail.header is None:
                tail.head()
            moved = self._feed(run, tail) or moved
        if alive is False and run.state == "running":
            self._crashed(folder, run)
        return moved

    def _open(self, folder: Folder) -> bool:
        """Create or find the run; False while its first records are still to come."""
        heads = [(tail, tail.head()) for tail in folder.tails.values()]
        start = next((start for _, start in heads if start is not None), None)
        if start is None and (not heads or time.monotonic() - folder.found < NAMELESS):
            return False
        project, new = _described(folder, start)
        with self._server.db.write() as connection:
            place = projects.create(connection, LOCAL_USER, project)
            runs.open_run(connection, place.id, new)
        run = folder.run = self._server.ingest.run(place, new.id)
        offsets = self._server.stores.of(place.id).offsets(run.id)
        for tail in folder.tails.values():
            tail.offset = offsets.get(tail.writer, 0)
        self._server.ingest.tell(run, {"run"})
        return True

    def _feed(self, run: LiveRun, tail: Tail) -> bool:
        moved = False
        while not self._stop.is_set():
            piece = tail.piece(ended=tail.alive() is False)
            if not piece:
                break
            done = self._server.ingest.submit(run, tail.writer, tail.offset, piece, tail.seen())
            try:
                tail.offset = done.result().offset
            except OffsetMismatch as mismatch:
                tail.offset = mismatch.expected
            moved = True
        return moved

    def _alive(self, folder: Folder, run: LiveRun) -> bool | None:
        """Whether a process of the run lives; None when nobody can know, or it was just asked."""
        at = time.monotonic()
        if run.state != "running" or at - folder.checked < ALIVE_EVERY:
            return None
        folder.checked = at
        states = [tail.alive() for tail in folder.tails.values()]
        if True in states:
            self._server.ingest.heartbeat(run, now())
            return True
        return None if None in states or not states else False

    def _crashed(self, folder: Folder, run: LiveRun) -> None:
        at = max(tail.seen() for tail in folder.tails.values())
        with self._server.db.write() as connection:
            news = ranks.crash(connection, run.id, folder.rank, at, _GONE)
            run.state = runs.state_of(connection, run.id) or run.state
        if news:
            self._server.ingest.tell(run, {"run"})

    def _replaced(self, folder: Folder, run: LiveRun, tail: Tail) -> None:
        """Read a run anew: a file got shorter, so it is not the one that was read."""
        log.warning("%s got shorter; reading the run anew", tail.path)
        self._server.ingest.forget(run)
        for path, other in list(self._folders.items()):
            if other.run is run and other is not folder:
                del self._folders[path]
        folder.run = None
        folder.tails.clear()

    def _forget_gone(self) -> None:
        """Drop the runs whose folder is no longer there."""
        here = {folder.run_id for folder in self._folders.values()}
        with self._server.db.read() as connection:
            known = runs.all_ids(connection)
            gone = [one for one in known if one[2] not in here]
            places = {one[0]: projects.get(connection, one[0]) for one in gone}
        for project, _, run_id in gone:
            place = places[project]
            if place is not None:
                self._server.ingest.forget(self._server.ingest.run(place, run_id))
        if gone:
            with self._server.db.write() as connection:
                projects.remove_empty(connection)
            self._server.auth.forget()


def _in_order(paths: set[Path]) -> list[Path]:
    """The newest run first, but the folders of a resumed run as they came: the last word holds."""
    oldest_first = sorted(paths)
    # Two folders of one second differ by a number behind the id.
    run = {path: _COUNTED.sub("", path.name.split("-", 2)[-1]) for path in oldest_first}
    newest = {run[path]: place for place, path in enumerate(oldest_first)}
    return sorted(oldest_first, key=lambda path: -newest[run[path]])


def _described(folder: Folder, start: records.Start | None) -> tuple[str, NewRun]:
    """Return the project and what is known of the run."""
    if start is None:
        began = int(folder.path.stat().st_mtime * 1000)
        return RECOVERED, NewRun(id=folder.run_id, created_at=began)
    new = NewRun(
        id=folder.run_id,
        name=start.name,
        description=start.description,
        tags=start.tags,
        created_at=max(0, min(start.created, 2**53)),
        options=start.options,
    )
    return _BAD_PROJECT.sub("-", start.project)[:100] or RECOVERED, new

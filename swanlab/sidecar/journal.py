"""The sidecar's own run file, and what it reads in the files of the training.

It follows the training's files only for what it must know: how the run ended, and the config (kept
as ``config.yaml`` for people). Scalars are passed over by their tag, undecoded.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from swanlab import records, runfile
from swanlab.records import MEDIA, Config, File, Finish, Header, Key, Layout, Resume, Scalars, Start

_WANTED = {0, 4, 5, 8, 9, 11}
"""Tags of Header, Start, Config, Finish, Resume and File."""


class Wish(NamedTuple):
    """What a record says of a file, and when it was so (Unix milliseconds)."""

    at: int
    file: File


class Follower:
    """Reads on in one run file and keeps the last word on each subject."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self.header: Header | None = None
        self.start: Start | None = None
        self.finish: Finish | None = None
        self.config: dict[str, Any] = {}
        self.files: list[Wish] = []
        """What was read of files since somebody emptied this."""

    def catch_up(self) -> bool:
        """Read what is new; True when the config changed."""
        changed = False
        while data := runfile.read(self.path, self.offset, 4 << 20):
            span = runfile.scan(data)
            if span.end == 0:
                break
            self.offset += span.end
            for payload in span.payloads:
                # payload[0] is the array's length, payload[1] the record's tag.
                if len(payload) > 1 and payload[1] in _WANTED:
                    changed |= self._take(payload)
        return changed

    def _take(self, payload: bytes) -> bool:
        try:
            record = records.decode(payload)
        except (msgspec.MsgspecError, ValueError):
            return False  # Of a newer format; the server says so, we only pass by.
        if isinstance(record, Header):
            self.header = record
        elif isinstance(record, Start):
            self.start = record
        elif isinstance(record, Finish):
            self.finish = record
        elif isinstance(record, Resume):
            self.finish = None
        elif isinstance(record, File):
            began = 0 if self.header is None else self.header.started
            self.files.append(Wish(began + record.t, record))
        elif isinstance(record, Config):
            self.config.update(record.values)
            for name in record.removed:
                self.config.pop(name, None)
            return True
        return False


class Journal:
    """All run files of one run folder, followed."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.lock = threading.RLock()
        """Held while the files are read on, and while a kept file is put in its place."""
        self.media: list[Wish] = []
        """What the training logged as media, as it was read; grows only."""
        self.arrivals: list[File] = []
        """Kept files with their digests, as they were read; grows only."""
        self.sending: str | None = None
        """Digest of the kept file that is being sent: its copy is not to be replaced meanwhile."""
        self._wishes: dict[str, Wish] = {}
        self._kept: dict[str, Wish] = {}
        self._followers: dict[Path, Follower] = {}

    def catch_up(self) -> bool:
        """Read what is new in every file of the training; True when the config changed."""
        changed = False
        with self.lock:
            for path in runfile.files(self.run_dir):
                follower = self._followers.setdefault(path, Follower(path))
                changed |= follower.catch_up()
                if follower.header is not None:
                    for wish in follower.files:
                        self._note(follower.header.role, wish)
                    follower.files.clear()
        return changed

    def _note(self, role: str, wish: Wish) -> None:
        if role == "sidecar":
            if wish.file.digest:
                self.arrivals.append(wish.file)
            known = self._kept
        elif wish.file.path.startswith(MEDIA):
            self.media.append(wish)
            return
        else:
            known = self._wishes
        last = known.get(wish.file.path)
        if last is None or last.at <= wish.at:
            known[wish.file.path] = wish

    def wishes(self) -> dict[str, Wish]:
        """Return the files that the training asked for, by name, each as it asked last."""
        with self.lock:
            return dict(self._wishes)

    def kept(self, path: str) -> Wish | None:
        """Return what became of a file: with a digest where it was kept, else with an error."""
        return self._kept.get(path)

    def _of_trainers(self) -> list[Follower]:
        return [
            follower
            for follower in self._followers.values()
            if follower.header is not None and follower.header.role == "trainer"
        ]

    @property
    def start(self) -> Start | None:
        """What ``init()`` was asked for."""
        return next((one.start for one in self._of_trainers() if one.start), None)

    @property
    def header(self) -> Header | None:
        """Header of the process that called ``init()``."""
        return next((one.header for one in self._of_trainers() if one.start), None)

    @property
    def ended(self) -> bool:
        """Whether the run said how it ended, or somebody said so for it."""
        return any(follower.finish for follower in self._followers.values())

    @property
    def config(self) -> dict[str, Any]:
        """The run's config as last set."""
        merged: dict[str, Any] = {}
        for follower in self._of_trainers():
            merged.update(follower.config)
        return merged


class SidecarFile:
    """The run file of this process: hardware samples, environment, and how the run ended."""

    def __init__(self, run_dir: Path, header: Header, run_started: int | None = None) -> None:
        """Create it beside the training's files; raises ``OSError``."""
        self.run_started = header.started if run_started is None else run_started
        name = f"sidecar-{os.getpid()}-{os.urandom(4).hex()}"
        self._lock = threading.Lock()
        self._started = time.time_ns() // 1_000_000
        self._file = runfile.Writer(run_dir / (name + runfile.SUFFIX))
        self._keys: dict[str, int] = {}
        self._layouts: dict[tuple[str, ...], int] = {}
        self.put(
            Header(
                records.FORMAT_VERSION,
                header.run,
                name,
                header.rank,
                self._started,
                os.getpid(),
                header.host,
                "sidecar",
            )
        )

    def elapsed(self) -> int:
        """Milliseconds since this file's start."""
        return time.time_ns() // 1_000_000 - self._started

    def put(self, record: records.Record) -> None:
        """Append one record; a failing disk is written to the log."""
        with self._lock:
            if not self._file.append(runfile.frame(records.encode(record))):
                print(f"cannot write {self._file.path}: {self._file.error}", flush=True)  # noqa: T201

    def sample(self, values: dict[str, float]) -> None:
        """Append one hardware sample: system key (without prefix) to value, at this moment."""
        import struct

        names = tuple(values)
        layout = self._layouts.get(names)
        if layout is None:
            for name in names:
                if name not in self._keys:
                    self._keys[name] = len(self._keys)
                    self.put(Key(records.SYSTEM_PREFIX + name))
            layout = self._layouts[names] = len(self._layouts) % records.MAX_LAYOUTS
            self.put(Layout(layout, [self._keys[name] for name in names]))
        step = max(0, self._started + self.elapsed() - self.run_started)
        packed = struct.pack(f"<{len(names)}d", *values.values())
        self.put(Scalars(layout, step, self.elapsed(), packed))

    def close(self) -> None:
        """Put it on the disk and close it."""
        with self._lock:
            self._file.sync()
            self._file.close()

"""Steps of a program that forked after ``init()``: parent and children number one series together.

Every process writes a file of its own. As long as none but one logs without a step there is nothing
to agree on. The first child that does says so in a page of memory they share; from then on each
call without a step waits its turn (a lock of the system, given back by a dead process too) and
first reads on in the files of the others.
"""

from __future__ import annotations

import mmap
import tempfile
import time
from pathlib import Path
from types import TracebackType

from swanlab import runfile
from swanlab.sdk.former import Follower
from swanlab.sdk.steps import Steps

_PATIENCE = 0.25
"""Seconds a call waits for its turn; a process that holds it so long is stopped."""
_NOTICED = 0.002
"""Seconds in which a call that has already begun in another process is done."""


class Turns:
    """What the processes of one forked run share. Made before the first fork."""

    def __init__(self) -> None:
        """Raises ``OSError`` when memory or a lock cannot be had."""
        self._shared = mmap.mmap(-1, mmap.PAGESIZE)
        self._lock = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the run
        self._followers: dict[Path, Follower] = {}
        self._listed = 0
        self._joined = False
        self._holding = False

    @property
    def needed(self) -> bool:
        """Whether another process numbers steps too."""
        return self._shared[0] != 0

    def in_child(self, parent: Follower) -> None:
        """This is a forked child, which has not logged yet; ``parent`` reads its parent's file."""
        self._joined = False
        self._holding = False
        self._listed = -1
        self._followers[parent.path] = parent

    def begin(self) -> None:
        """A child is about to number its first step: from now on all take turns."""
        if not self._joined:
            self._joined = True
            self._shared[0] = 1
            time.sleep(_NOTICED)

    def learn(self, own: Path, steps: Steps) -> None:
        """Read on in the others' files and note their steps."""
        if self._listed != self._shared[1]:
            self._listed = self._shared[1]
            for path in runfile.files(own.parent):
                if path.name.startswith("trainer-") and path != own:
                    self._followers.setdefault(path, Follower(path))
        for path, follower in self._followers.items():
            try:
                if path != own and path.stat().st_size > follower.offset:
                    steps.known(follower.catch_up())
            except FileNotFoundError:
                continue  # The file of a child that has not logged yet.

    def file_made(self) -> None:
        """Another file is to be read by the others."""
        if not self._holding:
            with self:
                self.file_made()
            return
        self._shared[1] = (self._shared[1] + 1) % 256

    def __enter__(self) -> bool:
        """Wait for the turn, bounded; whether it came."""
        import fcntl

        until = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() > until:
                    self._holding = True  # As if it were ours: better one step twice than a halt.
                    return False
                time.sleep(0.00005)
            else:
                self._holding = True
                return True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        import fcntl

        self._holding = False
        fcntl.lockf(self._lock, fcntl.LOCK_UN)

"""Processes on one core, and the CPU time of all that descend from them.

This process adopts orphaned descendants (a sub-reaper), so that helpers which detach themselves are
waited for, and counted, like any other child. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

_ADOPT_ORPHANS = 36
_TICK = 0.01

ALLOWED = os.sched_getaffinity(0)
CORE = max(ALLOWED)
"""The core that everything measured runs on; this process keeps to the others where there are."""


def settle() -> None:
    """Adopt orphans and leave ``CORE`` to what is measured."""
    ctypes.CDLL(None, use_errno=True).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)
    os.sched_setaffinity(0, (ALLOWED - {CORE}) or ALLOWED)


def busy() -> float:
    """Seconds that ``CORE`` was busy since the machine started, whoever kept it so."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name == f"cpu{CORE}":
            ticks = [int(field) for field in fields[:8]]
            return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
    return 0.0


class Tree:
    """The processes of one measurement. ``cpu`` counts those that have ended."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.cpu = 0.0
        self._folder = folder
        self._env = env
        self._codes: dict[int, int] = {}
        self._begun = busy()

    def start(self, argv: Sequence[str], log: str = "worker.log") -> int:
        """Start a process on ``CORE`` and return its id; its output goes to ``log``."""
        here = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {CORE})
        try:
            with (self._folder / log).open("ab") as output:
                process = subprocess.Popen(
                    list(argv),
                    env=self._env,
                    cwd=self._folder,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                )
        finally:
            os.sched_setaffinity(0, here)
        process.returncode = 0  # waited for here, never by its object
        return process.pid

    def wait(self, pids: Sequence[int], seconds: float) -> list[int] | None:
        """Return the exit codes, or None when not all have ended in time."""
        until = time.monotonic() + seconds
        while not all(pid in self._codes for pid in pids):
            self._reap()
            if time.monotonic() > until:
                return None
            time.sleep(_TICK)
        return [self._codes[pid] for pid in pids]

    def drain(self, seconds: float = 60.0, keep: int = 0) -> bool:
        """Wait until no process of ours (but ``keep``) is left; what is then is killed: False."""
        until = time.monotonic() + seconds
        while left := [pid for pid in _children() if pid != keep]:
            self._reap()
            if time.monotonic() > until:
                self._kill(left)
                return False
            time.sleep(_TICK)
        return True

    def foreign(self) -> float:
        """Seconds that others kept ``CORE`` busy since this tree was made; after ``drain``."""
        return max(0.0, busy() - self._begun - self.cpu)

    def _kill(self, pids: list[int]) -> None:
        while pids:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
            self._reap()
            pids = _children()

    def _reap(self) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._codes[pid] = os.waitstatus_to_exitcode(status)
            self.cpu += usage.ru_utime + usage.ru_stime


def _children() -> list[int]:
    """Ids of this process's children, the ended ones not yet waited for included."""
    me = os.getpid()
    return [int(pid) for pid in Path(f"/proc/{me}/task/{me}/children").read_text().split()]

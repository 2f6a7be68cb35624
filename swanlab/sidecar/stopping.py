"""Ending the training when somebody asked for that on the run's page: as Ctrl-C would.

The process that called ``init()`` gets SIGINT: an uncaught ``KeyboardInterrupt`` ends the run as
aborted and loses nothing, and a program that has another answer to Ctrl-C gives that. In a notebook
it interrupts the cell.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import psutil

from swanlab.orders import Orders


class Stopper:
    """Heeds each asking once, and remembers its answer. ``ended``: the training is over."""

    def __init__(self, orders: Orders, ended: threading.Event) -> None:
        self._orders, self._ended = orders, ended
        self._answers: dict[int, str] = {}
        try:
            # Taken now, so that no other process that gets the number later is meant.
            self._process: psutil.Process | None = psutil.Process(orders.pid)
        except psutil.Error:
            self._process = None

    def __call__(self, asked_at: int) -> str:
        """Interrupt the training, unless this asking was heeded before; returns what was done.

        The answers are those of ``StopAnswer`` in the server's messages.
        """
        answer = self._answers.get(asked_at)
        if answer is None:
            answer = self._answers[asked_at] = self._interrupt()
        return answer

    def _interrupt(self) -> str:
        if not self._orders.allow_stop:
            return "refused"
        if sys.platform == "win32":
            return "unable"  # Ctrl-C reaches only who shares the console, and we have one apart.
        if self._process is None or self._ended.is_set():
            return "gone"
        if _ignores_interrupt(self._orders.pid):
            return "ignores"
        try:
            self._process.send_signal(signal.SIGINT)
        except psutil.NoSuchProcess:
            return "gone"
        except (psutil.AccessDenied, OSError):
            return "unable"
        return "cell" if self._orders.notebook else "interrupted"


def _ignores_interrupt(pid: int) -> bool:
    """Whether the process was started so that Ctrl-C does nothing, as by ``&`` in a script."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False  # Not told on this system.
    for line in status.splitlines():
        name, _, mask = line.partition(":")
        if name == "SigIgn":
            return bool(int(mask, 16) >> (signal.SIGINT - 1) & 1)
    return False

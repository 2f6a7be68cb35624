"""Capture of what the program prints, without changing what it prints.

``write`` of the stream objects is wrapped in place, so their identity, encoding and file number
stay. The wrapped call writes first and records then; recording never raises into the program.
A carriage return starts the line anew: a progress bar becomes one line, shown live at most once a
second and kept in its last state.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from swanlab.sdk.guard import swallow
from swanlab.sdk.writer import RunWriter

DEBUG, INFO, WARNING, ERROR = 10, 20, 30, 40
STDOUT, STDERR = 1, 2
_MAX_LINE = 8192
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_LEVEL = re.compile(r"\b(DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b")
_LEVELS = {"DEBUG": DEBUG, "INFO": INFO, "WARN": WARNING, "WARNING": WARNING}
_TRACEBACK = "Traceback (most recent call last)"
_LIVE_INTERVAL = 1.0


class Console:
    """Numbers the lines of both streams in one sequence and records them."""

    def __init__(self, writer: RunWriter, streams: str, max_length: int = _MAX_LINE) -> None:
        """Prepare to capture ``all``, ``stdout``, ``stderr`` or ``none``."""
        self.writer = writer
        self._max_length = max(1, max_length)
        self._count = 0
        self._lock = threading.RLock()
        self._inside = threading.local()
        wanted = {"all": (STDOUT, STDERR), "stdout": (STDOUT,), "stderr": (STDERR,)}
        self._lines = {stream: _Line(stream) for stream in wanted.get(streams, ())}
        self._restore: list[Callable[[], None]] = []

    def start(self) -> None:
        """Wrap the streams."""
        self._wrap_all()
        if "IPython" in sys.modules:
            from swanlab.sdk.notebook import at_every_cell

            self._restore.append(at_every_cell(self._wrap_again))

    def _wrap_all(self) -> None:
        for stream in self._lines:
            target = sys.stdout if stream == STDOUT else sys.stderr
            if target is not None:
                self._wrap(target, stream)

    def _wrap_again(self, *_: object) -> None:
        """A cell begins: IPython has put back the streams as they were before the last one."""
        if self._restore and not any(
            getattr(getattr(stream, "write", None), "_swanlab_console", None) is self
            for stream in (sys.stdout, sys.stderr)
        ):
            unregister = self._restore[-1]  # What there was to restore of the streams is gone.
            self._restore = []
            self._wrap_all()
            self._restore.append(unregister)

    def go_on(self, line: int) -> None:
        """Number lines from ``line`` on, if that is further."""
        with self._lock:
            self._count = max(self._count, line)

    def stop(self) -> None:
        """Unwrap the streams and record lines not yet ended."""
        for restore in self._restore:
            restore()
        self._restore.clear()
        with self._lock:
            for line in self._lines.values():
                if line.text:
                    self._record(line)
                    line.clear()

    def renew(self, writer: RunWriter) -> None:
        """After a fork: locks another thread held stay locked in the child, and the file is new."""
        self._lock = threading.RLock()
        self._inside = threading.local()
        self.writer = writer
        for line in self._lines.values():
            line.clear()

    def _wrap(self, target: Any, stream: int) -> None:
        plain_write = target.write

        def write(text: Any, *args: Any, **kwargs: Any) -> Any:
            result = plain_write(text, *args, **kwargs)
            if isinstance(text, str):
                self._take(stream, text)
            return result

        before = getattr(target, "__dict__", {}).get("write")
        write._swanlab_console = self  # type: ignore[attr-defined]  # noqa: SLF001
        try:
            target.write = write
            target._swanlab_plain_write = plain_write  # noqa: SLF001 - ours, for our own lines
        except AttributeError:
            return  # A stream without attributes of its own cannot be captured.

        def restore() -> None:
            # Somebody may have wrapped it again since: then our wrapper stays, and records nothing.
            if target.__dict__.get("write") is write:
                if before is None:
                    del target.write
                else:
                    target.write = before
            target.__dict__.pop("_swanlab_plain_write", None)

        self._restore.append(restore)

    def _take(self, stream: int, text: str) -> None:
        if getattr(self._inside, "busy", False) or not self._restore:
            return
        self._inside.busy = True
        try:
            with self._lock:
                self._feed(self._lines[stream], text)
        except Exception as error:  # noqa: BLE001 - printing must not fail because of us
            swallow("console", error)
        finally:
            self._inside.busy = False

    def _feed(self, line: _Line, text: str) -> None:
        """Add ``text`` to the open line; record every line it ends."""
        parts = text.split("\n")
        for part in parts[:-1]:
            line.add(part)
            self._record(line)
            line.clear()
        line.add(parts[-1])
        if len(line.text) > 4 * _MAX_LINE:
            self._record(line)
            line.clear()
        if line.folded and line.text and time.monotonic() - line.shown >= _LIVE_INTERVAL:
            self._record(line)

    def _record(self, line: _Line) -> None:
        text = _ESCAPES.sub("", line.text).rstrip()
        if not text and line.number is None:
            self._count += 1  # An empty line keeps its number, so that the spacing is kept.
            return
        if line.number is None:
            line.number = self._count
            self._count += 1
        if len(text) > self._max_length:
            more = len(text) - self._max_length
            text = f"{text[: self._max_length]}… ({more} more characters)"
        text = text.encode("utf-8", "replace").decode()
        line.shown = time.monotonic()
        self.writer.console(line.number, line.level(text), line.stream, text)


class _Line:
    """The line being printed on one stream."""

    def __init__(self, stream: int) -> None:
        self.stream = stream
        self.in_traceback = False
        self.clear()

    def clear(self) -> None:
        self.text = ""
        self.number: int | None = None
        self.folded = False
        self.shown = 0.0

    def add(self, part: str) -> None:
        """Append; a carriage return starts over, unless nothing follows it yet."""
        text = self.text + part
        if "\r" in text:
            self.folded = True
            pending = text.endswith("\r")
            pieces = [piece for piece in text.split("\r") if piece]
            text = (pieces[-1] if pieces else "") + ("\r" if pending else "")
        self.text = text

    def level(self, text: str) -> int:
        """Return the level of a line: as it says itself, else by its stream."""
        found = _LEVEL.search(text, 0, 80)
        if found:
            return _LEVELS.get(found[1], ERROR)
        if self.stream == STDOUT:
            return INFO
        if text.startswith(_TRACEBACK):
            self.in_traceback = True
            return ERROR
        if self.in_traceback:
            # The frames are indented; the line that names the exception ends the traceback.
            self.in_traceback = text.startswith(" ") or not text
            return ERROR
        return INFO if self.folded else WARNING

"""One run file on this machine, read as it grows."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import psutil

from swanlab import records, runfile

PIECE = 1 << 20
_WHOLE_FRAME = runfile.MAX_PAYLOAD + runfile.HEAD_SIZE
_LOOK = _WHOLE_FRAME + PIECE


class Tail:
    """Where one file was read to, and who writes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer = path.stem
        self.offset = 0
        self.size = 0
        self.header: records.Header | None = None
        self._fruitless = -1

    def refresh(self) -> bool:
        """Look at the file's size; whether there may be something to read. Raises ``OSError``."""
        self.size = self.path.stat().st_size
        return self.size > self.offset and self.size != self._fruitless

    def seen(self) -> int:
        """Return when the file was written to last (Unix milliseconds); raises ``OSError``."""
        return self.path.stat().st_mtime_ns // 1_000_000

    def head(self) -> records.Start | None:
        """Read who writes the file and what ``init()`` was asked for, as far as it is there."""
        start = None
        for payload in runfile.scan(runfile.read(self.path, 0, PIECE)).payloads:
            if len(payload) < 2 or payload[1] not in (0, 4):
                continue
            try:
                record = records.decode(payload)
            except (msgspec.DecodeError, RecursionError):
                continue  # of another format; the server counts it when it is ingested
            if isinstance(record, records.Header):
                self.header = self.header or record
            elif isinstance(record, records.Start):
                start = start or record
        return start

    def piece(self, *, ended: bool) -> bytes:
        """Return the next bytes that are whole frames, or damage for certain; raises ``OSError``.

        ``ended``: nobody writes any more, so a torn tail will never be whole.
        """
        data = runfile.read(self.path, self.offset, PIECE)
        end = runfile.cut(data, PIECE)
        if end == 0 and data:
            data = runfile.read(self.path, self.offset, _LOOK)
            end = runfile.scan(data, complete=ended and len(data) < _LOOK).end
            if end == 0 and len(data) == _LOOK:
                end = PIECE  # more than the longest frame, and none begins here
        if end == 0 and not ended:
            self._fruitless = self.offset + len(data)
        return data[:end]

    def alive(self) -> bool | None:
        """Whether the process that writes the file runs; None if it is not of this machine."""
        header = self.header
        if header is None or header.host != _node():
            return None
        try:
            # A process of that number that began later is another one.
            began = psutil.Process(header.pid).create_time() * 1000
        except (psutil.Error, OverflowError, ValueError):
            return False
        return began <= header.started + 1000


def _node() -> str:
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")

"""The append-only run file: one per writing process, read by anyone from any offset.

A frame is ``u32 length | u32 crc32 | payload``, little-endian; the payload is one record. A frame
is appended by a single ``os.write``, so that it survives the death of the process from the moment
the call returns. A reader stops before a torn tail and waits for the rest; it never fails on one.
After damage in the middle (a flipped bit, a torn frame that was written behind) it finds the next
intact frame by its checksum and reports how many bytes it skipped.
"""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

SUFFIX = ".swanlab"
MAX_PAYLOAD = 4 * 1024 * 1024
HEAD = struct.Struct("<II")
"""Length and checksum of the payload that follows."""
HEAD_SIZE = HEAD.size
_LOOKS_LIKE_FRAME = re.compile(rb"..[\x00-\x40]\x00....[\x91-\x9f]", re.DOTALL)
"""A length within bounds, a checksum, and the MessagePack array of 1 to 15 items of a record."""


def frame(payload: bytes) -> bytes:
    """Return ``payload`` with its length and checksum in front."""
    return HEAD.pack(len(payload), crc32(payload)) + payload


class Span(NamedTuple):
    """What ``scan`` found: intact payloads, where to read on, and bytes given up as damaged."""

    payloads: list[bytes]
    end: int
    damaged: int


def scan(data: bytes, *, complete: bool = False) -> Span:
    """Split ``data``, which starts at a frame boundary, into its intact payloads.

    ``end`` is the offset in ``data`` behind the last byte dealt with. With ``complete`` false the
    bytes from ``end`` on may be a frame still being written; with ``complete`` true no more will
    come, and a broken tail counts as damaged.
    """
    payloads: list[bytes] = []
    size, at, damaged = len(data), 0, 0
    unpack, take = HEAD.unpack_from, payloads.append
    while at + HEAD_SIZE <= size:
        length, check = unpack(data, at)
        stop = at + HEAD_SIZE + length
        if stop <= size and 0 < length <= MAX_PAYLOAD:
            payload = data[at + HEAD_SIZE : stop]
            if crc32(payload) == check:
                take(payload)
                at = stop
                continue
        found = _resync(data, at + 1)
        if found is None:
            break
        damaged += found - at
        at = found
    if complete and at < size:
        damaged += size - at
        at = size
    return Span(payloads, at, damaged)


def _resync(data: bytes, start: int) -> int | None:
    """Return the offset of the first intact frame at or behind ``start``, or None.

    Only places that look like a frame are checked, and no more bytes than junk would ever make us
    check: data made to look like many long frames must not keep its reader busy for hours.
    """
    size, budget = len(data), 512 * len(data)
    found = _LOOKS_LIKE_FRAME.search(data, start)
    while found is not None and budget > 0:
        at = found.start()
        length, check = HEAD.unpack_from(data, at)
        stop = at + HEAD_SIZE + length
        if 0 < length <= MAX_PAYLOAD and stop <= size:
            budget -= length
            if crc32(data[at + HEAD_SIZE : stop]) == check:
                return at
        found = _LOOKS_LIKE_FRAME.search(data, at + 1)
    return None


def cut(data: bytes, limit: int) -> int:
    """Return the end of the last intact frame within ``limit`` bytes of ``data``, at least one.

    Used to cut a file into posts. It stops before the first frame that is damaged or not whole, and
    returns 0 when that is the first (``scan`` then decides): behind a damaged length, what looks
    like the end of a frame may lie in the middle of an intact one.
    """
    size, at = len(data), 0
    while at + HEAD_SIZE <= size:
        length, check = HEAD.unpack_from(data, at)
        stop = at + HEAD_SIZE + length
        if not 0 < length <= MAX_PAYLOAD or stop > size or (stop > limit and at):
            break
        if crc32(data[at + HEAD_SIZE : stop]) != check:
            break
        at = stop
    return at


class Writer:
    """Appends frames to a new file. Not thread-safe: the caller holds its lock.

    ``failed`` counts frames that could not be written (full disk, lost mount); the file stays
    readable, since a half-written frame is cut off again.
    """

    def __init__(self, path: Path) -> None:
        """Create ``path``; raises ``OSError`` when that is not possible."""
        self.path = path
        self.size = 0
        self.failed = 0
        self.error: OSError | None = None
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._fd = os.open(path, flags, 0o644)

    def append(self, frames: bytes) -> bool:
        """Write one or more whole frames by one system call; False (counted) when that failed."""
        try:
            written = os.write(self._fd, frames)
            self.size += written
            if written == len(frames):
                return True
            return self._append_rest(frames, written)
        except OSError as error:
            self.failed += 1
            self.error = error
            return False

    def _append_rest(self, frames: bytes, written: int) -> bool:
        """A part was written: write the rest, or take the part back if the disk is full."""
        before = self.size - written
        while written < len(frames):
            try:
                more = os.write(self._fd, frames[written:])
            except OSError:
                self.size = before
                self._cut_back()
                raise
            self.size += more
            written += more
        return True

    def _cut_back(self) -> None:
        """Remove a half-written frame; if even that fails, readers skip it by its checksum."""
        try:
            os.ftruncate(self._fd, self.size)
        except OSError as error:
            self.error = error
            self.size = os.fstat(self._fd).st_size

    def sync(self) -> bool:
        """Ask the system to put the file on the disk; False when it cannot."""
        try:
            os.fsync(self._fd)
        except OSError as error:
            self.error = error
            return False
        return True

    def close(self) -> None:
        """Close the file; further appends fail."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def read(path: Path, offset: int = 0, limit: int = 1 << 20) -> bytes:
    """Return up to ``limit`` bytes of ``path`` from ``offset``; raises ``OSError``."""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(limit)


def files(run_dir: Path) -> list[Path]:
    """Return the run files of a run folder, oldest name first."""
    return sorted(path for path in run_dir.glob("*" + SUFFIX) if path.is_file())


def spooled(run_dir: Path) -> Path:
    """Return where the run files of a run folder are; ``SWANLAB_SPOOL_DIR`` leaves a note there."""
    try:
        return Path((run_dir / "spool.txt").read_text(encoding="utf-8").strip())
    except OSError:
        return run_dir

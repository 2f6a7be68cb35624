"""Parts of far-away segments, kept on this machine's disk.

One file a block, named for its segment and its number, with a checksum behind. Any number of
processes may share the folder: a file appears whole or not at all, and one that is gone, or not
what was written, is fetched anew.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
import threading
import time
from pathlib import Path
from struct import Struct
from zlib import crc32

BLOCK = 256 * 1024
"""Bytes that are fetched and kept together."""
LIMIT = 1 << 30
"""Bytes to keep, unless told otherwise."""
RESERVE = 512 * 1024 * 1024
"""Bytes of the disk to leave free: points must always find room."""
_TOUCH = 60.0
"""Seconds after which a block that is read counts as newly used."""
_LOOK = 1 / 16
"""Part of the limit that is written before the folder is looked through again: others write too."""
_CRC = Struct("<I")
_SAID_EVERY = 60.0

log = logging.getLogger("swanlab.server")


class Cache:
    """Blocks in ``folder``, of which the longest unused are removed. Thread-safe."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        """Nothing is made before the first block; ``limit`` in bytes, 0 keeps nothing."""
        self._folder, self._limit = folder, limit
        self._lock = threading.Lock()
        self._held: int | None = None
        """Bytes in the folder as last seen, and those written since."""
        self._fresh = 0
        self._said = -_SAID_EVERY
        self.hits = self.misses = 0
        """Blocks that were asked for: found, and not."""

    def get(self, name: str, block: int) -> bytes | None:
        """Return a block of the segment, None when it is not kept."""
        path = self._path(name, block)
        try:
            data = path.read_bytes()
            used = path.stat().st_mtime
        except OSError:  # whatever the reason, it can be fetched
            data, used = b"", 0.0
        whole = len(data) > _CRC.size and data[-_CRC.size :] == _sum(
            name, block, data[: -_CRC.size]
        )
        with self._lock:
            self.hits += whole
            self.misses += not whole
        if not whole:
            return None
        if used < time.time() - _TOUCH:
            with contextlib.suppress(OSError):  # another process has just removed it
                os.utime(path)
        return data[: -_CRC.size]

    def put(self, name: str, block: int, data: bytes) -> None:
        """Keep a block if there is room; that there is none is no reason to fail."""
        size = len(data) + _CRC.size
        if size > self._limit:
            return
        path = self._path(name, block)
        beside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room(size)
            if shutil.disk_usage(self._folder).free < RESERVE + size:
                return
            try:
                beside.write_bytes(data + _sum(name, block, data))
                beside.replace(path)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
        except OSError as error:
            self._say(error)

    def _make_room(self, size: int) -> None:
        """Remove the longest unused blocks when so many bytes more would be too many."""
        with self._lock:
            self._fresh += size
            if self._held is None or self._fresh > self._limit * _LOOK:
                self._held, self._fresh = sum(one[1] for one in self._look()), size
            self._held += size
            if self._held <= self._limit:
                return
            found = sorted(self._look())
            self._held = size + sum(one[1] for one in found)
            for _, bytes_, path in found:
                if self._held <= self._limit * 0.9:
                    return
                path.unlink(missing_ok=True)
                self._held -= bytes_

    def _look(self) -> list[tuple[float, int, Path]]:
        """Return (when it was used, bytes, path) of everything in the folder."""
        found = []
        for entry in os.scandir(self._folder):
            try:
                told = entry.stat()
            except FileNotFoundError:
                continue  # Another process has just removed it.
            found.append((told.st_mtime, told.st_size, Path(entry.path)))
        return found

    def forget(self, name: str) -> None:
        """Remove all blocks of a segment."""
        try:
            for path in self._folder.glob(f"{_file(name)}-*"):
                path.unlink(missing_ok=True)
        except OSError as error:
            self._say(error)

    def _path(self, name: str, block: int) -> Path:
        return self._folder / f"{_file(name)}-{block}"

    def _say(self, error: OSError) -> None:
        with self._lock:
            now = time.monotonic()
            if now - self._said < _SAID_EVERY:
                return
            self._said = now
        log.warning("old runs are read without a cache: %s", error)


def _file(name: str) -> str:
    return name.replace("/", "-")


def _sum(name: str, block: int, data: bytes) -> bytes:
    """Return the checksum of a block, which holds for its place only."""
    return _CRC.pack(crc32(data, crc32(f"{name}:{block}:{BLOCK}".encode())))

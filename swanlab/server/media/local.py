"""Blobs in a folder: ``blobs/ab/cd/<sha256>``; ``uploads/`` beside it is what is still coming."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from swanlab.server.media.contract import PIECE, NoSpace, WrongDigest, WrongOffset
from swanlab.server.media.shelf import LocalShelf

RESERVE = 512 * 1024 * 1024
"""Bytes of the disk that blobs leave free: points must always find room."""
_NAME = re.compile(r"[0-9A-Za-z_-]{1,128}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LocalMedia:
    """Blobs below ``folder``, which any number of processes may share. See ``MediaStore``."""

    def __init__(self, folder: Path, *, reserve: int = RESERVE) -> None:
        """Nothing is made before the first part comes."""
        self._folder = folder
        self.reserve = reserve
        self.piece = PIECE

    def uploaded(self, upload: str) -> int:
        """Return how many bytes of an upload have come."""
        try:
            return self._upload(upload).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, upload: str, offset: int, part: bytes) -> int:
        """Keep a part, or none of it."""
        path = self._upload(upload)
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < len(part) + self.reserve:
            raise NoSpace
        fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            _lock(fd)
            have = os.fstat(fd).st_size
            if have != offset:
                raise WrongOffset(have)
            os.lseek(fd, offset, os.SEEK_SET)
            _write(fd, offset, part)
        finally:
            os.close(fd)
        return offset + len(part)

    def finish(self, upload: str, digest: str, size: int) -> None:
        """Check the hash, put the bytes on the disk and give them their name."""
        path = self._upload(upload)
        if size == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(0o600)
        try:
            fd = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            raise WrongOffset(0) from None
        try:
            _lock(fd)
            have = os.fstat(fd).st_size
            if have != size:
                if have > size:
                    path.unlink(missing_ok=True)
                    have = 0
                raise WrongOffset(have)
            if _hashed(fd) != digest:
                path.unlink(missing_ok=True)
                raise WrongDigest
            os.fsync(fd)
        finally:
            os.close(fd)
        self._name(path, self._blob(digest))

    @staticmethod
    def _name(path: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.replace(place)
        except FileNotFoundError:
            # Another request finished the same upload in between.
            if not place.exists():
                raise WrongOffset(0) from None
        # The names are to be on the disk too.
        for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
            _sync_folder(folder)

    def abandon(self, upload: str) -> None:
        """Forget what has come of an upload."""
        self._upload(upload).unlink(missing_ok=True)

    def sweep(self, before: float) -> int:
        """Forget uploads that got no part since ``before``."""
        swept = 0
        try:
            entries = list(os.scandir(self._folder / "uploads"))
        except FileNotFoundError:
            return 0
        for entry in entries:
            try:
                if entry.stat().st_mtime < before:
                    Path(entry.path).unlink(missing_ok=True)
                    swept += 1
            except FileNotFoundError:
                continue  # It was finished meanwhile.
        return swept

    def size(self, digest: str) -> int | None:
        """Return the bytes of a blob, None when it is not there."""
        try:
            return self._blob(digest).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, digest: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield a part of a blob in pieces; the file is opened by this call."""
        return pieces(self._blob(digest), start, stop)

    def delete(self, digest: str) -> None:
        """Remove a blob, if it is there."""
        self._blob(digest).unlink(missing_ok=True)

    def direct_put(self, upload: str, offset: int) -> None:
        """There is no way into this folder but through the server."""

    def direct_get(self, digest: str) -> None:
        """There is no way into this folder but through the server."""

    def shelf(self) -> LocalShelf:
        """Return the place for segments, ``segments/`` beside ``blobs/``."""
        return LocalShelf(self._folder / "segments", self.reserve)

    def close(self) -> None:
        """Nothing is open between two calls."""

    def _upload(self, upload: str) -> Path:
        if _NAME.fullmatch(upload) is None:
            raise ValueError(f"no name of an upload: {upload!r}")
        return self._folder / "uploads" / upload

    def _blob(self, digest: str) -> Path:
        if _NAME.fullmatch(digest) is None:
            raise ValueError(f"no digest: {digest!r}")
        return self._folder / "blobs" / digest[:2] / digest[2:4] / digest


def pieces(path: Path, start: int, stop: int) -> Iterator[bytes]:
    """Open ``path`` and return its bytes from ``start`` to ``stop`` in pieces.

    Raises ``OSError`` at once when it cannot be opened.
    """
    file = path.open("rb", buffering=0)

    def all_of() -> Iterator[bytes]:
        with file:
            file.seek(start)
            left = stop - start
            while left > 0 and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece

    return all_of()


def _write(fd: int, offset: int, part: bytes) -> None:
    """Write all of ``part``; a part that does not fit is taken back."""
    left = memoryview(part)
    try:
        while left:
            left = left[os.write(fd, left) :]
    except OSError as error:
        os.ftruncate(fd, offset)
        if error.errno in _FULL:
            raise NoSpace from error
        raise


def _hashed(fd: int) -> str:
    digest = hashlib.sha256()
    os.lseek(fd, 0, os.SEEK_SET)
    while piece := os.read(fd, PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _lock(fd: int) -> None:
    """Wait until nobody else writes this upload; closing the file lets go."""
    try:
        import fcntl
    except ImportError:
        return  # The offset is checked all the same, and the hash at the end.
    fcntl.flock(fd, fcntl.LOCK_EX)


def _sync_folder(folder: Path) -> None:
    try:
        fd = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows opens no folders.
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

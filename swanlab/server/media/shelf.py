"""Where segments lie: objects that are written once, read in parts, and removed whole.

A segment holds the points of one run that ended long ago (``metrics/segment.py``). Its name is
given by the metric store, ``<run>/<random>``, and is never given twice.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from swanlab.server.media.contract import PIECE, NoSpace

_NAME = re.compile(r"\d{1,19}/[0-9a-f]{16}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Shelf(Protocol):
    """A place for segments. Thread-safe; its methods block and raise ``Unavailable``."""

    remote: bool
    """Whether to read is to ask another machine, so that what was read is worth keeping."""

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Keep a segment, whole or not at all; it is on the disk when this returns.

        Raises ``NoSpace`` when there is no room, and what ``pieces`` raises.
        """
        ...

    def read(self, name: str, parts: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of each part, (start, stop).

        Bytes behind the end are left out. Raises ``FileNotFoundError``.
        """
        ...

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield a whole segment in pieces; raises ``FileNotFoundError``."""
        ...

    def delete(self, name: str) -> None:
        """Remove a segment, if it is there."""
        ...


def checked(name: str) -> str:
    """Return the name of a segment; raises ``ValueError`` when it is none."""
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"no name of a segment: {name!r}")
    return name


class LocalShelf:
    """Segments below ``folder``, which any number of processes may share. See ``Shelf``."""

    remote = False

    def __init__(self, folder: Path, reserve: int) -> None:
        """``reserve``: bytes of the disk to leave free. Nothing is made before the first write."""
        self._folder, self._reserve = folder, reserve

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write beside, then give it its name."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        try:
            with beside.open("xb") as file:
                for piece in pieces:
                    self._make_sure_of(len(piece))
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise NoSpace from error
            raise
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        for folder in (path.parent, self._folder):
            _sync_folder(folder)

    def _make_sure_of(self, size: int) -> None:
        if shutil.disk_usage(self._folder).free < size + self._reserve:
            raise NoSpace

    def read(self, name: str, parts: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of each part."""
        with self._path(name).open("rb") as file:
            found = []
            for start, stop in parts:
                file.seek(start)
                found.append(file.read(stop - start))
            return found

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield a whole segment; the file is opened by this call."""
        file = self._path(name).open("rb")

        def all_of() -> Iterator[bytes]:
            with file:
                while piece := file.read(PIECE):
                    yield piece

        return all_of()

    def delete(self, name: str) -> None:
        """Remove a segment, and what a write that was cut short left of it."""
        path = self._path(name)
        path.unlink(missing_ok=True)
        for left in path.parent.glob(f".{path.name}-*"):
            left.unlink(missing_ok=True)
        try:
            path.parent.rmdir()
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
                raise

    def _path(self, name: str) -> Path:
        return self._folder / checked(name)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows opens no folders.
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

"""One server process per data directory."""

from __future__ import annotations

import os
import sys
from pathlib import Path


class InUse(Exception):
    """Another process serves this data directory."""


class Lock:
    """Holds the data directory for this process until it ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Take the lock; raises ``InUse`` or ``OSError``."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "server.lock"
        self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(self._fd)
        except OSError as error:
            os.close(self._fd)
            holder = self._path.read_text("utf-8", "replace").strip()
            where = f", reachable at {holder}" if holder else ""
            raise InUse(f"{folder} is in use by another server{where}.") from error

    def tell(self, url: str) -> None:
        """Leave the server's address for those who find the directory in use."""
        os.ftruncate(self._fd, 0)
        os.lseek(self._fd, 0, os.SEEK_SET)
        os.write(self._fd, url.encode())

    def release(self) -> None:
        """Let another process have the directory."""
        os.ftruncate(self._fd, 0)
        os.close(self._fd)


def _take(fd: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(fd, 1 << 30, os.SEEK_SET)  # a byte behind what others want to read
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

"""Videos of frames that nobody encoded: a killed training's, as ``swanlab watch`` finds them.

The folders it shows are not its own to write into. So what it makes of them are blobs of its store.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillAtWork
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from swanlab import frames
from swanlab.records import AS_GIF, File
from swanlab.server.blobs import Blobs
from swanlab.server.db import files
from swanlab.server.db.engine import Database, now
from swanlab.server.db.files import FileRow
from swanlab.server.media.contract import PIECE

WAIT = 2.0
"""Seconds a request waits for videos; what takes longer is there when it asks again."""

log = logging.getLogger("swanlab.server")


class Clips:
    """Makes one video at a time. Thread-safe."""

    def __init__(self, db: Database, blobs: Blobs) -> None:
        self._db, self._blobs = db, blobs
        self._lock = threading.Lock()
        self._work: dict[tuple[int, str], Future[FileRow]] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="clips")

    def close(self) -> None:
        """Begin no other; the one at work is finished."""
        self._worker.shutdown(cancel_futures=True)

    def made(self, run: int, row: FileRow, found: Path, until: float) -> FileRow:
        """Return what is known of a video once it is made of the frames at ``found``.

        Args:
            run: whose it is.
            row: what is known so far; returned as it is while the work goes on.
            found: where the frames lie.
            until: how long to wait, by ``time.monotonic()``.
        """
        with self._lock:
            work = self._work.get((run, row.path))
            if work is None:
                work = self._worker.submit(self._make, run, row, found)
                self._work[run, row.path] = work
        try:
            return work.result(max(0.0, until - time.monotonic()))
        except StillAtWork:
            return row
        except Exception:
            log.exception("%s is not encoded", found)
            return row
        finally:
            if work.done():
                with self._lock:
                    self._work.pop((run, row.path), None)

    def _make(self, run: int, row: FileRow, found: Path) -> FileRow:
        clip = frames.clip_at(found)
        if clip is None:
            return self._note(run, row, error="its frames are not whole")
        with TemporaryDirectory(prefix="swanlab-") as folder:
            target = Path(folder, f"clip.{clip.format}")
            made = frames.encode(frames.frames_at(found, clip), clip, target)
            if made.fault:
                log.warning("%s: %s", found, made.fault)
            digest = self._keep(run, target)
            size = target.stat().st_size
        kind = "media" if made.format == clip.format else AS_GIF
        return self._note(run, row, digest=digest, size=size, kind=kind)

    def _keep(self, run: int, target: Path) -> str:
        with target.open("rb") as file:
            digest = hashlib.sha256()
            while piece := file.read(PIECE):
                digest.update(piece)
            name, size = digest.hexdigest(), file.tell()
            if not self._blobs.holds(run, name):
                file.seek(self._blobs.uploaded(run, name))
                while piece := file.read(PIECE):
                    self._blobs.append(run, name, file.tell() - len(piece), piece)
                self._blobs.finish(run, name, size, wait=60.0)
        return name

    def _note(
        self, run: int, row: FileRow, *, error: str = "", digest: str = "", size: int = 0,
        kind: str = "media",
    ) -> FileRow:  # fmt: skip
        noted = File(0, row.path, size, digest=digest, policy="now", kind=kind, error=error)
        with self._db.write() as connection:
            files.note(connection, run, [(now(), noted)])
        return msgspec.structs.replace(
            row, digest=digest or None, size=size, kind=kind, error=error or None,
            stored=bool(digest),
        )  # fmt: skip

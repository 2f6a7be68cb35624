"""Blobs of runs: who holds which, how they come in, and when they go.

A run holds a blob when somebody who may write to it has sent all its bytes: to know a hash is not
to have the file. Only within a project is a blob that another run holds taken as sent, since
whoever may write to a project may read all of it. So nobody learns what others have.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillAtWork

from sqlalchemy.exc import IntegrityError

from swanlab.server import trouble
from swanlab.server.db import files
from swanlab.server.db.engine import Database, now
from swanlab.server.media.contract import MediaStore, WrongOffset

KEPT_UPLOADS = 7 * 24 * 3600.0
"""Seconds after which an upload that nobody goes on with is forgotten."""
EVERY = 600.0
CLAIM_MS = 24 * 3600 * 1000
_BATCH = 100

log = logging.getLogger("swanlab.server")


class Blobs:
    """The blobs of one server. Thread-safe; methods block and raise what ``MediaStore`` raises."""

    def __init__(self, db: Database, media: MediaStore) -> None:
        self._db, self.media = db, media
        self._lock = threading.Lock()
        self._finishing: dict[tuple[int, str], Future[None]] = {}
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="blobs")
        self._wake = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="blobs", daemon=True)

    def start(self) -> None:
        """Begin to sweep."""
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._closed = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._workers.shutdown()
        self.media.close()

    def missing(self, project: int, run: int, digests: Sequence[str]) -> list[str]:
        """Return those of the digests whose bytes the run still needs."""
        with self._db.write() as connection:
            held = files.held(connection, run, digests)
            held |= files.adopt(connection, project, run, digests)
        return [digest for digest in dict.fromkeys(digests) if digest not in held]

    def uploaded(self, run: int, digest: str) -> int:
        """Return how many bytes of the blob have come for this run."""
        return self.media.uploaded(_upload(run, digest))

    def append(self, run: int, digest: str, offset: int, part: bytes) -> int:
        """Keep a part; return how many bytes have come."""
        return self.media.append(_upload(run, digest), offset, part)

    def finish(self, run: int, digest: str, size: int, wait: float = 2.0) -> bool:
        """Check what has come and let the run hold it; False while that goes on.

        A large blob takes longer to check than a request may take: ask again until it is done.
        Doing it again afterwards changes nothing.
        """
        if self.holds(run, digest):
            return True
        with self._lock:
            work = self._finishing.get((run, digest))
            if work is None:
                work = self._workers.submit(self._finish, run, digest, size)
                self._finishing[run, digest] = work
        try:
            work.result(wait)
        except StillAtWork:
            return False
        finally:
            if work.done():
                with self._lock:
                    if self._finishing.get((run, digest)) is work:
                        del self._finishing[run, digest]
        return True

    def _finish(self, run: int, digest: str, size: int) -> None:
        while True:
            with self._db.write() as connection:
                files.claim(connection, digest, size, now() + CLAIM_MS)
            try:
                self.media.finish(_upload(run, digest), digest, size)
            except WrongOffset:
                if self.holds(run, digest):
                    return  # Another server has just finished it.
                raise
            with self._db.write() as connection:
                if files.attach(connection, run, digest, size):
                    return

    def direct_put(self, run: int, digest: str, offset: int) -> str | None:
        """Return where the next part may be sent past this server, if it may."""
        return self.media.direct_put(_upload(run, digest), offset)

    def holds(self, run: int, digest: str) -> bool:
        """Whether the run holds the blob."""
        with self._db.read() as connection:
            return bool(files.held(connection, run, [digest]))

    def sweep(self) -> int:
        """Remove the blobs that no run holds and uploads that ended midway; return how many."""
        swept = self.media.sweep(time.time() - KEPT_UPLOADS)
        while not self._closed:
            at = now()
            with self._db.read() as connection:
                unheld = files.unheld(connection, at, _BATCH)
            for digest in unheld:
                swept += self._remove(digest, at)
            if len(unheld) < _BATCH:
                break
        return swept

    def freed(self) -> None:
        """Some run no longer holds what it held: sweep soon."""
        self._wake.set()

    def _remove(self, digest: str, at: int) -> bool:
        try:
            with self._db.write() as connection:
                # Inside the transaction: whoever sends the blob anew waits, and then puts it back.
                if files.drop(connection, digest, at):
                    self.media.delete(digest)
                    return True
        except IntegrityError:
            pass  # A run has taken hold of it in this moment.
        return False

    def _work(self) -> None:
        while not self._closed:
            try:
                self.sweep()
            except Exception as error:  # noqa: BLE001 - swept again before long
                trouble.report(log, "sweeping blobs", error)
            self._wake.wait(EVERY)
            self._wake.clear()


def _upload(run: int, digest: str) -> str:
    return f"{run}-{digest}"

"""Kept files to a server, a part at a time, so that points never wait behind a large file."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import IO

from swanlab.client import Client
from swanlab.errors import OffsetConflict, ServerError, Unreachable
from swanlab.records import MEDIA, File
from swanlab.sidecar.files import Unreadable, kept_at
from swanlab.sidecar.journal import Journal

LARGEST_PART = 32 << 20
SMALLEST_PART = 256 << 10
_ASKED_AT_ONCE = 1000
_TRIES = 3
_SLOW, _QUICK = 2.0, 0.5
"""Seconds that a part may take before the next one is smaller, or larger."""
_REFUSALS = {400, 403, 413, 422}


class Blobs:
    """Sends the blobs of one run; methods raise what ``Client`` raises, and calling again goes on.

    Nothing is kept of how far it came: the server is asked, so another process can go on.
    """

    def __init__(
        self, run_dir: Path, journal: Journal, part: int = 8 << 20, *, live: bool = False
    ) -> None:
        """``part``: bytes sent at once.

        ``live``: points are sent beside, so a server that takes no files for now is asked again
        later without holding them up; and the copy of what has arrived is removed.
        """
        self._run_dir, self._journal, self._live = run_dir, journal, live
        self._most = self._part = min(LARGEST_PART, max(1, part))
        self._read = 0
        self._todo: list[File] = []
        self._paths: dict[str, set[str]] = {}
        self._settled: set[str] = set()
        """Digests that are with the server, or given up."""
        self._asked: set[str] = set()
        self._failed: dict[str, int] = {}
        self._at: tuple[str, int] | None = None
        """The blob being sent, and how many bytes of it the server has."""
        self.error: str | None = None
        """Why no file goes on at the moment."""
        self._pause = self._not_before = 0.0
        self._direct = True
        self._url: str | None = None
        """Where its next part may be sent past the server."""

    def left(self) -> list[File]:
        """Return the files whose blobs are not with the server, the smallest last."""
        if self._read != len(self._journal.arrivals):
            self._look()
        while self._todo and not self._wanted(self._todo[-1]):
            self._todo.pop()
        return self._todo

    def _wanted(self, file: File) -> bool:
        """Whether its bytes are to be sent still: they may be there, or replaced by now."""
        last = self._journal.kept(file.path)
        newest = last is None or last.file.digest == file.digest
        return newest and file.digest not in self._settled

    def _look(self) -> None:
        """Put what is new to what is to be sent."""
        with self._journal.lock:
            new = self._journal.arrivals[self._read :]
            self._read += len(new)
        for file in new:
            self._paths.setdefault(file.digest, set()).add(file.path)
            if file.digest in self._settled:
                self._arrived(file.digest)
        todo = [file for file in new if file.digest not in self._settled]
        self._todo = sorted([*self._todo, *todo], key=lambda file: (-file.size, file.path))

    def step(self, client: Client, run_path: str) -> bool:
        """Send the next part of a file; False when nothing is left to send, or not now."""
        todo = self.left()
        if not todo or time.monotonic() < self._not_before:
            return False
        try:
            self._next(client, run_path, todo)
        except Unreachable as error:
            # Whatever happened there, the server knows how far it came.
            self._at = self._journal.sending = None
            if not self._live or not error.status:
                raise
            self._pause = min(60.0, max(1.0, error.retry_after, self._pause * 2))
            self._not_before = time.monotonic() + self._pause
            self.error = str(error)
            return False
        self._pause, self.error = 0.0, None
        return True

    def _next(self, client: Client, run_path: str, todo: list[File]) -> None:
        file = todo[-1]
        if file.digest not in self._asked:
            self._ask(client, run_path, todo)
            return
        try:
            self._send(client, f"{run_path}/blobs/{file.digest}", file)
        except (FileNotFoundError, Unreadable):
            self._give_up(file, "its copy in the run folder is gone")
        except ServerError as error:
            if error.status not in _REFUSALS:
                raise
            self._at = self._journal.sending = None
            self._failed[file.digest] = self._failed.get(file.digest, 0) + 1
            if error.status == 413 or self._failed[file.digest] >= _TRIES:
                self._give_up(file, str(error))

    def _ask(self, client: Client, run_path: str, todo: list[File]) -> None:
        digests = list(dict.fromkeys(file.digest for file in todo[-_ASKED_AT_ONCE:]))
        answer = client.request("POST", f"{run_path}/blobs/missing", {"digests": digests})
        missing = set(answer["missing"])
        self._asked.update(digests)
        for digest in digests:
            if digest not in missing:
                self._arrived(digest)

    def _send(self, client: Client, path: str, file: File) -> None:
        if self._at is not None and self._at[0] == file.digest:
            offset = self._at[1]
        else:
            offset = self._begin(client, path, file)
            self._at, self._journal.sending = (file.digest, offset), file.digest
        if offset < file.size:
            self._send_part(client, path, file, offset)
        elif client.request("POST", path, {"size": file.size})["stored"]:
            self._at = None
            self._arrived(file.digest)

    def _begin(self, client: Client, path: str, file: File) -> int:
        """Return where to go on, having found out whether there is a way past the server."""
        self._url = None
        if not self._direct and file.size <= self._part:
            return 0  # What fits in one part is not worth the question.
        wanted = {"direct": "true"} if self._direct else None
        answer = client.request("GET", f"{path}/upload", None, wanted)
        offset, self._url = int(answer["offset"]), answer.get("url")
        self._direct = self._direct and (self._url is not None or offset >= file.size)
        return offset

    def _send_part(self, client: Client, path: str, file: File, offset: int) -> None:
        with self._open(file) as copy:
            copy.seek(offset)
            piece = copy.read(min(self._part, file.size - offset))
        if not piece:
            raise Unreadable(file.path)
        began = time.monotonic()
        if self._url is not None:
            # Past the server, where it says; what does not work once goes through it from then on.
            self._direct = client.put_direct(self._url, piece)
            self._at = self._url = None
        else:
            try:
                offset = client.put_part(f"{path}/upload", offset, file.size, piece)
            except OffsetConflict as conflict:
                offset = conflict.expected
            self._at = (file.digest, offset)
        self._pace(time.monotonic() - began)

    def _open(self, file: File) -> IO[bytes]:
        """Open the copy, or the file itself where there was no room for one."""
        try:
            return kept_at(self._run_dir, file.path).open("rb")
        except FileNotFoundError:
            if not file.source:
                raise
        return Path(os.fsdecode(file.source)).open("rb")

    def _pace(self, took: float) -> None:
        """Let a part take about a second, so that points are never held up for long."""
        if took > _SLOW:
            self._part = max(min(SMALLEST_PART, self._most), self._part // 2)
        elif took < _QUICK:
            self._part = min(self._most, self._part * 2)

    def _arrived(self, digest: str) -> None:
        self._settled.add(digest)
        self._journal.sending = None
        if not self._live:
            return
        with self._journal.lock:
            for path in self._paths.pop(digest, ()):
                if path.startswith(MEDIA):
                    continue  # Not a copy: it belongs to the run folder as the run files do.
                last = self._journal.kept(path)
                if last is not None and last.file.digest == digest:
                    kept_at(self._run_dir, path).unlink(missing_ok=True)

    def _give_up(self, file: File, reason: str) -> None:
        self._settled.add(file.digest)
        self._at = self._journal.sending = None
        print(f"{file.path} is not sent: {reason}", flush=True)  # noqa: T201 - the log

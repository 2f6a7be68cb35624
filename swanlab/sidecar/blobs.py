"""Kept files to a server, a part at a time, so that points never wait behind a large file."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import IO

from swanlab.client import Client
from swanlab.errors import OffsetConflict, ServerError, Unreachable
from swanlab.records import File
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
        self._there: set[str] = set()
        self._asked: set[str] = set()
        self._given_up: set[str] = set()
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
        """Return the files whose blobs are not with the server, the smallest first."""
        settled = self._there | self._given_up
        found = (wish.file for wish in self._journal.kept().values())
        todo = [file for file in found if file.digest and file.digest not in settled]
        return sorted(todo, key=lambda file: (file.size, file.path))

    def step(self, client: Client, run_path: str) -> bool:
        """Send the next part of a file; False when nothing is left to send, or not now."""
        todo = self.left()
        if not todo or time.monotonic() < self._not_before:
            return False
        try:
            self._next(client, run_path, todo)
        except Unreachable as error:
            self._at = None  # Whatever happened there, the server knows how far it came.
            if not self._live or not error.status:
                raise
            self._pause = min(60.0, max(1.0, error.retry_after, self._pause * 2))
            self._not_before = time.monotonic() + self._pause
            self.error = str(error)
            return False
        self._pause, self.error = 0.0, None
        return True

    def _next(self, client: Client, run_path: str, todo: list[File]) -> None:
        new = list(dict.fromkeys(file.digest for file in todo if file.digest not in self._asked))
        if new:
            self._ask(client, run_path, new[:_ASKED_AT_ONCE])
            return
        file = next((one for one in todo if self._at and one.digest == self._at[0]), todo[0])
        try:
            self._send(client, f"{run_path}/blobs/{file.digest}", file)
        except (FileNotFoundError, Unreadable):
            self._give_up(file, "its copy in the run folder is gone")
        except ServerError as error:
            if error.status not in _REFUSALS:
                raise
            self._at = None
            self._failed[file.digest] = self._failed.get(file.digest, 0) + 1
            if error.status == 413 or self._failed[file.digest] >= _TRIES:
                self._give_up(file, str(error))

    def _ask(self, client: Client, run_path: str, digests: list[str]) -> None:
        answer = client.request("POST", f"{run_path}/blobs/missing", {"digests": digests})
        missing = set(answer["missing"])
        self._asked.update(digests)
        for digest in digests:
            if digest not in missing:
                self._arrived(digest)

    def _send(self, client: Client, path: str, file: File) -> None:
        if self._at is None or self._at[0] != file.digest:
            wanted = {"direct": "true"} if self._direct else None
            answer = client.request("GET", f"{path}/upload", None, wanted)
            self._at, self._url = (file.digest, int(answer["offset"])), answer.get("url")
        offset = self._at[1]
        if offset < file.size:
            self._send_part(client, path, file, offset)
        elif client.request("POST", path, {"size": file.size})["stored"]:
            self._at = None
            self._arrived(file.digest)

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
        self._there.add(digest)
        if not self._live:
            return
        with self._journal.lock:
            for wish in self._journal.kept().values():
                if wish.file.digest == digest:
                    kept_at(self._run_dir, wish.file.path).unlink(missing_ok=True)

    def _give_up(self, file: File, reason: str) -> None:
        self._given_up.add(file.digest)
        self._at = None
        print(f"{file.path} is not sent: {reason}", flush=True)  # noqa: T201 - the log

"""Run files to a server: the one upload, called live by the sidecar and later by ``swanlab sync``.

The server keeps one expected offset per writer, so a retry is free: a post that was stored but not
answered is met by a conflict that says where to go on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from swanlab import runfile
from swanlab.client import Client, run_path
from swanlab.errors import AuthenticationError, OffsetConflict, ServerError
from swanlab.records import Header, Start
from swanlab.sidecar.blobs import Blobs

_POST_BYTES = 1 << 20
HEARTBEAT_SECONDS = 30.0
_READING_SECONDS = 2.0
_LOOK_SECONDS = 5.0
"""Between two looks for a new key, once ours was refused."""
_REFUSALS = {400, 403, 404, 409, 413, 422}


class Uploader:
    """Sends one run folder. Methods raise what ``Client`` raises; calling again goes on."""

    def __init__(
        self,
        run_dir: Path,
        client: Client,
        start: Start,
        header: Header,
        resume: str | None = None,
        blobs: Blobs | None = None,
    ) -> None:
        self.blobs = blobs
        self.run_dir = run_dir
        self.client = client
        self.offsets: dict[str, int] = {}
        self.opened: dict[str, Any] | None = None
        self.done = False
        """Whether the run has ended and all of it was acknowledged."""
        self.when_opened: Callable[[int | None, str], None] | None = None
        """Called once with when the run began (Unix milliseconds; None: now) and its address."""
        self.interval = 0.3
        """Seconds from one look at the files to the next."""
        self._resume = resume
        self._start = start
        self._header = header
        self._path = ""
        self._spoken = 0.0

    def open(self) -> dict[str, Any]:
        """Create the run on the server, or find it; returns the server's answer."""
        start = self._start
        body = {
            "id": self._header.run,
            "name": start.name,
            "description": start.description,
            "tags": start.tags,
            "created_at": start.created,
            "options": start.options,
            "must_exist": self._resume == "must",
        }
        opened = self.client.open_run(start.workspace, start.project, body)
        self._path = run_path(opened["workspace"], opened["project"], opened["id"])
        self.offsets = {str(name): int(at) for name, at in opened["writers"].items()}
        began = None
        if self._resume and not opened["created"]:
            began = keep_former(self.client, self._path, self._header.rank, self.run_dir)
        self.opened = opened
        if self.when_opened is not None:
            self.when_opened(began, self.client.host + opened["path"])
        self._spoken = time.monotonic()
        self.report()
        return opened

    def send(self, *, ended: bool) -> bool:
        """Send what is new in every file; returns whether anything was.

        ``ended``: nobody writes any more, so a torn tail is final and is sent as such.
        """
        if self.opened is None:
            self.open()
        moved = False
        for path in runfile.files(self.run_dir):
            while self._send_one(path, ended=ended):
                moved = True
        if moved:
            self.report()
        return self._send_part() or moved

    def _send_part(self) -> bool:
        """Send the next part of a file; a reason why it cannot be sent is told to the training."""
        if self.blobs is None:
            return False
        before = self.blobs.error
        moved = self.blobs.step(self.client, self._path)
        if moved:
            self._spoken = time.monotonic()
        if self.blobs.error != before:
            self.report()
        return moved

    def heartbeat(self) -> None:
        """Tell the server that the run lives, if nothing else told it so lately."""
        if self.opened and time.monotonic() - self._spoken > HEARTBEAT_SECONDS:
            self.client.heartbeat(self._path)
            self._spoken = time.monotonic()

    def _send_one(self, path: Path, *, ended: bool) -> bool:
        """Send the next piece of one file; False when there is none."""
        writer = path.stem
        offset = self.offsets.get(writer, 0)
        piece = _piece(path, offset, ended=ended)
        if not piece:
            return False
        try:
            self.offsets[writer] = self.client.post_frames(self._path, writer, offset, piece)
        except OffsetConflict as conflict:
            size = path.stat().st_size
            if conflict.expected > size:
                raise ServerError(
                    f"{path.name}: the server has {conflict.expected:,} bytes, the file only "
                    f"{size:,}. It was cut or replaced; it is not sent on."
                ) from conflict
            self.offsets[writer] = conflict.expected
        self._spoken = time.monotonic()
        return True

    def finished(self) -> bool:
        """Whether all that is in the run folder now is with the server, kept files too."""
        return self.pending() == 0 and not (self.blobs and self.blobs.left())

    def pending(self) -> int:
        """Bytes not yet acknowledged."""
        return sum(
            max(0, path.stat().st_size - self.offsets.get(path.stem, 0))
            for path in runfile.files(self.run_dir)
        )

    def report(self, error: str | None = None, *, refused: str | None = None) -> None:
        """Write ``upload.json`` for the training and for people."""
        opened = self.opened or {}
        project = f"{self.client.host}/@{opened.get('workspace')}/{opened.get('project')}"
        write_report(
            self.run_dir,
            {
                "host": self.client.host,
                "url": self.client.host + opened["path"] if opened else None,
                "project_url": project if opened else None,
                "name": opened.get("name"),
                "created": opened.get("created", False),
                "error": error or (self.blobs.error if self.blobs is not None else None),
                "refused": refused,
                "done": self.done,
                "offsets": self.offsets,
            },
        )


def keep_former(client: Client, path: str, rank: int, run_dir: Path) -> int:
    """Ask once what the server holds of the run, for the training; return when it began.

    It is a file of its own: with 100,000 keys it is too long to be written with every report.
    """
    former = client.request("GET", path + "/resumable", params={"rank": rank})
    fresh = run_dir / f".former.{os.getpid()}"
    fresh.write_bytes(msgspec.json.encode(former))
    _put(fresh, run_dir / "former.json")
    return int(former["created_at"])


def write_report(run_dir: Path, report: dict[str, Any]) -> None:
    """Replace ``upload.json`` at once, so that a reader never sees a half of it."""
    fresh = run_dir / f".upload.{os.getpid()}"
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))
    _put(fresh, run_dir / "upload.json")


def _put(fresh: Path, target: Path) -> None:
    """Rename ``fresh``; Windows refuses while somebody reads what is replaced, for a moment."""
    until = time.monotonic() + _READING_SECONDS
    while True:
        try:
            fresh.replace(target)
        except PermissionError:
            if os.name != "nt" or time.monotonic() > until:
                raise
            time.sleep(0.005)
        else:
            return


def _piece(path: Path, offset: int, *, ended: bool) -> bytes:
    """Return the next bytes of a file to post: whole frames, and damage once it is certain."""
    data = runfile.read(path, offset, _POST_BYTES)
    if not data:
        return b""
    end = runfile.cut(data, _POST_BYTES)
    if end == 0:
        # A frame larger than a post, a torn tail, or damage: look at all that can belong to it.
        data = runfile.read(path, offset, runfile.MAX_PAYLOAD + _POST_BYTES)
        end = runfile.scan(data, complete=ended).end
    return data[:end]


def _refusal(error: Exception) -> str | None:
    """``run`` when the server will never take the run as it is asked for, else None."""
    return "run" if getattr(error, "status", 0) in _REFUSALS else None


def _newer_key(
    uploader: Uploader,
    pause: float,
    login_again: Callable[[], Client | None],
    give_up: Callable[[], bool],
    wait: Callable[[float], object],
) -> bool:
    """Wait ``pause`` seconds for somebody to log in, and use that key; False: give up."""
    until = time.monotonic() + pause
    while True:
        client = login_again()
        if client is not None:
            uploader.client.close()
            uploader.client = client
            return True
        if give_up():
            return False
        if time.monotonic() >= until:
            return True
        wait(_LOOK_SECONDS)


def send_all(
    uploader: Uploader,
    *,
    ended: Callable[[], bool],
    give_up: Callable[[], bool],
    wait: Callable[[float], object],
    login_again: Callable[[], Client | None],
) -> bool:
    """Send until the run has ended and all of it is on the server; returns whether it is.

    Args:
        uploader: of the run folder; ``open`` need not have been called.
        ended: whether nobody writes any more.
        give_up: asked after each failure.
        wait: sleeps up to the given seconds; may return early when there is news.
        login_again: a client with a newer key after the server refused ours, or None.
    """
    pause = 0.0
    while True:
        final = ended()
        try:
            moved = uploader.send(ended=final)
            uploader.heartbeat()
            if final and uploader.finished():
                uploader.done = True
                uploader.report()
                return True
            pause = 0.0
            if not (moved and uploader.blobs and uploader.blobs.left()):
                if final and give_up():
                    return False
                wait(max(uploader.interval, 0.05))
        except AuthenticationError as error:
            uploader.report(str(error), refused=None if uploader.opened else "key")
            pause = min(60.0, max(_LOOK_SECONDS, pause * 2))
            if not _newer_key(uploader, pause, login_again, give_up, wait):
                return False
            continue
        except (ServerError, OSError) as error:
            uploader.report(str(error), refused=None if uploader.opened else _refusal(error))
            asked = getattr(error, "retry_after", 0.0)
            pause = max(asked, min(30.0, max(0.25, pause * 2)))
        if pause:
            if give_up():
                return False
            wait(pause)

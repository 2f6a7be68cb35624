"""Runs beside ours whose upload was cut off: sent by the next run's sidecar."""

from __future__ import annotations

from pathlib import Path

import msgspec

from swanlab import records, runfile
from swanlab.credentials import Login
from swanlab.errors import SwanLabError
from swanlab.records import Start
from swanlab.sidecar.journal import Journal
from swanlab.sidecar.lock import LOCK_NAME, Lock
from swanlab.sidecar.sync import is_alive, send_run

_HEAD_BYTES = 256 * 1024


class _Report(msgspec.Struct, frozen=True):
    host: str | None = None
    offsets: dict[str, int] = {}
    done: bool = False


def adopt(run_dir: Path, login: Login, *, only: str | None = None, wait: float = 0.0) -> list[Path]:
    """Send what runs for the same server left in the folders beside ``run_dir``.

    ``only`` the folders of the run of that id; ``wait`` so many seconds for whoever sends one.

    A run that another sidecar cares for is left to it. What cannot be sent now is left to the next
    sidecar, or to ``swanlab sync``. Returns the folders that were sent.
    """
    sent = []
    for folder in sorted(run_dir.parent.glob("run-*")):
        if folder == run_dir or (only is not None and only not in folder.name):
            continue
        if not _is_unsent(folder, login.host) or _is_starting(folder):
            continue
        with Lock(folder, wait) as held:
            if not held:
                continue
            try:
                send_run(folder, login)
            except (SwanLabError, OSError) as error:
                print(f"{folder.name} is not sent yet: {error}", flush=True)  # noqa: T201 - the log
            else:
                sent.append(folder)
    return sent


def _is_unsent(folder: Path, host: str) -> bool:
    """Whether the folder holds a cloud run that ``host`` does not know the end of."""
    try:
        report = msgspec.json.decode((folder / "upload.json").read_bytes(), type=_Report)
    except (OSError, msgspec.MsgspecError):
        return _is_cloud(folder)
    if report.host != host:
        return False
    if not report.done:
        return True
    files = runfile.files(folder)
    return any(path.stat().st_size > report.offsets.get(path.stem, 0) for path in files)


def _is_starting(folder: Path) -> bool:
    """Whether the run goes on and its own sidecar has not come to it yet.

    Whoever opened it on the server before its sidecar would have the training believe that the
    server holds nothing to go on from.
    """
    if (folder / LOCK_NAME).exists():
        return False
    journal = Journal(folder)
    journal.catch_up()
    return journal.header is not None and not journal.ended and is_alive(journal.header)


def _is_cloud(folder: Path) -> bool:
    for path in runfile.files(folder):
        for payload in runfile.scan(runfile.read(path, 0, _HEAD_BYTES)).payloads:
            try:
                record = records.decode(payload)
            except (msgspec.MsgspecError, ValueError):
                continue
            if isinstance(record, Start):
                return record.mode == "cloud"
    return False

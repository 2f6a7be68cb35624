"""Sending what a run left behind: by ``swanlab sync``, and by a sidecar that finds an orphan."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import psutil

from swanlab import runfile, settings
from swanlab.client import Client
from swanlab.credentials import Login
from swanlab.errors import InvalidArgument
from swanlab.records import Finish, Header, Start
from swanlab.sidecar.blobs import LARGEST_PART, Blobs
from swanlab.sidecar.files import settle, unsettled
from swanlab.sidecar.journal import Journal, SidecarFile
from swanlab.sidecar.uploader import Uploader


class Sent(msgspec.Struct, frozen=True):
    """What ``send_run`` did."""

    url: str
    sent_bytes: int
    damaged: int
    alive: bool


def run_dirs(path: Path) -> list[Path]:
    """Return ``path`` if it is a run folder, else the run folders in it, oldest first.

    A run recorded through ``SWANLAB_SPOOL_DIR`` is found by the note left in its folder.
    """
    own = runfile.spooled(path)
    if runfile.files(own):
        return [own]
    if not path.is_dir():
        return []
    inside = (runfile.spooled(child) for child in sorted(path.iterdir()) if child.is_dir())
    return [run_dir for run_dir in inside if runfile.files(run_dir)]


def send_run(
    run_dir: Path,
    login: Login,
    *,
    workspace: str | None = None,
    project: str | None = None,
    run_id: str | None = None,
) -> Sent:
    """Send all that is there; a run whose process is gone without an end gets one: crashed.

    Raises:
        InvalidArgument: the folder holds no run that can be read.
        SwanLabError: as ``Client`` raises.
    """
    journal = Journal(run_dir)
    journal.catch_up()
    start, header = journal.start, journal.header
    if start is None or header is None:
        raise InvalidArgument("no run can be read here: its first records are missing or damaged.")
    alive = is_alive(header)
    if not alive and not journal.ended:
        note_crash(run_dir, header)
    if not alive and header.host == _node() and unsettled(journal):
        own = SidecarFile(run_dir, header)
        settle(run_dir, journal, own, int(settings.number("save_size")))
        own.close()
    start = msgspec.structs.replace(
        start, workspace=workspace or start.workspace, project=project or start.project
    )
    header = msgspec.structs.replace(header, run=run_id or header.run)
    client = Client(login.host, login.api_key)
    try:
        return _send(run_dir, client, start, header, journal, alive=alive)
    finally:
        client.close()


def _send(
    run_dir: Path, client: Client, start: Start, header: Header, journal: Journal, *, alive: bool
) -> Sent:
    part = min(LARGEST_PART, int(settings.number("save_part")))
    blobs = Blobs(run_dir, journal, part)
    uploader = Uploader(run_dir, client, start, header, blobs=blobs)
    opened = uploader.open()
    before = uploader.pending()
    while uploader.send(ended=not alive):
        pass
    uploader.done = not alive
    uploader.report()
    damaged = sum(_damaged(path) for path in runfile.files(run_dir))
    return Sent(client.host + opened["path"], before - uploader.pending(), damaged, alive)


def _damaged(path: Path) -> int:
    """Bytes of a file that hold no intact frame."""
    offset = damaged = 0
    while data := runfile.read(path, offset, 4 * runfile.MAX_PAYLOAD):
        last = len(data) < 4 * runfile.MAX_PAYLOAD
        span = runfile.scan(data, complete=last)
        damaged += span.damaged
        offset += span.end or len(data)
    return damaged


def is_alive(header: Header) -> bool:
    """Whether the process that wrote ``header`` still runs; False if that was another machine."""
    if header.host != _node():
        return False
    try:
        # A process of that number that began later is another one.
        return psutil.Process(header.pid).create_time() * 1000 <= header.started + 1000
    except psutil.Error:
        return False


def _node() -> str:
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")


def note_crash(run_dir: Path, header: Header) -> None:
    """Record that the run's process ended without saying how."""
    own = SidecarFile(run_dir, header)
    reason = "The process ended without finishing the run."
    own.put(Finish(own.elapsed(), "crashed", reason))
    own.close()

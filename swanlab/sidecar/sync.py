"""Sending what a run left behind: by ``swanlab sync``, and by a sidecar that finds an orphan."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import psutil

from swanlab import credentials, fields, runfile, settings
from swanlab.client import Client
from swanlab.credentials import Login
from swanlab.errors import AuthenticationError, InvalidArgument, SwanLabError
from swanlab.records import Finish, Header, Start
from swanlab.sidecar.blobs import LARGEST_PART, Blobs
from swanlab.sidecar.files import settle, unsettled
from swanlab.sidecar.journal import Journal, SidecarFile
from swanlab.sidecar.portion import Portion, copy, moment
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
    portion: Portion | None = None,
) -> Sent:
    """Send all that is there; a run whose process is gone without an end gets one: crashed.

    Raises:
        InvalidArgument: the folder holds no run that can be read.
        OSError: a portion of it cannot be written to a temporary folder.
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
    elsewhere = header.host != _node()
    if not alive and unsettled(journal, only_media=elsewhere):
        own = SidecarFile(run_dir, header)
        largest = int(settings.number("save_size"))
        settle(run_dir, journal, own, largest, only_media=elsewhere)
        own.close()
    start = msgspec.structs.replace(
        start, workspace=workspace or start.workspace, project=project or start.project
    )
    header = msgspec.structs.replace(header, run=run_id or header.run)
    client = Client(login.host, login.api_key)
    try:
        part = min(LARGEST_PART, int(settings.number("save_part")))
        blobs = Blobs(run_dir, journal, part)
        if portion is None or portion.whole():
            return _send(run_dir, client, start, header, blobs, alive=alive)
        with TemporaryDirectory(prefix="swanlab-") as place:
            copy(run_dir, Path(place), portion)
            return _send(Path(place), client, start, header, blobs, alive=alive)
    finally:
        client.close()


def _send(
    run_dir: Path, client: Client, start: Start, header: Header, blobs: Blobs, *, alive: bool
) -> Sent:
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


def login_for(host: str | None, api_key: str | None) -> Login:
    """Return whose key is used on which server: as given, else as remembered.

    Raises:
        AuthenticationError: no server or no key is known.
    """
    login = credentials.find(host)
    if api_key:
        address = host or (login.host if login else None)
        if address is None:
            raise AuthenticationError("no server is known; give its address (host).")
        return Login(credentials.normal_host(address), credentials.check_key(api_key))
    if login is None:
        raise AuthenticationError(
            "you are not logged in" + (f" to {host}" if host else "") + ". Run: swanlab login"
        )
    return login


def new_id(run_id: str | None) -> str | None:
    """Return the id to send as: ``new`` is a fresh one, ``auto`` and None the recorded one."""
    if run_id == "new":
        return secrets.token_hex(11)[:21]
    return None if run_id == "auto" else run_id


def sync(  # noqa: PLR0913 - both generations' arguments
    dir_path: str | os.PathLike[str] | None = None,
    workspace: str | None = None,
    project: str | None = None,
    id: str | None = None,  # noqa: A002 - the public name
    api_key: str | None = None,
    raise_error: bool = True,
    *,
    run_dir: str | os.PathLike[str] | None = None,
    settings: Any = None,
    host: str | None = None,
    start_step: int | None = None,
    end_step: int | None = None,
    start_time: Any = None,
    end_time: Any = None,
) -> list[str]:
    """Send a recorded run to a server, as ``swanlab sync`` does; again changes nothing.

    Args:
        dir_path: a run folder, or a folder of run folders (also ``run_dir``).
        workspace: where to, instead of the recorded one.
        project: where to, instead of the recorded one.
        id: what to send the run as; ``new`` for a fresh id, ``auto`` for the recorded one.
        api_key: default is the remembered key of the server.
        raise_error: whether a failure is raised; otherwise it is printed.
        run_dir: the same as ``dir_path``.
        settings: ``Settings`` or a dictionary that may name host, key, workspace, project and id.
        host: the server; default is the one last used.
        start_step: leave out earlier steps, of all but the hardware.
        end_step: leave out later steps.
        start_time: leave out what was recorded earlier: Unix seconds, ISO text or a datetime.
        end_time: leave out what was recorded later.

    Returns:
        The addresses of the pages of the runs that were sent.

    Raises:
        InvalidArgument: there is no run in the folder, or an argument cannot be used.
        AuthenticationError: no server or key is known.
        SwanLabError: the server refuses the run, or does not answer.
    """
    chosen = _chosen(settings)
    portion = Portion(start_step, end_step, moment(start_time), moment(end_time))
    try:
        folders = _folders(dir_path or run_dir)
        run_id = new_id(id or chosen.get("id"))
        if run_id and len(folders) > 1:
            raise InvalidArgument("an id is for one run; give the folder of that run.")
        login = login_for(host or chosen.get("host"), api_key or chosen.get("api_key"))
        return [
            send_run(
                folder,
                login,
                workspace=workspace or chosen.get("workspace"),
                project=project or chosen.get("project"),
                run_id=run_id,
                portion=portion,
            ).url
            for folder in folders
        ]
    except SwanLabError as error:
        if raise_error:
            raise
        print(f"swanlab: sync: {error}", file=sys.stderr)  # noqa: T201 - asked for
        return []


def _folders(path: str | os.PathLike[str] | None) -> list[Path]:
    if path is None:
        raise InvalidArgument("sync needs the folder of a run: swanlab.sync('swanlog/run-…').")
    folders = run_dirs(Path(path))
    if not folders:
        raise InvalidArgument(f"no run is recorded in {path}.")
    return folders


def _chosen(given: Any) -> dict[str, Any]:
    """Return the options in ``Settings``, or in a dictionary of its fields."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return fields.options_in(fields.flatten(given))
    options: dict[str, Any] = given.options()
    return options

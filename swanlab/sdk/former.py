"""What a run held before it is resumed: its config, and where its steps and console lines stand.

Read from the run folders of this machine; in mode ``cloud`` the background process asks the server
too, and leaves the answer in ``former.json`` of the run folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from swanlab import records, runfile
from swanlab.errors import RunRefused

_PIECE = 4 << 20


class Former(msgspec.Struct):
    """The state a run is taken up in."""

    created_at: int | None = None
    """Unix time in milliseconds at which the run began."""
    name: str | None = None
    config: dict[str, Any] = {}
    steps: dict[str, int] = {}
    """Key to its highest step."""
    lines: int = 0
    """Number of the next console line."""


class Follower:
    """Reads on in one run file and notes the highest step of every key."""

    def __init__(self, path: Path) -> None:
        """Start at the beginning of ``path``; nothing is read yet."""
        self.path = path
        self.offset = 0
        self.keys: list[str] = []
        self.layouts: dict[int, list[int]] = {}
        self.header: records.Header | None = None
        self.start: records.Start | None = None
        self.configs: list[records.Config] = []
        self.lines = 0
        self.highest: dict[str, int] = {}
        self._at: dict[int, int] = {}

    def catch_up(self) -> dict[str, int]:
        """Read what is new; return the highest step in it of every key. Raises ``OSError``."""
        steps: dict[str, int] = {}
        while data := runfile.read(self.path, self.offset, _PIECE):
            span = runfile.scan(data)
            if span.end == 0:
                data = runfile.read(self.path, self.offset, runfile.MAX_PAYLOAD + _PIECE)
                span = runfile.scan(data)
                if span.end == 0:
                    break
            self.offset += span.end
            for payload in span.payloads:
                self._take(payload, steps)
        for number in list(self._at):
            self._settle(number, steps)
        return steps

    def _take(self, payload: bytes, steps: dict[str, int]) -> None:
        try:
            record = records.decode(payload)
        except (msgspec.MsgspecError, ValueError):
            return  # Of a newer format: it is kept and sent as it is.
        if isinstance(record, records.Scalars):
            at = self._at
            if record.step > at.get(record.layout, -1):
                at[record.layout] = record.step
        elif isinstance(record, records.Media):
            steps[record.key] = max(record.step, steps.get(record.key, -1))
        elif isinstance(record, records.Layout):
            self._settle(record.id, steps)
            self.layouts[record.id] = record.keys
        elif isinstance(record, records.Key):
            self.keys.append(record.name)
        else:
            self._take_other(record)

    def _take_other(self, record: records.Record) -> None:
        """What has to do with no step."""
        if isinstance(record, records.Console):
            self.lines = max(self.lines, record.line + 1)
        elif isinstance(record, records.Config):
            self.configs.append(record)
        elif isinstance(record, records.Header):
            self.header = self.header or record
        elif isinstance(record, records.Start):
            self.start = self.start or record

    def _settle(self, number: int, steps: dict[str, int]) -> None:
        """A layout's highest step is that of its keys."""
        step = self._at.pop(number, None)
        if step is None:
            return
        for key in self.layouts.get(number, ()):
            name = self.keys[key] if key < len(self.keys) else None
            if name is not None and steps.get(name, -1) < step:
                steps[name] = step


def recorded(
    logdir: Path, run_id: str, project: str, rank: int, *, needed: bool = False
) -> Former | None:
    """Return what the folders in ``logdir`` hold of the run; None when there is none.

    Raises:
        RunRefused: it is ``needed``, and there is none.
    """
    found: Former | None = None
    for folder in sorted(logdir.glob("run-*")):
        if run_id not in folder.name:
            continue
        followers = _followers(folder, run_id)
        start = next((one.start for one in followers if one.start is not None), None)
        if start is None or start.project != project:
            continue
        found = found or Former(start.created, start.name)
        for one in followers:
            _add(found, one, rank)
    if found is None and needed:
        raise RunRefused(f"resume='must', but {logdir} holds no run {run_id} of project {project}.")
    return found


def _followers(folder: Path, run_id: str) -> list[Follower]:
    """Return the trainers' files of the folder, read, if it is one of this run."""
    followers = []
    for path in runfile.files(runfile.spooled(folder)):
        if not path.name.startswith("trainer-"):
            continue
        one = Follower(path)
        try:
            one.highest = one.catch_up()
        except OSError:
            continue  # It was removed meanwhile, or its disk is gone: nothing to go on from.
        if one.header is None or one.header.run != run_id:
            continue
        followers.append(one)
    return followers


def _add(found: Former, one: Follower, rank: int) -> None:
    for record in one.configs:
        found.config.update(record.values)
        for name in record.removed:
            found.config.pop(name, None)
    if one.header is not None and one.header.rank == rank:
        found.lines = max(found.lines, one.lines)
        join_steps(found.steps, one.highest)


def join_steps(steps: dict[str, int], more: dict[str, int]) -> None:
    """Keep in ``steps`` the higher of both for every key."""
    for name, step in more.items():
        if steps.get(name, -1) < step:
            steps[name] = step


def living_ranks(logdir: Path, run_id: str) -> set[int]:
    """Return the ranks of the run's processes that live on this machine, other than this one."""
    import psutil

    found: set[int] = set()
    for folder in logdir.glob("run-*"):
        for path in runfile.files(runfile.spooled(folder)) if run_id in folder.name else ():
            header = _header(path)
            if header is None or header.run != run_id or header.role != "trainer":
                continue
            if header.host == host_name() and header.pid != os.getpid():
                living = psutil.pid_exists(header.pid)
                found.update({header.rank} if living else ())
    return found


def _header(path: Path) -> records.Header | None:
    try:
        first = next(iter(runfile.scan(runfile.read(path, 0, 4096)).payloads), b"")
        record = records.decode(first)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None
    return record if isinstance(record, records.Header) else None


def host_name() -> str:
    """Return the name of this machine, as headers spell it."""
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")


def answered(run_dir: Path) -> Former | None:
    """Return what the server said of the run; None when it knew no such run, or said nothing."""
    try:
        return msgspec.json.decode((run_dir / "former.json").read_bytes(), type=Former)
    except (OSError, msgspec.MsgspecError):
        return None


def joined(here: Former | None, there: Former | None) -> Former | None:
    """Return both as one: the server's word holds, and the higher step."""
    if here is None or there is None:
        return here or there
    steps = dict(here.steps)
    join_steps(steps, there.steps)
    return Former(
        there.created_at or here.created_at,
        there.name or here.name,
        {**here.config, **there.config},
        steps,
        max(here.lines, there.lines),
    )

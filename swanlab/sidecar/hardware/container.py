"""Memory that a container may use: the limit of control groups, version 2, where it is in force."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

_ROOT = Path("/sys/fs/cgroup")
_PROC = Path("/proc")


class Allowance(NamedTuple):
    """What a control group may use and uses, in bytes."""

    limit: int
    used: int


class Container:
    """The control group whose memory limit is the tightest around a process."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is the group's in the cgroup file system."""
        self.folder = folder

    def allowance(self) -> Allowance | None:
        """Return limit and use now; None if the group is gone."""
        limit, used = _number(self.folder / "memory.max"), _number(self.folder / "memory.current")
        if limit is None or used is None:
            return None
        # Pages of files that nobody reads any more are given back before anything is killed.
        return Allowance(limit, max(0, used - _inactive(self.folder / "memory.stat")))


def around(pid: int, machine: int) -> Container | None:
    """Return the group that limits ``pid`` to less than the machine's memory, if any does."""
    path = _path(pid)
    if path is None:
        return None
    tightest, limit = None, machine
    folder = _ROOT / path.lstrip("/")
    for group in (folder, *folder.parents):
        if not group.is_relative_to(_ROOT):
            break
        own = _number(group / "memory.max")
        if own is not None and own < limit:
            tightest, limit = Container(group), own
    return tightest


def _path(pid: int) -> str | None:
    try:
        lines = (_PROC / str(pid) / "cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None  # Not Linux, or the training is gone.
    return next((line[3:] for line in lines if line.startswith("0::")), None)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None  # "max", or no such controller.


def _inactive(path: Path) -> int:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    words = (line.split() for line in lines if line.startswith("inactive_file "))
    return next((int(parts[1]) for parts in words), 0)

"""Which of the processes of one run this is: its rank under ``parallel="shared"``."""

from __future__ import annotations

import os
from pathlib import Path

from swanlab.errors import InvalidArgument
from swanlab.sdk.guard import say

LAUNCHERS = (
    "RANK",  # torchrun, accelerate, deepspeed
    "OMPI_COMM_WORLD_RANK",  # Open MPI
    "PMIX_RANK",
    "PMI_RANK",  # MPICH, Intel MPI
    "MV2_COMM_WORLD_RANK",  # MVAPICH
    "SLURM_PROCID",  # srun
)
"""Where launchers say it; a launcher started by another one comes first."""

_MOST = 4096
_held: list[int] = []
"""Descriptors of the places this process holds: they are let go when the process ends."""


def is_shared(parallel: object, run_id: str | None) -> bool:
    """Whether other processes write into the same run; raises ``InvalidArgument``."""
    if parallel in (None, False, "none"):
        return False
    if parallel not in (True, "shared"):
        raise InvalidArgument(f"parallel must be 'shared' or 'none', but got {parallel!r}.")
    if not run_id:
        say(
            "parallel='shared' without an id: this process has a run of its own. Give all processes"
            " the same id to have one run."
        )
    return bool(run_id)


def launched() -> int | None:
    """Return the rank that a launcher gave this process, None without one."""
    for variable in LAUNCHERS:
        value = os.environ.get(variable, "")
        if value.isdecimal() and int(value) < 2**31:
            return int(value)
    return None


def find(run_id: str, taken: set[int]) -> int:
    """Return this process's rank in the run: the launcher's, else the lowest free place here.

    ``taken`` are the ranks of living processes of the run; not all of them hold a place.
    """
    rank = launched()
    if rank is not None:
        return rank
    try:
        return _take_place(_places(run_id), taken)
    except OSError:
        # Nothing can be locked here: a number of its own is more than a place in the row.
        return os.getpid()


def _places(run_id: str) -> Path:
    import tempfile
    from hashlib import sha256

    owner = os.getuid() if hasattr(os, "getuid") else 0
    name = sha256(run_id.encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"swanlab-{owner}" / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _take_place(folder: Path, taken: set[int]) -> int:
    """Lock the first file that nobody holds; the system lets go when its holders are gone."""
    try:
        import fcntl
    except ImportError:
        return _make_place(folder, taken)
    for place in _free(taken):
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        descriptor = os.open(folder / str(place), flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            continue
        _held.append(descriptor)
        return place
    raise OSError(f"all {_MOST} places of the run are taken")


def _make_place(folder: Path, taken: set[int]) -> int:
    """Without locks places are not given back: number on."""
    for place in _free(taken):
        try:
            os.close(os.open(folder / str(place), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            continue
        return place
    raise OSError(f"all {_MOST} places of the run are taken")


def _free(taken: set[int]) -> list[int]:
    return [place for place in range(_MOST) if place not in taken]


def let_go() -> None:
    """Give back the places of this process: its run has ended."""
    while _held:
        os.close(_held.pop())

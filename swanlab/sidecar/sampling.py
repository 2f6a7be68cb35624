"""Which of the sidecars of one run on this machine samples its hardware."""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import IO

from swanlab.sidecar.hardware import Probe, sampled


class Sampling:
    """The right to sample, held by one process at a time; another takes over when it ends."""

    def __init__(self, run_id: str) -> None:
        """Prepare; nothing is taken yet."""
        owner = os.getuid() if hasattr(os, "getuid") else 0
        name = sha256(run_id.encode()).hexdigest()[:16]
        self._path = Path(tempfile.gettempdir()) / f"swanlab-{owner}" / name / "sampling"
        self._file: IO[bytes] | None = None

    def mine(self) -> bool:
        """Whether this process samples; takes the right if nobody holds it."""
        if self._file is not None:
            return True
        try:
            import fcntl
        except ImportError:
            return True  # Without locks every process samples: more than needed, not wrong.
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = self._path.open("ab")
        except OSError:
            return True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True


class Hardware:
    """The probes of this machine, silent while another process of the run samples it."""

    def __init__(self, found: list[Probe], sampling: Sampling | None) -> None:
        """``sampling`` is None when the run has one process."""
        self._found = found
        self._sampling = sampling

    def sample(self) -> dict[str, float]:
        """Return key (without the system prefix) to value; empty when it is not ours to say."""
        if not self._found or not (self._sampling is None or self._sampling.mine()):
            return {}
        return sampled(self._found)

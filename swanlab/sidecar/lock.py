"""One sidecar per run folder."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType

LOCK_NAME = "sidecar.lock"


class Lock:
    """Holds ``sidecar.lock`` of a run folder: ``with Lock(folder) as held`` tells whether it does.

    The system lets go of it when the process ends, however it ends.
    """

    def __init__(self, run_dir: Path, wait: float = 0.0) -> None:
        """Prepare; ``wait`` is how many seconds to wait for another holder to let go."""
        self._path = run_dir / LOCK_NAME
        self._wait = wait

    def __enter__(self) -> bool:
        self._file = self._path.open("ab")
        try:
            import fcntl
        except ImportError:
            return True  # Without locks, two uploads at once are slower, not wrong.
        deadline = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.1)
            else:
                return True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

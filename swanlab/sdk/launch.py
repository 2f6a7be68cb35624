"""Starting the background process, and what the training knows of it.

It runs in a session of its own, so that Ctrl-C reaches the training only. Its standard input is the
life line: a first line of JSON tells it what it needs (secrets included: neither arguments nor
environment show them), and the end of the stream tells it that the last process of the run is gone.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from swanlab.orders import Orders
from swanlab.sdk.guard import say_once


class Progress(msgspec.Struct, frozen=True):
    """What the background process last said in ``upload.json``."""

    url: str | None = None
    project_url: str | None = None
    name: str | None = None
    error: str | None = None
    created: bool = False
    """Whether the server knew no run of that id before."""
    refused: str | None = None
    """``key`` or ``run``: the server refuses it, and waiting will not help."""
    offsets: dict[str, int] = {}
    done: bool = False
    """Whether the run has ended and all of it, files too, is on the server."""


def visible_devices() -> dict[str, str]:
    """Return what names the devices of this process; the sidecar must not judge by its own."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.endswith("VISIBLE_DEVICES") or name == "CUDA_DEVICE_ORDER"
    }


class _Process(subprocess.Popen[bytes]):
    def __del__(self, *args: Any, **kwargs: Any) -> None:
        """It outlives us by design; Popen would warn of that."""


class Sidecar:
    """The background process of one run, seen from the training."""

    def __init__(self, run_dir: Path, orders: Orders) -> None:
        """Start it; a failure to start is said once, and the run goes on without."""
        self.run_dir = run_dir
        self.orders = orders
        self._process: _Process | None = None
        self._pid = os.getpid()
        self.start()

    def start(self) -> None:
        """Start the process with a life line of its own."""
        try:
            self._process = _spawn(self.run_dir)
        except OSError as error:
            say_once(
                "sidecar",
                f"the background process cannot be started ({error}). Everything is recorded; "
                f"send it later with: swanlab sync {self.run_dir}",
            )
            return
        stdin = self._process.stdin
        if stdin is None:
            return
        try:
            stdin.write(msgspec.json.encode(self.orders) + b"\n")
            stdin.flush()
        except OSError:
            pass  # Died at once: finish() sees that and starts another.
        if hasattr(os, "set_blocking"):
            # A background process that hangs must not hold up the training.
            os.set_blocking(stdin.fileno(), False)

    def look(self) -> None:
        """Let it look at the run file now: files are to be kept. From forked children too."""
        if self._process is not None and self._process.stdin is not None:
            # If that fails it looks by itself before long, or whoever comes after it.
            with contextlib.suppress(OSError, ValueError):
                os.write(self._process.stdin.fileno(), b"look\n")

    def alive(self) -> bool:
        """Whether it still runs, seen from the process that started it."""
        return self._process is not None and self._process.poll() is None

    def let_go(self) -> None:
        """Close our end of the life line; start another process first if this one has died."""
        if os.getpid() != self._pid:
            return
        if not self.alive():
            self.start()
        if self._process is not None and self._process.stdin is not None:
            try:
                # Said in words too: a forked worker that lives on still holds the other end open.
                self._process.stdin.write(b"end\n")
                self._process.stdin.close()
            except OSError:
                pass  # It died meanwhile: the run file has everything for `swanlab sync`.

    def withdraw(self) -> None:
        """Let it end at once, and send nothing more."""
        process = self._process
        if process is None or process.stdin is None:
            return
        try:
            process.stdin.write(b"withdraw\n")
            process.stdin.close()
            process.wait(5)
        except (OSError, subprocess.TimeoutExpired):
            process.kill()
            process.wait()

    def progress(self) -> Progress:
        """Return what it last said; nothing yet is an empty ``Progress``."""
        try:
            return msgspec.json.decode((self.run_dir / "upload.json").read_bytes(), type=Progress)
        except (OSError, msgspec.MsgspecError):
            return Progress()

    def wait_opened(self, timeout: float) -> Progress:
        """Wait until the run is open on the server, or an error is known."""
        deadline = time.monotonic() + timeout
        while True:
            progress = self.progress()
            if progress.url or progress.error or not self.alive() or time.monotonic() > deadline:
                return progress
            time.sleep(0.01)

    def wait_sent(
        self, sizes: dict[str, int], timeout: float, *, whole: bool = False
    ) -> Progress | None:
        """Wait until the server has these writers up to these sizes; None when it has.

        ``whole``: also until it has all else of the run, such as its files.
        """
        deadline = time.monotonic() + timeout
        revived = False
        while True:
            alive = self.alive()  # before what it last said: that may be the end of its work
            progress = self.progress()
            arrived = all(progress.offsets.get(name, 0) >= size for name, size in sizes.items())
            if arrived and (progress.done or not whole):
                return None
            if progress.refused or time.monotonic() > deadline or (revived and not alive):
                return progress
            if not alive:
                # It was being killed when it was let go.
                revived = True
                self.let_go()
            time.sleep(0.02)

    def wait_gone(self, timeout: float) -> bool:
        """Wait until the process has done all it had to; False when it goes on."""
        if self._process is None or os.getpid() != self._pid:
            return True
        try:
            if self._process.wait(timeout) < 0:
                self.let_go()  # It was killed: another one does what is left.
                self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True


def _spawn(run_dir: Path) -> _Process:
    if not sys.executable:
        raise OSError("this program has no Python interpreter of its own to start")
    env = dict(os.environ)
    root = str(Path(__file__).resolve().parents[2])
    # The run folder is the working directory: no module of the user's can shadow the library's.
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [env.get("PYTHONPATH"), root]))
    env.pop("PYTHONSTARTUP", None)
    with (run_dir / "sidecar.log").open("ab") as log:
        return _Process(
            [sys.executable, "-m", "swanlab.sidecar", str(run_dir)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=run_dir,
            env=env,
            close_fds=True,
            **_apart(),
        )


def _apart() -> dict[str, Any]:
    """Keep Ctrl-C, and the closing of the window, from the background process."""
    if sys.platform == "win32":
        # A console of its own, with no window: it gets no events of the training's.
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}

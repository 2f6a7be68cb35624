from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.serving import Serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    """A running server that we are logged in to."""
    serving = Serving(tmp_path / "server").start().log_in()
    yield serving
    if serving.process is not None:
        serving.stop(signal.SIGKILL)


@pytest.fixture(autouse=True)
def no_sidecar_stays(tmp_path: Path) -> Iterator[None]:
    """Sidecars that go on trying to send are ended with the test that made them."""
    yield
    for process in sidecars(tmp_path):
        process.kill()


def sidecars(folder: Path) -> list[psutil.Process]:
    """The sidecars of runs below ``folder``."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if "swanlab.sidecar" in command and str(folder) in command[-1]:
            found.append(process)
    return found

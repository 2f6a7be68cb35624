"""Runs whose own background process is not there: when another one sends them."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from swanlab import records, runfile
from swanlab.credentials import Login
from swanlab.sidecar.orphans import adopt
from swanlab.sidecar.sync import is_alive
from tests.serving import Serving


@pytest.fixture
def login(tmp_path):
    server = Serving(tmp_path / "server").start().log_in()
    yield Login(server.host, str(server.api_key))
    server.stop()


def folder_of(pid: int, *more: records.Record) -> Path:
    """A run for the server, recorded by the process ``pid``, that no sidecar has come to."""
    folder = Path("swanlog", f"run-20260101_000000-of{pid}")
    folder.mkdir(parents=True)
    host, now = os.uname().nodename, time.time_ns() // 1_000_000
    header = records.Header(1, f"of{pid}", f"trainer-{pid}-0", 0, now, pid, host, "trainer")
    start = records.Start("cats", None, None, None, [], "cloud", now, {})
    file = runfile.Writer(folder / f"trainer-{pid}-0{runfile.SUFFIX}")
    for record in (header, start, *more):
        file.append(runfile.frame(records.encode(record)))
    file.close()
    assert is_alive(header) == (pid == os.getpid())
    return folder


def test_a_run_that_is_just_starting_is_left_to_its_own(login):
    folder = folder_of(os.getpid())
    assert adopt(Path("swanlog", "run-mine"), login) == []
    assert not (folder / "upload.json").exists()


def test_a_living_run_whose_own_is_gone_is_sent(login):
    folder = folder_of(os.getpid())
    (folder / "sidecar.lock").touch()
    assert adopt(Path("swanlog", "run-mine"), login) == [folder]


def test_a_run_that_ended_before_its_own_came_is_sent(login):
    folder = folder_of(os.getpid(), records.Finish(1, "success"))
    assert adopt(Path("swanlog", "run-mine"), login) == [folder]


def test_a_dead_run_that_none_ever_came_to_is_sent(login):
    child = subprocess.Popen(["true"])
    child.wait()
    folder = folder_of(child.pid)
    assert adopt(Path("swanlog", "run-mine"), login) == [folder]
    assert (folder / "upload.json").exists()

"""A system that has none of the calls that only POSIX has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import swanlab
from tests.conftest import run_folder
from tests.recorded import recorded
from tests.serving import Serving, wait_for

ROOT = Path(swanlab.__file__).parents[1]
WITHOUT = """
import os, sys
sys.modules.update(dict.fromkeys(("fcntl", "pwd", "grp", "termios")))
for name in ("fork", "register_at_fork", "getuid", "uname", "nice", "killpg", "setsid"):
    delattr(os, name)
"""
"""Run by every Python of the test before all else, that of the background process too; what psutil
needs of Linux stays."""


@pytest.fixture
def bare(tmp_path, monkeypatch):
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WITHOUT)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(ROOT)]))
    monkeypatch.setenv("COMPUTERNAME", "box")


def test_the_calls_are_missing(bare, script):
    done = script("import os, fcntl")
    assert "ModuleNotFoundError" in done.stderr
    assert script("import os; os.uname()").returncode == 1


@pytest.mark.parametrize("parallel", [None, "shared"])
def test_a_run_is_recorded_with_hardware_and_its_end(bare, script, parallel):
    done = script(
        f"""
        import swanlab
        swanlab.init(
            project="cats", mode="offline", id="bare-{os.getpid()}", parallel={parallel!r}
        )
        for step in range(100):
            swanlab.log({{"loss": step}})
        """
    )
    assert (done.returncode, "failed" in done.stderr) == (0, False), done.stderr
    found = recorded(run_folder())
    assert found.points == {"loss": [(step, step) for step in range(100)]}
    assert [finish.state for finish in found.finishes] == ["success"]
    wait_for(lambda: "hardware" in recorded(run_folder(), "sidecar").environment)
    assert found.headers[0].host == "box"


def test_a_run_is_sent_resumed_and_its_crash_is_told(script, tmp_path, request):
    server = Serving(tmp_path / "server").start().log_in()
    request.getfixturevalue("bare")
    train = """
        import os, swanlab
        from swanlab.plugin.writer import CSVWriter
        run = swanlab.init(project="cats", mode="cloud", id="mine", callbacks=CSVWriter())
        swanlab.log({"loss": 1})
        if not os.path.exists("again"):
            open("again", "w").close()
            swanlab.finish()
        else:
            os._exit(3)
    """
    assert script(train).returncode == 0
    assert script(train).returncode == 3
    wait_for(lambda: server.run("admin/cats", "mine")["state"] == "crashed", 60)
    assert server.points("admin/cats", "mine", "loss") == [(0, 1), (1, 1)]
    server.stop()

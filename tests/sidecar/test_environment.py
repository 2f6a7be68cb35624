"""What is kept of the user's files and packages beside a run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from swanlab.sidecar import changes, environment
from tests.conftest import run_folder
from tests.recorded import recorded
from tests.serving import wait_for

TRAIN = """
    import swanlab
    run = swanlab.init(mode="local")
    swanlab.log({"loss": 1})
    run.finish()
"""


def git(*args: str) -> str:
    done = subprocess.run(["git", *args], check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def repository():
    """The working directory, committed, with one file changed since."""
    git("init", "-b", "trunk")
    git("config", "user.email", "a@b")
    git("config", "user.name", "a")
    Path("model.py").write_text("width = 1\n")
    git("add", "model.py")
    git("commit", "-m", "first")
    Path("model.py").write_text("width = 2\n")


def ended() -> Path:
    """The only run folder, once its background process has done all."""
    folder = run_folder()
    wait_for(lambda: not any(str(folder.resolve()) in line for line in map(command, psutil.pids())))
    return folder


def command(pid: int) -> str:
    try:
        return " ".join(psutil.Process(pid).cmdline())
    except psutil.Error:
        return ""


def environment_of(folder: Path) -> dict:
    return recorded(folder, "sidecar").environment


@pytest.mark.usefixtures("repository")
def test_the_diff_of_a_run_can_be_applied_to_its_commit(script):
    assert script(TRAIN).returncode == 0
    folder = ended()
    kept = environment_of(folder)["git"]
    assert (kept["branch"], kept["dirty"], kept["diff_cut"]) == ("trunk", True, False)
    assert "-width = 1\n+width = 2\n" in kept["diff"]
    assert (folder / "diff.patch").read_text() == kept["diff"]
    git("checkout", "model.py")
    git("apply", str(folder / "diff.patch"))
    assert Path("model.py").read_text() == "width = 2\n"


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("word", ["off", "false", "0"])
def test_the_diff_can_be_left_out(script, word):
    assert script(TRAIN, SWANLAB_GIT_DIFF=word).returncode == 0
    folder = ended()
    kept = environment_of(folder)["git"]
    assert (kept["branch"], kept["dirty"]) == ("trunk", True)
    assert "diff" not in kept
    assert not (folder / "diff.patch").exists()


@pytest.mark.usefixtures("repository")
def test_a_long_diff_is_cut_at_a_line_and_says_so(monkeypatch):
    Path("model.py").write_text("".join(f"line {i}\n" for i in range(1000)))
    monkeypatch.setattr(changes, "LIMIT", 2000)
    found = changes.diff(".")
    assert found.cut
    assert found.text.endswith("\n")
    assert 1900 < len(found.text) <= 2000


@pytest.mark.usefixtures("repository")
def test_secrets_of_a_known_shape_are_not_kept():
    Path("model.py").write_text(
        f"key = 'hf_{'a' * 20}'\ndb = 'postgres://me:word@host/x'\nsite = 'https://host/y'\n"
    )
    text = changes.diff(".").text
    assert "+key = '****'" in text
    assert "+db = 'postgres://****@host/x'" in text
    assert "+site = 'https://host/y'" in text


@pytest.mark.usefixtures("repository")
def test_no_program_of_the_user_s_configuration_is_run_for_a_diff():
    git("config", "diff.external", f"{sys.executable} -c open('ran','w')")
    assert "+width = 2" in changes.diff(".").text
    assert not Path("ran").exists()


def test_where_there_is_no_repository_there_is_no_diff(monkeypatch):
    assert changes.diff("/") is None
    monkeypatch.setenv("PATH", "")
    assert changes.diff(".") is None


def test_packages_of_conda_are_listed_where_conda_made_the_interpreter(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert environment.conda_packages() == {}
    records = tmp_path / "conda-meta"
    records.mkdir()
    for name in (
        "history",
        "numpy-1.26.4-py311h64a7726_0.json",
        "ca-certificates-2025.1.31-0.json",
    ):
        (records / name).touch()
    assert environment.conda_packages() == {
        "ca-certificates": "2025.1.31=0",
        "numpy": "1.26.4=py311h64a7726_0",
    }


def test_the_devices_that_the_training_may_use_are_marked_in_its_run(script, tmp_path):
    tool = tmp_path / "mx-smi"
    tool.write_text(f"#!/bin/sh\nexec cat {Path(__file__).parent / 'tools' / 'mx-smi.txt'}\n")
    tool.chmod(0o755)
    done = script(
        f"import os; os.environ['CUDA_VISIBLE_DEVICES'] = '1'\n{dedent(TRAIN)}",
        PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
    )
    assert done.returncode == 0
    kept = recorded(ended(), "sidecar")
    gpus = [gpu for gpu in kept.environment["hardware"]["gpus"] if gpu["vendor"] == "MetaX"]
    assert [gpu["own"] for gpu in gpus] == [False, True]
    assert {f"__swanlab__.gpu.{gpu['index']}.power" for gpu in gpus} <= set(kept.points)

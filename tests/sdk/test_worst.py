"""The ten worst behaviours known of earlier clients: here each does the right thing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import swanlab
from tests.conftest import run_folder
from tests.recorded import recorded
from tests.serving import Serving, free_port, wait_for


def test_1_a_training_killed_right_behind_its_last_log_has_lost_nothing(script):
    done = script(
        """
        import os, signal, swanlab
        swanlab.init(project="cats", mode="offline")
        for step in range(2000):
            swanlab.log({"a": step, "b": -step})
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    assert done.returncode == -9
    found = recorded(run_folder()).points
    assert found["a"] == [(step, step) for step in range(2000)]
    assert found["b"] == [(step, -step) for step in range(2000)]


def away() -> dict[str, str]:
    """An environment whose server does not answer."""
    return {"SWANLAB_API_HOST": f"http://127.0.0.1:{free_port()}", "SWANLAB_API_KEY": "k" * 21}


def test_2_finish_comes_to_an_end_without_a_server(script):
    done = script(
        """
        import swanlab
        swanlab.init(project="cats", mode="cloud")
        swanlab.log({"loss": 1})
        swanlab.finish()
        print("went on")
        """,
        SWANLAB_FINISH_TIMEOUT="1",
        SWANLAB_INIT_TIMEOUT="1",
        **away(),
    )
    assert (done.returncode, done.stdout) == (0, "went on\n")
    assert "swanlab sync" in done.stderr


def test_3_init_without_a_server_starts_the_run(monkeypatch, tmp_path):
    server = Serving(tmp_path / "server").start().log_in()
    server.stop()
    monkeypatch.setenv("SWANLAB_INIT_TIMEOUT", "1")
    monkeypatch.setenv("SWANLAB_FINISH_TIMEOUT", "60")
    run = swanlab.init(project="cats", mode="cloud")
    swanlab.log({"loss": 1})
    server.start()
    run.finish()
    assert server.points("admin/cats", run.id, "loss") == [(0, 1)]
    server.stop()


@pytest.mark.parametrize("group", ["PROJECT", "RUN", "EXPERIMENT", "CORE", "TERMINAL", "PROBE"])
def test_4_a_variable_named_like_a_group_of_settings_breaks_nothing(group, monkeypatch):
    monkeypatch.setenv(f"SWANLAB_{group}", "foo")
    run = swanlab.init(mode="offline")
    assert run.project == ("foo" if group == "PROJECT" else "work")


def test_5_none_in_a_config_stays_none():
    run = swanlab.init(mode="offline", config={"a": None, "b": {"c": None, "d": [None]}})
    swanlab.config["x"] = None
    swanlab.config.update({"y": None})
    expected = {"a": None, "b": {"c": None, "d": [None]}, "x": None, "y": None}
    assert dict(swanlab.config) == recorded(run.dir).config == expected


def test_6_allow_val_change_is_no_entry_of_the_config():
    run = swanlab.init(mode="offline", config={"lr": 1})
    swanlab.config.update({"lr": 2}, allow_val_change=True)
    run.config.update(lr=3, allow_val_change=False)
    assert dict(swanlab.config) == recorded(run.dir).config == {"lr": 3}


def test_7_a_step_counted_behind_given_ones_drops_nothing():
    run = swanlab.init(mode="offline")
    for step in (1, 2):
        swanlab.log({"loss": step}, step=step)
    swanlab.log({"loss": 3})
    swanlab.log({"loss": 4})
    assert recorded(run.dir).points == {"loss": [(1, 1), (2, 2), (3, 3), (4, 4)]}


@pytest.mark.parametrize("bad", ["abc", None, [1, 2], object()])
def test_8_a_key_lives_after_a_bad_first_value(bad):
    run = swanlab.init(mode="offline")
    swanlab.log({"loss": bad, "acc": 1})
    swanlab.log({"loss": 0.5, "acc": 2})
    assert recorded(run.dir).points == {"loss": [(0, 0.5)], "acc": [(0, 1), (1, 2)]}


def test_9_packages_are_those_of_the_interpreter_that_trains(tmp_path):
    """Of another interpreter than the first on the path, whose environment is not activated."""
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    (packages,) = place.glob("lib/python*/site-packages")
    marker = packages / "only_of_this_one-1.2.3.dist-info"
    marker.mkdir()
    (marker / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: only-of-this-one\nVersion: 1.2.3\n"
    )
    # What the library itself needs is on the path of this interpreter, not of that environment.
    (packages / "ours.pth").write_text(
        "\n".join(path for path in sys.path if "site-packages" in path)
    )
    Path("train.py").write_text(
        "import swanlab\nswanlab.init(mode='offline')\nswanlab.log({'loss': 1})\n"
    )
    done = subprocess.run(
        [str(place / "bin" / "python"), "train.py"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(swanlab.__file__).parents[1])},
    )
    assert done.returncode == 0, done.stderr
    listed = run_folder() / "requirements.txt"
    wait_for(listed.exists)
    wait_for(lambda: "only-of-this-one==1.2.3" in listed.read_text())


def test_10_only_the_gpus_that_the_training_may_use_are_marked_as_its_own(script, tmp_path):
    tool = tmp_path / "mx-smi"
    recorded_output = Path(__file__).parents[1] / "sidecar" / "tools" / "mx-smi.txt"
    tool.write_text(f"#!/bin/sh\nexec cat {recorded_output}\n")
    tool.chmod(0o755)
    done = script(
        "import swanlab\nswanlab.init(mode='offline')\nswanlab.log({'loss': 1})\n",
        PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        CUDA_VISIBLE_DEVICES="1",
    )
    assert done.returncode == 0, done.stderr

    def hardware() -> dict[str, object]:
        return recorded(run_folder(), "sidecar").environment.get("hardware", {})

    wait_for(lambda: hardware().get("gpus"))
    own = {gpu["index"]: gpu["own"] for gpu in hardware()["gpus"]}
    assert own == {index: index == 1 for index in own}
    assert len(own) > 1

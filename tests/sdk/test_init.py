"""``init()``: arguments, modes, folders, and the end of a run."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

import pytest

import swanlab
from swanlab.errors import (
    AuthenticationError,
    ConfigFileError,
    InvalidArgument,
    LogdirError,
)
from tests.conftest import run_folder
from tests.recorded import recorded


def test_three_lines_without_an_account_record_locally_and_say_so(script):
    done = script(
        """
        import swanlab
        swanlab.init(project="cats-detection", config={"learning-rate": 1e-4})
        swanlab.log({"loss": 0.1846})
        """
    )
    assert done.returncode == 0
    assert done.stdout == ""
    assert "swanlab watch" in done.stderr
    assert "swanlab login" in done.stderr
    found = recorded(run_folder())
    assert found.points == {"loss": [(0, 0.1846)]}
    assert found.config == {"learning-rate": 1e-4}
    assert [start.mode for start in found.starts] == ["local"]
    assert [finish.state for finish in found.finishes] == ["success"]


def test_every_documented_argument_is_kept(capsys):
    run = swanlab.init(
        "cats", "lab", "yolo", "a baseline", ["a", "b", "a"], {"lr": 1}, "logs", "offline",
        public=True, group="g", colour="red",
    )  # fmt: skip
    swanlab.finish()
    (start,) = recorded(run.dir).starts
    assert (start.project, start.workspace, start.name) == ("cats", "lab", "yolo")
    assert (start.description, start.tags, start.mode) == ("a baseline", ["a", "b"], "offline")
    assert start.options == {"public": True, "group": "g", "colour": "red"}
    assert Path(run.dir).parent == Path("logs").absolute()
    assert "unknown argument 'colour'" in capsys.readouterr().err


def test_an_unknown_argument_names_the_nearest(capsys):
    swanlab.init(project="cats", mode="disabled", colour="red")
    assert "'colour'; it is stored with the run. Did you mean 'color'?" in capsys.readouterr().err


def test_names_of_both_generations_mean_the_same():
    run = swanlab.init(project="cats", mode="offline", name="n", notes="d", log_dir="logs")
    (start,) = recorded(run.dir).starts
    assert (start.name, start.description) == ("n", "d")
    assert Path(run.dir).parent == Path("logs").absolute()


def test_the_project_is_the_folders_name_made_valid(monkeypatch, tmp_path):
    (tmp_path / "my cats 猫").mkdir()
    monkeypatch.chdir(tmp_path / "my cats 猫")
    assert swanlab.init(mode="offline").project == "my-cats"


def test_environment_variables_fill_what_is_not_given(monkeypatch):
    given = {"PROJECT": "p", "EXP_NAME": '"n"', "MODE": "offline", "TAGS": "a,b"}
    for name, value in given.items():
        monkeypatch.setenv(f"SWANLAB_{name}", value)
    run = swanlab.init(name="given")
    (start,) = recorded(run.dir).starts
    assert (start.project, start.name, start.mode) == ("p", "given", "offline")
    assert start.tags == ["a", "b"]


def test_the_callers_objects_are_not_changed():
    config, tags = {"a": {"b": (1, 2)}, "none": None}, ["x"]
    run = swanlab.init(project="cats", mode="offline", config=config, tags=tags)
    swanlab.config["a"] = 5
    assert config == {"a": {"b": (1, 2)}, "none": None}
    assert tags == ["x"]
    assert recorded(run.dir).config == {"a": 5, "none": None}


@dataclasses.dataclass
class _Parameters:
    lr: float = 0.1
    path: Path = Path("x")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"lr": 0.1, "steps": [1, 2]}, {"lr": 0.1, "steps": [1, 2]}),
        (argparse.Namespace(lr=0.1), {"lr": 0.1}),
        (_Parameters(), {"lr": 0.1, "path": "x"}),
    ],
)
def test_config_of_every_kind(config, expected):
    run = swanlab.init(project="cats", mode="offline", config=config)
    assert recorded(run.dir).config == expected
    assert dict(run.config) == expected


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_config_from_a_file(suffix):
    Path(f"c.{suffix}").write_text('{"lr": 0.1, "net": {"depth": 3}}')
    run = swanlab.init(project="cats", mode="offline", config=f"c.{suffix}")
    assert recorded(run.dir).config == {"lr": 0.1, "net": {"depth": 3}}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"mode": "clowd"}, InvalidArgument),
        ({"mode": "offline", "config": "missing.yaml"}, ConfigFileError),
        ({"mode": "offline", "config": 5}, TypeError),
        ({"mode": "offline", "id": "a/b"}, ValueError),
        ({"mode": "offline", "resume": "must"}, InvalidArgument),
        ({"mode": "offline", "resume": False, "id": "abc"}, InvalidArgument),
        ({"mode": "offline", "resume": "sometimes"}, InvalidArgument),
        ({"mode": "cloud"}, AuthenticationError),
    ],
)
def test_misuse_is_an_error_and_leaves_no_run_behind(arguments, error):
    with pytest.raises(error):
        swanlab.init(project="cats", **arguments)
    assert not swanlab.has_run()
    assert not Path("swanlog").exists()


def test_config_is_usable_before_init_and_swallows_allow_val_change():
    swanlab.config.update({"early": 1})
    run = swanlab.init(project="cats", mode="offline", config={"a": 1})
    swanlab.config.update({"b": 2}, allow_val_change=True)
    swanlab.config.c = 3
    del swanlab.config["a"]
    assert recorded(run.dir).config == {"early": 1, "b": 2, "c": 3}
    assert run.config.b == 2
    swanlab.finish()
    assert dict(swanlab.config) == {}


def test_a_second_init_returns_the_active_run_and_reinit_starts_another(capsys):
    first = swanlab.init(project="cats", mode="offline")
    assert swanlab.init(project="dogs", mode="offline") is first
    assert "a run is active already" in capsys.readouterr().err
    second = swanlab.init(project="dogs", mode="offline", reinit=True)
    assert second is not first
    assert not first.alive
    assert swanlab.run is second


def test_finish_twice_or_without_a_run_is_a_notice(capsys):
    run = swanlab.init(project="cats", mode="offline")
    run.finish()
    run.finish()
    swanlab.finish()
    said = capsys.readouterr().err
    assert "finished already" in said
    assert "there is no run" in said
    assert swanlab.get_run() is None


@pytest.mark.parametrize(
    ("ending", "state"),
    [
        ("pass", "success"),
        ("raise ValueError('boom')", "crashed"),
        ("raise KeyboardInterrupt", "aborted"),
        ("import sys; sys.exit(0)", "success"),
        ("swanlab.finish('crashed', 'by hand')", "crashed"),
    ],
)
def test_the_end_of_the_program_is_the_end_of_the_run(script, ending, state):
    done = script(f"import swanlab\nswanlab.init(project='x', mode='offline')\n{ending}\n")
    plain = script(f"{ending if 'swanlab' not in ending else 'pass'}\n")
    assert done.returncode == plain.returncode
    (finish,) = recorded(run_folder()).finishes
    assert finish.state == state


def test_a_folder_that_cannot_be_written_is_a_clear_error(monkeypatch):
    Path("file").write_text("")
    with pytest.raises(LogdirError, match="Give a folder that can be written"):
        swanlab.init(project="cats", mode="offline", logdir="file/logs")
    assert not swanlab.has_run()


def test_two_runs_in_one_second_have_folders_of_their_own():
    folders = set()
    for _ in range(3):
        folders.add(swanlab.init(project="c", mode="offline", id="same").dir)
        swanlab.finish()
    assert len(folders) == 3


def test_the_spool_folder_takes_the_run_files(monkeypatch, tmp_path):
    monkeypatch.setenv("SWANLAB_SPOOL_DIR", str(tmp_path / "spool"))
    run = swanlab.init(project="cats", mode="offline")
    swanlab.log({"a": 1})
    swanlab.finish()
    (spool,) = (tmp_path / "spool").iterdir()
    assert recorded(spool).points == {"a": [(0, 1)]}
    assert Path(run.dir, "spool.txt").read_text().strip() == str(spool)


def test_the_sidecar_samples_hardware_and_writes_what_people_read():
    run = swanlab.init(project="cats", mode="offline", config={"lr": 1e-4, "名": "猫"})
    folder = Path(run.dir)
    cpu = "__swanlab__.cpu.pct"
    _wait_for(lambda: len(recorded(folder, "sidecar").points.get(cpu, [])) >= 2)
    found = recorded(folder, "sidecar")
    assert found.environment["packages"]["msgspec"]
    assert found.points["__swanlab__.mem.proc"][0][1] > 1
    assert "名: 猫" in (folder / "config.yaml").read_text()
    assert json.loads((folder / "metadata.json").read_text())["python"]["version"]
    assert "msgspec==" in (folder / "requirements.txt").read_text()
    swanlab.config.lr = 0.5
    swanlab.finish()
    _wait_for(lambda: "lr: 0.5" in (folder / "config.yaml").read_text())
    assert (folder / "sidecar.log").read_text() == ""


def test_secrets_on_the_command_line_are_not_recorded(script):
    source = "import swanlab, time; swanlab.init(mode='offline'); time.sleep(1)"
    script(source, "--api-key=sk-secret-1", "--token", "tok-2", "x" * 21, "--lr", "0.1")
    folder = run_folder()
    _wait_for(lambda: "process" in recorded(folder, "sidecar").environment)
    command = recorded(folder, "sidecar").environment["process"]["command"]
    assert command.endswith("train.py --api-key=**** --token **** **** --lr 0.1")


def _wait_for(condition, seconds: float = 15) -> None:
    import time

    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def test_a_forked_child_records_into_a_file_of_its_own(script):
    done = script(
        """
        import os, swanlab
        swanlab.init(project="cats", mode="offline")
        swanlab.log({"a": 1})
        pid = os.fork()
        if pid == 0:
            swanlab.log({"child": 2})
            os._exit(0)
        os.waitpid(pid, 0)
        swanlab.log({"a": 3})
        """
    )
    assert done.returncode == 0, done.stderr
    found = recorded(run_folder())
    assert found.points == {"a": [(0, 1), (1, 3)], "child": [(0, 2)]}
    assert len(found.headers) == 2
    assert len(found.finishes) == 1


def test_importing_loads_nothing_heavy(script):
    done = script(
        """
        import sys, swanlab
        heavy = {"numpy", "httpx2", "sqlalchemy", "starlette", "yaml", "click", "psutil", "rich"}
        swanlab.init(project="x", mode="offline", config={"a": 1})
        swanlab.log({"a": 1})
        swanlab.finish()
        print(sorted(heavy & set(sys.modules)))
        """
    )
    assert done.stdout == "[]\n"

"""``Settings``, ``load``, settings files, environment: who wins, and what they do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import swanlab
from swanlab import settings
from swanlab.errors import ConfigFileError, InvalidArgument, InvalidType
from swanlab.sdk import choices
from tests.conftest import run_folder
from tests.recorded import recorded
from tests.serving import wait_for

FLAT = {
    "metadata_collect": False,
    "collect_hardware": False,
    "collect_runtime": False,
    "security_mask": False,
    "requirements_collect": False,
    "conda_collect": True,
    "hardware_monitor": False,
    "disk_io_dir": "/",
    "hardware_interval": 7,
    "backup": False,
    "upload_interval": 2,
    "max_log_length": 600,
    "log_proxy_type": "none",
}
NESTED = {
    "interactive": False,
    "mode": "offline",
    "log_dir": "logs",
    "api_key": "k" * 21,
    "api_host": "http://127.0.0.1:1",
    "web_host": "http://127.0.0.1:2",
    "project": {"name": "p", "workspace": "w", "public": True},
    "experiment": {
        "name": "n",
        "color": "red",
        "description": "d",
        "tags": ["a"],
        "group": "g",
        "job_type": "train",
    },
    "run": {"id": "r", "resume": "allow", "parallel": "shared", "history": 1, "config": {"a": 1}},
    "terminal": {"proxy_type": "stdout", "max_length": 700},
    "integration": {
        "webhook": {"url": "u", "value": "v", "timeout": 1},
        "dashboard": {"host": "127.0.0.1", "port": 5093},
    },
    "core": {"section_rule": 1, "record_batch": 1, "skip_store": True},
    "probe": {
        "hardware": False,
        "runtime": False,
        "requirements": False,
        "git": False,
        "swanlab": False,
        "monitor": False,
        "conda": True,
        "monitor_interval": 5,
        "monitor_disk_dir": "/",
    },
}


@pytest.mark.parametrize("fields", [FLAT, NESTED])
def test_settings_take_the_fields_of_either_generation(fields, capsys):
    made = swanlab.Settings(**fields)
    assert made == swanlab.Settings(fields)
    for name, item in fields.items():
        for inner, value in item.items() if isinstance(item, dict) else ():
            if not isinstance(value, dict):
                assert getattr(getattr(made, name), inner) == value
        if not isinstance(item, dict):
            assert getattr(made, name) == item
    assert capsys.readouterr().err == ""


def test_a_field_that_is_not_set_shows_its_default():
    made = swanlab.Settings(hardware_interval=7)
    assert made.probe.monitor_interval == 7
    assert made.hardware_monitor is True
    assert made.probe.monitor is True
    assert made.core.record_batch == 10_000
    assert made.project.name is None
    with pytest.raises(AttributeError, match="no field 'colour'"):
        made.colour  # noqa: B018
    assert not set(choices.STORED) & {f for o in settings.OPTIONS.values() for f in o.fields}


def test_settings_never_change_and_hide_the_key():
    made = swanlab.Settings(mode="offline", api_key="k" * 21)
    with pytest.raises(AttributeError, match="cannot be changed"):
        made.mode = "cloud"
    assert "kkk" not in repr(made)
    assert made.to_yaml() == "mode: offline\n"


def test_an_unknown_field_warns_and_is_stored(capsys):
    run = swanlab.init(mode="offline", settings={"hardware_intervall": 5})
    assert "Did you mean 'hardware_interval'?" in capsys.readouterr().err
    assert recorded(run.dir).starts[0].options["settings"] == {"hardware_intervall": 5}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"hardware_interval": "soon"}, InvalidType),
        ({"hardware_interval": -1}, InvalidArgument),
        ({"hardware_monitor": 3.5}, InvalidType),
        ({"mode": 5}, InvalidType),
        ({"tags": 5}, InvalidType),
    ],
)
def test_a_wrong_value_is_an_error(wrong, error):
    with pytest.raises(error):
        swanlab.Settings(**wrong)
    with pytest.raises(error):
        swanlab.init(mode="offline", settings=wrong)
    assert not swanlab.has_run()


def test_what_is_not_settings_is_an_error():
    with pytest.raises(TypeError, match="Expected Settings object"):
        swanlab.merge_settings(5)
    with pytest.raises(TypeError, match="Expected Settings object"):
        swanlab.init(mode="offline", settings=5)


def test_merging_changes_only_what_is_set_and_ends_with_the_run(capsys):
    swanlab.merge_settings(swanlab.Settings(project={"name": "p"}, experiment={"name": "n"}))
    swanlab.merge_settings({"experiment": {"tags": ["a"]}, "mode": "offline"})
    run = swanlab.init(settings={"experiment": {"name": "own"}})
    swanlab.merge_settings({"experiment": {"name": "late"}})
    assert "a run is active" in capsys.readouterr().err
    (start,) = recorded(run.dir).starts
    assert (start.project, start.name, start.tags) == ("p", "own", ["a"])
    swanlab.finish()
    (start,) = recorded(swanlab.init(mode="offline").dir).starts
    assert (start.project, start.tags) == ("work", [])


def test_settings_of_an_init_that_failed_do_not_stay():
    swanlab.merge_settings({"experiment": {"name": "n"}})
    with pytest.raises(InvalidArgument):
        swanlab.init(mode="clowd", settings={"project": {"name": "wrong"}})
    run = swanlab.init(mode="offline")
    assert (run.project, run.name) == ("work", "n")


def test_an_argument_wins_over_settings_load_environment_files_default(monkeypatch):
    home, here = Path(os.environ["SWANLAB_SAVE_DIR"]), Path(".swanlab")
    names = ["argument", "settings", "load", "environment", "here", "home"]
    sources = {
        "argument": {"project": "argument"},
        "settings": {"settings": {"project": {"name": "settings"}}},
        "load": {"load": "load.json"},
    }
    Path("load.json").write_text('{"project": "load"}')
    monkeypatch.setenv("SWANLAB_PROJECT", "environment")
    for folder, name in ((here, "here"), (home, "home")):
        folder.mkdir(parents=True)
        (folder / "config.yaml").write_text(f"project:\n  name: {name}\n")
    won = []
    for start in range(len(names)):
        if names[start] == "here":
            monkeypatch.delenv("SWANLAB_PROJECT")
        if names[start] == "home":
            (here / "config.yaml").unlink()
        given = {}
        for name in names[start:]:
            given.update(sources.get(name, {}))
        won.append(swanlab.init(mode="offline", **given).project)
        swanlab.finish()
    (home / "config.yaml").unlink()
    assert won == names
    assert swanlab.init(mode="offline").project == "work"


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_load_fills_in_what_is_not_given(suffix, monkeypatch):
    loaded = {
        "project": "p",
        "workspace": "w",
        "experiment_name": "e",
        "name": "less",
        "description": "d",
        "tags": ["a", "b"],
        "config": {"lr": 0.1},
        "logdir": "logs",
        "mode": "offline",
        "private": False,
        "id": "loaded-id",
        "group": "g",
    }
    Path(f"c.{suffix}").write_text(json.dumps(loaded))
    before = dict(os.environ)
    run = swanlab.init(load=f"c.{suffix}", description="given")
    (start,) = recorded(run.dir).starts
    assert (start.project, start.workspace, start.name) == ("p", "w", "e")
    assert (start.description, start.tags, start.mode) == ("given", ["a", "b"], "offline")
    assert run.id == "loaded-id"
    assert run.options == {"load": f"c.{suffix}", "public": True, "group": "g"}
    assert recorded(run.dir).config == {"lr": 0.1}
    assert Path(run.dir).parent == Path("logs").absolute()
    assert dict(os.environ) == before
    swanlab.finish()
    assert swanlab.init(mode="offline").id != "loaded-id"


@pytest.mark.parametrize(
    ("text", "error"), [("[1]", ConfigFileError), ('{"tags": 5}', ConfigFileError)]
)
def test_a_load_file_that_cannot_be_used_is_an_error(text, error):
    Path("c.json").write_text(text)
    with pytest.raises(error, match=r"c\.json"):
        swanlab.init(mode="offline", load="c.json")
    with pytest.raises(TypeError, match="load must be the path"):
        swanlab.init(mode="offline", load=5)


def test_an_unknown_name_in_a_load_file_is_said(capsys):
    Path("c.json").write_text('{"colour": "red"}')
    swanlab.init(mode="offline", load="c.json")
    assert "unknown argument 'colour'" in capsys.readouterr().err


def test_a_settings_file_that_cannot_be_read_is_an_error():
    Path(".swanlab").mkdir()
    Path(".swanlab/config.yaml").write_text("mode: [")
    with pytest.raises(ConfigFileError, match=r"config\.yaml is not YAML"):
        swanlab.init()
    Path(".swanlab/config.yaml").write_text("hardware_interval: soon\n")
    with pytest.raises(ConfigFileError, match="must be a number"):
        swanlab.init()


def test_the_working_folders_file_cannot_say_where_the_key_goes(monkeypatch):
    Path(".swanlab").mkdir()
    Path(".swanlab/config.yaml").write_text("api_host: http://127.0.0.1:1\nmode: offline\n")
    assert settings.get("host") is None
    assert settings.get("mode") == "offline"
    home = Path(os.environ["SWANLAB_SAVE_DIR"])
    home.mkdir(parents=True)
    (home / "config.yaml").write_text("api_host: http://127.0.0.1:2\n")
    assert settings.get("host") == "http://127.0.0.1:2"


def test_settings_saved_as_a_file_hold_for_later_runs():
    path = swanlab.Settings(mode="offline", experiment={"tags": ["a"]}).save_to_yaml()
    assert path == Path(os.environ["SWANLAB_SAVE_DIR"]) / "config.yaml"
    run = swanlab.init()
    assert run.mode == "offline"
    assert recorded(run.dir).starts[0].tags == ["a"]


@pytest.mark.parametrize(
    "name", [name for name in settings.OPTIONS if name not in {"save_dir", "config", "resume"}]
)
def test_every_variable_of_an_option_is_read(name, monkeypatch):
    for number, variable in enumerate(reversed(settings.variables(name))):
        monkeypatch.setenv(variable, f'"{number}"')
        assert settings.get(name) == str(number)


def test_git_can_be_switched_off_by_its_older_variable(monkeypatch):
    assert settings.flag("git")
    monkeypatch.setenv("SWANLAB_DISABLE_GIT", "1")
    assert not settings.flag("git")


@pytest.mark.parametrize(
    "variables",
    [
        {"PROJ_NAME": "p", "EXP_NAME": "n", "GROUP": "g", "EXP_COLOR": "red", "PUBLIC": "true"},
        {
            "PROJECT_NAME": "p",
            "EXPERIMENT_NAME": "n",
            "EXPERIMENT_GROUP": "g",
            "EXPERIMENT_COLOR": "red",
            "PROJECT_PUBLIC": "1",
        },
    ],
)
def test_variables_of_either_generation_start_the_same_run(variables, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(f"SWANLAB_{name}", value)
    run = swanlab.init(mode="offline")
    assert (run.project, run.name) == ("p", "n")
    assert run.options == {"group": "g", "color": "red", "public": True}


def test_console_capture_and_line_length_follow_the_settings(script):
    script(
        """
        import sys, swanlab
        chosen = swanlab.Settings(max_log_length=5, log_proxy_type="stdout")
        swanlab.init(mode="offline", settings=chosen)
        print("0123456789")
        print("unseen", file=sys.stderr)
        """
    )
    assert recorded(run_folder()).text == ["01234… (5 more characters)"]


def test_nothing_is_noted_of_a_machine_that_wants_it_so():
    swanlab.merge_settings({"metadata_collect": False, "hardware_monitor": False})
    run = swanlab.init(mode="offline")
    swanlab.finish()
    _wait_for_end(Path(run.dir))
    found = recorded(run.dir, "sidecar")
    assert set(found.environment) == {"swanlab"}
    assert found.points == {}
    assert not Path(run.dir, "requirements.txt").exists()


def test_parts_of_what_is_noted_can_be_left_out(script):
    done = script(
        """
        import swanlab
        run = swanlab.init(mode="offline", settings={"probe": {"git": False, "requirements": False},
                                                     "security_mask": False})
        """,
        "--token=abc",
    )
    assert done.returncode == 0, done.stderr
    _wait_for_end(run_folder())
    found = recorded(run_folder(), "sidecar").environment
    assert set(found) == {"host", "os", "process", "python", "swanlab", "hardware"}
    assert found["process"]["command"].endswith("--token=abc")


def _wait_for_end(run_dir: Path) -> None:
    """Wait until the background process has noted all it wanted to."""
    wait_for((run_dir / "metadata.json").exists)
    seen = -1
    while seen != (seen := sum(path.stat().st_size for path in run_dir.glob("sidecar-*"))):
        time.sleep(0.3)


def test_the_key_given_by_settings_is_used_but_not_recorded(monkeypatch):
    key = "a" * 21
    run = swanlab.init(
        mode="cloud",
        settings={"api_key": key, "api_host": "http://127.0.0.1:9", "init_timeout": 1,
                  "finish_timeout": 0},
    )  # fmt: skip
    assert run.mode == "cloud"
    swanlab.finish()
    assert all(key.encode() not in path.read_bytes() for path in Path(run.dir).glob("trainer-*"))


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal of its own")
def test_a_program_that_may_not_be_asked_is_not():
    terminal, inside = os.openpty()
    source = "import swanlab; swanlab.init(mode='cloud', settings={'interactive': False})"
    done = subprocess.run(
        [sys.executable, "-c", source], stdin=inside, stderr=inside, timeout=60, check=False
    )
    os.close(inside)
    assert done.returncode == 1
    assert b"AuthenticationError" in os.read(terminal, 65_536)
    os.close(terminal)

"""Every environment variable that either generation reads: what ours does with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import swanlab
from swanlab import settings

OPTIONS = {
    "save_dir": "SAVE_DIR ROOT",
    "logdir": "LOG_DIR LOGDIR",
    "mode": "MODE",
    "board_port": "BOARD_PORT DASHBOARD_PORT",
    "board_host": "BOARD_HOST DASHBOARD_HOST",
    "host": "API_HOST WEB_HOST HOST",
    "api_key": "API_KEY",
    "workspace": "WORKSPACE PROJECT_WORKSPACE",
    "project": "PROJ_NAME PROJECT PROJECT_NAME",
    "public": "PUBLIC PROJECT_PUBLIC",
    "name": "EXP_NAME EXPERIMENT_NAME",
    "id": "RUN_ID",
    "resume": "RESUME RUN_RESUME",
    "webhook": "WEBHOOK",
    "webhook_value": "WEBHOOK_VALUE",
    "webhook_timeout": "WEBHOOK_TIMEOUT",
    "description": "DESCRIPTION EXPERIMENT_DESCRIPTION",
    "tags": "TAGS EXPERIMENT_TAGS",
    "color": "EXP_COLOR EXPERIMENT_COLOR",
    "group": "GROUP EXPERIMENT_GROUP",
    "job_type": "JOB_TYPE EXPERIMENT_JOB_TYPE",
    "parallel": "RUN_PARALLEL",
    "run_dir": "RUN_DIR",
    "interactive": "INTERACTIVE",
    "console": "TERMINAL_PROXY_TYPE",
    "max_log_length": "TERMINAL_MAX_LENGTH",
    "monitor": "PROBE_MONITOR",
    "monitor_interval": "PROBE_MONITOR_INTERVAL",
    "disk_dir": "PROBE_MONITOR_DISK_DIR",
}
WITHOUT_EFFECT = (
    "RUNTIME REQUIRE SECTION_RULE_IDX RUN_DIR_MAX_LENGTH RUN_HISTORY FS_TIMEOUT SECRETS_DIR "
    "CONFIG_DIR SKIP_SWANBOARD_VERSION_CHECK LOG_LEVEL LOG_MODEL"
)


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("quotes", ["", "'", '"'])
def test_a_variable_sets_its_option(name, quotes, monkeypatch):
    for variable in OPTIONS[name].split():
        monkeypatch.setenv(f"SWANLAB_{variable}", f"{quotes}given{quotes}")
        assert settings.get(name) == "given"
        monkeypatch.delenv(f"SWANLAB_{variable}")


def test_all_of_them_together_start_a_run(monkeypatch, tmp_path):
    given = {
        "SAVE_DIR": str(tmp_path / "home"), "LOG_DIR": "logs", "MODE": "offline",
        "WORKSPACE": "w", "PROJ_NAME": "p", "EXP_NAME": "n", "RUN_ID": "r", "RESUME": "allow",
        "DESCRIPTION": "d", "TAGS": "a,b", "GROUP": "g", "JOB_TYPE": "j", "EXP_COLOR": "red",
        "PUBLIC": "true", "PROBE_MONITOR": "false", "DISABLE_GIT": "1",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(f"SWANLAB_{name}", value)
    before = dict(os.environ)
    run = swanlab.init()
    assert (run.id, run.project, run.name, run.mode) == ("r", "p", "n", "offline")
    assert Path(run.dir).parent == Path("logs").absolute()
    expected = {"group": "g", "job_type": "j", "color": "red", "public": True, "resume": "allow"}
    assert run.options == expected
    run.finish()
    assert dict(os.environ) == before


def test_online_is_the_mode_cloud(monkeypatch, tmp_path):
    from tests.serving import Serving

    server = Serving(tmp_path / "server").start().log_in()
    monkeypatch.setenv("SWANLAB_MODE", "online")
    with swanlab.init(project="cats") as run:
        assert run.mode == "cloud"
        assert run.url is not None
    server.stop()


@pytest.mark.parametrize("name", WITHOUT_EFFECT.split())
def test_a_variable_without_effect_is_harmless_and_the_document_says_why(name, monkeypatch):
    monkeypatch.setenv(f"SWANLAB_{name}", "whatever it was")
    swanlab.init(mode="offline").finish()
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    assert f"`SWANLAB_{name}`" in text


def test_debug_shows_where_an_error_of_ours_was_swallowed(monkeypatch, capsys):
    class Bad(swanlab.Callback):
        name = "bad"

        def on_run_initialized(self, *args, **kwargs):
            raise ValueError("from a callback")

    for debug in ("", "1"):
        monkeypatch.setenv("SWANLAB_DEBUG", debug)
        swanlab.init(mode="offline", callbacks=Bad()).finish()
        said = capsys.readouterr().err
        assert ("Traceback" in said) == bool(debug)

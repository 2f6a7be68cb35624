"""``swanlab.sync()``, and the other names that programs reach for beside a run."""

from __future__ import annotations

import datetime as dt
import random
import re
import time
from pathlib import Path

import pytest

import swanlab
from swanlab.cli.main import main
from swanlab.errors import AuthenticationError, InvalidArgument, InvalidType
from tests.serving import Serving


@pytest.fixture
def server(tmp_path):
    serving = Serving(tmp_path / "server").start().log_in()
    yield serving
    serving.stop()


@pytest.fixture
def kept() -> swanlab.Run:
    """A run that was recorded offline: ten steps, the second five a little later."""
    run = swanlab.init(project="cats", mode="offline", name="kept", config={"lr": 1})
    for step in range(10):
        swanlab.log({"loss": step})
        if step == 4:
            time.sleep(0.05)
            Path("middle").write_text(str(time.time()))
            time.sleep(0.05)
    run.finish()
    return run


def test_a_recorded_run_is_sent_once(server, kept):
    for _ in range(2):
        (url,) = swanlab.sync(kept.dir)
        assert url == f"{server.host}/@admin/cats/runs/{kept.id}"
    assert server.points("admin/cats", kept.id, "loss") == [(n, n) for n in range(10)]
    assert server.run("admin/cats", kept.id)["state"] == "finished"


def test_a_run_is_sent_elsewhere_and_as_another(server, kept):
    swanlab.sync(kept.dir, project="dogs", id="other")
    (url,) = swanlab.sync(dir_path=kept.dir, workspace="admin", project="dogs", id="new")
    fresh = url.rpartition("/")[2]
    assert fresh != kept.id
    assert len(fresh) == 21
    for run in ("other", fresh):
        assert len(server.points("admin/dogs", run, "loss")) == 10


def test_settings_say_where_to(server, kept, monkeypatch):
    monkeypatch.setenv("SWANLAB_SAVE_DIR", str(Path("nobody").absolute()))
    chosen = swanlab.Settings(
        api_key=server.api_key, api_host=server.host, project={"name": "birds"}
    )
    swanlab.sync(run_dir=kept.dir, settings=chosen)
    assert len(server.points("admin/birds", kept.id, "loss")) == 10


def test_a_portion_by_steps_is_sent_and_the_rest_may_follow(server, kept):
    swanlab.sync(kept.dir, start_step=2, end_step=4)
    assert server.points("admin/cats", kept.id, "loss") == [(n, n) for n in (2, 3, 4)]
    assert server.run("admin/cats", kept.id)["config"] == {"lr": 1}
    swanlab.sync(kept.dir)
    assert server.points("admin/cats", kept.id, "loss") == [(n, n) for n in range(10)]


def test_a_portion_by_time_is_sent(server, kept):
    middle = dt.datetime.fromtimestamp(float(Path("middle").read_text()), dt.timezone.utc)
    late = middle.isoformat()
    with pytest.raises(SystemExit) as done:
        main(["sync", kept.dir, "--id", "late", "--start-time", late])
    assert done.value.code in (0, None)
    found = server.points("admin/cats", "late", "loss")
    assert found == [(n, n) for n in range(5, 10)]
    swanlab.sync(kept.dir, id="early", end_time=middle)
    early = server.points("admin/cats", "early", "loss")
    assert early + found == [(n, n) for n in range(10)]


def test_what_cannot_be_sent_is_raised_or_said(kept, capsys):
    with pytest.raises(AuthenticationError, match="swanlab login"):
        swanlab.sync(kept.dir)
    assert swanlab.sync(kept.dir, raise_error=False) == []
    assert "swanlab: sync: you are not logged in" in capsys.readouterr().err
    with pytest.raises(InvalidArgument, match="no run is recorded"):
        swanlab.sync("nowhere")
    with pytest.raises(InvalidArgument, match="needs the folder"):
        swanlab.sync()
    with pytest.raises(InvalidArgument, match="is no time"):
        swanlab.sync(kept.dir, start_time="yesterday")
    with pytest.raises(InvalidType, match="a time is"):
        swanlab.sync(kept.dir, end_time=[1])


def test_ids_names_and_colours_are_generated_without_touching_the_programs_chance():
    random.seed(1)
    expected = random.random()
    random.seed(1)
    assert re.fullmatch("[a-z0-9]{8}", swanlab.utils.generate_id())
    assert re.fullmatch("[a-z0-9]{21}", swanlab.utils.generate_id(21))
    assert swanlab.utils.generate_id() != swanlab.utils.generate_id()
    assert swanlab.utils.generate_name(0) == "swan-1"
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d\d", swanlab.utils.generate_name())
    assert swanlab.utils.generate_color(0) == swanlab.utils.generate_color(16) == "#528d59"
    for slug in (None, "beauty", 5):
        assert re.fullmatch("#[0-9a-f]{6}", swanlab.utils.generate_color(slug))
    with pytest.raises(ValueError, match="at least 1"):
        swanlab.utils.generate_id(0)
    assert random.random() == expected


def test_data_and_plugin_are_there_without_being_imported(script):
    done = script(
        """
        import swanlab
        assert swanlab.data.get_url() is None
        assert swanlab.data.get_project_url() is None
        assert swanlab.plugin.notification.PrintCallback
        assert swanlab.utils.generate_id()
        """
    )
    assert done.returncode == 0, done.stderr


def test_require_is_a_notice(capsys):
    swanlab.require("core", "probe")
    assert "'core', 'probe' needs no choice" in capsys.readouterr().err

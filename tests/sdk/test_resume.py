"""A run that ended goes on: on the server, in the log folder, and in what ``sync`` sends."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import swanlab
from swanlab.cli.main import main
from swanlab.errors import InvalidArgument, RunRefused
from tests.recorded import recorded
from tests.serving import Serving, wait_for


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    """A running server that we are logged in to."""
    serving = Serving(tmp_path / "server").start().log_in()
    yield serving
    if serving.process is not None:
        serving.stop(signal.SIGKILL)
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if "swanlab.sidecar" in command and str(tmp_path) in command[-1]:
            process.kill()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Serving]:
    Path("swanlog").mkdir(exist_ok=True)
    serving = Serving(tmp_path / "watch", "watch", "swanlog").start()
    yield serving
    serving.stop()


def folders() -> list[Path]:
    return sorted(Path("swanlog").glob("run-*"))


def documented_example(mode: str) -> str:
    """The test code of the documented page of ``init``."""
    run = swanlab.init(project="cats", mode=mode)
    swanlab.log({"loss": 2, "acc": 0.4})
    run.finish()

    run = swanlab.init(resume=True, id=run.id, project="cats", mode=mode)
    swanlab.log({"loss": 0.2, "acc": 0.9})
    run.finish()
    return run.id


def test_the_documented_example_has_two_points_per_key_on_the_server(server):
    run_id = documented_example("cloud")
    assert server.points("admin/cats", run_id, "loss") == [(0, 2), (1, 0.2)]
    assert server.points("admin/cats", run_id, "acc") == [(0, 0.4), (1, 0.9)]
    assert server.run("admin/cats", run_id)["state"] == "finished"


def test_the_documented_example_is_one_run_in_watch(watch):
    run_id = documented_example("local")
    assert len(folders()) == 2
    wait_for(lambda: [one["runs"] for one in watch.get("/projects")["projects"]] == [1])
    wait_for(lambda: watch.run("local/cats", run_id)["state"] == "finished")
    wait_for(lambda: len(watch.points("local/cats", run_id, "loss")) == 2)
    assert watch.points("local/cats", run_id, "loss") == [(0, 2), (1, 0.2)]
    assert watch.points("local/cats", run_id, "acc") == [(0, 0.4), (1, 0.9)]


def test_the_documented_example_is_sent_by_sync_as_one_run(server):
    run_id = documented_example("offline")
    with pytest.raises(SystemExit) as done:
        main(["sync", "swanlog"])
    assert done.value.code in (0, None)
    assert server.points("admin/cats", run_id, "loss") == [(0, 2), (1, 0.2)]
    assert server.run("admin/cats", run_id)["state"] == "finished"
    assert [one["runs"] for one in server.get("/projects")["projects"]] == [1]


@pytest.mark.parametrize("mode", ["local", "cloud"])
def test_config_steps_and_console_go_on(mode, request, monkeypatch):
    # However busy the machine is: without the server's answer there is nothing to go on from.
    monkeypatch.setenv("SWANLAB_INIT_TIMEOUT", "60")
    monkeypatch.setenv("SWANLAB_FINISH_TIMEOUT", "60")
    if mode == "cloud":
        serving = request.getfixturevalue("server")
    first = swanlab.init(project="cats", mode=mode, id="mine", config={"lr": 1, "batch": 8})
    swanlab.log({"loss": 5}, step=40)
    swanlab.log({"acc": 1})
    print("one")
    print("two")
    first.finish()

    if mode == "cloud":  # What the server says must do: another machine has no folders.
        report = Path(first.dir, "upload.json")
        wait_for(lambda: '"done": true' in report.read_text())
        Path("swanlog").rename("elsewhere")
    run = swanlab.init(project="cats", mode=mode, id="mine", config={"lr": 2})
    assert dict(swanlab.config) == {"lr": 2, "batch": 8}
    assert run.name == first.name
    swanlab.log({"loss": 6, "acc": 2, "new": 3})
    print("three")
    run.finish()

    found = recorded(run.dir)
    assert found.points == {"loss": [(41, 6)], "acc": [(1, 2)], "new": [(0, 3)]}
    assert {line: one.text for line, one in found.lines.items()} == {2: "three"}
    assert found.config == {"lr": 2, "batch": 8}
    if mode == "cloud":
        assert serving.run("admin/cats", "mine")["config"] == {"lr": 2, "batch": 8}
        assert serving.points("admin/cats", "mine", "loss") == [(40, 5), (41, 6)]


def test_a_step_logged_again_replaces_the_old_value_in_cloud_and_watch(server, watch):
    for mode in ("cloud", "local"):
        for value in (1, 2):
            swanlab.init(project=mode, mode=mode, id=f"again-{mode}")
            for step in range(value, 4):
                swanlab.log({"loss": value}, step=step)
            swanlab.finish()
    expected = [(1, 1), (2, 2), (3, 2)]
    assert server.points("admin/cloud", "again-cloud", "loss") == expected
    wait_for(lambda: watch.run("local/local", "again-local")["state"] == "finished")
    wait_for(lambda: watch.points("local/local", "again-local", "loss") == expected)


def test_the_state_is_running_again_and_the_error_is_gone(server):
    swanlab.init(project="cats", mode="cloud", id="back")
    swanlab.log({"loss": 1})
    swanlab.finish("crashed", "out of memory")
    assert server.run("admin/cats", "back")["state"] == "crashed"
    swanlab.init(project="cats", mode="cloud", id="back", resume="must")
    wait_for(lambda: server.run("admin/cats", "back")["state"] == "running")
    assert server.run("admin/cats", "back")["error"] is None
    swanlab.finish()
    assert server.run("admin/cats", "back")["state"] == "finished"


def test_hardware_goes_on_behind_the_former_samples(server, monkeypatch):
    monkeypatch.setenv("SWANLAB_MONITOR_INTERVAL", "0.1")
    created = set()
    for _ in range(2):
        run = swanlab.init(project="cats", mode="cloud", id="long")
        wait_for(lambda folder=run.dir: recorded(folder, "sidecar").points)
        swanlab.finish()
        created.add(server.run("admin/cats", "long")["created_at"])
    assert len(created) == 1

    def samples(folder: Path) -> list[int]:
        points = recorded(folder, "sidecar").points.values()
        return [step for series in points for step, _ in series]

    assert max(samples(folders()[0])) < min(samples(folders()[1]))


@pytest.mark.parametrize("mode", ["cloud", "local", "offline"])
def test_must_is_an_error_when_there_is_no_such_run(mode, request):
    if mode == "cloud":
        server = request.getfixturevalue("server")
    with pytest.raises(RunRefused, match="no run missing"):
        swanlab.init(project="cats", mode=mode, id="missing", resume="must")
    assert swanlab.get_run() is None
    assert folders() == []
    if mode == "cloud":
        assert server.get("/projects")["projects"] == []


def test_must_needs_an_answer_and_leaves_nothing_behind(server, monkeypatch):
    swanlab.init(project="cats", mode="cloud", id="there")
    swanlab.finish()
    server.stop()
    monkeypatch.setenv("SWANLAB_INIT_TIMEOUT", "1")
    with pytest.raises(RunRefused, match="needs the server"):
        swanlab.init(project="cats", mode="cloud", id="there", resume="must")
    assert len(folders()) == 1
    server.start()
    assert server.run("admin/cats", "there")["state"] == "finished"


def test_without_an_answer_a_run_goes_on_from_the_log_folder(server, monkeypatch):
    swanlab.init(project="cats", mode="cloud", id="away", config={"a": 1})
    swanlab.log({"loss": 1})
    swanlab.finish()
    server.stop()
    monkeypatch.setenv("SWANLAB_INIT_TIMEOUT", "1")
    monkeypatch.setenv("SWANLAB_FINISH_TIMEOUT", "0")
    swanlab.init(project="cats", mode="cloud", id="away")
    assert swanlab.config["a"] == 1
    swanlab.log({"loss": 2})
    swanlab.finish()
    server.start()
    wait_for(lambda: server.points("admin/cats", "away", "loss") == [(0, 1), (1, 2)])


def test_what_a_run_left_unsent_is_sent_before_it_goes_on(server, monkeypatch):
    server.stop()
    monkeypatch.setenv("SWANLAB_INIT_TIMEOUT", "0")
    monkeypatch.setenv("SWANLAB_FINISH_TIMEOUT", "0")
    swanlab.init(project="cats", mode="cloud", id="left")
    swanlab.log({"loss": 1}, step=0)
    swanlab.finish()
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if "swanlab.sidecar" in command and str(folders()[0].absolute()) in command[-1]:
            process.kill()
    server.start()
    monkeypatch.delenv("SWANLAB_INIT_TIMEOUT")
    monkeypatch.delenv("SWANLAB_FINISH_TIMEOUT")
    swanlab.init(project="cats", mode="cloud", id="left", resume="must")
    swanlab.log({"loss": 2}, step=0)
    swanlab.finish()
    assert server.points("admin/cats", "left", "loss") == [(0, 2)]


@pytest.mark.parametrize("resume", ["never", False])
def test_never_starts_a_new_run_and_refuses_an_id(resume, monkeypatch):
    with pytest.raises(InvalidArgument):
        swanlab.init(mode="offline", id="mine", resume=resume)
    monkeypatch.setenv("SWANLAB_RUN_ID", "mine")
    run = swanlab.init(mode="offline", resume=resume)
    assert run.id != "mine"


def test_must_without_an_id_is_an_error():
    with pytest.raises(InvalidArgument, match="id"):
        swanlab.init(mode="offline", resume="must")


def test_the_same_id_in_another_project_is_another_run():
    for project in ("cats", "dogs"):
        run = swanlab.init(project=project, mode="offline", id="same")
        swanlab.log({"loss": 1})
        swanlab.finish()
        assert recorded(run.dir).points == {"loss": [(0, 1)]}


def test_a_run_with_a_hundred_thousand_keys_is_resumed(server):
    swanlab.init(project="cats", mode="cloud", id="wide")
    wide = {f"layer/{number}": float(number) for number in range(100_000)}
    swanlab.log(wide)
    swanlab.finish()
    Path("swanlog").rename("elsewhere")
    run = swanlab.init(project="cats", mode="cloud", id="wide", resume="must")
    swanlab.log({"layer/7": 1.0, "layer/99999": 2.0})
    swanlab.finish()
    assert recorded(run.dir).points == {"layer/7": [(1, 1.0)], "layer/99999": [(1, 2.0)]}
    report = Path(run.dir) / "upload.json"
    assert report.stat().st_size < 10_000


@pytest.mark.parametrize("page", ["resume.md", "distributed.md"])
def test_the_code_of_the_documents_runs(page, script):
    text = (Path(__file__).parents[2] / "docs" / page).read_text()
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        done = script(block, SWANLAB_MONITOR_INTERVAL="0")
        assert done.returncode == 0, done.stderr
        assert "swanlab sync" in done.stderr


@pytest.mark.parametrize("resume", ["must", "allow", None])
def test_a_copy_cannot_be_gone_on_with(server, resume):
    swanlab.init(project="cats", mode="cloud", id="mine")
    swanlab.log({"loss": 1})
    swanlab.finish()
    with swanlab.Api(server.api_key, server.host) as api:
        copy = api.run("cats/mine").copy("admin/copies")
    assert (copy.path, copy.is_copy, copy.original) == (
        "admin/copies/mine",
        True,
        "admin/cats/mine",
    )
    before = folders()
    with pytest.raises(RunRefused, match="is a copy") as refused:
        swanlab.init(project="copies", mode="cloud", id="mine", resume=resume)
    assert "of another id" in str(refused.value)
    assert swanlab.get_run() is None
    assert folders() == before
    assert server.points("admin/copies", "mine", "loss") == [(0, 1)]
    swanlab.init(project="cats", mode="cloud", id="mine", resume="must")
    swanlab.finish()

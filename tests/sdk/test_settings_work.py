"""Settings of either generation that the training and its background process act on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import psutil
import pytest

import swanlab
from swanlab import records, runfile
from swanlab.errors import LogdirError
from tests.conftest import run_folder
from tests.plugin.receivers import Service
from tests.recorded import recorded
from tests.serving import Serving, wait_for


@pytest.fixture
def service():
    made = Service()
    yield made
    made.stop()


@pytest.mark.parametrize("mode", ["local", "offline"])
def test_the_webhook_is_told_of_a_run_that_goes_nowhere(service, mode):
    nested = {"url": service.url + "/begun", "value": "cluster 7"}
    run = swanlab.init(mode=mode, settings={"integration": {"webhook": nested}})
    wait_for(lambda: service.posts)
    (post,) = service.posts
    assert post.path == "/begun"
    assert post.body == {
        "value": "cluster 7",
        "swanlab": {
            "version": swanlab.__version__,
            "mode": mode,
            "run_dir": run.dir,
            "exp_url": None,
        },
    }


def test_the_webhook_is_told_the_address_of_a_run_on_a_server(service, tmp_path, monkeypatch):
    server = Serving(tmp_path / "server").start().log_in()
    monkeypatch.setenv("SWANLAB_WEBHOOK", service.url)
    monkeypatch.setenv("SWANLAB_WEBHOOK_VALUE", "v")
    run = swanlab.init(mode="cloud", project="cats")
    run.finish()
    wait_for(lambda: service.posts)
    assert service.posts[0].body["swanlab"]["exp_url"] == run.url
    assert service.posts[0].body["value"] == "v"
    assert len(service.posts) == 1
    server.stop()


def test_a_webhook_that_never_answers_holds_nothing_up(service, monkeypatch):
    service.hold.clear()
    monkeypatch.setenv("SWANLAB_WEBHOOK", service.url)
    monkeypatch.setenv("SWANLAB_WEBHOOK_TIMEOUT", "0.2")
    run = swanlab.init(mode="local")
    swanlab.log({"loss": 1})
    run.finish()
    log = Path(run.dir, "sidecar.log")
    wait_for(lambda: "the webhook could not be told: TimeoutError" in log.read_text())
    assert recorded(run.dir).points == {"loss": [(0, 1)]}


def test_the_address_of_the_webhook_is_nobody_elses_business(service, capsys):
    chosen = swanlab.Settings(integration={"webhook": {"url": service.url, "value": "v"}})
    run = swanlab.init(mode="offline", settings=chosen)
    assert service.url not in repr(chosen) + chosen.to_yaml()
    stored = recorded(run.dir).starts[0].options["settings"]
    assert stored == {"integration": {"webhook": {"value": "v"}}}
    Path(".swanlab").mkdir()
    Path(".swanlab", "config.yaml").write_text(f"webhook: {service.url}\ngroup: theirs\n")
    swanlab.finish()
    wait_for(lambda: len(service.posts) == 1)
    run = swanlab.init(mode="offline")
    assert run.options["group"] == "theirs"
    run.finish()
    process = Path(run.dir, "sidecar.log")
    wait_for(lambda: not _is_open(process))
    assert len(service.posts) == 1


def _is_open(path: Path) -> bool:
    """Whether the background process of the run in this folder is still there."""
    for process in psutil.process_iter(["cmdline"]):
        if str(path.parent) in (process.info["cmdline"] or []):
            return True
    return False


@pytest.mark.parametrize("given", ["setting", "environment"])
def test_parallel_runs_may_be_chosen_by_a_setting(given, monkeypatch):
    monkeypatch.setenv("RANK", "3")
    chosen = None
    if given == "setting":
        chosen = {"run": {"id": "one", "parallel": "shared"}}
    else:
        monkeypatch.setenv("SWANLAB_RUN_ID", "one")
        monkeypatch.setenv("SWANLAB_RUN_PARALLEL", "shared")
    run = swanlab.init(mode="offline", settings=chosen)
    (header,) = recorded(run.dir).headers
    assert (header.run, header.rank) == ("one", 3)


def test_a_run_can_have_a_folder_of_ones_own_choice(monkeypatch):
    run = swanlab.init(mode="local", settings={"run": {"dir": "here/mine"}})
    swanlab.log({"loss": 1})
    run.finish()
    assert run.dir == str(Path("here/mine").absolute())
    assert recorded("here/mine").points == {"loss": [(0, 1)]}
    assert not Path("swanlog").exists()
    monkeypatch.setenv("SWANLAB_RUN_DIR", "here/mine")
    with pytest.raises(LogdirError, match="is not empty"):
        swanlab.init(mode="local")
    assert not swanlab.has_run()


def test_uploads_are_as_far_apart_as_chosen_but_the_end_is_sent_at_once(tmp_path):
    server = Serving(tmp_path / "server").start().log_in()
    run = swanlab.init(mode="cloud", project="cats", settings={"upload_interval": 3600})
    report = Path(run.dir, "upload.json")
    trainer = next(path for path in runfile.files(Path(run.dir)) if "trainer" in path.name)
    wait_for(lambda: json.loads(report.read_text())["offsets"].get(trainer.stem))
    swanlab.log({"loss": 1})
    wait_for(lambda: len(list(Path(run.dir).glob("sidecar-*"))) == 1)
    sent = json.loads(report.read_text())["offsets"][trainer.stem]
    assert sent < trainer.stat().st_size
    run.finish()
    assert server.points("admin/cats", run.id, "loss") == [(0, 1)]
    server.stop()


@pytest.mark.parametrize("name", ["disk_io_dir", "probe.monitor_disk_dir"])
def test_the_disk_that_is_watched_may_be_chosen(name):
    folder = Path("/dev/shm")
    if not folder.is_dir() or shutil.disk_usage(folder) == shutil.disk_usage("."):
        pytest.skip("there is only one disk here")
    swanlab.init(mode="offline", settings={name: str(folder)})

    def watched() -> object:
        about = recorded(run_folder(), "sidecar").environment
        return about.get("hardware", {}).get("disk")

    wait_for(watched)
    assert watched() == {"total": shutil.disk_usage(folder).total, "path": str(folder)}
    key = records.SYSTEM_PREFIX + "disk.usage"
    wait_for(lambda: key in recorded(run_folder(), "sidecar").points)
    swanlab.finish()

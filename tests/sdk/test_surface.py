"""What a run says of itself, and work whose result is logged when it is done."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from pathlib import Path

import pytest

import swanlab
from swanlab.errors import InvalidArgument, NoActiveRun
from tests.conftest import run_folder
from tests.recorded import recorded
from tests.serving import Serving, wait_for


def test_a_run_knows_its_names_and_folders():
    run = swanlab.init("cats", mode="offline", group="g", public=False, job_type="t", color="red")
    public = run.public
    assert public.project_name == "cats"
    assert public.version == swanlab.__version__
    assert public.run_id == run.id
    assert public.run_dir == run.dir
    assert public.swanlog_dir == str(Path("swanlog").absolute())
    assert Path(public.backup_file).stat().st_size
    assert run.options == {"group": "g", "public": False, "job_type": "t", "color": "red"}
    assert run.path == f"~/cats/{run.id}"
    nowhere = ("project_name", "project_url", "experiment_name", "experiment_url")
    assert public.cloud.json() == {"available": False, **dict.fromkeys(nowhere)}
    assert public.json() == {
        "project_name": "cats",
        "version": swanlab.__version__,
        "run_id": run.id,
        "swanlog_dir": public.swanlog_dir,
        "run_dir": run.dir,
        "cloud": public.cloud.json(),
    }
    assert (swanlab.get_url(), swanlab.get_project_url()) == (None, None)


def test_a_disabled_run_has_no_folders():
    public = swanlab.init("cats", mode="disabled").public
    assert (public.run_dir, public.swanlog_dir, public.backup_file) == (None, None, None)


def test_a_run_on_a_server_knows_its_address_even_if_the_server_comes_late(tmp_path, monkeypatch):
    monkeypatch.setenv("SWANLAB_INIT_TIMEOUT", "0.2")
    server = Serving(tmp_path / "server").start().log_in()
    server.process.send_signal(signal.SIGSTOP)
    run = swanlab.init("cats", mode="cloud", name="n", public=True)
    assert run.public.cloud.experiment_url is None
    assert swanlab.get_url() is None
    assert run.path == f"~/cats/{run.id}"
    server.process.send_signal(signal.SIGCONT)
    wait_for(swanlab.get_url)
    cloud = run.public.cloud
    project_url = f"{server.host}/@admin/cats"
    assert cloud.project_url == swanlab.get_project_url() == run.project_url == project_url
    assert cloud.experiment_url == run.url == f"{project_url}/runs/{run.id}"
    assert (cloud.available, cloud.project_name, cloud.experiment_name) == (True, "cats", "n")
    assert run.path == f"admin/cats/{run.id}"
    swanlab.finish()
    assert server.run("admin/cats", run.id)["options"] == {"public": True}
    server.stop()


def test_the_state_of_a_run_can_be_asked():
    assert swanlab.Run.get_state() is swanlab.State.NOT_STARTED
    assert not swanlab.Run.is_started()
    run = swanlab.init(mode="offline")
    assert swanlab.Run.get_state() is swanlab.State.RUNNING
    assert (run.running, run.success, run.crashed, run.is_started()) == (True, False, False, True)
    run.finish("crashed", "boom")
    assert (run.running, run.success, run.crashed, run.is_started()) == (False, False, True, False)
    second = swanlab.init(mode="offline")
    second.finish()
    assert second.success
    assert not swanlab.has_run()
    assert swanlab.Run.get_state() is swanlab.State.NOT_STARTED


def test_log_scalar_records_one_number():
    run = swanlab.init(mode="offline")
    run.log_scalar(key="loss", value=0.5, step=3)
    run.log_scalar("loss", 0.25)
    assert recorded(run.dir).points == {"loss": [(3, 0.5), (4, 0.25)]}


def evaluate(value, *, delay=0.0):
    time.sleep(delay)
    return {"accuracy": value, "pid": os.getpid()}


async def evaluate_soon(value):
    await asyncio.sleep(0.01)
    return {"accuracy": value}


@pytest.mark.parametrize(
    ("function", "mode"),
    [(evaluate, "threading"), (evaluate_soon, "asyncio"), (evaluate, "spawn")],
)
def test_async_log_logs_what_is_returned_and_finish_waits(function, mode):
    run = swanlab.init(mode="offline")
    future = swanlab.async_log(function, 0.9, step=7, mode=mode)
    swanlab.finish()
    made = future.result(0)
    assert recorded(run.dir).points["accuracy"] == [(7, 0.9)]
    assert mode != "spawn" or made["pid"] != os.getpid()


def test_async_log_within_a_running_event_loop():
    run = swanlab.init(mode="offline")

    async def train():
        swanlab.async_log(evaluate_soon, 0.5, mode="asyncio")
        swanlab.finish()

    asyncio.run(train())
    assert recorded(run.dir).points == {"accuracy": [(0, 0.5)]}


def test_many_async_logs_are_all_kept():
    run = swanlab.init(mode="offline")
    for step in range(100):
        run.async_log(evaluate, step, step=step)
    swanlab.finish()
    points = recorded(run.dir).points["accuracy"]
    assert sorted(points) == [(step, float(step)) for step in range(100)]


def test_finish_does_not_wait_for_ever(capsys):
    run = swanlab.init(mode="offline")
    gate = threading.Event()
    future = run.async_log(gate.wait, 60)
    run.finish(async_log_timeout=0.05)
    assert "1 calls of async_log were not done in 0.05 s" in capsys.readouterr().err
    gate.set()
    wait_for(future.done)
    assert recorded(run.dir).finishes[0].state == "success"


def test_an_error_in_async_log_is_in_the_future_and_not_raised(capsys):
    run = swanlab.init(mode="offline")
    failed = swanlab.async_log(lambda: 1 / 0)
    wrong = swanlab.async_log(evaluate, 1, mode="fork")
    nothing = swanlab.async_log(lambda: None)
    swanlab.log({"a": 1})
    swanlab.finish()
    assert isinstance(failed.exception(0), ZeroDivisionError)
    assert isinstance(wrong.exception(0), InvalidArgument)
    assert nothing.result(0) is None
    assert isinstance(swanlab.async_log(evaluate, 1).exception(0), NoActiveRun)
    assert recorded(run.dir).points == {"a": [(0, 1)]}
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.parametrize("mode", ["threading", "spawn"])
def test_the_end_of_the_program_waits_for_async_log(script, mode):
    done = script(
        f"""
        import time, swanlab
        def work():
            time.sleep(0.3)
            return {{"late": 1}}
        if __name__ == "__main__":
            swanlab.init(mode="offline")
            swanlab.async_log(work, mode="{mode}")
        """
    )
    assert done.returncode == 0, done.stderr
    assert recorded(run_folder()).points == {"late": [(0, 1)]}


def test_async_log_before_any_init_is_an_error(script):
    done = script("import swanlab\nswanlab.async_log(dict)")
    assert "NoActiveRun: Call swanlab.init() before swanlab.async_log()." in done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_background_work_of_its_own(script):
    done = script(
        """
        import os, time, swanlab
        swanlab.init(mode="offline")
        swanlab.async_log(lambda: {"parent": 1}).result()
        pid = os.fork()
        if pid == 0:
            swanlab.async_log(lambda: {"child": 2}).result(20)
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        """
    )
    assert done.returncode == 0, done.stderr
    assert recorded(run_folder()).points == {"parent": [(0, 1)], "child": [(0, 2)]}

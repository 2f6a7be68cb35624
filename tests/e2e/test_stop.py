"""A training is ended from its page: its process is interrupted, and says what came of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from swanlab.client import Client
from swanlab.errors import ServerError
from tests.e2e.conftest import sign_in
from tests.serving import Serving, wait_for

TRAIN = """
import os, signal, sys, time
import swanlab
# Whatever started this may have it otherwise.
signal.signal(signal.SIGINT, signal.SIG_IGN if {ignores} else signal.default_int_handler)
run = swanlab.init(project="p", id="r", **{options})
print("begun", flush=True)
step = 0
while True:
    swanlab.log({{"loss": 1 / (step + 1)}}, step=step)
    print("step", step, flush=True)
    step += 1
    time.sleep(0.05)
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(server: Serving, tmp_path: Path) -> Iterator[Start]:
    """Starts a training; what is left of it in the end is killed."""
    begun: list[subprocess.Popen[str]] = []

    def run(ignores: bool = False, env: dict[str, str] | None = None, **options: object):
        source = TRAIN.format(options=options, ignores=ignores)
        process = subprocess.Popen(
            [sys.executable, "-c", source],
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        begun.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            if line == "begun\n":
                break
        return process

    yield run
    for process in begun:
        process.kill()
        process.communicate()


def told(server: Serving) -> dict[str, object]:
    return dict(server.get("/projects/admin/p/runs/r"))


def ask(server: Serving) -> None:
    client = Client(server.host, server.api_key)
    client.request("POST", "/projects/admin/p/runs/r/stop")
    client.close()


def answer(server: Serving) -> object:
    stop = told(server)["stop"]
    return stop["answer"] if isinstance(stop, dict) else None


def test_a_training_is_stopped_from_its_page_as_by_ctrl_c_and_loses_nothing(
    page: Page, server: Serving, start: Start
):
    training = start()
    sign_in(page, server.host)
    page.goto(f"{server.host}/@admin/p/runs/r")
    page.get_by_role("button", name="Stop").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("as by Ctrl-C")
    dialog.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stopping…")).to_be_visible()
    said, _ = training.communicate(timeout=60)
    steps = [line for line in said.splitlines() if line.startswith("step ")]
    assert "KeyboardInterrupt" in said
    assert training.returncode in (-signal.SIGINT, 130)
    expect(page.get_by_text("Stopped by admin.")).to_be_visible()
    expect(page.get_by_role("button", name="Stopping…")).to_have_count(0)
    assert told(server)["state"] == "aborted"
    last = steps[-1].split()[1]
    series = server.get("/projects/admin/p/runs/r/series")["series"]
    (loss,) = [one for one in series if one["key"] == "loss"]
    assert loss["last_step"] >= int(last)
    assert loss["count"] == loss["last_step"] + 1


def test_every_process_of_a_shared_run_is_interrupted(server: Serving, start: Start):
    trainings = [
        start(parallel="shared", env={"RANK": str(rank), "WORLD_SIZE": "2"}) for rank in (0, 1)
    ]
    ask(server)
    for training in trainings:
        assert "KeyboardInterrupt" in training.communicate(timeout=60)[0]
    wait_for(lambda: told(server)["state"] == "aborted", 30)
    assert {one["state"] for one in told(server)["ranks"]} == {"aborted"}


def test_a_run_that_is_gone_on_with_is_not_stopped_by_what_was_asked_before(
    server: Serving, start: Start
):
    first = start()
    ask(server)
    first.communicate(timeout=60)
    wait_for(lambda: told(server)["state"] == "aborted", 30)
    second = start(resume="must")
    wait_for(lambda: told(server)["state"] == "running", 30)
    assert told(server)["stop"] is None
    time.sleep(3)  # Longer than it would take to hear of it.
    assert second.poll() is None
    ask(server)
    assert "KeyboardInterrupt" in second.communicate(timeout=60)[0]


def test_a_training_that_does_not_let_itself_be_stopped_says_so_and_goes_on(
    page: Page, server: Serving, start: Start
):
    training = start(env={"SWANLAB_ALLOW_STOP": "no"})
    ask(server)
    wait_for(lambda: answer(server) == "refused", 30)
    sign_in(page, server.host)
    page.goto(f"{server.host}/@admin/p/runs/r")
    expect(page.get_by_text("allow_stop is off")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    assert training.poll() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is ignored")
def test_a_training_that_ignores_ctrl_c_is_told_apart(server: Serving, start: Start):
    training = start(ignores=True)
    ask(server)
    wait_for(lambda: answer(server) == "ignores", 30)
    assert training.poll() is None


def test_a_run_that_has_ended_and_one_that_nobody_hears_of_are_not_asked(server: Serving):
    client = Client(server.host, server.api_key)
    from swanlab import records
    from tests.server.wire import frame, header

    client.open_run(None, "p", {"id": "r"})
    ended = frame(records.Finish(9, "success"))
    client.post_frames("/projects/admin/p/runs/r", "t", 0, frame(header("r", "t")) + ended)
    with pytest.raises(ServerError) as refused:
        ask(server)
    assert refused.value.code == "ended"
    client.close()

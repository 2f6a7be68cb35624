"""Any process may be killed at any moment: what ``log()`` took arrives, exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.conftest import run_folder
from tests.crash.conftest import sidecars
from tests.recorded import recorded
from tests.serving import Serving, wait_for

KILLED = """
import os, signal, swanlab
swanlab.init(project="cats", mode={mode!r}, id="killed")
for step in range(4000):
    swanlab.log({{"loss": step / 3}})
os.kill(os.getpid(), signal.SIGKILL)
"""
SLOW = """
import sys, time, swanlab
swanlab.init(project="cats", mode="cloud", id=sys.argv[1])
print("begun", flush=True)
for step in range(400):
    swanlab.log({"loss": step, "twice": 2 * step})
    time.sleep(0.01)
"""
ALL = [(step, step / 3) for step in range(4000)]


def test_a_training_killed_after_its_last_log_loses_nothing(server, script):
    assert script(KILLED.format(mode="cloud")).returncode == -signal.SIGKILL
    wait_for(lambda: server.run("admin/cats", "killed")["state"] == "crashed")
    assert server.points("admin/cats", "killed", "loss") == ALL
    assert "without finishing" in server.run("admin/cats", "killed")["error"]


def test_a_training_killed_offline_has_all_in_its_file(script):
    assert script(KILLED.format(mode="offline")).returncode == -signal.SIGKILL
    assert recorded(run_folder()).points == {"loss": ALL}
    wait_for(lambda: recorded(run_folder(), "sidecar").finishes)
    assert recorded(run_folder(), "sidecar").finishes[0].state == "crashed"


def start_training(run: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SLOW, run]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def begun(training: subprocess.Popen[str]) -> None:
    assert training.stdout is not None
    assert training.stdout.readline() == "begun\n"
    training.stdout.close()


def all_arrived(server: Serving, runs: int) -> None:
    for number in range(runs):
        run = f"run{number}"
        wait_for(lambda run=run: server.run("admin/cats", run)["state"] == "finished")
        assert server.points("admin/cats", run, "loss") == [(n, n) for n in range(400)]
        assert server.points("admin/cats", run, "twice") == [(n, 2 * n) for n in range(400)]


def test_killed_sidecars_are_replaced_at_the_end_and_nothing_is_sent_twice(server, tmp_path):
    trainings = [start_training(f"run{n}") for n in range(10)]
    for training in trainings:
        begun(training)
    time.sleep(1)
    killed = sidecars(tmp_path)
    for sidecar in killed:
        sidecar.kill()
    assert len(killed) == 10
    assert [training.wait(90) for training in trainings] == [0] * 10
    all_arrived(server, 10)


def test_a_killed_server_loses_and_doubles_nothing_of_ten_runs(server):
    trainings = [start_training(f"run{n}") for n in range(10)]
    for training in trainings:
        begun(training)
    time.sleep(1.5)
    server.stop(signal.SIGKILL)
    time.sleep(0.5)
    server.start()
    assert [training.wait(90) for training in trainings] == [0] * 10
    all_arrived(server, 10)


def test_training_and_sidecar_killed_together_are_sent_by_sync_once(server, script, tmp_path):
    source = KILLED.format(mode="cloud").replace(
        "os.kill(os.getpid()",
        "import psutil\n[p.kill() for p in psutil.Process().children()]\nos.kill(os.getpid()",
    )
    assert script(source).returncode == -signal.SIGKILL
    assert not sidecars(tmp_path)
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "swanlab", "sync", "swanlog"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert server.points("admin/cats", "killed", "loss") == ALL
        assert server.run("admin/cats", "killed")["state"] == "crashed"
    assert " 0 bytes sent" in done.stdout


def test_what_a_killed_sidecar_left_is_sent_by_the_next_run(server, script, tmp_path):
    source = KILLED.format(mode="cloud").replace(
        "os.kill(os.getpid()",
        "import psutil\n[p.kill() for p in psutil.Process().children()]\nos.kill(os.getpid()",
    )
    assert script(source).returncode == -signal.SIGKILL
    assert script("import swanlab; swanlab.init(project='cats', mode='cloud')").returncode == 0
    wait_for(lambda: server.run("admin/cats", "killed")["state"] == "crashed")
    assert server.points("admin/cats", "killed", "loss") == ALL
    wait_for(lambda: not [p for p in sidecars(tmp_path) if p.status() != psutil.STATUS_ZOMBIE])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_run_lives_until_the_last_forked_worker_is_gone(server, script, tmp_path):
    done = script(
        """
        import os, signal, time, swanlab
        swanlab.init(project="cats", mode="cloud", id="family")
        if os.fork() == 0:
            time.sleep(1.5)
            swanlab.log({"child": 7})
            os._exit(0)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    assert done.returncode == -signal.SIGKILL
    wait_for(lambda: server.run("admin/cats", "family")["state"] == "crashed")
    assert server.points("admin/cats", "family", "child") == [(0, 7)]
    wait_for(lambda: not [p for p in sidecars(tmp_path) if p.status() != psutil.STATUS_ZOMBIE])


def test_sync_of_a_run_still_going_sends_without_ending_it(server: Serving, script):
    done = script(
        """
        import subprocess, sys, swanlab
        swanlab.init(project="cats", mode="offline", id="going")
        swanlab.log({"a": 1})
        print(subprocess.run([sys.executable, "-m", "swanlab", "sync", "swanlog"],
                             capture_output=True, text=True).stdout)
        """
    )
    assert "still being recorded" in done.stdout, done.stderr
    assert server.points("admin/cats", "going", "a") == [(0, 1)]
    assert server.run("admin/cats", "going")["state"] == "running"

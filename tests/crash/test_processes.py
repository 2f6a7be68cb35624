"""Several processes, one run; and every way in which a process can end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import run_folder
from tests.recorded import recorded
from tests.serving import wait_for

RANK = """
import os, sys, swanlab
run = swanlab.init(project="cats", mode=sys.argv[1], id="team", parallel="shared")
{body}
"""


def launch(body: str, mode: str, **env: str) -> subprocess.Popen[str]:
    """Start one process of a run of several."""
    source = RANK.format(body=textwrap.dedent(body))
    return subprocess.Popen(
        [sys.executable, "-c", source, mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    )


def of_ranks(server, key: str, ranks: int) -> list[list[tuple[int, float]]]:
    series = [{"run": "team", "key": key, "rank": rank} for rank in range(ranks)]
    charts = server.charts("admin/cats", [{"series": [one], "buckets": 5000} for one in series])
    return [
        [(int(x), y) for x, y in zip(chart["x"], chart["series"][0]["last"], strict=True)]
        for chart in charts
    ]


def summaries(server, key: str) -> dict[int, dict[str, Any]]:
    found = server.get("/projects/admin/cats/runs/team/series")["series"]
    return {one["rank"]: one for one in found if one["key"] == key}


def test_eight_processes_with_ten_thousand_points_each_are_all_kept(server):
    body = """
    for step in range(10_000):
        swanlab.log({"loss": int(os.environ["RANK"])})
    """
    quiet = {"SWANLAB_MONITOR_INTERVAL": "0", "SWANLAB_FINISH_TIMEOUT": "60"}
    ranks = [launch(body, "cloud", RANK=str(rank), **quiet) for rank in range(8)]
    for rank in ranks:
        _, said = rank.communicate(timeout=110)
        assert rank.returncode == 0, said
    wait_for(lambda: server.run("admin/cats", "team")["state"] == "finished")
    found = summaries(server, "loss")
    assert {rank: one["count"] for rank, one in found.items()} == dict.fromkeys(range(8), 10_000)
    assert all(one["min"] == one["max"] == rank for rank, one in found.items())
    assert [one["runs"] for one in server.get("/projects")["projects"]] == [1]


def test_the_run_ends_when_its_last_process_has(server):
    body = """
    swanlab.log({"loss": 1})
    print("ready", flush=True)
    sys.stdin.readline()
    """
    first, second = (launch(body, "cloud", RANK=rank) for rank in "01")
    assert first.stdout is not None
    assert second.stdout is not None
    assert first.stdout.readline() == second.stdout.readline() == "ready\n"
    first.communicate("\n", timeout=60)
    wait_for(lambda: set(summaries(server, "loss")) == {0, 1})
    assert server.run("admin/cats", "team")["state"] == "running"
    second.communicate("\n", timeout=60)
    wait_for(lambda: server.run("admin/cats", "team")["state"] == "finished")


def test_one_process_killed_makes_the_run_crashed_once_all_have_ended(server):
    ready = 'swanlab.log({"loss": 1}); print("ready", flush=True); sys.stdin.readline()'
    first, second = (launch(ready, "cloud", RANK=rank) for rank in "01")
    assert first.stdout is not None
    assert second.stdout is not None
    assert first.stdout.readline() == second.stdout.readline() == "ready\n"
    second.kill()
    second.communicate()
    wait_for(lambda: set(summaries(server, "loss")) == {0, 1})
    assert server.run("admin/cats", "team")["state"] == "running"
    first.communicate("\n", timeout=60)
    wait_for(lambda: server.run("admin/cats", "team")["state"] == "crashed")


def test_without_a_launcher_processes_get_ranks_of_their_own_and_one_samples(server):
    body = """
    swanlab.log({"loss": 1})
    print("ready", flush=True)
    sys.stdin.readline()
    """
    ranks = [launch(body, "cloud", SWANLAB_MONITOR_INTERVAL="0.1") for _ in range(3)]
    for one in ranks:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"

    def sampled() -> set[int]:
        found = server.get("/projects/admin/cats/runs/team/series")["series"]
        return {one["rank"] for one in found if one["key"].startswith("__swanlab__.")}

    wait_for(sampled)
    assert len(sampled()) == 1
    for one in ranks:
        one.communicate("\n", timeout=60)
    wait_for(lambda: set(summaries(server, "loss")) == {0, 1, 2})


def test_a_shared_run_recorded_locally_is_sent_as_one(server, script):
    body = 'swanlab.log({"loss": 1}); swanlab.log({"loss": 2})'
    ranks = [launch(body, "offline", RANK=str(rank)) for rank in range(2)]
    for rank in ranks:
        rank.communicate(timeout=60)
        assert rank.returncode == 0
    sent = subprocess.run(
        [sys.executable, "-m", "swanlab", "sync", "swanlog"], capture_output=True, check=False
    )
    assert sent.returncode == 0, sent.stderr
    assert of_ranks(server, "loss", 2) == [[(0, 1), (1, 2)]] * 2
    assert server.run("admin/cats", "team")["state"] == "finished"


@pytest.mark.parametrize("method", ["spawn", "forkserver", "subprocess"])
def test_a_process_joins_the_run_of_its_parent_by_id(script, method):
    done = script(
        f"""
        import multiprocessing, subprocess, sys, swanlab

        def work(run_id):
            swanlab.init(project="cats", mode="offline", id=run_id, parallel="shared")
            swanlab.log({{"loss": 2}})
            swanlab.finish()

        if __name__ == "__main__":
            if sys.argv[1:]:
                work(sys.argv[1])
                sys.exit()
            run = swanlab.init(project="cats", mode="offline")
            swanlab.log({{"loss": 1}})
            if {method!r} == "subprocess":
                subprocess.run([sys.executable, __file__, run.id], check=True)
            else:
                process = multiprocessing.get_context({method!r}).Process(
                    target=work, args=(run.id,)
                )
                process.start()
                process.join()
                assert process.exitcode == 0
            swanlab.log({{"loss": 3}})
        """
    )
    assert done.returncode == 0, done.stderr
    found = [recorded(folder) for folder in sorted(Path("swanlog").glob("run-*"))]
    assert [one.headers[0].rank for one in found] == [0, 1]
    assert [one.points for one in found] == [{"loss": [(0, 1), (1, 3)]}, {"loss": [(0, 2)]}]
    assert len({one.headers[0].run for one in found}) == 1


def test_parent_and_children_after_a_fork_log_one_series_and_all_is_kept(script):
    done = script(
        """
        import os, swanlab
        swanlab.init(project="cats", mode="offline", id="forked")
        for number in range(10):
            swanlab.log({"loss": 0, "before": 0})
        children = []
        for child in (1, 2, 3):
            pid = os.fork()
            if pid == 0:
                for number in range(300):
                    swanlab.log({"loss": child})
                swanlab.log({"own": child}, step=child)
                os._exit(0)
            children.append(pid)
        for number in range(300):
            swanlab.log({"loss": 4})
        for pid in children:
            os.waitpid(pid, 0)
        swanlab.log({"loss": 5, "before": 1})
        """,
        SWANLAB_MONITOR_INTERVAL="0",
    )
    assert done.returncode == 0, done.stderr
    assert "failed inside" not in done.stderr
    points = recorded(run_folder()).points
    assert sorted(step for step, _ in points["loss"]) == list(range(10 + 4 * 300 + 1))
    for value, count in ((0, 10), (1, 300), (2, 300), (3, 300), (4, 300), (5, 1)):
        assert sum(found == value for _, found in points["loss"]) == count
    assert max(points["loss"]) == (1210, 5)
    assert points["before"] == [*((step, 0) for step in range(10)), (10, 1)]
    assert sorted(points["own"]) == [(1, 1), (2, 2), (3, 3)]


def test_forked_workers_that_log_nothing_leave_no_file(script):
    done = script(
        """
        import multiprocessing, swanlab
        def square(number): return number * number
        if __name__ == "__main__":
            swanlab.init(project="cats", mode="offline", id="loader")
            with multiprocessing.get_context("fork").Pool(3) as pool:
                for value in pool.map(square, range(5)):
                    swanlab.log({"loss": value})
        """,
        SWANLAB_MONITOR_INTERVAL="0",
    )
    assert done.returncode == 0, done.stderr
    assert len(list(run_folder().glob("trainer-*"))) == 1
    assert recorded(run_folder()).points["loss"] == [(0, 0), (1, 1), (2, 4), (3, 9), (4, 16)]


def test_a_worker_stopped_in_its_turn_does_not_hold_up_the_training(script):
    done = script(
        """
        import fcntl, os, signal, swanlab
        run = swanlab.init(project="cats", mode="offline", id="stopped")
        swanlab.log({"loss": 0})
        ready, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            swanlab.log({"loss": 1})
            with run._writer.turns:
                os.write(tell, b"x")
                signal.pause()
        os.read(ready, 1)
        os.kill(pid, signal.SIGSTOP)
        swanlab.log({"loss": 2})
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        swanlab.log({"loss": 3})
        print("trained")
        """,
        SWANLAB_MONITOR_INTERVAL="0",
    )
    assert done.stdout == "trained\n", done.stderr
    assert sorted(recorded(run_folder()).points["loss"]) == [(0, 0), (1, 1), (2, 2), (3, 3)]


ENDINGS = {
    "exit by os._exit": ("os._exit(0)", 0, "crashed"),
    "an exception": ("raise ValueError('bad batch')", 1, "crashed"),
    "sys.exit": ("sys.exit(0)", 0, "success"),
    "a killed process": ("os.kill(os.getpid(), 9)", -9, "crashed"),
    "the end with live references": ("held = [run]; run.self = held", 0, "success"),
    # Whoever is started in the background of a shell inherits that Ctrl-C is ignored.
    "Ctrl-C": (
        "signal.signal(2, signal.default_int_handler); os.kill(os.getpid(), 2); time.sleep(20)",
        -2,
        "aborted",
    ),
}


@pytest.mark.parametrize("optimized", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_keeps_the_points_and_tells_how_it_ended(ending, optimized):
    code, returncode, state = ENDINGS[ending]
    source = f"""
import os, signal, sys, time, swanlab
run = swanlab.init(project="cats", mode="offline", id="ended")
swanlab.log({{"loss": 1}})
{code}
"""
    options = ["-O"] if optimized else []
    done = subprocess.run(
        [sys.executable, *options, "-c", source],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "SWANLAB_MONITOR_INTERVAL": "0"},
    )
    assert done.returncode == returncode, done.stderr
    folder = run_folder()
    assert recorded(folder).points == {"loss": [(0, 1)]}

    def finishes() -> list[Any]:
        return [*recorded(folder).finishes, *recorded(folder, "sidecar").finishes]

    wait_for(finishes)
    assert [finish.state for finish in finishes()] == [state]


def test_ctrl_c_in_the_terminal_aborts_the_run():
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent("""
            import signal, time, swanlab
            signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a terminal
            swanlab.init(project="cats", mode="offline", id="ended")
            swanlab.log({"loss": 1})
            print("training", flush=True)
            time.sleep(60)
        """)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "training\n"
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in said
    (finish,) = recorded(run_folder()).finishes
    assert (finish.state, finish.error) == ("aborted", "KeyboardInterrupt")


def test_a_pickled_run_attaches_or_says_that_it_is_no_owner(script):
    done = script(
        """
        import copy, multiprocessing, pickle, subprocess, sys, swanlab
        if __name__ == "__main__":
            run = swanlab.init(project="cats", mode="offline", id="pickled", config={"lr": 1})
            swanlab.log({"loss": 1})
            assert copy.copy(run) is copy.deepcopy(run) is run
            assert pickle.loads(pickle.dumps(run)) is run
            config = pickle.loads(pickle.dumps(swanlab.config))
            config["lr"] = 2
            assert swanlab.config["lr"] == 1
            with open("run.pickle", "wb") as file:
                pickle.dump({"run": run, "lr": 1}, file)
            elsewhere = (
                "import pickle; held = pickle.load(open('run.pickle', 'rb'))['run']; "
                "held.log({'loss': 2}); held.log({'loss': 2}); held.finish(); "
                "print(held.id, held.name)"
            )
            subprocess.run([sys.executable, "-c", elsewhere], check=True)
            swanlab.log({"loss": 3})
        """
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "pickled swan-1\n"
    assert done.stderr.count("nothing is recorded. Join it") == 1
    found = recorded(run_folder())
    assert found.points == {"loss": [(0, 1), (1, 3)]}
    assert found.config == {"lr": 1}


def test_threads_and_tasks_log_into_one_run_and_all_is_kept(script):
    done = script(
        """
        import asyncio, threading, swanlab

        def train():
            swanlab.init(project="cats", mode="offline", id="threads")
            for step in range(200):
                swanlab.log({"loss": step})

        thread = threading.Thread(target=train)
        thread.start()
        thread.join()

        def more(name):
            for step in range(200):
                swanlab.log({name: step, "loss": step})

        threads = [threading.Thread(target=more, args=(f"t{number}",)) for number in range(4)]
        [one.start() for one in threads]
        [one.join() for one in threads]

        async def task(name):
            for step in range(50):
                swanlab.log({name: step, "loss": step})
                await asyncio.sleep(0)

        async def main():
            await asyncio.gather(*(task(f"a{number}") for number in range(4)))

        asyncio.run(main())
        """,
        SWANLAB_MONITOR_INTERVAL="0",
    )
    assert done.returncode == 0, done.stderr
    points = recorded(run_folder()).points
    assert sorted(step for step, _ in points["loss"]) == list(range(200 + 4 * 200 + 4 * 50))
    for number in range(4):
        assert points[f"t{number}"] == [(step, step) for step in range(200)]
        assert points[f"a{number}"] == [(step, step) for step in range(50)]
    assert [one.state for one in recorded(run_folder()).finishes] == ["success"]


def test_nothing_sticks_in_the_environment_of_the_program(script):
    done = script(
        """
        import os
        before = dict(os.environ)
        import swanlab
        swanlab.init(project="cats", mode="offline", id="clean", parallel="shared")
        swanlab.finish()
        print(before == dict(os.environ))
        """
    )
    assert done.stdout == "True\n", done.stderr

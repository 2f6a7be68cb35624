"""A server that is not there costs the training nothing, and gets everything when it is back."""

from __future__ import annotations

import time

import pytest

from tests.serving import wait_for

PROGRAM = """
import sys, time
{start}
print("training begins")
for step in range(60):
    {log}
    time.sleep(0.02)
    if step == 30:
        {middle}
print("training ends", file=sys.stderr)
{finish}
sys.exit(3)
"""


def program(*, tracked: bool, finish: bool = False, middle: str = "pass") -> str:
    return PROGRAM.format(
        start="import swanlab; swanlab.init(project='cats', mode='cloud', id='away')"
        if tracked
        else "",
        log="swanlab.log({'loss': step})" if tracked else "pass",
        middle=middle if tracked else "pass",
        finish="swanlab.finish()" if tracked and finish else "",
    )


def own_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("swanlab: ")]


KILL_SERVER = "import os, signal; os.kill(int(sys.argv[1]), signal.SIGKILL); time.sleep(0.5)"


@pytest.mark.parametrize("when", ["before init", "in mid-run", "at finish"])
def test_a_stopped_server_changes_nothing_for_the_training(server, script, when):
    assert server.process is not None
    pid = str(server.process.pid)
    if when == "before init":
        server.stop()
    middle = KILL_SERVER if when == "in mid-run" else "pass"
    source = program(tracked=True, finish=when == "at finish", middle=middle)
    if when == "at finish":
        source = source.replace("swanlab.finish()", f"{KILL_SERVER}; swanlab.log({{'late': 1}}); "
                                "swanlab.finish()")  # fmt: skip
    began = time.monotonic()
    tracked = script(source, pid, SWANLAB_FINISH_TIMEOUT="2")
    took = time.monotonic() - began
    plain = script(program(tracked=False), pid)

    assert tracked.returncode == plain.returncode == 3
    assert tracked.stdout == plain.stdout
    assert own_lines(tracked.stderr) == own_lines(plain.stderr)
    assert tracked.stderr.count("not everything has reached the server yet") == 1
    assert "swanlab sync" in tracked.stderr
    assert took < 30

    if server.process is not None:
        server.process.wait(10)
    server.start()
    wait_for(lambda: any(
        project["name"] == "cats" and project["runs"] and not project["running"]
        for project in server.get("/projects")["projects"]
    ), 60)  # fmt: skip
    assert server.points("admin/cats", "away", "loss") == [(n, n) for n in range(60)]


def test_a_refused_key_is_an_error_at_init_that_leaves_no_run(server, script, monkeypatch):
    done = script(
        """
        import swanlab
        try:
            swanlab.init(project="cats", mode="cloud")
        except swanlab.errors.AuthenticationError as error:
            print("refused", swanlab.get_run())
        """.replace("import swanlab", "import swanlab, swanlab.errors"),
        SWANLAB_API_KEY="x" * 21,
        SWANLAB_API_HOST=server.host,
    )
    assert done.stdout == "refused None\n", done.stderr


def test_a_workspace_of_another_is_an_error_at_init(server, script):
    done = script(
        """
        import swanlab
        swanlab.init(project="cats", workspace="somebody", mode="cloud")
        """
    )
    assert done.returncode == 1
    assert "RunRefused" in done.stderr

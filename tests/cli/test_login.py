"""Signing in and out, and sending runs, on the command line."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import swanlab
from swanlab import credentials
from tests.serving import PASSWORD, Serving


def command(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "swanlab", *args],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60,
        env={**os.environ, **env},
    )  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = Serving(tmp_path_factory.mktemp("server")).start()
    yield serving
    serving.stop()


def test_the_version():
    assert command("--version").stdout == f"{swanlab.__version__}\n"


def test_help_lists_every_command():
    text = command("--help").stdout
    for name in ("login", "logout", "server", "sync", "watch"):
        assert f"\n  {name} " in text


def test_login_with_a_password_makes_a_key_that_only_we_may_read(server):
    Path("pw").write_text(PASSWORD)
    done = command("login", "-h", server.host, "-u", "admin", "--password-file", "pw")
    assert done.stdout == f"Currently logged in as: admin to {server.host}\n", done.stderr
    assert stat.S_IMODE(credentials.path().stat().st_mode) == 0o600
    found = credentials.find()
    assert found is not None
    again = command("login", "-h", server.host, "-k", found.api_key)
    assert again.returncode == 0
    assert found.api_key not in again.stdout + again.stderr


def test_a_wrong_key_and_a_wrong_password_are_clear(server):
    Path("pw").write_text("wrong password")
    for args in (["-k", "x" * 21], ["-k", "short"], ["-u", "admin", "--password-file", "pw"]):
        done = command("login", "-h", server.host, *args)
        assert done.returncode == 1
        assert done.stderr.startswith("swanlab: ")
        assert "Traceback" not in done.stderr
    assert credentials.find() is None


def test_without_a_terminal_login_says_which_option_is_missing():
    done = command("login")
    assert done.returncode == 1
    assert "swanlab login --host ADDRESS --api-key KEY" in done.stderr


def test_several_hosts_are_remembered_and_logout_forgets_one():
    for name in ("a", "b"):
        credentials.remember(credentials.Login(f"https://{name}.example.com", name * 21, "me"))
    assert credentials.find().host == "https://b.example.com"
    assert credentials.find("a.example.com").api_key == "a" * 21
    assert "Logged out of https://b.example.com" in command("logout", "--force").stdout
    assert credentials.find().host == "https://a.example.com"


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("swanlab.example.com", "https://swanlab.example.com"),
        ("http://10.0.0.5:8000/", "http://10.0.0.5:8000"),
        ("127.0.0.1:5093", "http://127.0.0.1:5093"),
        ("localhost", "http://localhost"),
        ("https://lab/api", "https://lab"),
    ],
)
def test_hosts_are_understood_as_people_write_them(given, normal):
    assert credentials.normal_host(given) == normal


def test_sync_sends_an_offline_run_once(server):
    Path("pw").write_text(PASSWORD)
    command("login", "-h", server.host, "-u", "admin", "--password-file", "pw")
    server.api_key = credentials.find().api_key
    run = swanlab.init(project="cats", mode="offline", config={"lr": 1}, tags=["t"])
    for step in range(100):
        swanlab.log({"loss": step})
    print("hello")
    swanlab.finish()
    outputs = [command("sync", run.dir) for _ in range(2)]
    assert [done.returncode for done in outputs] == [0, 0], outputs[0].stderr
    assert f"/@admin/cats/runs/{run.id}" in outputs[0].stdout
    found = server.run("admin/cats", run.id)
    assert (found["state"], found["config"], found["tags"]) == ("finished", {"lr": 1}, ["t"])
    assert server.points("admin/cats", run.id, "loss") == [(n, n) for n in range(100)]


def test_sync_to_another_project_and_id(server):
    Path("pw").write_text(PASSWORD)
    command("login", "-h", server.host, "-u", "admin", "--password-file", "pw")
    server.api_key = credentials.find().api_key
    run = swanlab.init(project="cats", mode="offline")
    swanlab.log({"loss": 1})
    swanlab.finish()
    done = command("sync", "swanlog", "-p", "dogs", "-i", "other")
    assert done.returncode == 0, done.stderr
    assert server.points("admin/dogs", "other", "loss") == [(0, 1)]
    assert run.id not in done.stdout.partition(". ")[2]


def test_sync_of_nothing_is_an_error():
    Path("empty").mkdir()
    done = command("sync", "empty", SWANLAB_API_KEY="x" * 21, SWANLAB_API_HOST="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "no run is recorded in empty" in done.stderr

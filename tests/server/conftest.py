from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from swanlab.server.app import create_app
from swanlab.server.db import users
from swanlab.server.state import Server
from tests.server.wire import Sender

API = "/api/v1"


BOTH = {
    "test_ingest", "test_delete", "test_auth", "test_charts", "test_edit", "test_openapi",
    "test_points", "test_table", "test_views", "test_console", "test_copies", "test_media",
    "test_access", "test_teams", "test_audit", "test_accounts", "test_keys", "test_oidc",
    "test_quotas", "test_mail", "test_rules",
}  # fmt: skip
"""Modules whose tests run over SQLite and over PostgreSQL."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    module = metafunc.module.__name__.rpartition(".")[2]
    if module in BOTH and "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str | None:
    """The URL of the server's database; None for files in its folder."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    url: str = request.getfixturevalue("server_url")
    return url


@pytest.fixture
def server(tmp_path: Path, engine: str | None) -> Server:
    """A server with accounts; the client's lifespan starts and closes it."""
    return Server(tmp_path / "data", "server", static=tmp_path / "static", database_url=engine)


@pytest.fixture
def nobody(server: Server) -> Iterator[TestClient]:
    """A client that is not signed in."""
    with TestClient(create_app(server), base_url="http://testserver" + API) as client:
        yield client


@pytest.fixture
def as_user(server: Server, nobody: TestClient) -> Callable[..., TestClient]:
    """Add a user and return a client with the user's API key."""

    def add(name: str, *, admin: bool = False) -> TestClient:
        with server.db.write() as connection:
            user = users.create(connection, name, "!", admin=admin)
        assert user is not None
        client = TestClient(nobody.app, base_url="http://testserver" + API)
        # One event loop for all clients of the test, as in one server.
        client.portal = nobody.portal
        client.headers["authorization"] = f"Bearer {server.auth.new_api_key(user)}"
        return client

    return add


@pytest.fixture
def alice(as_user: Callable[..., TestClient]) -> TestClient:
    return as_user("alice")


@pytest.fixture
def run(alice: TestClient) -> str:
    """The path of a run of alice in project ``demo``."""
    assert alice.post("/projects/alice/demo/runs", json={"id": "r1"}).status_code == 200
    return "/projects/alice/demo/runs/r1"


@pytest.fixture
def sender(alice: TestClient, run: str) -> Sender:
    return Sender(alice, run)


class Process:
    """``swanlab`` running as a command of its own."""

    def __init__(self, *arguments: str, log: Path, env: dict[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "swanlab", *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
            )

    def url(self) -> str:
        """Wait until it says where it is."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            found = re.findall(r" at (http://\S+)", self.output())
            if found:
                return str(found[-1])
            assert self.popen.poll() is None, self.output()
            time.sleep(0.02)
        raise AssertionError(self.output())

    def output(self) -> str:
        return self.log.read_text()

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code."""
        self.popen.send_signal(number)
        return self.popen.wait(20)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start ``swanlab`` commands; they are killed when the test ends."""
    running: list[Process] = []

    def begin(*arguments: str, env: dict[str, str] | None = None) -> Process:
        log = tmp_path / f"process-{len(running)}.log"
        running.append(Process(*arguments, log=log, env=env))
        return running[-1]

    yield begin
    for process in running:
        process.kill()


@pytest.fixture
def wait_for() -> Callable[..., None]:
    """Wait until something holds; a test fails when it does not within a generous time."""

    def wait(holds: Callable[[], object], seconds: float = 30.0) -> None:
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, "waited in vain"
            time.sleep(0.05)

    return wait


@pytest.fixture
def real_server(
    tmp_path: Path, start: Callable[..., Process]
) -> Iterator[tuple[Process, httpx.Client, Callable[[], Process]]]:
    """A server process with a client that has the admin's key, and a way to start it again."""
    password = tmp_path / "password"
    password.write_text("correct horse\n")
    arguments = ["--data-dir", str(tmp_path / "data"), "--admin-password-file", str(password)]
    process = start("server", "--port", "0", *arguments)
    url = process.url()
    client = httpx.Client(base_url=url + API, trust_env=False, timeout=30)
    body = {"username": "admin", "password": "correct horse"}
    assert client.post("/session", json=body).status_code == 200
    key = client.post(
        "/keys", json={"name": "all", "scope": "admin"}, headers={"origin": url}
    ).json()["api_key"]
    client.cookies.clear()
    client.headers["authorization"] = f"Bearer {key}"

    def again() -> Process:
        started.append(start("server", "--port", url.rpartition(":")[2], *arguments))
        return started[-1]

    started = [process]
    yield process, client, again
    started[-1].kill()  # first: it ends the streams that tests left open
    client.close()

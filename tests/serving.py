"""A real server as a process of its own, that tests start, kill and start again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

from swanlab.client import Client
from swanlab.credentials import Login, remember

PASSWORD = "correct horse"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Serving:
    """``swanlab server`` (or another command) on a port that stays the same over restarts."""

    def __init__(self, folder: Path, *command: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.host = f"http://127.0.0.1:{self.port}"
        self.command = command or self._server_command()
        self.process: subprocess.Popen[bytes] | None = None
        self.api_key: str | None = None

    def _server_command(self) -> tuple[str, ...]:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        data = str(self.folder / "data")
        return ("server", "--data-dir", data, "--admin-password-file", str(password))

    def start(self) -> Serving:
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "swanlab", *self.command, "--port", str(self.port)],
            stdout=log,
            stderr=log,
            env={k: v for k, v in os.environ.items() if not k.startswith("SWANLAB_")},
        )
        log.close()
        wait_for(self._answers, 30, (self.folder / "server.log").read_text)
        return self

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "server.log").read_text()
        try:
            return httpx2.get(f"{self.host}/api/v1/health").status_code == 200
        except httpx2.HTTPError:
            return False

    def log_in(self) -> Serving:
        """Make an API key that may do everything, and remember it as ``swanlab login`` does."""
        client = Client(self.host)
        self.api_key = client.sign_in("admin", PASSWORD, scope="admin")
        client.close()
        remember(Login(self.host, self.api_key, "admin"))
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    def get(self, path: str, **params: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        answer = httpx2.get(f"{self.host}/api/v1{path}", headers=headers, params=params, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def charts(self, project: str, charts: list[dict[str, Any]]) -> Any:
        headers = {"Accept": "application/json"}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        url = f"{self.host}/api/v1/projects/{project}/charts"
        answer = httpx2.post(url, headers=headers, json={"charts": charts}, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()["charts"]

    def points(self, project: str, run: str, key: str) -> list[tuple[int, float]]:
        """All points of a series of at most 5,000, exact."""
        (chart,) = self.charts(project, [{"series": [{"run": run, "key": key}], "buckets": 5000}])
        assert chart["kind"] == "points"
        return [(int(x), y) for x, y in zip(chart["x"], chart["series"][0]["last"], strict=True)]

    def run(self, project: str, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/projects/{project}/runs/{run}")
        return found


def wait_for(condition: Any, seconds: float = 30, explain: Any = lambda: "") -> None:
    """Wait until ``condition()`` holds; fails with ``explain()`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"did not happen in {seconds} s\n{explain()}"
        time.sleep(0.05)

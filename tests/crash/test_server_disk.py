"""The server's disk is full: said as such, nothing acknowledged is lost, reading goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import zstandard

from tests.server.wire import frame, header, keys, scalars
from tests.serving import Serving, wait_for

DISK = 12 * 1024 * 1024


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    """A server whose data lie on a disk of 12 MiB."""
    data = tmp_path / "server" / "data"
    data.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(data)]
    if os.geteuid() != 0 or subprocess.run(command, check=False).returncode != 0:
        pytest.skip("mounting a small disk needs root")
    serving = Serving(tmp_path / "server").start().log_in()
    yield serving
    serving.stop(signal.SIGKILL)
    subprocess.run(["umount", "-l", str(data)], check=True)


def fill(server: Serving) -> Path:
    """Take all the space that is left."""
    filler = server.folder / "data" / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(512))
        except OSError:
            return filler


@pytest.fixture
def client(server):
    headers = {"authorization": f"Bearer {server.api_key}"}
    with httpx2.Client(base_url=f"{server.host}/api/v1", headers=headers, timeout=30) as client:
        yield client


RUN = "/projects/admin/cats/runs/r1"


def post(client, offset, frames):
    where = {"writer": "w", "offset": offset}
    return client.post(f"{RUN}/frames", params=where, content=zstandard.compress(frames))


def test_a_full_disk_is_answered_as_such_and_reading_goes_on(server, client):
    client.post("/projects/admin/cats/runs", json={"id": "r1"})
    first = frame(header(writer="w")) + keys("loss") + scalars(0, 1.0)
    offset = post(client, 0, first).json()["offset"]
    filler = fill(server)
    step, answer = 1, None
    while answer is None or answer.status_code == 200:
        assert step < 100_000
        piece = b"".join(scalars(step + n, float(step + n)) for n in range(500))
        answer = post(client, offset, piece)
        if answer.status_code == 200:
            offset, step = answer.json()["offset"], step + 500
    assert answer.status_code == 507, answer.text
    error = answer.json()["error"]
    assert (error["code"], "disk is full" in error["message"]) == ("disk_full", True)
    assert float(answer.headers["retry-after"]) > 0
    assert client.post("/projects/admin/dogs/runs", json={"id": "r1"}).status_code == 507

    health = client.get("/health")
    assert health.status_code == 503
    assert "disk is full" in health.json()["error"]["message"]
    assert str(server.folder) not in health.text
    assert client.get("/health/live").status_code == 200
    (series,) = client.get(f"{RUN}/series").json()["series"]
    assert series["count"] == step
    assert len(client.get("/projects/admin/cats/runs").json()["runs"]) == 1
    assert len(server.points("admin/cats", "r1", "loss")[:10]) in (1, 10)

    filler.unlink()
    wait_for(lambda: client.get("/health").status_code == 200)
    answer = post(client, offset, piece)
    assert answer.status_code == 200, answer.text
    (series,) = client.get(f"{RUN}/series").json()["series"]
    assert (series["count"], series["last"]) == (step + 500, float(step + 499))
    log = (server.folder / "server.log").read_text()
    assert "disk is full" in log
    assert "Traceback" not in log
    assert len(log.splitlines()) < 20


def test_a_client_goes_on_trying_until_there_is_space(server):
    train = subprocess.Popen(
        [sys.executable, "-c", _TRAINING], stdin=subprocess.PIPE, text=True,
        env={**os.environ, "SWANLAB_MONITOR_INTERVAL": "0"},
    )  # fmt: skip
    path = "/projects/admin/cats/runs/r1/series"

    def count() -> int:
        try:
            return sum(one["count"] for one in server.get(path)["series"])
        except AssertionError:
            return 0

    wait_for(lambda: count() == 10)
    filler = fill(server)
    assert train.stdin is not None
    train.stdin.write("more\n")
    train.stdin.flush()

    def refused() -> bool:
        (report,) = Path("swanlog").glob("run-*/upload.json")
        return "disk is full" in report.read_text()

    wait_for(refused)
    assert train.poll() is None
    filler.unlink()
    train.communicate("end\n", timeout=60)
    assert train.returncode == 0
    wait_for(lambda: count() == 50_010, 60)


_TRAINING = """
import sys, swanlab
swanlab.init(project="cats", mode="cloud", id="r1")
for step in range(10):
    swanlab.log({"loss": step}, step=step)
sys.stdin.readline()
for step in range(10, 50_010):
    swanlab.log({"loss": step}, step=step)
sys.stdin.readline()
swanlab.finish()
"""

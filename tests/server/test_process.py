"""The server as a process: first start, one per folder, death without loss."""

from __future__ import annotations

import re
import signal
import threading
import time

import httpx2 as httpx
import pytest
import zstandard
from click.testing import CliRunner

from swanlab import runfile
from swanlab.cli.main import main
from tests.server.wire import frame, header, keys, scalars


def test_the_first_start_makes_up_a_password_and_says_so_once(start, tmp_path):
    data = ["--data-dir", str(tmp_path / "data"), "--port", "0"]
    first = start("server", *data)
    url = first.url()
    password = re.search(r"password '([^']+)'", first.output()).group(1)
    body = {"username": "admin", "password": password}
    assert httpx.post(f"{url}/api/v1/session", json=body, trust_env=False).status_code == 200
    assert first.stop(signal.SIGINT) == 0
    second = start("server", *data)
    second.url()
    assert "password" not in second.output()


def test_a_second_server_on_the_same_folder_is_refused_with_the_address_of_the_first(
    start, tmp_path
):
    data = ["--data-dir", str(tmp_path / "data"), "--port", "0"]
    first = start("server", *data)
    url = first.url()
    second = start("server", *data)
    assert second.popen.wait(20) == 1
    assert f"in use by another server, reachable at {url}" in second.output()
    first.kill()
    start("server", *data).url()


def test_a_taken_port_is_said_clearly(start, tmp_path):
    first = start("server", "--data-dir", str(tmp_path / "a"), "--port", "0")
    port = first.url().rpartition(":")[2]
    taken = start("server", "--data-dir", str(tmp_path / "b"), "--port", port)
    assert taken.popen.wait(20) == 1
    assert "Address already in use" in taken.output()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://x/y", "begins with mysql://, not postgresql://"),
        ("postgresql://x:y@/z?host=/nowhere", "cannot use the database: connection"),
        ("nonsense", "postgresql://user:password@host:5432/name"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_clearly(tmp_path, monkeypatch, url, said):
    monkeypatch.setattr("swanlab.cli.server.DATABASE_WAIT", 0)
    arguments = ["server", "--data-dir", str(tmp_path / "a"), "--port", "0", "--database-url", url]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


class Trainer(threading.Thread):
    """Sends its points in small posts, each again and again until it is acknowledged."""

    STEPS, PIECE = 600, 15

    def __init__(self, client: httpx.Client, number: int) -> None:
        super().__init__(daemon=True)
        self.client, self.number = client, number
        self.path = f"/projects/admin/demo/runs/run{number}"
        self.acknowledged = 0
        self.error: object = None

    def run(self) -> None:
        whole = frame(header(run=f"run{self.number}")) + keys("loss")
        for step in range(self.STEPS):
            whole += scalars(step, float(step * self.number))
        while self.acknowledged < len(whole) and self.error is None:
            rest = whole[self.acknowledged : self.acknowledged + 100_000]
            self._post(rest[: runfile.cut(rest, self.PIECE * 40)])

    def _post(self, piece: bytes) -> None:
        place = {"writer": "trainer-1", "offset": self.acknowledged}
        try:
            answer = self.client.post(
                f"{self.path}/frames", params=place, content=zstandard.compress(piece), timeout=10
            )
        except httpx.TransportError:
            time.sleep(0.05)
            return
        if answer.status_code == 200:
            self.acknowledged = answer.json()["offset"]
        elif answer.status_code == 409:
            self.acknowledged = answer.json()["error"]["detail"]["expected"]
        elif answer.status_code != 429:
            self.error = answer.text


@pytest.mark.timeout(180)
def test_every_point_of_ten_writers_is_there_once_after_the_server_was_killed(
    real_server, wait_for
):
    process, client, again = real_server
    for number in range(10):
        client.post("/projects/~/demo/runs", json={"id": f"run{number}"})
    trainers = [Trainer(client, number) for number in range(10)]
    for trainer in trainers:
        trainer.start()
    for _ in range(2):
        reached = [trainer.acknowledged for trainer in trainers]
        pairs = list(zip(trainers, reached, strict=True))
        wait_for(lambda now=pairs: all(one.acknowledged > at for one, at in now))
        process.kill()
        assert any(trainer.is_alive() for trainer in trainers)
        process = again()
        process.url()
    for trainer in trainers:
        trainer.join(60)
        assert trainer.error is None
        assert not trainer.is_alive()
    for trainer in trainers:
        (series,) = client.get(f"{trainer.path}/series").json()["series"]
        assert (series["count"], series["last"]) == (600, 599 * trainer.number)
        assert series["mean"] == pytest.approx(299.5 * trainer.number)
        assert client.get(trainer.path).json()["notices"] == []

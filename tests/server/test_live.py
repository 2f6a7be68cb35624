"""Hints over a real connection: who may read a run hears of it at once, and not too often."""

from __future__ import annotations

import json
import sqlite3
import threading
import time

import httpx2 as httpx
import pytest

from tests.server.wire import Sender, frame, header, keys, scalars


class Listener:
    """Reads a live stream on a thread."""

    def __init__(self, client: httpx.Client, **query: str) -> None:
        self.hints, self.lines, self.status, self.ended = [], [], 0, False
        self.opened = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(client, query), daemon=True)
        self._thread.start()
        assert self.opened.wait(20)

    def _read(self, client, query) -> None:
        try:
            with client.stream("GET", "/live", params=query, timeout=60) as answer:
                self.status = answer.status_code
                for line in answer.iter_lines():
                    self.lines.append(line)
                    self.opened.set()
                    if line.startswith("data: "):
                        self.hints.append((time.monotonic(), json.loads(line[6:])))
        except httpx.TransportError:
            pass
        finally:
            self.ended = True
            self.opened.set()


@pytest.fixture
def client(real_server):
    return real_server[1]


@pytest.fixture
def sender(client):
    client.post("/projects/~/demo/runs", json={"id": "r1"})
    return Sender(client, "/projects/admin/demo/runs/r1")


def test_a_hint_says_what_is_new_of_a_run(client, sender, wait_for):
    listener = Listener(client, workspace="admin", project="demo")
    sender.send(frame(header()) + keys("loss") + scalars(0, 1.0))
    wait_for(lambda: listener.hints)
    assert listener.hints[0][1] == {
        "workspace": "admin",
        "project": "demo",
        "run": "r1",
        "state": "running",
        "kinds": ["keys", "run", "series"],
    }


def test_hints_of_a_busy_run_are_joined(client, sender, wait_for):
    listener = Listener(client)
    sender.send(frame(header()) + keys("loss"))
    began = time.monotonic()
    for step in range(50):
        sender.send(scalars(step, 1.0))
    took = time.monotonic() - began
    wait_for(lambda: "series" in listener.hints[-1][1]["kinds"])
    assert len(listener.hints) <= 2 + took / 0.4


def test_others_hear_nothing_of_what_is_private(client, sender, wait_for):
    body = {"username": "bob", "password": "a long password"}
    client.post("/users", json=body)
    with httpx.Client(base_url=client.base_url, trust_env=False) as bob:
        bob.post("/session", json=body)
        listener = Listener(bob)
        assert bob.get("/live", params={"workspace": "admin", "project": "demo"}).status_code == 404
        bob.cookies.clear()
        assert bob.get("/live").status_code == 401
    own = Listener(client)
    sender.send(frame(header()) + keys("loss") + scalars(0, 1.0))
    wait_for(lambda: own.hints)
    assert listener.hints == []


def test_a_project_needs_its_workspace(client):
    assert client.get("/live", params={"project": "demo"}).status_code == 400


def test_open_streams_end_when_the_server_stops(real_server, wait_for):
    process, client, _ = real_server
    listeners = [Listener(client) for _ in range(3)]
    assert process.stop() == 0
    wait_for(lambda: all(one.ended for one in listeners))


def test_a_run_that_falls_silent_is_told_and_so_is_its_return(
    client, sender, wait_for, tmp_path, real_server
):
    sender.send(frame(header()) + keys("loss") + scalars(0, 1.0))
    listener = Listener(client, workspace="admin", project="demo")
    database = sqlite3.connect(tmp_path / "data" / "swanlab.db", timeout=30)
    silent = int(time.time() * 1000) - 4 * 60 * 1000

    def fell_silent() -> bool:
        """Let it be four minutes since the run was heard of, once that has been written down."""
        with database:
            database.execute("UPDATE runs SET seen_at = ?", (silent,))
        return "unresponsive" in [hint["state"] for _, hint in listener.hints]

    wait_for(fell_silent)
    database.close()
    hint = listener.hints[-1][1]
    assert (hint["run"], hint["kinds"]) == ("r1", ["run"])
    assert client.get("/projects/admin/demo/runs/r1").json()["state"] == "unresponsive"
    told = len(listener.hints)
    assert client.post("/projects/admin/demo/runs/r1/heartbeat").status_code == 200
    wait_for(lambda: len(listener.hints) > told)
    assert (listener.hints[-1][1]["state"], listener.hints[-1][1]["kinds"]) == ("running", ["run"])

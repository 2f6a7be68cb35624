"""Asked to stop under load, the server ends soon, with 0, and keeps every promise it made."""

from __future__ import annotations

import signal
import socket
import time

import httpx2 as httpx
import pytest

from tests.server.test_live import Listener
from tests.server.test_process import Trainer


@pytest.mark.timeout(180)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_what_was_acknowledged_is_there_and_what_was_not_is_sent_again(real_server, wait_for, how):
    process, client, again = real_server
    for number in range(6):
        client.post("/projects/~/demo/runs", json={"id": f"run{number}"})
    trainers = [Trainer(client, number) for number in range(6)]
    for trainer in trainers:
        trainer.start()
    listener = Listener(client)
    wait_for(lambda: all(one.acknowledged > 3_000 for one in trainers))
    assert all(one.is_alive() for one in trainers)
    assert process.stop(how) == 0
    wait_for(lambda: listener.ended)
    # Whatever was answered before the end is known; nothing else was.
    settled = [one.acknowledged for one in trainers]
    again().url()
    for trainer, acknowledged in zip(trainers, settled, strict=True):
        opened = client.post("/projects/~/demo/runs", json={"id": f"run{trainer.number}"})
        assert opened.json()["writers"]["trainer-1"] >= acknowledged
    for trainer in trainers:
        trainer.join(60)
        assert trainer.error is None
        assert not trainer.is_alive()
        (series,) = client.get(f"{trainer.path}/series").json()["series"]
        assert (series["count"], series["last"]) == (600, 599 * trainer.number)
        assert client.get(trainer.path).json()["notices"] == []


def test_a_sender_that_never_ends_its_post_does_not_hold_it_up(real_server):
    process, client, _ = real_server
    client.post("/projects/~/demo/runs", json={"id": "r1"})
    url = client.base_url
    with socket.create_connection((url.host, url.port)) as half:
        half.sendall(
            b"POST /api/v1/projects/admin/demo/runs/r1/frames?writer=w&offset=0 HTTP/1.1\r\n"
            b"Host: x\r\nAuthorization: " + client.headers["authorization"].encode() + b"\r\n"
            b"Content-Length: 1000\r\n\r\nhalf"
        )
        time.sleep(0.2)  # it may take that long to arrive; earlier is no harm
        assert process.stop() == 0


def test_a_server_that_stops_takes_no_new_connections(real_server):
    process, client, _ = real_server
    assert process.stop() == 0
    with pytest.raises(httpx.ConnectError):
        client.get("/health")

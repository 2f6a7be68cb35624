"""Old runs of a whole server: when they are moved, and what people then see, copy and restore."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from contextlib import suppress

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from swanlab.cli.main import main
from swanlab.records import Finish, Resume
from swanlab.server import freezing, retention, runview
from swanlab.server.app import create_app
from swanlab.server.db import engine as clock
from swanlab.server.db import projects, runs, schema, users
from swanlab.server.state import Server
from tests.server.wire import Sender, frame, header, keys, purge, scalars

API = "/api/v1"
PROJECT = "/projects/alice/demo"
DAY = 24 * 3600 * 1000


class Gate:
    """A way to a port of this machine that can be shut."""

    def __init__(self, port: int) -> None:
        self._to, self.open = port, True
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if not self.open:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._to))
                self._held += [near, far]
                for a, b in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(a, b), daemon=True).start()

    def _pass_on(self, a: socket.socket, b: socket.socket) -> None:
        with suppress(OSError):
            while data := a.recv(65536):
                b.sendall(data)
        for one in (a, b):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def shut(self) -> None:
        self.open = False
        for one in self._held:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.shut()
        self._listening.close()
        for one in self._held:
            one.close()


@pytest.fixture
def days(monkeypatch):
    """The server's clock: ``days[0]`` days after everything was received."""
    found = [0.0]
    for module in (retention, runview):
        monkeypatch.setattr(module, "now", lambda: clock.now() + int(found[0] * DAY))
    return found


@pytest.fixture(params=["folder", "s3"])
def kept(request, tmp_path, monkeypatch):
    """Where files are: None for the data folder, or a bucket that can be shut off."""
    if request.param == "folder":
        yield None, None
        return
    bucket = request.getfixturevalue("bucket")
    gate = Gate(int(bucket.endpoint.rpartition(":")[2]))
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{gate.port}")
    yield bucket.url(os.urandom(6).hex()), gate
    gate.close()


@pytest.fixture
def server(kept, tmp_path) -> Server:
    return started(tmp_path / "data", tmp_path, kept[0])


def started(folder, tmp_path, media_url, database_url=None) -> Server:
    from swanlab.server.media.address import open_media

    media = open_media(media_url, folder)
    static = tmp_path / "static"
    return Server(
        folder, "server", static=static, database_url=database_url, media=media, cold_after=30
    )


def ended(client, run_id: str, *, steps: int = 5000) -> Sender:
    assert client.post(f"{PROJECT}/runs", json={"id": run_id}).status_code == 200
    sender = Sender(client, f"{PROJECT}/runs/{run_id}")
    sender.send(frame(header(run=run_id)) + keys("loss", "acc"))
    sender.send(b"".join(scalars(step, step * 0.5, float(-step)) for step in range(steps)))
    sender.send(frame(Finish(10, "success", None)))
    return sender


def chart(client, run_id: str):
    asked = {"series": [{"run": run_id, "key": "loss"}], "buckets": 100, "lo": 10, "hi": 90}
    headers = {"accept": "application/json"}
    return client.post(f"{PROJECT}/charts", json={"charts": [asked]}, headers=headers)


def answers(client, run_id: str) -> list[object]:
    """All that is said of a run's points."""
    run = f"{PROJECT}/runs/{run_id}"
    return [
        chart(client, run_id).json(),
        client.get(f"{run}/series").json(),
        client.get(f"{run}/points", params={"key": "acc"}).content,
        client.get(f"{run}/export").content,
    ]


def move(server: Server) -> int:
    return freezing.sweep(server, lambda: False)


def cold(server: Server) -> int:
    return server.stores.frozen()[0]


def test_runs_that_ended_long_enough_ago_are_moved_and_look_the_same(server, alice, days):
    for run_id in ("old", "older"):
        ended(alice, run_id)
    assert alice.post(f"{PROJECT}/runs", json={"id": "running"}).status_code == 200
    before = [answers(alice, run_id) for run_id in ("old", "older")]
    days[0] = 29.9
    assert move(server) == 0
    days[0] = 30.1
    assert move(server) == 2
    assert cold(server) == 2
    assert move(server) == 0
    assert [answers(alice, run_id) for run_id in ("old", "older")] == before


def test_a_run_that_goes_on_is_whole_and_is_moved_again_later(server, alice, days, monkeypatch):
    sender = ended(alice, "old")
    days[0] = 31
    assert move(server) == 1
    sender.send(frame(Resume(20)) + scalars(3, 7.0, 8.0) + scalars(6000, 1.0, 2.0))
    found = alice.get(f"{PROJECT}/runs/old/series").json()["series"]
    (one,) = [row for row in found if row["key"] == "loss"]
    assert (one["count"], one["last"], one["last_step"]) == (5001, 1.0, 6000)
    assert cold(server) == 0
    text = alice.get(f"{PROJECT}/runs/old/export").text
    assert text.count("\r\n") == 1 + 2 * 5001
    assert ",3,1700000000003,7.0\r\n" in text
    sender.send(frame(Finish(30, "success", None)))
    monkeypatch.setattr("swanlab.server.metrics.freeze.AT_WORK", -(10**12))
    days[0] = 29
    assert move(server) == 0  # by this clock, it was heard of 29 days ago
    days[0] = 31
    assert move(server) == 1
    assert alice.get(f"{PROJECT}/runs/old/export").text == text


def test_while_the_bucket_is_away_only_old_runs_say_so(server, alice, days, kept):
    gate = kept[1]
    if gate is None:
        pytest.skip("a folder is not away")
    ended(alice, "old")
    ended(alice, "other")
    days[0] = 31
    assert move(server) == 2
    sender = ended(alice, "live")
    seen = chart(alice, "old").json()
    gate.shut()
    for path in ("points", "export"):
        answer = alice.get(f"{PROJECT}/runs/other/{path}", params={"key": "loss"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "cold_away")
        assert "object storage" in answer.json()["error"]["message"]
        assert answer.headers["retry-after"] == "5"
    assert chart(alice, "other").status_code == 503
    assert chart(alice, "old").json() == seen  # it is on this disk
    assert chart(alice, "live").status_code == 200
    sender.send(frame(Resume(20)) + scalars(5000, 1.0, 2.0))
    assert alice.get("/health").status_code == 200
    assert len(alice.get(f"{PROJECT}/runs").json()["runs"]) == 3
    assert alice.get(f"{PROJECT}/runs/other/series").status_code == 200
    assert len(alice.get(f"{PROJECT}/runs/live/points", params={"key": "loss"}).content) > 5000
    gate.open = True


def test_a_deleted_run_takes_its_segment_a_day_later(server, alice, days, kept, monkeypatch):
    ended(alice, "old")
    days[0] = 31
    assert move(server) == 1
    before = cold(server), freezing.tidy(server, lambda: False)
    assert alice.delete(f"{PROJECT}/runs/old").status_code == 204
    server.freeing.sweep()
    assert before == (1, 0)
    assert cold(server) == 0
    assert freezing.tidy(server, lambda: False) == 0
    monkeypatch.setattr("swanlab.server.metrics.freeze.KEPT", -(10**12))
    assert freezing.tidy(server, lambda: False) == 1
    if kept[0] is None:
        assert not any((server.data_dir / "media" / "segments").rglob("?*"))


def test_the_file_of_a_deleted_project_stays_until_its_segments_are_removed(
    server, alice, days, monkeypatch
):
    ended(alice, "old")
    with server.db.read() as connection:
        place = projects.find(connection, "alice", "demo")
    days[0] = 31
    assert move(server) == 1
    purge(alice, PROJECT)
    server.freeing.sweep()
    assert freezing.tidy(server, lambda: False) == 0
    assert server.stores.has(place.id)
    done = command("verify", "--data-dir", server.data_dir)
    assert done.exit_code == 0, done.output
    monkeypatch.setattr("swanlab.server.metrics.freeze.KEPT", -(10**12))
    assert freezing.tidy(server, lambda: False) == 1
    assert not server.stores.has(place.id)


def test_points_that_copies_read_are_moved_when_all_of_them_are_old(server, alice, days):
    """The copy is read from there, and keeps the segment when its original goes."""
    ended(alice, "old")
    before = answers(alice, "old")
    days[0] = 20
    placed = {"runs": ["old"], "project": "demo"}
    done = alice.post(f"{PROJECT}/runs/copy", json=placed).json()
    copy = done["runs"]["old"]
    with server.db.write() as connection:  # as the clock of this test goes
        table = schema.runs
        later = clock.now() + 20 * DAY
        connection.execute(table.update().where(table.c.run_id == copy).values(seen_at=later))
    days[0] = 31
    assert move(server) == 0
    days[0] = 51
    assert move(server) == 1
    assert cold(server) == 1
    assert answers(alice, copy)[1:] == before[1:]
    assert alice.delete(f"{PROJECT}/runs/old").status_code == 204
    server.freeing.sweep()
    assert cold(server) == 1
    assert answers(alice, copy)[1:] == before[1:]


def test_metrics_tell_how_many_runs_are_cold_and_how_often_this_disk_had_them(
    server, alice, days, kept
):
    ended(alice, "old")
    days[0] = 31
    assert move(server) == 1
    for _ in range(2):
        assert chart(alice, "old").status_code == 200
    from swanlab.server.monitor import lines

    text = "".join(lines(server))
    found = dict(line.split() for line in text.splitlines() if line.startswith("swanlab_cold_"))
    size = int(found["swanlab_cold_bytes"])
    assert found["swanlab_cold_runs"] == "1"
    assert 1000 < size < 200_000
    assert 0 < int(found["swanlab_cold_fetched_bytes_total"]) <= 2 * size
    expected = "0" if kept[0] is None else "1"
    assert found["swanlab_cold_cache_misses_total"] == expected
    assert found["swanlab_cold_cache_hits_total"] == expected


def used(tmp_path, kept):
    """A data folder that was served, with a cold run and one that is not; and what it said."""
    server = started(tmp_path / "data", tmp_path, kept[0])
    with TestClient(create_app(server), base_url="http://testserver" + API) as client:
        with server.db.write() as connection:
            user = users.create(connection, "alice", "!", admin=True)
        key = server.auth.new_api_key(user)
        client.headers["authorization"] = f"Bearer {key}"
        ended(client, "old")
        with server.db.read() as connection:
            place = projects.find(connection, "alice", "demo")
            row = runs.find(connection, place.id, "old")
        assert server.stores.of(place.id).freeze(row.id)
        ended(client, "new")
        return key, [answers(client, run_id) for run_id in ("old", "new")]


def said(server: Server, key: str) -> list[object]:
    with TestClient(create_app(server), base_url="http://testserver" + API) as client:
        client.headers["authorization"] = f"Bearer {key}"
        assert cold(server) == 1 or server.stores.opened() == []
        return [answers(client, run_id) for run_id in ("old", "new")]


def command(*arguments: object):
    return CliRunner().invoke(main, ["server", *map(str, arguments)])


def test_a_backup_has_what_was_moved_into_the_folder_and_tells_what_was_moved_away(tmp_path, kept):
    key, before = used(tmp_path, kept)
    done = command("backup", tmp_path / "backup", "--data-dir", tmp_path / "data")
    assert done.exit_code == 0, done.output
    assert ("not in the backup" in done.output) == (kept[0] is not None)
    shutil.rmtree(tmp_path / "data")
    done = command("restore", tmp_path / "backup", "--data-dir", tmp_path / "again")
    assert done.exit_code == 0, done.output
    where = () if kept[0] is None else ("--media-url", kept[0])
    done = command("verify", "--data-dir", tmp_path / "again", *where)
    assert done.exit_code == 0, done.output
    assert "1 runs in segments: whole" in done.output
    assert said(started(tmp_path / "again", tmp_path, kept[0]), key) == before


def test_what_was_moved_is_read_after_moving_to_postgresql(tmp_path, kept, database_url):
    key, before = used(tmp_path, kept)
    done = command("migrate", "--from", f"sqlite:{tmp_path / 'data'}", "--to", database_url)
    assert done.exit_code == 0, done.output
    assert "2 runs" in done.output
    server = started(tmp_path / "data", tmp_path, kept[0], database_url)
    assert said(server, key) == before


def test_verify_names_the_run_whose_segment_is_not_there(tmp_path):
    used(tmp_path, (None, None))
    shutil.rmtree(tmp_path / "data" / "media" / "segments")
    done = command("verify", "--data-dir", tmp_path / "data")
    assert done.exit_code == 1
    assert "alice/demo/old: its points cannot be checked: segment " in done.output
    assert "alice/demo/new: " not in done.output
    done = command("compact", "--data-dir", tmp_path / "data")
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf"])
def test_an_age_that_makes_no_sense_is_refused(tmp_path, text):
    done = command("--data-dir", tmp_path / "data", "--cold-after", text)
    assert done.exit_code == 1
    assert "--cold-after is a number of days, or never" in done.output

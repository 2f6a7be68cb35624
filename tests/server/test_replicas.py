"""Several server processes on one PostgreSQL database, behind nothing: clients take turns."""

from __future__ import annotations

import itertools
import threading
import time

import httpx2 as httpx
import psycopg
import pytest
import zstandard

from swanlab import runfile
from tests.server.conftest import API
from tests.server.wire import frame, header, keys, scalars

PASSWORD = "correct horse"


class Lab:
    """Two servers on one database, and clients of each with the admin's key."""

    def __init__(self, start, tmp_path, url: str) -> None:
        self._start, self.url, self._folder = start, url, tmp_path
        (tmp_path / "password").write_text(PASSWORD)
        self.processes = [self.begin(number, "0") for number in range(2)]
        self.hosts = [process.url() for process in self.processes]
        self.clients = [
            httpx.Client(base_url=host + API, trust_env=False, timeout=60) for host in self.hosts
        ]
        self.key = self.sign_in()

    def begin(self, number: int, port: str):
        data = str(self._folder / f"data-{number}")
        password = str(self._folder / "password")
        return self._start(
            "server", "--port", port, "--data-dir", data, "--admin-password-file", password,
            "--database-url", self.url,
        )  # fmt: skip

    def again(self, number: int) -> None:
        port = self.hosts[number].rpartition(":")[2]
        self.processes[number] = self.begin(number, port)
        self.processes[number].url()

    def sign_in(self) -> str:
        """Make a new key, on the first server."""
        with httpx.Client(base_url=self.hosts[0] + API, trust_env=False, timeout=60) as client:
            body = {"username": "admin", "password": PASSWORD}
            assert client.post("/session", json=body).status_code == 200
            wanted = {"name": "all", "scope": "admin"}
            made = client.post("/keys", json=wanted, headers={"origin": self.hosts[0]}).json()
        self.number: int = made["key"]["id"]
        key: str = made["api_key"]
        for client in self.clients:
            client.headers["authorization"] = f"Bearer {key}"
        return key

    def revoke_and_sign_in(self) -> None:
        """End the key in use, on the first server, and make another there."""
        assert self.clients[0].delete(f"/keys/{self.number}").status_code == 204
        self.sign_in()

    def close(self) -> None:
        for process in self.processes:
            process.kill()  # first: it ends the streams that tests left open
        for client in self.clients:
            client.close()


@pytest.fixture
def lab(start, tmp_path, server_url):
    found = Lab(start, tmp_path, server_url)
    yield found
    found.close()


def post(client: httpx.Client, run: str, offset: int, frames: bytes, writer: str = "trainer-1"):
    return client.post(
        f"/projects/admin/demo/runs/{run}/frames",
        params={"writer": writer, "offset": offset},
        content=zstandard.compress(frames),
    )


def chart(client: httpx.Client, run: str, **headers: str):
    query = {"charts": [{"series": [{"run": run, "key": "loss"}], "buckets": 5000}]}
    return client.post(
        "/projects/admin/demo/charts", json=query, headers={"accept": "application/json", **headers}
    )


def whole_file(run: str, steps: int) -> bytes:
    points = b"".join(scalars(step, float(step)) for step in range(steps))
    return frame(header(run=run)) + keys("loss") + points


def check_complete(client: httpx.Client, run: str, steps: int) -> None:
    """Every point is there once."""
    (series,) = client.get(f"/projects/admin/demo/runs/{run}/series").json()["series"]
    assert (series["count"], series["last"], series["mean"]) == (steps, steps - 1, (steps - 1) / 2)
    answer = chart(client, run).json()["charts"][0]
    assert answer["x"] == list(range(steps))
    assert answer["series"][0]["last"] == list(range(steps))
    assert client.get(f"/projects/admin/demo/runs/{run}").json()["notices"] == []


@pytest.mark.timeout(240)
def test_two_servers_started_at_once_on_an_empty_database_share_it(
    start, tmp_path, database_url, wait_for
):
    lab = Lab(start, tmp_path, database_url)
    said = [process.output().count("First start") for process in lab.processes]
    assert sorted(said) == [0, 1]
    assert lab.clients[0].post("/projects/~/demo/runs", json={"id": "r1"}).json()["created"]
    assert not lab.clients[1].post("/projects/~/demo/runs", json={"id": "r1"}).json()["created"]
    lab.close()


@pytest.mark.timeout(240)
def test_what_one_server_is_told_the_other_knows(lab, wait_for):
    one, other = lab.clients
    one.post("/projects/~/demo/runs", json={"id": "r1"})
    whole = frame(header()) + keys("loss") + scalars(0, 0.5)
    assert post(one, "r1", 0, whole).status_code == 200

    first = chart(other, "r1")
    assert first.json()["charts"][0]["x"] == [0.0]
    tag = first.headers["etag"]
    assert chart(other, "r1", **{"if-none-match": tag}).status_code == 304
    assert chart(one, "r1", **{"if-none-match": tag}).status_code == 304
    more = scalars(1, 0.25)
    assert post(one, "r1", len(whole), more).status_code == 200
    second = chart(other, "r1", **{"if-none-match": tag})
    assert second.json()["charts"][0]["x"] == [0.0, 1.0]

    again = post(other, "r1", len(whole), more)
    assert again.status_code == 409
    assert again.json()["error"]["detail"]["expected"] == len(whole + more)

    old = other.headers["authorization"]
    lab.revoke_and_sign_in()
    assert other.get("/projects").status_code == 200
    wait_for(lambda: other.get("/projects", headers={"authorization": old}).status_code == 401)

    assert other.post("/projects/admin/demo/runs/r1/heartbeat").status_code == 200
    assert one.delete("/projects/admin/demo/runs/r1").status_code == 204
    assert post(other, "r1", len(whole + more), scalars(2, 1.0)).status_code == 404
    assert chart(other, "r1").json()["charts"][0]["x"] == []
    wait_for(lambda: other.post("/projects/admin/demo/runs/r1/heartbeat").status_code == 404)
    opened = one.post("/projects/~/demo/runs", json={"id": "r1"}).json()
    assert (opened["created"], opened["writers"]) == (True, {})
    assert post(other, "r1", 0, whole).status_code == 200
    assert chart(one, "r1").json()["charts"][0]["x"] == [0.0]


class Reader(threading.Thread):
    """Reads the live stream of a server into ``events``."""

    def __init__(self, client: httpx.Client) -> None:
        super().__init__(daemon=True)
        self.client, self.events = client, ""

    def run(self) -> None:
        try:
            with self.client.stream("GET", "/live", timeout=None) as answer:
                for piece in answer.iter_text():
                    self.events += piece
        except (httpx.TransportError, httpx.StreamError):
            return  # the server was killed, with the test


@pytest.mark.timeout(240)
def test_a_page_on_one_server_hears_of_posts_to_the_other(lab, wait_for, server_url):
    one, other = lab.clients
    one.post("/projects/~/demo/runs", json={"id": "r1"})
    reader = Reader(other)
    reader.start()
    wait_for(lambda: "open" in reader.events)
    whole = frame(header()) + keys("loss")
    post(one, "r1", 0, whole + scalars(0, 0.5))
    wait_for(lambda: '"run":"r1"' in reader.events and '"series"' in reader.events)

    # Without the connections that listen, the other server looks for news by itself ...
    with psycopg.connect(server_url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'swanlab peers'"
        ).fetchone()
    assert ended is not None
    assert ended[0] >= 2
    heard = len(reader.events)
    one.post("/projects/~/demo/runs", json={"id": "r2"})
    post(one, "r2", 0, frame(header(run="r2")) + keys("loss") + scalars(0, 0.5))
    wait_for(lambda: '"run":"r2"' in reader.events[heard:])
    # ... and listens again.
    old = other.headers["authorization"]
    assert other.get("/projects", headers={"authorization": old}).status_code == 200
    lab.revoke_and_sign_in()
    wait_for(lambda: other.get("/projects", headers={"authorization": old}).status_code == 401)


@pytest.mark.timeout(240)
def test_the_same_posts_sent_to_both_servers_at_once_are_stored_once(lab):
    lab.clients[0].post("/projects/~/demo/runs", json={"id": "r1"})
    whole = whole_file("r1", 400)
    accepted: list[tuple[int, int]] = []
    failed: list[str] = []

    def send(client: httpx.Client) -> None:
        at = 0
        while at < len(whole):
            rest = whole[at : at + 3000]
            piece = rest[: runfile.cut(rest, 600)]
            answer = post(client, "r1", at, piece)
            if answer.status_code == 200:
                accepted.append((at, answer.json()["offset"]))
                at = answer.json()["offset"]
            elif answer.status_code == 409:
                at = answer.json()["error"]["detail"]["expected"]
            else:
                failed.append(answer.text)
                return

    senders = [
        threading.Thread(target=send, args=(client,)) for client in (*lab.clients, *lab.clients)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(120)
    assert failed == []
    accepted.sort()
    ends = [end for _, end in accepted]
    assert [begin for begin, _ in accepted] == [0, *ends[:-1]]
    assert ends[-1] == len(whole)
    check_complete(lab.clients[1], "r1", 400)


class Trainer(threading.Thread):
    """Sends a run's file in small posts to the servers in turns until all is acknowledged."""

    def __init__(self, lab: Lab, number: int, steps: int) -> None:
        super().__init__(daemon=True)
        self.run_id = f"run{number}"
        self.clients = itertools.cycle(lab.clients)
        self.whole = whole_file(self.run_id, steps)
        self.at = 0
        self.waits = 0
        self.error = ""

    def run(self) -> None:
        while self.at < len(self.whole) and not self.error:
            rest = self.whole[self.at : self.at + 5000]
            try:
                answer = post(
                    next(self.clients), self.run_id, self.at, rest[: runfile.cut(rest, 200)]
                )
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            self.take(answer)

    def take(self, answer) -> None:
        if answer.status_code == 200:
            self.at = answer.json()["offset"]
        elif answer.status_code == 409:
            self.at = answer.json()["error"]["detail"]["expected"]
        elif answer.status_code in (429, 503):
            assert int(answer.headers["retry-after"]) >= 1
            self.waits += answer.status_code == 503
            time.sleep(0.2)
        else:
            self.error = answer.text


def trainers_of(lab: Lab, count: int, steps: int) -> list[Trainer]:
    for number in range(count):
        lab.clients[0].post("/projects/~/demo/runs", json={"id": f"run{number}"})
    found = [Trainer(lab, number, steps) for number in range(count)]
    for trainer in found:
        trainer.start()
    return found


def moved(trainers: list[Trainer], wait_for) -> None:
    """Wait until every trainer that is not done has gone on."""
    reached = [trainer.at for trainer in trainers]
    pairs = list(zip(trainers, reached, strict=True))
    wait_for(lambda: all(one.at > at or not one.is_alive() for one, at in pairs), 60)


def ended_whole(trainers: list[Trainer], lab: Lab, steps: int) -> None:
    for trainer in trainers:
        trainer.join(120)
        assert trainer.error == ""
        assert not trainer.is_alive()
    for trainer in trainers:
        check_complete(next(trainer.clients), trainer.run_id, steps)


@pytest.mark.timeout(300)
def test_no_point_is_lost_or_doubled_when_one_of_two_servers_is_killed_under_load(lab, wait_for):
    trainers = trainers_of(lab, 6, 800)
    for number in (0, 1):
        moved(trainers, wait_for)
        lab.processes[number].kill()
        assert any(trainer.is_alive() for trainer in trainers)
        moved(trainers, wait_for)  # the other goes on meanwhile
        lab.again(number)
    ended_whole(trainers, lab, 800)


@pytest.mark.timeout(300)
def test_a_database_that_is_away_under_load_is_waited_for_and_nothing_is_lost(
    lab, wait_for, postgres
):
    trainers = trainers_of(lab, 4, 800)
    moved(trainers, wait_for)
    postgres.kill()
    try:
        wait_for(lambda: all(trainer.waits for trainer in trainers), 60)
        answer = lab.clients[0].get("/projects")
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "away"
    finally:
        postgres.start()
    ended_whole(trainers, lab, 800)
    for process in lab.processes:
        assert "Traceback" not in process.output()


@pytest.mark.timeout(240)
def test_who_guesses_a_password_is_slowed_down_by_all_servers_as_one(lab):
    def guess(host: str, password: str) -> httpx.Response:
        with httpx.Client(base_url=host + API, trust_env=False, timeout=60) as client:
            return client.post("/session", json={"username": "admin", "password": password})

    hosts = itertools.cycle(lab.hosts)
    assert [guess(next(hosts), "guess").status_code for _ in range(6)] == [401] * 6
    with psycopg.connect(lab.url) as connection:
        counts = connection.execute("SELECT count FROM tries").fetchall()
        assert counts == [(6,), (6,)]  # by name, and by address
        # The pause after the sixth is two seconds: too short for a test that may be slow itself.
        longer = (
            "UPDATE tries SET until = until + 60000 WHERE until = (SELECT max(until) FROM tries)"
        )
        connection.execute(longer)
    for host in lab.hosts:
        refused = guess(host, PASSWORD)
        assert refused.status_code == 429
        assert 30 < int(refused.headers["retry-after"]) <= 62

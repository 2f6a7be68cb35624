"""Runs are deleted so many days after their end, where their project's owner asked for it."""

from __future__ import annotations

import msgspec
import pytest
from click.testing import CliRunner
from sqlalchemy import update

from swanlab.cli.main import main
from swanlab.records import Finish, Resume
from swanlab.server import retention, runview
from swanlab.server.db import engine
from swanlab.server.db.schema import runs
from tests.server.wire import STARTED, Sender, frame, header, keys, scalars

DAY = 24 * 3600 * 1000
PROJECT = "/projects/alice/demo"


@pytest.fixture
def clock(monkeypatch):
    """The server's clock, to be set: ``clock.days`` after everything was received."""

    class Clock:
        days = 0.0

        def now(self) -> int:
            return engine.now() + int(self.days * DAY)

    clock = Clock()
    monkeypatch.setattr(retention, "now", clock.now)
    monkeypatch.setattr(runview, "now", clock.now)
    return clock


def ended(alice, run_id, *, tags=(), state="success"):
    """A run that has ended, long before it was sent."""
    body = {"id": run_id, "tags": list(tags)}
    assert alice.post(f"{PROJECT}/runs", json=body).status_code == 200
    sender = Sender(alice, f"{PROJECT}/runs/{run_id}")
    frames = frame(header(run=run_id)) + keys("loss") + scalars(0, 1.0)
    sender.send(frames + frame(Finish(10, state, None)))
    return sender


def ids(alice):
    return sorted(row["id"] for row in alice.get(f"{PROJECT}/runs").json()["runs"])


def sweep(server):
    return retention.sweep(server, lambda: False)


def test_by_default_everything_is_kept_for_ever(server, alice, clock):
    ended(alice, "old")
    clock.days = 5000
    assert alice.get(f"{PROJECT}/retention").json() == {"days": None, "due": 0}
    assert sweep(server) == 0
    assert ids(alice) == ["old"]


def test_runs_go_when_their_days_are_over_but_for_those_to_keep(server, alice, clock):
    ended(alice, "done")
    ended(alice, "crashed", state="crashed")
    ended(alice, "kept", tags=["best", "keep"])
    assert alice.post(f"{PROJECT}/runs", json={"id": "running"}).status_code == 200
    answer = alice.put(f"{PROJECT}/retention", json={"days": 30})
    assert answer.json() == {"days": 30, "due": 0}
    clock.days = 29.9
    assert sweep(server) == 0
    clock.days = 30.1
    assert alice.get(f"{PROJECT}/retention").json() == {"days": 30, "due": 2}
    assert sweep(server) == 2
    assert ids(alice) == ["kept", "running"]
    assert alice.get(f"{PROJECT}/runs/done").status_code == 404
    assert alice.get(f"{PROJECT}/retention").json() == {"days": 30, "due": 0}


def test_a_run_that_ended_long_ago_is_not_deleted_when_it_is_uploaded(server, alice, clock):
    ended(alice, "archive")
    run = alice.get(f"{PROJECT}/runs/archive").json()
    assert run["finished_at"] < STARTED + DAY < engine.now() - 30 * DAY
    alice.put(f"{PROJECT}/retention", json={"days": 30})
    assert sweep(server) == 0
    clock.days = 31
    assert sweep(server) == 1


def test_a_run_that_goes_on_meanwhile_stays(server, alice, clock, monkeypatch):
    sender = ended(alice, "resumed")
    alice.put(f"{PROJECT}/retention", json={"days": 30})
    clock.days = 31
    found = retention.due(server, project_number(server), 30)
    assert [row.run_id for row in found] == ["resumed"]
    # It is found to be due, and goes on before its turn comes.
    real = server.ingest.forget

    def late(run, still):
        monkeypatch.setattr(server.ingest, "forget", real)
        sender.send(frame(Resume(20)) + scalars(1, 2.0))
        return real(run, still)

    monkeypatch.setattr(server.ingest, "forget", late)
    assert sweep(server) == 0
    assert ids(alice) == ["resumed"]


def project_number(server):
    from swanlab.server.db import projects

    with server.db.read() as connection:
        return projects.find(connection, "alice", "demo").id


def test_a_tag_set_later_keeps_a_run(server, alice, clock):
    ended(alice, "r1")
    alice.put(f"{PROJECT}/retention", json={"days": 1})
    with server.db.write() as connection:
        connection.execute(update(runs).values(tags=msgspec.json.encode(["keep"]).decode()))
    clock.days = 9
    assert sweep(server) == 0


def test_only_the_owner_sets_it_and_only_to_what_makes_sense(alice, run, as_user):
    with_owner = as_user("bob")
    assert with_owner.put(f"{PROJECT}/retention", json={"days": 1}).status_code == 404
    for days in (0, -1, 1.5, 36_501, "x"):
        assert alice.put(f"{PROJECT}/retention", json={"days": days}).status_code == 400
    assert alice.put(f"{PROJECT}/retention", json={"days": 7}).status_code == 200
    assert alice.put(f"{PROJECT}/retention", json={"days": None}).json()["days"] is None


def test_the_question_what_would_go_changes_nothing(alice, server, clock):
    ended(alice, "r1")
    clock.days = 8
    asked = alice.get(f"{PROJECT}/retention", params={"days": 7})
    assert asked.json() == {"days": None, "due": 1}
    assert sweep(server) == 0


def test_the_command_shows_and_sets_it(real_server, monkeypatch):
    _, client, _ = real_server
    client.post("/projects/~/demo/runs", json={"id": "r1"})
    monkeypatch.setenv("SWANLAB_API_HOST", str(client.base_url).partition("/api")[0])
    monkeypatch.setenv("SWANLAB_API_KEY", client.headers["authorization"].split()[1])

    def command(*arguments):
        done = CliRunner().invoke(main, ["api", "project", "retention", *arguments, "--json"])
        return done.exit_code, done.output

    def days():
        return client.get("/projects/admin/demo/retention").json()["days"]

    code, said = command("demo")
    assert (code, msgspec.json.decode(said)) == (0, {"days": None, "due": 0})
    code, said = command("demo", "--days", "14")
    assert (code, days()) == (1, None)
    assert "--yes" in said
    assert command("demo", "--days", "14", "--yes")[0] == 0
    assert days() == 14
    assert command("demo", "--days", "1", "--forever")[0] == 2
    assert command("demo", "--forever")[0] == 0
    assert days() is None

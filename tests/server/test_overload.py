"""More than the server can take: it says so, fairly, and loses nothing."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from swanlab import records, runfile
from swanlab.server import ingest, lane
from swanlab.server.http import Problem
from tests.server.wire import Sender, frame, header, keys, scalars

BEGIN = frame(header()) + keys("loss")


@pytest.fixture
def held(server, monkeypatch):
    """Commits wait until this is set; ``groups`` are what was to be committed, by run."""
    gate, commit = threading.Event(), ingest.Ingest.commit
    groups: list[list[str]] = []

    def wait(self, project, posts):
        gate.wait(30)
        groups.append([post.run.run_id for post in posts])
        return commit(self, project, posts)

    monkeypatch.setattr(ingest.Ingest, "commit", wait)
    monkeypatch.setattr(lane, "RUN_POSTS", 5)
    monkeypatch.setattr(lane, "GROUP_POSTS", 4)
    gate.groups = groups
    yield gate
    gate.set()


def submit(server, live, writer):
    return server.ingest.submit(live, writer, 0, BEGIN + scalars(0, 1.0), 0)


def test_a_run_that_floods_waits_for_itself_and_keeps_nobody_out(alice, run, server, held):
    alice.post(run.rpartition("/")[0], json={"id": "r2"})
    project = server.ingest.known(1, "r1").project
    flood, other = (server.ingest.run(project, name) for name in ("r1", "r2"))
    done = []

    def fill():
        done.extend(submit(server, flood, f"w{number}") for number in range(100))

    with pytest.raises(Problem) as refused:
        fill()
    assert refused.value.status == 429
    assert int(refused.value.headers["retry-after"]) >= 1
    assert "this run" in refused.value.body.message
    answer = Sender(alice, run, "late").post(BEGIN)
    assert answer.status_code == 429  # before its body is read
    done.append(submit(server, other, "w"))
    held.set()
    for one in done:
        one.result(30)
    place = [name for group in held.groups for name in group].index("r2")
    assert place <= 4 + 1  # behind the group that had begun, and one of the flood at most
    assert server.ingest.waiting == 0


def test_all_projects_together_take_no_more_than_so_many_bytes(
    alice, run, server, held, monkeypatch
):
    monkeypatch.setattr(ingest, "ALL_BYTES", 1)
    live = server.ingest.known(1, "r1")
    done = [submit(server, live, "a")]
    while server.ingest.waiting:
        pass  # the first is on its way to the disk
    done.append(submit(server, live, "b"))
    with pytest.raises(Problem, match="on this server"):
        submit(server, live, "c")
    held.set()
    for one in done:
        one.result(30)


def test_a_full_disk_is_said_and_what_was_refused_is_taken_when_there_is_room(
    alice, sender, server
):
    sender.send(BEGIN + scalars(0, 1.0))
    store = server.stores.of(1)
    store._engine.dispose()
    limit = {"pages": 1}

    @sa.event.listens_for(store._engine, "checkout")
    def shrink(connection, _record, _proxy):
        connection.execute(f"PRAGMA max_page_count = {limit['pages']}")

    body = b"".join(scalars(step, float(step)) for step in range(1, 20_000))
    answer = sender.post(body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "disk_full")
    assert int(answer.headers["retry-after"]) >= 1
    assert alice.get("/health").status_code == 503
    limit["pages"] = 1 << 30
    sender.send(body)
    assert {s.count for s in store.summaries([1])} == {20_000}


def test_a_post_that_cannot_be_stored_does_not_hold_up_those_beside_it(
    alice, run, server, held, monkeypatch
):
    from swanlab.server.metrics.store import Store

    append = Store.append

    def fail(self, batches):
        if any(item.batch.writer == "bad" for item in batches):
            raise RuntimeError("made to fail")
        return append(self, batches)

    monkeypatch.setattr(Store, "append", fail)
    live = server.ingest.known(1, "r1")
    first = submit(server, live, "first")
    done = {name: submit(server, live, name) for name in ("a", "bad", "b")}
    held.set()
    first.result(30)
    assert done["a"].result(30).points == done["b"].result(30).points == 1
    with pytest.raises(RuntimeError, match="made to fail"):
        done["bad"].result(30)


def test_records_are_set_aside_with_their_reasons(alice, sender, run):
    sender.send(
        BEGIN
        + frame(records.Scalars(0, 1, 0, b"\0" * 24), records.Scalars(9, 1, 0, b"\0" * 8))
        + runfile.frame(b"\x92\x63\x01")
        + runfile.frame(b"\x92\x63\x01")
        + scalars(2, 2.0)
    )
    found = alice.get(run).json()
    assert {one["reason"]: one["count"] for one in found["set_aside"]} == {
        "records of a kind or shape that this server does not know": 2,
        "scalars of an unknown layout": 1,
        "scalars whose values do not match their layout": 1,
    }
    assert found["notices"] == ["4 records were not understood and left out."]


def test_a_record_that_cannot_be_applied_is_set_aside_and_the_others_hold(
    alice, sender, run, monkeypatch
):
    from swanlab.server.db import runs

    to_json = runs.to_json

    def fail(value):
        if "poison" in value:
            raise ValueError("made to fail")
        return to_json(value)

    monkeypatch.setattr(runs, "to_json", fail)
    sender.send(BEGIN + frame(records.Config(0, {"a": 1}), records.Environment(0, {"poison": 1})))
    sender.send(scalars(0, 1.0))
    found = alice.get(run).json()
    assert found["config"] == {"a": 1}
    assert found["set_aside"] == [{"reason": "records that could not be applied", "count": 1}]

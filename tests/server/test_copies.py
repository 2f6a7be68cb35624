"""Runs are copied and moved at once; what they show stays until nobody shows it any more."""

from __future__ import annotations

import struct

import pytest
from sqlalchemy import func, select

from swanlab.records import Config, Console, Define, File, Finish, Key, Layout, Scalars
from swanlab.server.db import projects, sources
from swanlab.server.db import runs as run_rows
from swanlab.server.metrics import schema as metrics
from tests.server.wire import Sender, frame, header, hold, keys, purge, scalars

DEMO = "/projects/alice/demo"
JSON = {"accept": "application/json"}


def record(client, project="demo", run="r1", values=(1.0, 2.0, 3.0), *, first=0, end=True):
    """Send a run of one series with config, console and a definition."""
    path = f"/projects/alice/{project}/runs/{run}"
    new = {"id": run, "name": f"name {run}", "tags": ["t"], "description": "told"}
    assert client.post(f"/projects/alice/{project}/runs", json=new).status_code == 200
    sender = Sender(client, path)
    told = frame(header(run), Config(0, {"lr": 0.1}), Define("loss", None, "sec"))
    lines = frame(Console(0, 5, 20, 1, "hello"))
    points = b"".join(scalars(first + step, value) for step, value in enumerate(values))
    ended = frame(Finish(9, "success")) if end else b""
    sender.send(told + lines + keys("loss") + points + ended)
    return sender


def place(client, action, runs, project, source="demo", **more):
    body = {"runs": runs, "project": project, **more}
    answer = client.post(f"/projects/alice/{source}/runs/{action}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def shown(client, project, run="r1"):
    """All that the server says of a run's history."""
    path = f"/projects/alice/{project}/runs/{run}"
    texts = [
        client.get(f"{path}/series"), client.get(f"{path}/logs"), client.get(f"{path}/logs.txt"),
        client.get(f"{path}/points", params={"key": "loss"}), client.get(f"{path}/export"),
        client.get(f"{path}/files"),
    ]  # fmt: skip
    assert [one.status_code for one in texts] == [200] * len(texts)
    return [one.content for one in texts] + [chart(client, project, run)]


def chart(client, project, *runs, **more):
    asked = {"series": [{"run": run, "key": "loss"} for run in runs], **more}
    answer = client.post(
        f"/projects/alice/{project}/charts", json={"charts": [asked]}, headers=JSON
    )
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["charts"]
    return [{k: v for k, v in one.items() if k != "run"} for one in found["series"]], found["x"]


def kept(server):
    """How many sources and chunks, batches, lines there are, in all stores that are open."""
    with server.db.read() as connection:
        count = sum(map(len, sources.all_of(connection).values()))
    held = 0
    for store in server.stores.opened():
        with store._engine.connect() as connection:
            for table in (metrics.chunk, metrics.batch, metrics.line):
                held += connection.scalar(select(func.count()).select_from(table))
    return count, held


def seal_all(server):
    with server.db.read() as connection:
        found = sources.all_of(connection)
    for home, numbers in found.items():
        for number in numbers:
            server.stores.of(home).seal(number, force=True)


@pytest.mark.parametrize("sealed", [False, True])
def test_a_copy_shows_what_its_original_does_and_is_itself(alice, server, engine, sealed):
    record(alice)
    hold(alice, f"{DEMO}/runs/r1", b"weights")
    if sealed:
        seal_all(server)
    placed = place(alice, "copy", ["r1"], "other")
    assert placed["runs"] == {"r1": "r1"}
    assert (placed["workspace"], placed["project"]) == ("alice", "other")
    assert shown(alice, "other") == shown(alice, "demo")
    first, second = (
        alice.get(f"/projects/alice/{one}/runs/r1").json() for one in ("demo", "other")
    )
    assert (first["copy"], first["original"]) == (False, None)
    assert (second["copy"], second["original"]) == (True, "alice/demo/r1")
    own = {"project", "copy", "original", "seen_at"}
    assert {k: v for k, v in first.items() if k not in own} == {
        k: v for k, v in second.items() if k not in own
    }
    alice.patch("/projects/alice/other/runs/r1", json={"name": "mine", "tags": []})
    assert alice.get(f"{DEMO}/runs/r1").json()["name"] == "name r1"
    (row,) = alice.get("/projects/alice/other/runs").json()["runs"]
    assert (row["name"], row["last"]) == ("mine", [3.0])


def test_copies_outlive_their_original_and_the_last_of_them_frees_the_points(alice, server, engine):
    record(alice)
    hold(alice, f"{DEMO}/runs/r1", b"weights")
    place(alice, "copy", ["r1"], "other")
    place(alice, "copy", ["r1"], "third", source="other")
    before = shown(alice, "demo")
    purge(alice, DEMO)
    server.freeing.sweep()
    server.blobs.sweep()
    assert shown(alice, "other") == before == shown(alice, "third")
    assert alice.get("/projects/alice/other/runs/r1").json()["original"] is None
    assert alice.delete("/projects/alice/other/runs/r1").status_code == 204
    server.freeing.sweep()
    assert shown(alice, "third") == before
    assert kept(server)[0] == 1
    purge(alice, "/projects/alice/third")
    server.freeing.sweep()
    assert kept(server) == (0, 0)


def test_the_original_outlives_its_copies(alice, server, engine):
    record(alice)
    place(alice, "copy", ["r1"], "other")
    before = shown(alice, "demo")
    purge(alice, "/projects/alice/other")
    server.freeing.sweep()
    assert shown(alice, "demo") == before
    assert kept(server)[0] == 1


def test_runs_of_several_homes_are_one_table_and_one_chart(alice, server, engine):
    record(alice, "demo", "a", [1.0, 2.0, 3.0])
    record(alice, "other", "b", [10.0, 20.0, float("nan"), 40.0], first=1)
    place(alice, "copy", ["a"], "other")
    place(alice, "copy", ["a"], "other")
    table = alice.get("/projects/alice/other/runs").json()
    assert table["keys"] == ["loss"]
    ids = [row["id"] for row in table["runs"]]
    assert len(ids) == 3
    last = {row["id"]: row["last"] for row in table["runs"]}
    assert last["b"] == [40.0]
    again = next(one for one in ids if one not in ("a", "b"))
    assert last["a"] == last[again] == [3.0]
    series, x = chart(alice, "other", "b", "a", again, "none")
    assert x == [0, 1, 2, 3, 4]
    assert series[0]["last"] == [None, 10, 20, None, 40]
    assert series[1]["last"] == series[2]["last"] == [1, 2, 3, None, None]
    assert series[3]["last"] == [None] * 5
    over_time, _ = chart(alice, "other", "b", "a", x="wall_time")
    assert [one["count"] for one in over_time] == [3, 3]
    wanted = {
        "columns": [{"key": "loss", "stat": "max"}],
        "order": [{"field": "summary.loss.max", "descending": True}],
    }
    page = alice.post("/projects/alice/other/runs/table", json=wanted).json()
    assert [row["cells"] for row in page["runs"]] == [[40], [3], [3]]
    empty = {**wanted, "where": [{"field": "name", "op": "eq", "value": "nobody"}]}
    assert alice.post("/projects/alice/other/runs/table", json=empty).json()["runs"] == []


def test_a_chart_of_several_homes_is_that_of_one_in_buckets_too(alice, server, engine):
    """The same points once in one project and once in two: every zoom says the same."""
    long = [float((step * 7919) % 1000) for step in range(5000)]
    short = [-1.0, float("inf"), 5e6, -4.0]
    record(alice, "whole", "a", long, first=3)
    record(alice, "whole", "b", short, first=4000)
    record(alice, "apart", "a", long, first=3)
    record(alice, "joined", "b", short, first=4000)
    place(alice, "copy", ["a"], "joined", source="apart")
    for more in (
        {"buckets": 100}, {"buckets": 7}, {"buckets": 20_000}, {"buckets": 50, "lo": 3990},
        {"buckets": 64, "lo": 10, "hi": 4002}, {"buckets": 30, "x": "wall_time"},
    ):  # fmt: skip
        for runs in (("a", "b"), ("b", "a")):
            assert chart(alice, "joined", *runs, **more) == chart(alice, "whole", *runs, **more)


def test_nothing_can_be_added_to_a_copy(alice, server, engine):
    sender = record(alice)
    place(alice, "copy", ["r1"], "other")
    path = "/projects/alice/other/runs/r1"
    opened = alice.post("/projects/alice/other/runs", json={"id": "r1"})
    assert (opened.status_code, opened.json()["error"]["code"]) == (409, "copy")
    assert "copy" in opened.json()["error"]["message"]
    late = Sender(alice, path)
    late.offset = sender.offset
    blob = f"{path}/blobs/{'0' * 64}"
    for answer in (
        late.post(scalars(9, 9.0)), alice.post(f"{path}/heartbeat"),
        alice.post(f"{path}/blobs/missing", json={"digests": ["0" * 64]}),
        alice.put(f"{blob}/upload", params={"offset": 0, "size": 1}, content=b"x"),
        alice.post(blob, json={"size": 1}),
    ):  # fmt: skip
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "copy")
    assert shown(alice, "other") == shown(alice, "demo")


def test_what_the_original_still_gets_shows_in_its_copies(alice, server, engine):
    sender = record(alice)
    place(alice, "copy", ["r1"], "other")
    asked = {"charts": [{"series": [{"run": "r1", "key": "loss"}]}]}
    path = "/projects/alice/other/charts"
    before = alice.post(path, json=asked, headers=JSON)
    known = {**JSON, "if-none-match": before.headers["etag"]}
    assert alice.post(path, json=asked, headers=known).status_code == 304
    sender.send(scalars(3, 4.0))
    after = alice.post(path, json=asked, headers=known)
    assert after.status_code == 200
    assert after.json()["charts"][0]["series"][0]["last"] == [1, 2, 3, 4]


def test_a_moved_run_is_found_at_its_new_address_only(alice, server, engine):
    record(alice)
    before, told = shown(alice, "demo"), alice.get(f"{DEMO}/runs/r1").json()
    placed = place(alice, "move", ["r1"], "other")
    assert placed["runs"] == {"r1": "r1"}
    assert alice.get(f"{DEMO}/runs/r1").status_code == 404
    assert shown(alice, "other") == before
    now = alice.get("/projects/alice/other/runs/r1").json()
    changed = {"project", "seen_at"}
    assert {k: v for k, v in now.items() if k not in changed} == {
        k: v for k, v in told.items() if k not in changed
    }
    place(alice, "move", ["r1"], "demo", source="other")
    back = alice.get(f"{DEMO}/runs/r1").json()
    assert {**back, "seen_at": 0} == {**told, "seen_at": 0}


def test_a_moved_run_stays_when_the_project_it_was_made_in_is_deleted(alice, server, engine):
    record(alice)
    record(alice, run="r2")
    place(alice, "move", ["r1"], "other")
    before = shown(alice, "other")
    purge(alice, DEMO)
    server.freeing.sweep()
    assert shown(alice, "other") == before
    assert kept(server)[0] == 1


def test_a_moved_run_can_be_gone_on_with_where_it_is(alice, server, engine):
    sender = record(alice)
    place(alice, "move", ["r1"], "other")
    path = "/projects/alice/other/runs/r1"
    opened = alice.post("/projects/alice/other/runs", json={"id": "r1"}).json()
    assert (opened["created"], opened["writers"]) == (False, {"trainer-1": sender.offset})
    again = Sender(alice, path)
    again.offset = sender.offset
    again.send(scalars(3, 4.0))
    (series,) = alice.get(f"{path}/series").json()["series"]
    assert (series["count"], series["last"]) == (4, 4.0)
    assert alice.post(f"{DEMO}/runs", json={"id": "r1"}).json()["created"]
    assert alice.get(f"{DEMO}/runs/r1/series").json() == {"series": []}


def test_what_cannot_be_taken_is_named_and_holds_nothing_up(alice, server, engine):
    record(alice, run="ended")
    record(alice, run="busy", end=False)
    record(alice, run="same")
    record(alice, "other", "same")
    wanted = ["ended", "busy", "same", "none", "none"]
    moved = place(alice, "move", wanted, "other")
    assert moved["runs"] == {"ended": "ended"}
    assert (moved["running"], moved["taken"], moved["missing"]) == (["busy"], ["same"], ["none"])
    copied = place(alice, "copy", wanted, "other")
    assert copied["runs"].keys() == {"same"}
    assert copied["runs"]["same"] != "same"
    assert (copied["running"], copied["missing"]) == (["busy"], ["ended", "none"])
    said = alice.post(f"{DEMO}/runs/move", json={"runs": ["same"], "project": "demo"})
    assert (said.status_code, said.json()["error"]["code"]) == (400, "same_project")


def test_a_copy_beside_its_original_has_an_id_and_a_number_of_its_own(alice, server, engine):
    record(alice)
    placed = place(alice, "copy", ["r1"], "demo")
    other = placed["runs"]["r1"]
    assert other != "r1"
    assert shown(alice, "demo", other) == shown(alice, "demo")
    numbers = {row["id"]: row["number"] for row in alice.get(f"{DEMO}/runs").json()["runs"]}
    assert numbers == {"r1": 1, other: 2}


def test_a_clone_has_all_runs_that_ended(alice, server, engine):
    for run in ("a", "b", "c"):
        record(alice, run=run, end=run != "b")
    alice.patch(DEMO, json={"description": "about cats", "visibility": "public"})
    answer = alice.post(f"{DEMO}/clone", json={"name": "again"})
    assert answer.status_code == 201
    cloned = answer.json()
    assert cloned["running"] == ["b"]
    project = cloned["project"]
    assert (project["name"], project["runs"], project["description"]) == ("again", 2, "about cats")
    assert project["visibility"] == "private"
    numbers = [row["number"] for row in alice.get("/projects/alice/again/runs").json()["runs"]]
    assert sorted(numbers) == [1, 3]
    for run in ("a", "c"):
        assert shown(alice, "again", run) == shown(alice, "demo", run)
    again = alice.post(f"{DEMO}/clone", json={"name": "again"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "exists")


def test_who_may_is_asked_of_both_projects(alice, as_user, server, engine):
    record(alice)
    bob = as_user("bob")
    bob.post("/projects/bob", json={"name": "own"})
    to = {"runs": ["r1"], "workspace": "bob", "project": "own"}
    for action in ("runs/copy", "runs/move"):
        assert bob.post(f"{DEMO}/{action}", json=to).status_code == 404
    assert bob.post(f"{DEMO}/clone", json={"name": "mine"}).status_code == 404
    alice.patch(DEMO, json={"visibility": "public"})
    assert bob.post(f"{DEMO}/runs/move", json=to).status_code == 403
    foreign = {**to, "workspace": "alice", "project": "demo"}
    assert bob.post(f"{DEMO}/runs/copy", json=foreign).status_code == 403
    assert bob.post(f"{DEMO}/clone", json={"name": "x", "workspace": "alice"}).status_code == 404
    away = {"runs": ["r1"], "workspace": "bob", "project": "own"}
    assert alice.post(f"{DEMO}/runs/move", json=away).status_code == 404
    assert bob.post(f"{DEMO}/runs/copy", json=to).json()["runs"] == {"r1": "r1"}
    path = "/projects/bob/own/runs/r1"
    assert bob.get(path).json()["original"] == "alice/demo/r1"
    alice.patch(DEMO, json={"visibility": "private"})
    assert bob.get(path).json()["original"] is None
    assert bob.get(f"{path}/series").json() == alice.get(f"{DEMO}/runs/r1/series").json()
    assert alice.get(path).status_code == 404


def test_files_and_blobs_are_held_by_the_copy_too(alice, server, engine):
    path = f"{DEMO}/runs/r1"
    record(alice, end=False)
    digest = hold(alice, path, b"weights")
    more = Sender(alice, path, "files")
    more.send(frame(header(writer="files"), File(1, "a.pt", 7, 0, digest), Finish(9, "success")))
    place(alice, "copy", ["r1"], "other")
    alice.delete(path)
    server.freeing.sweep()
    server.blobs.sweep()
    other = "/projects/alice/other/runs/r1"
    assert alice.get(f"{other}/files/content", params={"path": "a.pt"}).content == b"weights"
    alice.delete(other)
    server.blobs.sweep()
    assert server.blobs.media.size(digest) is None


def test_what_a_server_left_unfreed_goes_when_it_starts_again(alice, server, engine):
    record(alice)
    with server.db.write() as connection:
        place_ = projects.find(connection, "alice", "demo")
        run_rows.remove(connection, run_rows.find(connection, place_.id, "r1").id)
    assert kept(server)[0] == 1
    server.freeing.sweep()
    assert kept(server) == (0, 0)


def test_a_copy_counts_for_retention_from_when_it_was_made(alice, server, engine):
    from swanlab.server import retention

    record(alice)
    place(alice, "copy", ["r1"], "other")
    with server.db.read() as connection:
        found = projects.find(connection, "alice", "other")
        row = run_rows.find(connection, found.id, "r1")
    assert row.finished_at < row.seen_at
    assert not retention.is_due(server, row, 1)


def test_a_project_of_many_runs_is_cloned_whole(alice, server, engine):
    path = "/projects/alice/many/runs"
    for number in range(30):
        assert alice.post(path, json={"id": f"r{number}"}).status_code == 200
        sender = Sender(alice, f"{path}/r{number}")
        packed = struct.pack("<2d", number, -number)
        sender.send(
            frame(header(f"r{number}"), Key("a"), Key("b"), Layout(0, [0, 1]))
            + frame(Scalars(0, 0, 0, packed), Finish(9, "success"))
        )
    cloned = alice.post("/projects/alice/many/clone", json={"name": "clone"}).json()
    assert cloned["project"]["runs"] == 30
    table = alice.get("/projects/alice/clone/runs").json()
    assert {row["id"]: row["last"] for row in table["runs"]} == {
        f"r{number}": [number, -number] for number in range(30)
    }

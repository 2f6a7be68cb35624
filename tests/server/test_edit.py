"""What people change by hand holds, is seen at once, and is not undone by what the run sends."""

from __future__ import annotations

import time

import pytest

from swanlab.records import Config, Finish, Resume
from swanlab.server import runview
from swanlab.server.db import users
from swanlab.server.state import Server
from tests.server.wire import STARTED, Sender, frame, header, keys, scalars

DEMO = "/projects/alice/demo"


def edit(client, run, **fields):
    answer = client.patch(run, json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def row(client, run_id="r1"):
    return next(one for one in client.get(f"{DEMO}/runs").json()["runs"] if one["id"] == run_id)


def more_runs(alice, *ids, **fields):
    for one in ids:
        assert alice.post(f"{DEMO}/runs", json={"id": one, **fields}).status_code == 200


@pytest.fixture
def silent(monkeypatch):
    """Every run that is running was not heard of for too long."""
    monkeypatch.setattr(runview, "SILENCE_MS", -1)


def test_everything_that_is_told_of_a_run_can_be_edited(alice, run):
    said = edit(
        alice, run,
        name="  best so far ", description="# Try\n\nlr halved\n", tags=[" a ", "b", "a", ""],
        group=" sweep ", job_type="eval", color="#0A7",
    )  # fmt: skip
    assert said == alice.get(run).json()
    assert (said["name"], said["description"]) == ("best so far", "# Try\n\nlr halved")
    assert said["tags"] == ["a", "b"]
    assert (said["group"], said["job_type"], said["color"]) == ("sweep", "eval", "#00aa77")
    shown = row(alice)
    names = ("name", "description", "tags", "group", "job_type", "color")
    assert [shown[name] for name in names] == [said[name] for name in names]


def test_what_is_not_given_stays_and_null_clears(alice):
    options = {"group": "g", "color": "#fff", "public": False}
    more_runs(alice, "r1", name="mine", description="old", tags=["a"], options=options)
    run = f"{DEMO}/runs/r1"
    assert edit(alice, run, description="new")["group"] == "g"
    said = edit(alice, run, name=None, description=None, tags=None, group=None, color=None)
    assert (said["name"], said["description"], said["tags"]) == ("swan-1", None, [])
    assert (said["group"], said["color"]) == (None, None)
    assert said["options"] == {"public": False}


def test_an_edit_holds_whatever_the_run_sends_later(alice, run, sender):
    first = frame(header("r1"), Config(0, {"lr": 1}, [])) + keys("loss") + scalars(0, 1.0)
    sender.send(first)
    edit(alice, run, name="kept", tags=["kept"], group="kept")
    again = {"id": "r1", "name": "given by init", "tags": ["init"], "options": {"group": "init"}}
    assert alice.post(f"{DEMO}/runs", json=again).json()["name"] == "kept"
    sender.send(frame(Config(1, {"batch": 2}, [])) + scalars(1, 1.0) + frame(Finish(5, "success")))
    now = alice.get(run).json()
    assert (now["name"], now["tags"], now["group"]) == ("kept", ["kept"], "kept")
    assert now["config"] == {"lr": 1, "batch": 2}
    assert now["state"] == "finished"


@pytest.mark.parametrize(
    "bad",
    [
        {"name": " "}, {"name": "a\nb"}, {"name": "x" * 257}, {"description": "a\x00b"},
        {"description": "x" * 65_537}, {"tags": ["x" * 257]}, {"tags": ["a"] * 257},
        {"tags": ["a\x00"]}, {"group": "a\tb"}, {"color": "red"}, {"color": "#12345"},
    ],
    ids=lambda bad: next(iter(bad)),
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_and_changes_nothing(alice, run, bad):
    before = alice.get(run)
    answer = alice.patch(run, json={"job_type": "eval", **bad})
    assert (answer.status_code, answer.json()["error"]["code"] != "internal") == (400, True)
    assert alice.get(run).headers["etag"] == before.headers["etag"]


def test_whoever_asks_again_sees_the_edit_and_who_watches_is_told(alice, run, server, monkeypatch):
    told = []
    monkeypatch.setattr(server.hub, "publish", told.append)
    tags = {path: alice.get(path).headers["etag"] for path in (run, f"{DEMO}/runs")}
    edit(alice, run, name="new")
    for path, tag in tags.items():
        assert alice.get(path, headers={"if-none-match": tag}).status_code == 200
    assert [(news.run_id, set(news.kinds)) for news in told] == [("r1", {"run"})]


def test_many_runs_are_edited_at_once(alice, run):
    more_runs(alice, "r2", "r3", tags=["old", "base"])
    body = {
        "edits": [
            {"runs": ["r1", "r2", "gone"], "add_tags": ["new"], "remove_tags": ["old"]},
            {"runs": ["r2", "r3"], "group": "sweep"},
            {"runs": ["r3"], "add_tags": ["base", "last"], "group": None},
        ]
    }
    answer = alice.post(f"{DEMO}/runs/edit", json=body)
    assert answer.json() == {"done": 3, "missing": ["gone"]}
    assert [row(alice, one)["tags"] for one in ("r1", "r2", "r3")] == [
        ["new"], ["base", "new"], ["old", "base", "last"],
    ]  # fmt: skip
    assert [row(alice, one)["group"] for one in ("r1", "r2", "r3")] == [None, "sweep", None]


def test_an_edit_of_many_is_made_for_all_or_for_none(alice, run):
    more_runs(alice, "full", tags=[f"t{number}" for number in range(256)])
    body = {"edits": [{"runs": ["r1"], "add_tags": ["x"]}, {"runs": ["full"], "add_tags": ["x"]}]}
    answer = alice.post(f"{DEMO}/runs/edit", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "too_many")
    assert row(alice)["tags"] == []


def test_runs_of_another_project_are_not_reached(alice, run):
    alice.post("/projects/alice/other/runs", json={"id": "theirs"})
    body = {"edits": [{"runs": ["theirs"], "add_tags": ["x"]}]}
    assert alice.post(f"{DEMO}/runs/edit", json=body).json()["missing"] == ["theirs"]
    deleted = alice.post(f"{DEMO}/runs/delete", json={"runs": ["theirs"]}).json()
    assert deleted == {"done": 0, "missing": ["theirs"]}
    assert alice.get("/projects/alice/other/runs/theirs").json()["tags"] == []


def test_many_runs_are_deleted_at_once(alice, run, sender):
    sender.send(frame(header("r1")) + keys("loss") + scalars(0, 1.0))
    more_runs(alice, "r2", "r3")
    answer = alice.post(f"{DEMO}/runs/delete", json={"runs": ["r1", "r3", "r1", "gone"]})
    assert answer.json() == {"done": 2, "missing": ["gone"]}
    assert [one["id"] for one in alice.get(f"{DEMO}/runs").json()["runs"]] == ["r2"]


def test_a_run_that_is_alive_ends_where_it_trains(alice, run):
    answer = alice.put(f"{run}/state", json={"state": "aborted"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "alive")
    assert "End it where it trains" in answer.json()["error"]["message"]
    assert alice.get(run).json()["state"] == "running"


def test_a_silent_run_can_be_said_to_have_ended(alice, run, sender, silent):
    sender.send(frame(header("r1")))
    assert alice.get(run).json()["state"] == "unresponsive"
    said = alice.put(f"{run}/state", json={"state": "aborted"}).json()
    assert (said["state"], row(alice)["state"]) == ("aborted", "aborted")
    assert said["finished_at"] == said["seen_at"]


def test_the_runs_own_later_word_counts_more(alice, run, sender, silent):
    sender.send(frame(header("r1")))
    alice.put(f"{run}/state", json={"state": "crashed"})
    later = int(time.time() * 1000) - STARTED + 60_000
    sender.send(frame(Finish(later, "success")))
    assert alice.get(run).json()["state"] == "finished"
    sender.send(frame(Resume(later + 1)))
    assert alice.get(run).json()["state"] == "unresponsive"


def test_a_run_that_ended_wrongly_is_put_right_and_keeps_its_error(alice, run, sender):
    sender.send(frame(header("r1"), Finish(9, "crashed", "ValueError: after the last epoch")))
    ended = alice.get(run).json()
    said = alice.put(f"{run}/state", json={"state": "finished"}).json()
    assert (said["state"], said["error"]) == ("finished", ended["error"])
    assert said["finished_at"] == ended["finished_at"]


def test_a_run_of_several_processes_ends_as_a_whole(alice, run, silent):
    for rank in range(3):
        one = Sender(alice, run, f"trainer-{rank}")
        done = (Finish(5, "crashed", "boom"),) if rank == 1 else ()
        one.send(frame(header("r1", f"trainer-{rank}", rank=rank), *done))
    assert alice.get(run).json()["state"] == "unresponsive"
    assert alice.put(f"{run}/state", json={"state": "finished"}).json()["state"] == "finished"


def test_a_project_is_described_and_shown_to_others_and_hidden_again(
    alice, run, as_user, server, monkeypatch
):
    bob = as_user("bob")
    assert bob.get(run).status_code == 404
    said = alice.patch(DEMO, json={"description": " Cats. ", "visibility": "public"}).json()
    assert (said["description"], said["visibility"]) == ("Cats.", "public")
    assert (bob.get(run).json()["editable"], alice.get(run).json()["editable"]) == (False, True)
    table = (bob.get(f"{DEMO}/runs").json(), alice.get(f"{DEMO}/runs").json())
    assert [one["editable"] for one in table] == [False, True]
    assert bob.patch(run, json={"name": "his"}).status_code == 403
    told = []
    monkeypatch.setattr(server.hub, "publish", told.append)
    said = alice.patch(DEMO, json={"visibility": "private"}).json()
    assert said["description"] == "Cats."
    assert bob.get(run).status_code == 404
    edit(alice, run, name="secret")
    assert [news.project.visibility for news in told] == ["private"]


def test_two_edits_at_once_both_hold(alice, run, server):
    from concurrent.futures import ThreadPoolExecutor

    def tag(number):
        body = {"edits": [{"runs": ["r1"], "add_tags": [f"t{number}"]}]}
        return alice.post(f"{DEMO}/runs/edit", json=body).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(tag, range(12))) == {200}
    assert set(alice.get(run).json()["tags"]) == {f"t{number}" for number in range(12)}


def test_where_folders_are_shown_nothing_is_edited(tmp_path):
    from starlette.testclient import TestClient

    from swanlab.server.app import create_app
    from swanlab.server.db import projects, runs
    from swanlab.server.messages.runs import NewRun

    server = Server(tmp_path / "watch", "watch", static=tmp_path / "static")
    with server.db.write() as connection:
        assert users.find(connection, "local")
        place = projects.create(connection, "local", "demo")
        runs.open_run(connection, place.id, NewRun(id="r1"))
    at = "http://127.0.0.1/api/v1"
    with TestClient(create_app(server), base_url=at) as client:
        path = "/projects/local/demo"
        run = f"{path}/runs/r1"
        assert client.get(run).json()["editable"] is False
        assert client.get(f"{path}/runs").json()["editable"] is False
        tried = [
            client.patch(run, json={"name": "x"}),
            client.put(f"{run}/state", json={"state": "finished"}),
            client.post(f"{path}/runs/edit", json={"edits": [{"runs": ["r1"]}]}),
            client.post(f"{path}/runs/delete", json={"runs": ["r1"]}),
            client.patch(path, json={"visibility": "public"}),
        ]
        codes = [(one.status_code, one.json()["error"]["code"]) for one in tried]
        assert codes == [(403, "shows_files")] * 5
        assert client.get(run).json()["name"] == "swan-1"

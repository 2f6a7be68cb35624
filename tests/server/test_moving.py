"""``swanlab server migrate``: what a folder answered, the database answers."""

from __future__ import annotations

import shutil

import psycopg
import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from swanlab import records
from swanlab.cli.main import main
from swanlab.server.app import create_app
from swanlab.server.db import projects, runs, users
from swanlab.server.db.engine import Database
from swanlab.server.messages.runs import NewRun
from swanlab.server.metrics.store import open_store
from swanlab.server.state import Server
from tests.server.conftest import API
from tests.server.wire import Sender, frame, header, keys, scalars

RUNS = 8


def send(client: TestClient, project: str, run: str) -> int:
    """Log a run with points, console, config and odd records; returns its expected offset."""
    client.post(f"/projects/~/{project}/runs", json={"id": run, "tags": ["a"], "name": f"n {run}"})
    sender = Sender(client, f"/projects/alice/{project}/runs/{run}")
    sender.send(frame(header(run=run)) + keys("loss", "acc"))
    sender.send(b"".join(scalars(step, step * 0.5, float("nan")) for step in range(300)))
    lines = [records.Console(n, n, 20, 1, f"line {n} ✓ \0 end") for n in range(20)]
    sender.send(frame(*lines, records.Config(0, {"lr": 0.1, "odd": "\0"}, [])))
    item = records.Item("txt", data=b"said \0", caption="c", meta={"n": 1})
    wish = records.File(0, f"{records.MEDIA}a.png", 5, policy="now", kind="media")
    sender.send(frame(wish, records.Media("seen", 1 << 62, 0, "text", [item])))
    if run.endswith("3"):
        sender.send(frame(records.Finish(9, "crashed", "Traceback …")))
    return sender.offset


@pytest.fixture
def folder(tmp_path):
    """The data folder of a server that was used: sealed and unsealed runs, deleted ones, users."""
    server = Server(tmp_path / "data", "server", static=tmp_path)
    with TestClient(create_app(server), base_url="http://testserver" + API) as client:
        with server.db.write() as connection:
            alice = users.create(connection, "alice", "!", admin=True)
            assert users.create(connection, "bob", "!", admin=False)
        key = server.auth.new_api_key(alice)
        client.headers["authorization"] = f"Bearer {key}"
        for number in range(RUNS):
            send(client, f"p{number % 2}", f"run{number}")
        ended = "/projects/alice/p1/runs/run3"
        Sender(client, ended, "again").send(
            frame(header(writer="again"), records.Finish(9, "success"))
        )
        placing = {"runs": ["run3"], "project": "copies"}
        assert client.post("/projects/alice/p1/runs/copy", json=placing).json()["runs"]
        send(client, "p0", "gone")
        assert client.delete("/projects/alice/p0/runs/gone").status_code == 204
        server.freeing.sweep()
        with server.db.read() as connection:
            place = projects.find(connection, "alice", "p0")
            first = runs.find(connection, place.id, "run0")
        assert server.stores.of(place.id).seal(first.id, force=True)
    (tmp_path / "key").write_text(key)
    return tmp_path / "data"


def answers(tmp_path, url: str | None) -> dict[str, object]:
    """All that a server on the folder, or on the database, says."""
    server = Server(tmp_path / "data", "server", static=tmp_path, database_url=url)
    found: dict[str, object] = {}
    with TestClient(create_app(server), base_url="http://testserver" + API) as client:
        client.headers["authorization"] = f"Bearer {(tmp_path / 'key').read_text()}"
        copied = "/projects/alice/copies/runs/run3"
        paths = ["/projects", "/projects/alice/p0/runs", "/projects/alice/p1/runs"]
        paths += [copied, f"{copied}/series", f"{copied}/logs", "/projects/alice/copies/runs"]
        for number in range(RUNS):
            run = f"/projects/alice/p{number % 2}/runs/run{number}"
            paths += [run, f"{run}/series", f"{run}/logs", f"{run}/logs.txt", f"{run}/resumable"]
            ref = {"run": f"run{number}", "key": "loss"}
            charts = {"charts": [{"series": [ref], "buckets": n} for n in (20, 5000)]}
            answer = client.post(
                f"/projects/alice/p{number % 2}/charts",
                json=charts,
                headers={"accept": "application/json"},
            )
            found[f"chart {number}"] = answer.json()
            wanted = {"wanted": [{"run": f"run{number}", "key": "seen"}]}
            shown = client.post(f"/projects/alice/p{number % 2}/media/entries", json=wanted).json()
            assert shown["found"][0][0]["items"][0]["caption"] == "c"
            found[f"media {number}"] = shown
            opened = client.post(f"/projects/~/p{number % 2}/runs", json={"id": f"run{number}"})
            found[f"offsets {number}"] = opened.json()
            points = client.get(f"{run}/points", params={"key": "acc"})
            found[f"points {number}"] = points.content
        found["points of the copy"] = client.get(f"{copied}/points", params={"key": "acc"}).content
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, answer.text
            found[path] = answer.text
        # New rows get numbers of their own: the deleted run's is not given again.
        with server.db.write() as connection:
            place = projects.find(connection, "alice", "p0")
            found["next"] = runs.open_run(connection, place.id, NewRun(id="new"))[0].id
    return found


def migrate(folder, url: str, source: str = "sqlite:"):
    return CliRunner().invoke(
        main, ["server", "migrate", "--from", f"{source}{folder}", "--to", url]
    )


def test_every_answer_is_the_same_after_the_move(folder, tmp_path, database_url):
    kept = tmp_path / "kept"
    shutil.copytree(folder, kept / "data")
    (kept / "key").write_text((tmp_path / "key").read_text())
    before = answers(kept, None)
    moved = migrate(folder, database_url)
    assert moved.exit_code == 0, moved.output
    assert f"{RUNS} runs" in moved.output
    after = answers(tmp_path, database_url)
    assert before.keys() == after.keys()
    for what, said in before.items():
        # PostgreSQL's text has no NUL.
        plain = (
            said.replace("\0", "\ufffd").replace("\\u0000", "\ufffd")
            if isinstance(said, str)
            else said
        )
        if isinstance(said, str) and "/logs" in what:
            assert after[what] == plain, what
        else:
            assert after[what] == said, what


def test_a_move_that_was_killed_goes_on_where_it_was(folder, database_url, start, wait_for):
    Database(database_url).close()
    open_store(database_url).close()
    with psycopg.connect(database_url) as holding:
        # The move waits for what becomes of this row, which is of its last run.
        holding.execute(
            "INSERT INTO writer (run, writer, next_offset, rank)"
            f" VALUES ({RUNS}, 'trainer-1', 0, 0)"
        )
        process = start("server", "migrate", "--from", f"sqlite:{folder}", "--to", database_url)

        def parts() -> int:
            assert process.popen.poll() is None, process.output()
            with psycopg.connect(database_url) as looking:
                if looking.execute("SELECT to_regclass('moving')").fetchone() == (None,):
                    return 0
                row = looking.execute("SELECT count(*) FROM moving").fetchone()
                return row[0] if row else 0

        # The mark of the move, the metadata, the other runs, and the rest of the first project.
        wait_for(lambda: parts() == 2 + (RUNS - 1) + 1)
        process.kill()
        holding.rollback()
    again = migrate(folder, database_url)
    assert again.exit_code == 0, again.output
    assert f"{RUNS + 1} parts done" in again.output
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM writer").fetchone() == (RUNS + 1,)
        assert connection.execute("SELECT to_regclass('moving')").fetchone() == (None,)


def test_what_was_left_half_done_is_completed_and_what_is_done_is_not_repeated(
    folder, tmp_path, database_url, monkeypatch
):
    from swanlab.server import moving

    class Stop(Exception):
        pass

    whole = moving._Mover._move_run
    moved = []

    def some(self, source, run):
        if len(moved) == 3:
            raise Stop
        moved.append(run)
        whole(self, source, run)

    monkeypatch.setattr(moving._Mover, "_move_run", some)
    with pytest.raises(Stop):
        moving.move(folder, database_url, print)
    monkeypatch.setattr(moving._Mover, "_move_run", whole)

    other = tmp_path / "other"
    shutil.copytree(folder, other)
    refused = migrate(other, database_url)
    assert refused.exit_code == 1
    assert "was begun and is not done" in refused.output

    said = migrate(folder, database_url)
    assert said.exit_code == 0, said.output
    assert "going on with a move" in said.output
    assert f"{RUNS} runs" in said.output


def test_a_target_that_is_in_use_and_a_source_that_is_served_are_refused(
    folder, tmp_path, server_url, start
):
    with psycopg.connect(server_url) as connection:
        connection.execute(
            "INSERT INTO users (username, folded, password, admin, created_at)"
            " VALUES ('x', 'x', '!', false, 0)"
        )
    used = migrate(folder, server_url)
    assert used.exit_code == 1
    assert "in use: there are rows in users" in used.output

    serving = start("server", "--data-dir", str(folder), "--port", "0")
    serving.url()
    served = migrate(folder, server_url)
    assert served.exit_code == 1
    assert "in use by another server" in served.output
    assert migrate(tmp_path / "nothing", server_url).exit_code == 1
    assert migrate(folder, server_url, "mysql:").exit_code == 1

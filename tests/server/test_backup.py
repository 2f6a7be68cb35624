"""A backup made while the server serves, restored elsewhere, and clients that go on against it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx2 as httpx
import pytest

from swanlab.records import Finish
from swanlab.server import backup
from swanlab.server.app import create_app
from swanlab.server.state import Server
from tests.server.test_process import Trainer
from tests.server.wire import Sender, frame, header, keys, scalars


def swanlab(*arguments, **env):
    return subprocess.run(
        [sys.executable, "-m", "swanlab", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **env},
    )  # fmt: skip


def points(folder, project, run, key="loss"):
    """What a data folder holds of a series, read by the code of the server."""
    server = Server(folder, "server")
    try:
        with server.db.read() as connection:
            from swanlab.server.db import projects, runs

            place = projects.find(connection, "admin", project)
            row = runs.find(connection, place.id, run)
        from swanlab.server.metrics.contract import Ref

        store = server.stores.of(row.home)
        found = store.points(Ref(row.source, key), None, None)
        return store.offsets(row.source), found.steps.tolist(), found.values.tolist()
    finally:
        server.close()


@pytest.fixture
def data(tmp_path, real_server):
    """The data folder of a serving server."""
    return tmp_path / "data"


@pytest.mark.timeout(180)
def test_a_backup_under_load_has_every_point_acknowledged_before_it_began(
    real_server, data, tmp_path, wait_for
):
    _, client, _ = real_server
    for number in range(4):
        client.post("/projects/~/demo/runs", json={"id": f"run{number}"})
    trainers = [Trainer(client, number) for number in range(4)]
    for trainer in trainers:
        trainer.start()
    wait_for(lambda: all(trainer.acknowledged > 5_000 for trainer in trainers))
    before = [trainer.acknowledged for trainer in trainers]
    assert any(trainer.is_alive() for trainer in trainers)
    done = swanlab("server", "backup", tmp_path / "copy", "--data-dir", data)
    assert done.returncode == 0, done.stderr
    assert "Backed up 4 runs in 1 projects" in done.stdout
    restored = tmp_path / "elsewhere"
    done = swanlab("server", "restore", tmp_path / "copy", "--data-dir", restored)
    assert done.returncode == 0, done.stderr
    for trainer, acknowledged in zip(trainers, before, strict=True):
        offsets, steps, values = points(restored, "demo", f"run{trainer.number}")
        assert offsets["trainer-1"] >= acknowledged
        assert steps == list(range(len(steps)))
        assert values == [float(step * trainer.number) for step in steps]
        assert len(steps) > 100
    for trainer in trainers:
        trainer.join(60)
        assert trainer.error is None
        assert not trainer.is_alive()


def test_a_client_goes_on_against_a_restored_older_server(
    real_server, data, tmp_path, start, wait_for
):
    process, client, again = real_server
    client.post("/projects/~/demo/runs", json={"id": "run1"})
    trainer = Trainer(client, 1)
    trainer.STEPS = 200
    trainer.start()
    trainer.join(60)
    assert swanlab("server", "backup", tmp_path / "copy", "--data-dir", data).returncode == 0
    longer = Trainer(client, 1)
    longer.STEPS, longer.acknowledged = 400, trainer.acknowledged
    longer.start()
    longer.join(60)
    at = longer.acknowledged
    process.kill()
    data.rename(tmp_path / "lost")
    done = swanlab("server", "restore", tmp_path / "copy", "--data-dir", data)
    assert done.returncode == 0, done.stderr
    again().url()
    (series,) = client.get("/projects/admin/demo/runs/run1/series").json()["series"]
    assert series["count"] == 200
    # The client knows nothing of that: it sends what comes next, and is told where to go on.
    last = Trainer(client, 1)
    last.acknowledged = at
    last.start()
    last.join(60)
    assert last.error is None
    (series,) = client.get("/projects/admin/demo/runs/run1/series").json()["series"]
    assert (series["count"], series["last"], series["mean"]) == (600, 599.0, 299.5)


def test_a_real_run_that_went_on_after_the_backup_is_whole_again(tmp_path, script):
    """The sidecar sends again what the restored server lacks; ``sync`` what has ended."""
    from tests.serving import Serving, wait_for

    serving = Serving(tmp_path / "server").start().log_in()
    try:
        train = subprocess.Popen(
            [sys.executable, "-c", _TRAINING], stdin=subprocess.PIPE, text=True,
            env={**os.environ, "SWANLAB_MONITOR_INTERVAL": "0"},
        )  # fmt: skip
        wait_for(lambda: _count(serving, "long") >= 50)
        data, copy = tmp_path / "server" / "data", tmp_path / "copy"
        assert swanlab("server", "backup", copy, "--data-dir", data).returncode == 0
        train.stdin.write("more\n")
        train.stdin.flush()
        wait_for(lambda: _count(serving, "long") >= 100)
        done = script(
            "import swanlab\nwith swanlab.init(project='cats', mode='cloud', id='short') as run:\n"
            " run.log({'loss': 1})",
            SWANLAB_MONITOR_INTERVAL="0",
        )
        assert done.returncode == 0, done.stderr
        serving.stop(signal.SIGKILL)
        data.rename(tmp_path / "lost")
        assert swanlab("server", "restore", copy, "--data-dir", data).returncode == 0
        serving.start()
        assert _count(serving, "long") < 100
        train.communicate("end\n", timeout=60)
        assert train.returncode == 0
        wait_for(lambda: _count(serving, "long") == 150, 60)
        assert serving.points("admin/cats", "long", "loss") == [(n, float(n)) for n in range(150)]
        # A run that the backup does not know has nobody left to send it but a person.
        (short,) = Path("swanlog").glob("run-*-short")
        done = swanlab("sync", short)
        assert done.returncode == 0, done.stderr
        assert serving.points("admin/cats", "short", "loss") == [(0, 1.0)]
    finally:
        serving.stop(signal.SIGKILL)


_TRAINING = """
import sys, swanlab
run = swanlab.init(project="cats", mode="cloud", id="long")
for part in range(3):
    for step in range(part * 50, part * 50 + 50):
        swanlab.log({"loss": step}, step=step)
    if part < 2:
        sys.stdin.readline()
swanlab.finish()
"""


def _count(serving, run):
    try:
        found = serving.get(f"/projects/admin/cats/runs/{run}/series")["series"]
    except (AssertionError, httpx.HTTPError):
        return 0
    return sum(one["count"] for one in found if one["key"] == "loss")


@pytest.fixture
def kept(tmp_path):
    """A data folder with two projects and some media; nobody serves it."""
    from starlette.testclient import TestClient

    from swanlab.server.db import users

    folder = tmp_path / "data"
    server = Server(folder, "server")
    user = server.auth.new_user("admin", "a long password", admin=True)
    assert isinstance(user, users.UserRow)
    with TestClient(create_app(server), base_url="http://testserver/api/v1") as client:
        client.headers["authorization"] = f"Bearer {server.auth.new_api_key(user)}"
        for project in ("cats", "dogs"):
            client.post(f"/projects/admin/{project}/runs", json={"id": "r1"})
            sender = Sender(client, f"/projects/admin/{project}/runs/r1")
            sender.send(frame(header()) + keys("loss") + scalars(0, 1.0) + scalars(1, 2.0))
    for name in ("aa", "bb"):
        (folder / "media" / name).mkdir(parents=True)
        (folder / "media" / name / (name * 32)).write_bytes(name.encode() * 1000)
    for path in folder.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))  # nothing was written lately
    return folder


def test_a_second_backup_copies_only_what_is_new(kept, tmp_path):
    copy = tmp_path / "copy"
    first = backup.back_up(kept, copy)
    assert first.unchanged == 0
    again = backup.back_up(kept, copy)
    assert again.copied == 0
    assert again.unchanged == first.copied
    (kept / "media" / "cc").mkdir()
    (kept / "media" / "uploads").mkdir()
    (kept / "media" / "uploads" / "half").write_bytes(b"not all of it")
    (kept / "media" / "cc" / "new").write_bytes(b"c" * 10)
    (kept / "media" / "aa" / ("aa" * 32)).unlink()
    third = backup.back_up(kept, copy)
    assert third.copied == 10
    assert [path.name for path in copy.glob("data-*")] == ["data-3"]
    assert not (copy / "media" / "aa" / ("aa" * 32)).exists()
    backup.restore(copy, tmp_path / "restored")
    assert (tmp_path / "restored" / "media" / "cc" / "new").read_bytes() == b"c" * 10
    assert points(tmp_path / "restored", "dogs", "r1")[1:] == ([0, 1], [1.0, 2.0])


def test_a_changed_store_is_copied_again_and_another_is_not(kept, tmp_path):
    first = backup.back_up(kept, tmp_path / "copy")
    store, other = sorted((kept / "metrics").glob("*.db"))
    with sqlite3.connect(store) as connection:
        connection.execute("INSERT INTO line SELECT 1, 'w', 0, 0, 0, 0, 'new' ")
    connection.close()
    again = backup.back_up(kept, tmp_path / "copy")
    sizes = {one.path: one.bytes for one in again.manifest.files}
    assert again.copied == sizes[f"metrics/{store.name}"]
    assert again.unchanged >= first.copied - again.copied
    held = tmp_path / "copy" / "data-2" / "metrics" / store.name
    with sqlite3.connect(held) as connection:
        assert connection.execute("SELECT text FROM line").fetchall() == [("new",)]
    connection.close()
    assert other.name in {Path(path).name for path in sizes}


def test_what_was_deleted_while_the_backup_ran_is_not_in_it(kept, tmp_path, monkeypatch):
    real = backup._copy_database

    def delete_meanwhile(source, target):
        if source.name == backup.FILE_NAME:  # the stores are copied already
            with sqlite3.connect(source) as connection:
                connection.execute("DELETE FROM runs WHERE project_id = 1")
                connection.execute("DELETE FROM runs WHERE project_id = 2")
                connection.execute("DELETE FROM projects WHERE id = 2")
            connection.close()
        real(source, target)

    monkeypatch.setattr(backup, "_copy_database", delete_meanwhile)
    made = backup.back_up(kept, tmp_path / "copy").manifest
    assert [one.path for one in made.files] == ["metrics/1.db", "swanlab.db"]
    with sqlite3.connect(tmp_path / "copy" / "data-1" / "metrics" / "1.db") as connection:
        for table in ("ledger", "batch", "writer"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    connection.close()
    backup.restore(tmp_path / "copy", tmp_path / "restored")


def test_what_copies_and_moved_runs_read_is_backed_up_though_its_project_is_gone(kept, tmp_path):
    from starlette.testclient import TestClient

    server = Server(kept, "server")
    with server.db.read() as connection:
        from swanlab.server.db import users

        user = users.find(connection, "admin")
    with TestClient(create_app(server), base_url="http://testserver/api/v1") as client:
        client.headers["authorization"] = f"Bearer {server.auth.new_api_key(user)}"
        for project in ("cats", "dogs"):
            Sender(client, f"/projects/admin/{project}/runs/r1", "w").send(
                frame(header(writer="w"), Finish(9, "success"))
            )
        assert client.post("/projects/admin/cats/clone", json={"name": "clone"}).status_code == 201
        body = {"runs": ["r1"], "project": "moved"}
        assert client.post("/projects/admin/dogs/runs/move", json=body).json()["runs"]
        for project in ("cats", "dogs"):
            assert client.delete(f"/projects/admin/{project}").status_code == 204
        for binned in client.get("/bin").json()["projects"]:
            assert client.delete(f"/bin/{binned['id']}").status_code == 204
    made = backup.back_up(kept, tmp_path / "copy").manifest
    assert (made.projects, made.runs) == (2, 2)
    backup.restore(tmp_path / "copy", tmp_path / "restored")
    for project in ("clone", "moved"):
        assert points(tmp_path / "restored", project, "r1")[1:] == ([0, 1], [1.0, 2.0])
    done = swanlab("server", "verify", "--data-dir", tmp_path / "restored")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "All is well.")


def test_a_folder_with_something_else_in_it_is_never_written_to(kept, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.tex").write_text("precious")
    for arguments in (("backup", full, "--data-dir", kept), ("restore", kept, "--data-dir", full)):
        done = swanlab("server", *arguments)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
    assert [path.name for path in full.iterdir()] == ["thesis.tex"]
    backup.back_up(kept, tmp_path / "copy")
    done = swanlab("server", "restore", tmp_path / "copy", "--data-dir", full)
    assert (done.returncode, "is not empty" in done.stderr) == (1, True)
    inside = swanlab("server", "backup", kept / "media" / "copy", "--data-dir", kept)
    assert (inside.returncode, "hold each other" in inside.stderr) == (1, True)
    nothing = swanlab("server", "backup", tmp_path / "new", "--data-dir", full)
    assert (nothing.returncode, "no server's data" in nothing.stderr) == (1, True)
    assert not (tmp_path / "new").exists()


def test_the_backup_of_another_server_is_not_overwritten(kept, tmp_path):
    backup.back_up(kept, tmp_path / "copy")
    with sqlite3.connect(kept / backup.FILE_NAME) as connection:
        connection.execute("UPDATE users SET created_at = 1")
    connection.close()
    with pytest.raises(backup.Refused, match="another server"):
        backup.back_up(kept, tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").glob("data-*")] == ["data-1"]
    backup.restore(tmp_path / "copy", tmp_path / "restored")


@pytest.mark.parametrize("name", ["swanlab.db", "metrics/1.db", "media"])
def test_a_damaged_backup_is_refused_and_leaves_nothing_behind(kept, tmp_path, name):
    backup.back_up(kept, tmp_path / "copy")
    if name == "media":
        path = tmp_path / "copy" / "media" / "bb" / ("bb" * 32)
    else:
        path = tmp_path / "copy" / "data-1" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    done = swanlab("server", "restore", tmp_path / "copy", "--data-dir", tmp_path / "restored")
    assert (done.returncode, "damaged" in done.stderr) == (1, True)
    assert list((tmp_path / "restored").iterdir()) == []


def test_a_backup_cut_short_leaves_the_one_before_whole(kept, tmp_path, monkeypatch):
    copy = tmp_path / "copy"
    backup.back_up(kept, copy)
    (kept / "media" / "new").write_bytes(b"new")

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(backup, "_write_manifest", full)
        with pytest.raises(OSError, match="No space"):
            backup.back_up(kept, copy)
    backup.restore(copy, tmp_path / "restored")
    assert not (tmp_path / "restored" / "media" / "new").exists()
    assert backup.back_up(kept, copy).manifest.generation == 2
    backup.restore(copy, tmp_path / "again")
    assert (tmp_path / "again" / "media" / "new").read_bytes() == b"new"


def test_a_backup_of_a_newer_version_is_refused(kept, tmp_path):
    backup.back_up(kept, tmp_path / "copy")
    path = tmp_path / "copy" / backup.MANIFEST
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "metadata_version": 10_000, "swanlab": "9.0"}))
    with pytest.raises(backup.Refused, match=r"swanlab 9\.0, which is newer"):
        backup.restore(tmp_path / "copy", tmp_path / "restored")
    evil = {**manifest, "files": [{"path": "../../x", "bytes": 0, "sha256": ""}]}
    path.write_text(json.dumps(evil))
    with pytest.raises(backup.Refused, match="outside"):
        backup.restore(tmp_path / "copy", tmp_path / "restored")


def test_only_its_owner_can_read_a_backup(kept, tmp_path):
    backup.back_up(kept, tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_postgresql_is_sent_to_its_own_tools(tmp_path, verb):
    done = swanlab("server", verb, tmp_path / "copy", "--database-url", "postgresql://x/y")
    assert done.returncode == 1
    assert "pg_dump" in done.stderr

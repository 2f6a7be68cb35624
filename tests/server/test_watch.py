"""``swanlab watch``: run folders as they grow, whatever state their files are in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time

import httpx2 as httpx
import pytest

from swanlab import records, runfile
from swanlab.server.metrics.contract import Ref
from swanlab.server.state import Server
from swanlab.server.watch import Watcher
from tests.server.wire import STARTED, frame, header, keys, scalars
from tests.server.wire import start as start_record

NODE = os.uname().nodename


@pytest.fixture
def logdir(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.fixture
def watched(tmp_path, logdir):
    """A server that looks at ``logdir`` when told to, without threads of its own but commits."""
    server = Server(tmp_path / "store", "watch")
    yield server, Watcher(server, logdir)
    server.close()


def beginning(run: str = "r1", **of) -> bytes:
    return frame(header(run=run, **of), start_record(project="cats", name=run)) + keys("loss")


def write(logdir, run: str, data: bytes, writer: str = "trainer-1"):
    folder = logdir / f"run-20260101_000000-{run}"
    folder.mkdir(exist_ok=True)
    path = folder / f"{writer}{runfile.SUFFIX}"
    path.write_bytes(data)
    return path


def rows(server):
    from swanlab.server.db import runs

    with server.db.read() as connection:
        known = runs.all_ids(connection)
        return {run_id: runs.get(connection, number) for _, number, run_id in known}


def steps(server, run_id: str) -> list[int]:
    row = rows(server)[run_id]
    found = server.stores.of(row.project_id).points
    return found(Ref(row.id, "loss"), None, None).steps.tolist()


def test_a_run_folder_is_shown_as_it_grows(watched, logdir):
    server, watcher = watched
    path = write(logdir, "r1", beginning() + scalars(0, 1.0))
    watcher.tick()
    assert steps(server, "r1") == [0]
    with path.open("ab") as file:
        file.write(scalars(1, 1.0))
    watcher.tick()
    assert steps(server, "r1") == [0, 1]


def test_reading_goes_on_where_the_last_watch_ended(watched, logdir, tmp_path):
    server, watcher = watched
    path = write(logdir, "r1", beginning() + scalars(0, 1.0))
    watcher.tick()
    server.close()
    with path.open("ab") as file:
        file.write(scalars(1, 1.0))
    later = Server(tmp_path / "store", "watch")
    Watcher(later, logdir).tick()
    assert steps(later, "r1") == [0, 1]
    assert rows(later)["r1"].damaged == 0
    later.close()


def test_a_file_cut_at_any_byte_of_its_last_record_shows_all_intact_ones(watched, logdir):
    server, watcher = watched
    whole, last = beginning() + scalars(0, 1.0), scalars(1, 1.0)
    for cut in range(len(last) + 1):
        write(logdir, f"cut{cut}", beginning(f"cut{cut}") + scalars(0, 1.0) + last[:cut])
    watcher.tick()
    for cut in range(len(last)):
        assert steps(server, f"cut{cut}") == [0]
    assert steps(server, f"cut{len(last)}") == [0, 1]
    assert whole
    assert {row.damaged for row in rows(server).values()} == {0}
    for cut in range(len(last)):
        write(logdir, f"cut{cut}", beginning(f"cut{cut}") + scalars(0, 1.0) + last)
    for _ in range(2):
        watcher.tick()
    assert all(steps(server, f"cut{cut}") == [0, 1] for cut in range(len(last)))


def test_one_flipped_bit_costs_no_intact_record(watched, logdir, monkeypatch):
    monkeypatch.setattr("swanlab.server.watch.NAMELESS", 0)
    server, watcher = watched
    parts = [frame(header("x")), frame(start_record("cats")), keys("loss")]
    parts += [scalars(step, 1.0) for step in range(6)]
    whole = b"".join(parts)
    ends = [sum(map(len, parts[: number + 1])) for number in range(len(parts))]
    hits = {}
    for bit in range(3, len(whole) * 8, 41):
        hit = next(number for number, end in enumerate(ends) if bit // 8 < end)
        run_id = f"bit{bit}"
        parts[0] = frame(header(run_id))
        data = bytearray(b"".join(parts))
        place = bit + 8 * (len(data) - len(whole)) if hit else bit
        data[place // 8] ^= 1 << place % 8
        write(logdir, run_id, bytes(data))
        hits[run_id] = hit
    for _ in range(2):
        watcher.tick()
    found = rows(server)
    for run_id, hit in hits.items():
        # A broken end might still be being written; everything else is known to be damage.
        assert found[run_id].damaged > 0 or hit == len(parts) - 1
        if hit != 2:  # without its key or layout a scalar cannot be read
            assert steps(server, run_id) == [step for step in range(6) if step != hit - 3]
        else:
            assert found[run_id].set_aside > 0


def test_a_run_whose_process_is_gone_without_an_end_is_crashed(watched, logdir):
    server, watcher = watched
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    write(logdir, "r1", beginning(pid=gone.pid, host=NODE) + scalars(0, 1.0))
    write(logdir, "r2", beginning("r2", pid=gone.pid, host="elsewhere") + scalars(0, 1.0))
    ended = beginning("r3", pid=gone.pid, host=NODE) + frame(records.Finish(5, "success"))
    write(logdir, "r3", ended)
    watcher.tick()
    found = rows(server)
    assert found["r1"].state == "crashed"
    assert found["r1"].error == "The process ended without finishing the run."
    assert found["r2"].state == "running"
    assert (found["r3"].state, found["r3"].finished_at) == ("finished", STARTED + 5)


def test_a_run_whose_process_lives_is_running(watched, logdir):
    server, watcher = watched
    now = int(time.time() * 1000)
    write(logdir, "r1", beginning(pid=os.getpid(), host=NODE, started=now))
    write(logdir, "r2", beginning("r2", pid=os.getpid(), host=NODE, started=1))
    watcher.tick()
    states = {run_id: row.state for run_id, row in rows(server).items()}
    assert states == {"r1": "running", "r2": "crashed"}  # another process took the number


def test_the_folders_of_a_resumed_run_are_one_run_and_the_last_word_holds(watched, logdir):
    server, watcher = watched
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead = {"pid": gone.pid, "host": NODE}
    write(logdir, "r1", beginning(**dead) + scalars(0, 1.0) + scalars(1, 1.0))
    again = logdir / "run-20260102_000000-r1"
    again.mkdir()
    now = int(time.time() * 1000) + 1000
    more = frame(
        header(writer="trainer-2", pid=os.getpid(), host=NODE, started=now),
        start_record(project="cats", name="r1"),
        records.Resume(0),
        records.Config(1, {"lr": 2}),
    )
    path = again / f"trainer-2{runfile.SUFFIX}"
    path.write_bytes(more + keys("loss") + scalars(1, 2.0) + scalars(2, 2.0))
    watcher.tick()
    watcher.tick()
    (row,) = rows(server).values()
    assert row.state == "running"
    assert steps(server, "r1") == [0, 1, 2]
    points = server.stores.of(row.project_id).points(Ref(row.id, "loss"), None, None)
    assert points.values.tolist() == [1.0, 2.0, 2.0]
    with path.open("ab") as file:
        file.write(frame(records.Finish(9, "success")))
    watcher.tick()
    assert rows(server)["r1"].state == "finished"


def test_a_run_of_several_processes_ends_with_the_last_one(watched, logdir):
    server, watcher = watched
    ends = [records.Finish(5, "aborted"), records.Finish(7, "success")]
    paths = []
    for rank in range(2):
        folder = logdir / f"run-20260101_000000-r1-{rank}"
        folder.mkdir()
        paths.append(folder / f"trainer-{rank}{runfile.SUFFIX}")
        begin = frame(
            header(writer=f"trainer-{rank}", rank=rank),
            start_record(project="cats"),
            records.Resume(0),
        )
        paths[rank].write_bytes(begin + keys("loss") + scalars(0, float(rank)))
    watcher.tick()
    seen = []
    for rank in range(2):
        with paths[rank].open("ab") as file:
            file.write(frame(ends[rank]))
        watcher.tick()
        (row,) = rows(server).values()
        seen.append((row.state, row.finished_at))
    assert seen == [("running", None), ("aborted", STARTED + 7)]
    store = server.stores.of(row.project_id)
    for rank in range(2):
        points = store.points(Ref(row.id, "loss", rank), None, None)
        assert points.values.tolist() == [float(rank)]


def test_a_torn_end_of_a_dead_process_is_counted_as_damage(watched, logdir):
    server, watcher = watched
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    write(logdir, "r1", beginning(pid=gone.pid, host=NODE) + scalars(0, 1.0) + scalars(1, 1.0)[:-3])
    watcher.tick()
    assert rows(server)["r1"].damaged == len(scalars(1, 1.0)) - 3


def test_a_run_whose_folder_is_gone_is_forgotten(watched, logdir):
    server, watcher = watched
    path = write(logdir, "r1", beginning() + scalars(0, 1.0))
    write(logdir, "r2", beginning("r2") + scalars(0, 1.0))
    watcher.tick()
    shutil.rmtree(path.parent)
    for _ in range(2):
        watcher._ticks = 0
        watcher.tick()
    assert list(rows(server)) == ["r2"]


def test_a_file_that_got_shorter_is_read_anew(watched, logdir):
    server, watcher = watched
    write(logdir, "r1", beginning() + scalars(0, 1.0) + scalars(1, 1.0))
    watcher.tick()
    write(logdir, "r1", beginning() + scalars(5, 1.0))
    for _ in range(3):
        watcher.tick()
    assert steps(server, "r1") == [5]


def test_a_run_with_damaged_first_records_is_shown_by_its_folder(watched, logdir, monkeypatch):
    monkeypatch.setattr("swanlab.server.watch.NAMELESS", 0)
    server, watcher = watched
    first = bytearray(frame(header(), start_record()))
    first[10] ^= 1
    first[-3] ^= 1
    write(logdir, "abc", bytes(first) + keys("loss") + scalars(0, 1.0))
    watcher.tick()
    watcher.tick()
    assert steps(server, "abc") == [0]
    assert rows(server)["abc"].damaged > 0


def test_a_file_with_megabytes_of_junk_shows_what_is_behind_it(watched, logdir):
    server, watcher = watched
    junk = b"\xff" * (5 * 1024 * 1024)
    write(logdir, "r1", beginning() + scalars(0, 1.0) + junk + scalars(1, 1.0))
    watcher.tick()
    assert steps(server, "r1") == [0, 1]
    assert rows(server)["r1"].damaged == len(junk)


@pytest.fixture
def watch(start, logdir):
    process = start("watch", str(logdir), "--port", "0")
    return process, process.url()


def test_everyone_on_this_machine_is_local(watch):
    answer = httpx.get(f"{watch[1]}/api/v1/session", trust_env=False).json()
    assert (answer["user"]["username"], answer["mode"]) == ("local", "watch")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:5092", "localhost.evil.example", ""]
)
def test_a_name_that_is_not_ours_is_refused(watch, host):
    answer = httpx.get(f"{watch[1]}/api/v1/projects", headers={"host": host}, trust_env=False)
    assert answer.status_code == 421


@pytest.mark.parametrize("host", ["localhost:5092", "127.0.0.1", "[::1]:5092"])
def test_our_own_names_are_answered(watch, host):
    answer = httpx.get(f"{watch[1]}/api/v1/projects", headers={"host": host}, trust_env=False)
    assert answer.status_code == 200


def test_another_site_cannot_write(watch):
    url = f"{watch[1]}/api/v1/projects/local/demo/runs"
    forged = {"origin": "http://evil.example"}
    assert httpx.post(url, json={"id": "r"}, headers=forged, trust_env=False).status_code == 403
    own = {"origin": watch[1]}
    assert httpx.post(url, json={"id": "r"}, headers=own, trust_env=False).status_code == 200


def test_there_are_no_accounts(watch):
    url = f"{watch[1]}/api/v1"
    body = {"username": "local", "password": "a long password", "name": "mine"}
    for path in ("/session", "/users", "/keys"):
        assert httpx.post(url + path, json=body, trust_env=False).status_code == 403


def test_a_run_of_the_sdk_is_live(watch, logdir, script, wait_for):
    program = """
        import swanlab
        swanlab.init(project="cats", logdir={logdir!r}, mode="local", config={{"lr": 0.1}})
        for step in range(50):
            swanlab.log({{"loss": step}})
        swanlab.finish()
    """
    assert script(program.format(logdir=str(logdir))).returncode == 0
    client = httpx.Client(base_url=f"{watch[1]}/api/v1", trust_env=False)

    def shown():
        answer = client.get("/projects/local/cats/runs")
        found = answer.json()["runs"] if answer.status_code == 200 else []
        return found and found[0]["state"] == "finished" and found[0]["last"] == [49]

    wait_for(shown)
    client.close()


def test_sharing_without_accounts_is_warned_of(start, logdir):
    process = start("watch", str(logdir), "--port", "0", "--host", "0.0.0.0")
    process.url()
    assert "has no accounts" in process.output()


def test_a_missing_folder_and_a_second_watch_are_said_clearly(start, watch, logdir, tmp_path):
    missing = start("watch", str(tmp_path / "nothing"))
    assert missing.popen.wait(20) == 1
    assert "there is no folder" in missing.output()
    second = start("watch", str(logdir))
    assert second.popen.wait(20) == 1
    assert watch[1] in second.output()

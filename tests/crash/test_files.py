"""Files of a run arrive whole, each byte once, whoever is killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx2
import psutil
import pytest

from swanlab.api import Api
from tests.conftest import run_folder
from tests.crash.conftest import sidecars
from tests.serving import Serving, wait_for

PART = 64 * 1024
SIZE = 200 * PART + 17
TRAIN = f"""
import os, sys, time, swanlab
swanlab.init(project="cats", mode="cloud", id="big",
             settings={{"save_part": {PART}, "monitor_interval": 0, "finish_timeout": 60}})
swanlab.log({{"loss": 1}})
swanlab.save("big.bin", policy="now")
print("begun", flush=True)
sys.stdin.readline()
swanlab.finish()
"""


def big() -> str:
    data = os.urandom(SIZE)
    Path("big.bin").write_bytes(data)
    return sha256(data).hexdigest()


@pytest.fixture
def training():
    popen = subprocess.Popen(
        [sys.executable, "-c", TRAIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert popen.stdout is not None
    assert popen.stdout.readline() == "begun\n"
    yield popen
    popen.kill()
    popen.wait()
    popen.stdout.close()
    if popen.stdin is not None:
        popen.stdin.close()


def arrived(server: Serving, digest: str) -> bool:
    found = server.get("/projects/admin/cats/runs/big/files")["files"]
    return [(one["digest"], one["stored"]) for one in found] == [(digest, True)]


def uploaded(server: Serving) -> int:
    """Bytes of the upload that are on the server's disk."""
    folder = server.folder / "data" / "media" / "uploads"
    return sum(path.stat().st_size for path in folder.glob("*"))


def check_sent_once(server: Serving) -> None:
    """No part came twice, but perhaps the one that was cut off: as the server's log says."""
    lines = (server.folder / "server.log").read_text().splitlines()
    puts = sum("method=PUT " in line and "status=200 " in line for line in lines)
    assert abs(puts - (SIZE // PART + 1)) <= 1


def content(server: Serving) -> str:
    with Api(server.api_key, server.host) as api:
        (file,) = api.run("admin/cats/big").files()
        return sha256(file.read()).hexdigest()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    """A server that writes down every request."""
    serving = Serving(tmp_path / "server")
    serving.command = (*serving.command, "--log-level", "info")
    serving.start().log_in()
    yield serving
    if serving.process is not None:
        serving.stop(signal.SIGKILL)


@pytest.fixture
def digest(server):
    return big()


def test_a_killed_background_process_is_followed_by_one_that_goes_on(
    server, digest, training, tmp_path
):
    wait_for(lambda: uploaded(server) > 20 * PART)
    (sidecar,) = sidecars(tmp_path)
    sidecar.kill()
    wait_for(lambda: sidecar.status() == psutil.STATUS_ZOMBIE)
    before = uploaded(server)
    assert 0 < before < SIZE
    training.communicate("\n", timeout=90)
    assert arrived(server, digest)
    assert content(server) == digest
    check_sent_once(server)


def test_a_killed_server_goes_on_where_it_was(server, digest, training):
    wait_for(lambda: uploaded(server) > 20 * PART)
    server.stop(signal.SIGKILL)
    before = uploaded(server)
    assert 0 < before < SIZE
    server.start()
    training.communicate("\n", timeout=90)
    assert arrived(server, digest)
    assert content(server) == digest
    check_sent_once(server)


def test_what_was_killed_with_its_training_is_sent_by_sync(
    server, digest, training, tmp_path, monkeypatch
):
    monkeypatch.setenv("SWANLAB_SAVE_PART", str(PART))
    wait_for(lambda: uploaded(server) > 20 * PART)
    (sidecar,) = sidecars(tmp_path)
    sidecar.kill()
    training.kill()
    training.wait()
    done = subprocess.run(
        [sys.executable, "-m", "swanlab", "sync", "swanlog"],
        capture_output=True, text=True, check=False, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert arrived(server, digest)
    assert content(server) == digest
    check_sent_once(server)


def test_files_asked_for_are_found_by_sync_though_nobody_read_them(server, script):
    """The background process died before it read them: what is still as the run left it is sent."""
    done = script(
        """
        import os, psutil, signal, swanlab
        from pathlib import Path
        swanlab.init(project="cats", mode="cloud", id="late")
        [child.kill() for child in psutil.Process().children()]
        Path("same.txt").write_text("same")
        Path("changed.txt").write_text("then")
        swanlab.save("*.txt", policy="end")
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    assert done.returncode == -signal.SIGKILL
    later = Path("changed.txt").stat().st_mtime + 60
    Path("changed.txt").write_text("another run's")
    os.utime("changed.txt", (later, later))
    done = subprocess.run([sys.executable, "-m", "swanlab", "sync", "swanlog"], check=False)
    assert done.returncode == 0
    found = {
        one["path"]: one for one in server.get("/projects/admin/cats/runs/late/files")["files"]
    }
    assert found["same.txt"]["stored"]
    assert not found["changed.txt"]["stored"]
    assert "changed after the training had ended" in found["changed.txt"]["error"]


def test_an_offline_run_is_synced_with_its_files_once(server, script):
    done = script(
        """
        import swanlab
        from pathlib import Path
        swanlab.init(project="cats", mode="offline", id="off")
        Path("a.txt").write_text("a")
        swanlab.save("a.txt")
        """
    )
    assert done.returncode == 0, done.stderr
    assert (run_folder() / "files" / "a.txt").read_text() == "a"
    for _ in range(2):
        done = subprocess.run([sys.executable, "-m", "swanlab", "sync", "swanlog"], check=False)
        assert done.returncode == 0
    (found,) = server.get("/projects/admin/cats/runs/off/files")["files"]
    assert found["stored"]
    assert (run_folder() / "files" / "a.txt").read_text() == "a"


def test_watch_serves_files_from_the_run_folder(script, tmp_path):
    done = script(
        """
        import swanlab
        from pathlib import Path
        swanlab.init(project="cats", mode="local", id="here")
        Path("out").mkdir()
        Path("out/a.txt").write_text("what is in it")
        swanlab.save("out")
        """
    )
    assert done.returncode == 0, done.stderr
    serving = Serving(tmp_path / "watch", "watch", str(Path("swanlog").absolute())).start()
    try:
        at = "/projects/local/cats/runs/here"
        wait_for(lambda: serving.get("/projects")["projects"])
        wait_for(lambda: [one["stored"] for one in serving.get(f"{at}/files")["files"]] == [True])
        url = f"{serving.host}/api/v1{at}/files/content"
        answer = httpx2.get(url, params={"path": "out/a.txt"})
        assert answer.text == "what is in it"
        assert "sandbox" in answer.headers["content-security-policy"]
        for path in ("../config.yaml", "out/../../config.yaml", "/etc/passwd", "out"):
            assert httpx2.get(url, params={"path": path}).status_code == 404
        refused = httpx2.post(f"{serving.host}/api/v1{at}/blobs/missing", json={"digests": []})
        assert refused.status_code == 403
    finally:
        serving.stop()


@pytest.fixture
def small_server(tmp_path: Path) -> Iterator[Serving]:
    """A server whose disk is too small for files."""
    folder = tmp_path / "server" / "data"
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False).returncode != 0:
        pytest.skip("mounting a small disk needs root")
    serving = Serving(tmp_path / "server").start().log_in()
    yield serving
    serving.stop(signal.SIGKILL)
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_server_holds_up_no_points_and_takes_files_when_there_is_room(small_server, script):
    done = script(
        """
        import swanlab, time
        from pathlib import Path
        Path("a.txt").write_text("what is in it")
        run = swanlab.init(project="cats", mode="cloud", id="full", settings={"finish_timeout": 5})
        swanlab.save("a.txt", policy="now")
        for step in range(30):
            swanlab.log({"loss": step})
            time.sleep(0.05)
        """
    )
    assert done.returncode == 0
    assert "The server has no room for more files" in done.stderr
    at = "/projects/admin/cats/runs/full"
    wait_for(lambda: small_server.get(at)["state"] == "finished")
    assert len(small_server.points("admin/cats", "full", "loss")) == 30
    assert [one["stored"] for one in small_server.get(f"{at}/files")["files"]] == [False]
    folder = str(small_server.folder / "data")
    subprocess.run(["mount", "-o", "remount,size=4g", folder], check=True)
    wait_for(lambda: small_server.get(f"{at}/files")["files"][0]["stored"], 100)


def test_hundreds_of_small_files_and_a_live_one_that_never_rests_all_arrive(server, script):
    done = script(
        """
        import threading, time, swanlab
        from pathlib import Path
        Path("many").mkdir()
        for number in range(400):
            Path(f"many/{number:04}.txt").write_text(str(number))
        swanlab.init(project="cats", mode="cloud", id="many",
                     settings={"monitor_interval": 0, "finish_timeout": 100, "save_part": 65536})
        busy = Path("busy.bin")
        busy.write_bytes(bytes(3_000_000))
        swanlab.save("busy.bin")
        assert len(swanlab.save("many", policy="now")) == 400
        for version in range(1, 30):
            busy.write_bytes(bytes([version]) * 3_000_000)
            time.sleep(0.1)
        swanlab.finish()
        """,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    assert "not everything" not in done.stderr
    page = server.get("/projects/admin/cats/runs/many/files", limit=10_000)
    assert (page["total"], all(one["stored"] for one in page["files"])) == (401, True)
    (busy,) = [one for one in page["files"] if one["path"] == "busy.bin"]
    assert busy["digest"] == sha256(bytes([29]) * 3_000_000).hexdigest()

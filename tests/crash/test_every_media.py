"""Every kind of media, however it was given, is read back as it was logged: in every mode."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import swanlab
from swanlab.api import Api
from swanlab.api.media import Shown
from swanlab.records import MEDIA
from tests.conftest import run_folder
from tests.crash.conftest import sidecars
from tests.crash.every import PIXELS, every
from tests.recorded import recorded
from tests.serving import Serving, wait_for


def train(mode: str, how: str, folder: Path) -> None:
    """Log everything; a killed training takes its background process with it."""
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "tests.crash.every", mode, how]
    env = {**os.environ, "PYTHONPATH": root}
    done = subprocess.run(
        command, check=False, env=env, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == (-signal.SIGKILL if how == "kill" else 0), done.stderr
    assert "not recorded" not in done.stderr, done.stderr
    if how == "kill":
        for one in sidecars(folder):
            one.kill()


def check(api: Api, path: str) -> None:
    """All that was logged comes back; what lies in the run folder is that, bit for bit."""
    found: dict[str, list[Shown]] = {}
    for one in api.run(path).media():
        found.setdefault(one.key, []).append(one)
    wanted = every()
    assert found.keys() == wanted.keys() | {"list"}
    for key, (_, right) in wanted.items():
        (one,) = found[key]
        data = one.read()
        assert right(data), (key, data[:80])
        assert one.digest in (None, sha256(data).hexdigest())
    assert [one.caption for one in found["list"]] == ["0", "1", "2"]
    assert {one.step for one in found["list"]} == {7}
    mask = PIL.Image.open(io.BytesIO(found["images/overlays"][0].read("truth")))
    assert np.array_equal(np.asarray(mask), PIXELS[:, :, 0] % 3)
    cells = found["numbers/cells"][0]
    assert np.array_equal(np.asarray(PIL.Image.open(io.BytesIO(cells.read("0")))), PIXELS)
    assert cells.read("1")[4:8] == b"ftyp"


def here(api: Api, path: str) -> bool:
    shown = api.run(path).media()
    return len(shown) == len(every()) + 3 and all(
        one.stored and all(one._row["files"].values()) for one in shown
    )


def on_disk(api: Api, path: str) -> None:
    """The files of the run folder are what the server has."""
    folder = run_folder() / "media"
    digests = {sha256(one.read_bytes()).hexdigest() for one in folder.iterdir()}
    told = {one.digest for one in api.run(path).media() if one.digest is not None}
    assert told <= digests
    assert len(recorded(run_folder()).files) == len(list(folder.iterdir()))
    assert all(one.path.startswith(MEDIA) for one in recorded(run_folder()).files)


@pytest.mark.timeout(400)
def test_live_to_a_server(server, tmp_path):
    train("cloud", "finish", tmp_path)
    with Api(server.api_key, server.host) as api:
        wait_for(lambda: here(api, "admin/cats/every"), 60)
        check(api, "admin/cats/every")
        on_disk(api, "admin/cats/every")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("how", ["finish", "kill"])
def test_recorded_offline_and_sent_later(server, tmp_path, how):
    train("offline", how, tmp_path)
    swanlab.sync(run_folder())
    with Api(server.api_key, server.host) as api:
        assert here(api, "admin/cats/every")
        check(api, "admin/cats/every")
        on_disk(api, "admin/cats/every")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("how", ["finish", "kill"])
def test_watched_in_the_run_folder(tmp_path, how):
    train("local", how, tmp_path)
    old = time.time() - 60
    for place in (run_folder() / "media").iterdir():
        os.utime(place, (old, old))
    serving = Serving(tmp_path / "watch", "watch", str(Path("swanlog").absolute()))
    serving.start()
    try:
        wait_for(lambda: serving.get("/projects")["projects"])
        workspace = serving.get("/projects")["projects"][0]["workspace"]
        with Api(host=serving.host) as api:
            wait_for(lambda: here(api, f"{workspace}/cats/every"), 90)
            check(api, f"{workspace}/cats/every")
    finally:
        serving.stop(signal.SIGKILL)

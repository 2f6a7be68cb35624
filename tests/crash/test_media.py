"""Media arrive bit for bit, in every mode and whoever is killed on the way."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import PIL.Image
import pytest

import swanlab
from swanlab import runfile
from swanlab.api import Api
from swanlab.api.media import Shown
from swanlab.records import MEDIA
from tests.conftest import run_folder
from tests.crash.conftest import sidecars
from tests.recorded import recorded
from tests.serving import Serving, wait_for

STEPS = 12
KEYS = 9
"""Items of a step."""
PIXELS = """
def pixels(step):
    import numpy as np
    return np.random.default_rng(step).integers(0, 255, (40, 60, 3), np.uint8)
"""
TRAIN = (
    PIXELS
    + f"""
import os, signal, sys, swanlab
swanlab.init(project="cats", mode=sys.argv[1], id="shown",
             settings={{"monitor_interval": 0, "finish_timeout": 60}})
for step in range({STEPS}):
    swanlab.log({{
        "loss": step,
        "seen": [
            swanlab.Image(pixels(step), caption=f"step {{step}}"),
            swanlab.Image(pixels(step + 100)),
        ],
        "heard": swanlab.Audio([0.0, 0.5] * 500, 8000),
        "said": swanlab.Text("word " * 10 * (step + 1)),
        "long": swanlab.Text("word " * 5000),
        "page": swanlab.Html("<script>alert(1)</script>"),
        "spread": swanlab.Histogram(pixels(step)),
        "rows": swanlab.Table(["n", "seen"], [[step, swanlab.Image(pixels(step))]]),
        "moved": swanlab.Video([pixels(step) // 255 + 20 * step] * 3),
    }})
print("logged", flush=True)
if sys.argv[2] == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
sys.stdin.readline()
swanlab.finish()
"""
)
space: dict = {}
exec(PIXELS, space)
pixels = space["pixels"]


@pytest.fixture
def train():
    """Start a training and wait until it has logged."""
    begun = []

    def start(mode: str, how: str = "finish") -> subprocess.Popen[str]:
        popen = subprocess.Popen(
            [sys.executable, "-c", TRAIN, mode, how],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        begun.append(popen)
        assert popen.stdout is not None
        assert popen.stdout.readline() == "logged\n"
        return popen

    yield start
    for popen in begun:
        popen.kill()
        popen.wait()
        for pipe in (popen.stdin, popen.stdout):
            if pipe is not None:
                pipe.close()


def media(server: Serving, workspace: str = "admin") -> dict[tuple[str, int, int], Shown]:
    with Api(server.api_key, server.host) as api:
        found = api.run(f"{workspace}/cats/shown").media()
    return {(one.key, one.step, one.index): one for one in found}


def complete(server: Serving) -> bool:
    found = media(server)
    return len(found) == KEYS * STEPS and all(
        one.stored and all(one._row["files"]) for one in found.values()
    )


def check(server: Serving) -> None:
    """Everything is there, as it was logged."""
    with Api(server.api_key, server.host) as api:
        found = {(one.key, one.step, one.index): one for one in api.run("admin/cats/shown").media()}
        assert len(found) == KEYS * STEPS
        for step in range(STEPS):
            check_step(found, step)


def check_step(found: dict[tuple[str, int, int], Shown], step: int) -> None:
    first = found["seen", step, 0]
    assert first.caption == f"step {step}"
    assert np.array_equal(np.asarray(first.to_pil()), pixels(step))
    assert np.array_equal(np.asarray(found["seen", step, 1].to_pil()), pixels(step + 100))
    assert found["said", step, 0].read().decode() == "word " * 10 * (step + 1)
    assert found["long", step, 0].read().decode() == "word " * 5000
    assert found["page", step, 0].read() == b"<script>alert(1)</script>"
    assert sum(json.loads(found["spread", step, 0].read())["counts"]) == 40 * 60 * 3
    assert found["heard", step, 0].read()[:4] == b"RIFF"
    moved = found["moved", step, 0]
    assert moved.format == "mp4"
    assert np.abs(played(moved.read()).astype(int) - 20 * step).max() < 4
    rows = found["rows", step, 0]
    assert json.loads(rows.read())["rows"][0][1]["media"] == "0"
    cell = PIL.Image.open(io.BytesIO(rows.read("0")))
    assert np.array_equal(np.asarray(cell), pixels(step))


def played(data: bytes) -> np.ndarray:
    """The frames of a video, as a player shows them."""
    place = Path("played.mp4")
    place.write_bytes(data)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(place)]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    shown = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(shown, np.uint8).reshape(3, 40, 60, 3)


def test_all_kinds_arrive_live_and_stay_in_the_run_folder(server, train, tmp_path):
    training = train("cloud")
    training.communicate("\n", timeout=90)
    wait_for(lambda: complete(server))
    check(server)
    # The run folder can be sent again, elsewhere.
    folder = run_folder()
    for one in recorded(folder).files:
        assert (folder / "media" / one.path.removeprefix(MEDIA)).is_file()


def test_a_kill_right_behind_log_loses_nothing(server, train):
    train("cloud", "kill").wait(30)
    wait_for(lambda: complete(server), 60)
    check(server)


def test_a_killed_background_process_is_made_up_for(server, train, tmp_path):
    training = train("cloud")
    for one in sidecars(tmp_path):
        one.kill()
    training.communicate("\n", timeout=90)
    swanlab.sync(run_folder())
    wait_for(lambda: complete(server))
    check(server)


@pytest.mark.parametrize("host", ["here", "elsewhere"])
def test_what_was_recorded_offline_is_sent_later(server, train, tmp_path, host):
    train("offline", "kill").wait(30)
    for one in sidecars(tmp_path):
        one.kill()
    if host == "elsewhere":
        rename_host(run_folder())
    swanlab.sync(run_folder())
    check(server)
    # Compressed: it was written as it is, to be quick.
    size = max(one.size for one in media(server).values() if one.kind == "image")
    assert size < 40 * 60 * 3 + 1000


def rename_host(folder: Path) -> None:
    """Let the run files say that they come from another machine."""
    name, other = os.uname().nodename.encode(), b"x" * len(os.uname().nodename)
    for path in runfile.files(folder):
        data = path.read_bytes()
        frames = [
            runfile.frame(one.replace(name, other))
            for one in runfile.scan(data, complete=True).payloads
        ]
        path.write_bytes(b"".join(frames))


@pytest.mark.parametrize("how", ["finish", "kill"])
def test_watch_shows_them_from_the_run_folder(train, tmp_path, how):
    training = train("local", how)
    if how == "kill":
        training.wait(30)
        for one in sidecars(tmp_path):
            one.kill()
        old = time.time() - 60
        for path in (run_folder() / "media").iterdir():
            os.utime(path, (old, old))
    else:
        training.communicate("\n", timeout=90)
    serving = Serving(tmp_path / "watch", "watch", str(Path("swanlog").absolute()))
    serving.start()
    try:
        wait_for(lambda: serving.get("/projects")["projects"])
        workspace = serving.get("/projects")["projects"][0]["workspace"]
        wait_for(lambda: len(media(serving, workspace)) == KEYS * STEPS)
        wait_for(lambda: all(one.stored for one in media(serving, workspace).values()))
        with Api(host=serving.host) as api:
            found = api.run(f"{workspace}/cats/shown").media()
            kept = {(one.key, one.step, one.index): one for one in found}
            for step in range(STEPS):
                check_step(kept, step)
    finally:
        serving.stop(signal.SIGKILL)


RANK = """
import os, swanlab
swanlab.init(project="cats", mode="cloud", id="shown", parallel="shared",
             settings={"monitor_interval": 0, "finish_timeout": 60})
swanlab.log({"said": swanlab.Text("rank " + os.environ["RANK"])})
swanlab.finish()
"""


def test_ranks_of_one_run_stand_side_by_side(server):
    both = [
        subprocess.Popen(
            [sys.executable, "-c", RANK], env={**os.environ, "RANK": rank, "WORLD_SIZE": "2"}
        )
        for rank in "01"
    ]
    assert [one.wait(90) for one in both] == [0, 0]
    with Api(server.api_key, server.host) as api:
        found = api.run("admin/cats/shown").media("said")
        assert [(one.rank, one.step, one.read()) for one in found] == [
            (0, 0, b"rank 0"), (1, 0, b"rank 1"),
        ]  # fmt: skip

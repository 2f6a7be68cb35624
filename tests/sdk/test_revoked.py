"""A key that leaks is revoked while a run uploads: nothing is lost, another key goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import swanlab
from swanlab.client import Client
from tests.serving import PASSWORD, Serving, wait_for

TRAINING = """
import os, time
import swanlab

run = swanlab.init(project="leak", name="leak")
step = 0
while not os.path.exists("stop"):
    swanlab.log({"loss": step})
    step += 1
    time.sleep(0.01)
print("steps", step)
"""


@pytest.fixture
def serving(tmp_path):
    made = Serving(tmp_path / "server").start()
    yield made
    made.stop()


@pytest.mark.parametrize("by", ["file", "environment"])
def test_a_run_whose_key_is_revoked_goes_on_with_a_new_one(serving, tmp_path, by):
    anybody = Client(serving.host)
    admin = Client(serving.host, anybody.sign_in("admin", PASSWORD, scope="admin"))
    anybody.close()
    made = admin.request("POST", "/keys", {"name": "leaks"})
    environment = dict(os.environ)
    if by == "file":
        command("login", "--host", serving.host, "--api-key", made["api_key"])
    else:
        environment |= {"SWANLAB_HOST": serving.host, "SWANLAB_API_KEY": made["api_key"]}
    work = tmp_path / "training"
    work.mkdir()
    training = subprocess.Popen(
        [sys.executable, "-c", TRAINING],
        cwd=work,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: uploaded(work).get("offsets"), 60)
        admin.request("DELETE", f"/keys/{made['key']['id']}")
        wait_for(lambda: "was revoked" in (uploaded(work)["error"] or ""), 60)
        fresh = admin.request("POST", "/keys", {"name": "fresh"})["api_key"]
        command("login", "--host", serving.host, "--api-key", fresh)
        wait_for(lambda: uploaded(work)["error"] is None, 60)
        (work / "stop").touch()
        told, _ = training.communicate(timeout=60)
    finally:
        training.kill()
        training.wait()
    steps = int(told.split("steps ")[1].split()[0])
    wait_for(lambda: uploaded(work)["done"], 60, lambda: str(uploaded(work)))
    with swanlab.Api(fresh, serving.host) as api:
        (run,) = api.runs("leak", all=True)
        assert run.state == "FINISHED"
        summary = run.summary("loss")["loss"]
    edges = (summary["min"]["value"], summary["max"]["value"])
    assert (summary["count"], *edges) == (steps, 0, steps - 1)
    admin.close()


def command(*arguments):
    subprocess.run([sys.executable, "-m", "swanlab", *arguments], check=True, timeout=60)


def uploaded(work):
    """What the background process says of its upload."""
    try:
        (folder,) = (work / "swanlog").glob("run-*")
        return json.loads((folder / "upload.json").read_text())
    except (OSError, ValueError):
        return {"error": None, "done": False}

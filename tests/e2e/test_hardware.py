"""A machine with accelerators of several kinds and a changed file, as its run's pages show them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import run_folder
from tests.e2e.conftest import until
from tests.e2e.test_pages import check
from tests.serving import wait_for
from tests.sidecar.test_environment import environment_of

TOOLS = Path(__file__).parents[1] / "sidecar" / "tools"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Two MetaX GPUs, of which the training may use one, and two Ascend NPUs."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    for name, file in (("mx-smi", "mx-smi.txt"), ("npu-smi", "npu-smi-25.txt")):
        (tmp_path / name).write_text(f"#!/bin/sh\nexec cat {TOOLS / file}\n")
        (tmp_path / name).chmod(0o755)
    for command in (
        ("init", "-b", "trunk"),
        ("-c", "user.email=a@b", "-c", "user.name=a", "commit", "--allow-empty", "-m", "first"),
    ):
        subprocess.run(["git", *command], check=True, capture_output=True)
    Path("model.py").write_text("width = 1\n")
    subprocess.run(["git", "add", "model.py"], check=True)


@pytest.mark.usefixtures("machine")
def test_devices_and_changes_of_a_run_are_shown(watching, page, script):
    done = script("import swanlab; swanlab.init(mode='local').log({'loss': 1}); swanlab.finish()")
    assert done.returncode == 0, done.stderr
    folder = run_folder()
    wait_for(lambda: "diff" in (environment_of(folder).get("git") or {}))
    run_id = folder.name.rpartition("-")[2]
    run = f"{watching.host}/@local/work/runs/{run_id}"

    def shown() -> bool:
        """Whether the server has the last that the sidecar found out."""
        if not watching.get("/projects")["projects"]:
            return False
        return "diff" in (watching.run("local/work", run_id)["environment"].get("git") or {})

    wait_for(shown)
    page.goto(f"{run}?tab=environment")
    page.get_by_text("MetaX C550, 64 GiB, for this run").wait_for()
    expect(page.get_by_text("NPU 3-0")).to_be_visible()
    page.get_by_text("7 lines").click()
    expect(page.get_by_text("+width = 1")).to_be_visible()
    check(page, "light", "run-devices")
    page.goto(f"{run}?tab=system")
    until(page, "window.drawn.length > 10")
    page.get_by_role("region", name="NPU", exact=True).wait_for()
    expect(page.get_by_text("NPU memory used (MB)")).to_be_attached()
    check(page, "light", "run-devices-system")

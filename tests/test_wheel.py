"""The wheel carries the built web front end, and is not built without it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of what a wheel is built from, without the built web."""
    copy = tmp_path / "sources"
    copy.mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, copy / name)
    ignored = shutil.ignore_patterns("static", "__pycache__")
    shutil.copytree(ROOT / "swanlab", copy / "swanlab", ignore=ignored)
    return copy


def build(sources: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "out"],
        cwd=sources, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_without_the_web_no_wheel_is_built(sources):
    done = build(sources)
    assert done.returncode != 0
    assert "The web front end is not built. Run `make web` first." in done.stderr
    assert not list(sources.glob("out/*.whl"))


def test_the_wheel_carries_the_web_and_the_types(sources):
    static = sources / "swanlab" / "server" / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html>")
    (static / "assets" / "index-1.js").write_text("")
    done = build(sources)
    assert done.returncode == 0, done.stderr
    (wheel,) = sources.glob("out/*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "swanlab/py.typed",
        "swanlab/sidecar/hardware/nvidia.py",
        "swanlab/server/static/index.html",
        "swanlab/server/static/assets/index-1.js",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "web/"))]

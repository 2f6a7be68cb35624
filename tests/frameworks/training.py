"""Runs a training in the interpreter that the real frameworks are installed for."""

from __future__ import annotations

import os
import subprocess
import textwrap
from pathlib import Path

import pytest

from tests.recorded import Recorded, recorded
from tests.serving import Serving

ROOT = Path(__file__).parents[2]
# Read at import: every test runs without the variables of ours that the shell had.
_PYTHON = os.environ.get("SWANLAB_FRAMEWORKS_PYTHON") or ROOT / ".frameworks" / "bin" / "python"


def needs(package: str) -> pytest.MarkDecorator:
    """Skip where ``package`` is not installed: requirements-more.txt says why it is left out."""
    found = False
    if Path(_PYTHON).exists():
        code = f"import sys, importlib.util as u; sys.exit(u.find_spec({package!r}) is None)"
        found = subprocess.run([str(_PYTHON), "-c", code], check=False).returncode == 0
    return pytest.mark.skipif(not found, reason=f"{package} is left out of requirements-more.txt")


def train(source: str, *, mode: str = "local", **env: str) -> subprocess.CompletedProcess[str]:
    """Run ``source`` as a program of its own; it has to end well."""
    if not Path(_PYTHON).exists():
        pytest.fail(f"{_PYTHON} is missing: `make test` installs the frameworks there.")
    path = Path.cwd() / "train.py"
    path.write_text(textwrap.dedent(source))
    quiet = {"PYTHONWARNINGS": "ignore", "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [str(_PYTHON), str(path)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        env={**os.environ, **quiet, "PYTHONPATH": paths, "SWANLAB_MODE": mode, **env},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed inside" not in done.stderr, done.stderr
    return done


def runs(folder: str = "swanlog") -> list[Recorded]:
    """What the runs of ``folder`` hold, in the order they were begun."""
    found = [recorded(path) for path in Path(folder).glob("run-*")]
    return sorted(found, key=lambda run: run.headers[0].started)


def only_run(folder: str = "swanlog") -> Recorded:
    (found,) = runs(folder)
    return found


def steps(run: Recorded, key: str) -> list[int]:
    return [step for step, _ in run.points[key]]


def values(run: Recorded, key: str) -> list[float]:
    return [value for _, value in run.points[key]]


def served(server: Serving, project: str) -> dict[str, object]:
    """The only run that ``project`` of the server has."""
    (found,) = server.get(f"/projects/admin/{project}/runs")["runs"]
    return dict(found)

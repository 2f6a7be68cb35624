"""Programs in the interpreter that the frameworks are installed in."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@functools.cache
def interpreter(module: str) -> str:
    """The Python that has ``module``; "" where there is none."""
    chosen = os.environ.get("SWANLAB_FRAMEWORKS_PYTHON") or _CHOSEN
    for python in (chosen, str(ROOT / ".frameworks" / "bin" / "python"), sys.executable):
        if python and Path(python).exists() and _has(python, module):
            return python
    return ""


# The tests' own environment is cleared of such variables before each of them.
_CHOSEN = os.environ.get("SWANLAB_FRAMEWORKS_PYTHON")


def _has(python: str, module: str) -> bool:
    look = f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"
    return subprocess.run([python, "-c", look], check=False).returncode == 0


def program(
    source: str, module: str, *, code: int = 0, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run ``source`` where ``module`` is installed; it must end with exit code ``code``."""
    python = interpreter(module)
    if not python:
        pytest.fail(f"{module} is not installed. Run: make frameworks", pytrace=False)
    path = Path("train.py").absolute()
    path.write_text(textwrap.dedent(source))
    done = subprocess.run(
        [python, str(path)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **QUIET, **env},
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done


QUIET = {
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_TRACKING_URI": "sqlite:///mlflow.db",
}
"""Nothing leaves this machine."""

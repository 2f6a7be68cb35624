"""A virtual environment per peer: `swanlab` of PyPI and ours share their name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Protocol

from bench.peers import OURS

CHECKOUT = Path(__file__).resolve().parents[1]
_FOR_THE_LOOP = ("numpy",)


class Installed(Protocol):
    """What has an environment of its own."""

    @property
    def name(self) -> str:
        """Of its folder."""
        ...

    @property
    def module(self) -> str:
        """Of its package, whose version is told."""
        ...

    @property
    def requires(self) -> tuple[str, ...]:
        """Requirements of pip."""
        ...


def python(root: Path, peer: Installed) -> Path:
    """Return the interpreter of the peer's environment, which need not exist."""
    return root / "venvs" / peer.name / "bin" / "python"


def make(root: Path, peer: Installed) -> None:
    """Create the environment, or bring it up to date; raises ``CalledProcessError``.

    Ours is installed anew each time, as a user gets it when the web is built, else editable.
    """
    folder = root / "venvs" / peer.name
    wanted = json.dumps([*peer.requires, *_FOR_THE_LOOP])
    done = folder / "installed.json"
    if not done.is_file() or done.read_text() != wanted:
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(python(root, peer)), "-m", "pip", "install", "--quiet"]
        target = _checkout() if peer is OURS else list(peer.requires)
        _run([*pip, *target, *_FOR_THE_LOOP])
        done.write_text(wanted)
    elif peer is OURS:
        pip = [str(python(root, peer)), "-m", "pip", "install", "--quiet", "--no-deps"]
        _run([*pip, "--force-reinstall", *_checkout()])


def version(root: Path, peer: Installed) -> str:
    """Return the version installed there."""
    code = f"import importlib.metadata as m; print(m.version({peer.module!r}))"
    return _run([str(python(root, peer)), "-c", code]).strip()


def how_installed() -> str:
    """Say how ours is installed."""
    return "editable (the web is not built)" if "-e" in _checkout() else "as a built package"


def _checkout() -> list[str]:
    built = (CHECKOUT / "swanlab" / "server" / "static" / "index.html").is_file()
    return [str(CHECKOUT)] if built else ["-e", str(CHECKOUT)]


def _run(argv: list[str]) -> str:
    done = subprocess.run(argv, check=True, capture_output=True, text=True, cwd="/")
    return done.stdout

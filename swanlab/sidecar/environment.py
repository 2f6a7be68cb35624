"""What is slow to find out about the program and its surroundings: once per run, off its time."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import swanlab

_SECRET_NAME = re.compile(r"(key|token|secret|password|passwd|credential)", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"^(?:[A-Za-z0-9]{21}|sk-\S{16,}|hf_\w{16,}|ghp_\w{16,}|[0-9a-f]{40})$")
_URL_SECRET = re.compile(r"(?<=://)[^/@\s]+@")


def collect(
    argv: list[str], cwd: str, executable: str, pid: int, mode: str, left_out: Collection[str] = ()
) -> dict[str, Any]:
    """Return the entries of the environment record, hardware and packages apart.

    ``left_out``: ``runtime`` and ``git`` are not looked at when they are in it.
    """
    about = {} if "runtime" in left_out else _runtime(argv, cwd, executable, pid)
    if "git" not in left_out:
        about["git"] = git(cwd)
    own = {"version": swanlab.__version__, "mode": mode, "run_dir": str(Path.cwd())}
    return {**about, "swanlab": own}


def _runtime(argv: list[str], cwd: str, executable: str, pid: int) -> dict[str, Any]:
    system = platform.uname()
    return {
        "host": {"name": system.node, "user": os.environ.get("USER") or os.environ.get("USERNAME")},
        "os": {
            "name": system.system,
            "release": system.release,
            "arch": system.machine,
            "pretty": _pretty_os(),
        },
        "process": {
            "pid": pid,
            "command": masked(argv),
            "cwd": cwd,
            "executable": executable,
            "script": next((part for part in argv[1:] if part.endswith(".py")), None),
        },
        "python": {
            "version": platform.python_version(),
            "implementation": platform.python_implementation(),
        },
    }


def masked(argv: list[str]) -> str:
    """Return the command line with whatever looks like a secret replaced by ``****``."""
    shown, hide_next = [], False
    for argument in argv:
        name, equals, _ = argument.partition("=")
        if hide_next and not argument.startswith("-"):
            shown.append("****")
        elif equals and _SECRET_NAME.search(name):
            shown.append(f"{name}=****")
        elif _SECRET_VALUE.match(argument):
            shown.append("****")
        else:
            shown.append(_URL_SECRET.sub("****@", argument))
        hide_next = not equals and argument.startswith("-") and bool(_SECRET_NAME.search(name))
    return " ".join(shown)


def packages() -> dict[str, str]:
    """Return name to version of what is installed for this interpreter.

    Read from the names of the ``.dist-info`` folders on the path: opening each one's metadata, as
    importlib does, costs a hundred times more.
    """
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = [entry.name for entry in os.scandir(folder)]
        except OSError:
            continue  # A zip file, or no longer there.
        for entry in names:
            stem, _, kind = entry.rpartition(".")
            name, dash, version = stem.partition("-")
            if kind in {"dist-info", "egg-info"} and dash:
                # An egg's name ends in the Python version: name-1.0-py3.11.egg-info.
                found.setdefault(name.replace("_", "-"), version.partition("-")[0])
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def conda_packages() -> dict[str, str]:
    """Return name to ``version=build`` of what conda installed for this interpreter, if it did.

    Read from the names of the records that conda keeps of each package: ``name-version-build``.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(Path(sys.prefix) / "conda-meta"))
    except OSError:
        return {}  # Not an environment of conda's.
    parts = (name.removesuffix(".json").rsplit("-", 2) for name in names if name.endswith(".json"))
    return {part[0]: f"{part[1]}={part[2]}" for part in parts if len(part) == 3}


def git(cwd: str) -> dict[str, Any] | None:
    """Return branch, commit, remote (without credentials) and whether files were changed."""
    commit = _git(cwd, "rev-parse", "HEAD")
    if commit is None:
        return None
    remote = _git(cwd, "config", "--get", "remote.origin.url")
    changed = _git(cwd, "status", "--porcelain", "--untracked-files=no")
    return {
        "commit": commit,
        "branch": _git(cwd, "rev-parse", "--abbrev-ref", "HEAD"),
        "remote": _URL_SECRET.sub("", remote) if remote else None,
        "dirty": bool(changed) if changed is not None else None,
    }


def _git(cwd: str, *args: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", "-C", cwd, *args],  # noqa: S607 - the user's own git
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _pretty_os() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except (OSError, AttributeError):
        return platform.platform()

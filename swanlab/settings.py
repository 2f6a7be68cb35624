"""Every option once: its environment variables, its default, and what it does.

Nothing here is read at import; a value is looked up when it is needed, and nothing is ever written
back to ``os.environ``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class Option(NamedTuple):
    """One option: environment variables in order of precedence, default, help."""

    env: tuple[str, ...]
    default: str | None
    help: str


OPTIONS: dict[str, Option] = {
    "api_key": Option(("SWANLAB_API_KEY",), None, "API key of your account on the server"),
    "host": Option(("SWANLAB_API_HOST", "SWANLAB_HOST"), None, "address of the server"),
    "mode": Option(("SWANLAB_MODE",), None, "cloud, local, offline or disabled"),
    "logdir": Option(("SWANLAB_LOG_DIR", "SWANLAB_LOGDIR"), "swanlog", "where runs are recorded"),
    "project": Option(
        ("SWANLAB_PROJ_NAME", "SWANLAB_PROJECT", "SWANLAB_PROJECT_NAME"),
        None,
        "project of new runs",
    ),
    "workspace": Option(("SWANLAB_WORKSPACE",), None, "workspace of new runs"),
    "name": Option(("SWANLAB_EXP_NAME", "SWANLAB_EXPERIMENT_NAME"), None, "name of the run"),
    "description": Option(("SWANLAB_DESCRIPTION",), None, "description of the run"),
    "tags": Option(("SWANLAB_TAGS",), None, "tags of the run, separated by commas"),
    "id": Option(("SWANLAB_RUN_ID",), None, "id of the run"),
    "resume": Option(("SWANLAB_RESUME",), None, "must, allow or never"),
    "save_dir": Option(("SWANLAB_SAVE_DIR",), None, "folder of the credentials (~/.swanlab)"),
    "spool_dir": Option(
        ("SWANLAB_SPOOL_DIR",), None, "local folder for run files, off a slow disk"
    ),
    "console": Option(("SWANLAB_CONSOLE",), "all", "what is captured: all, stdout, stderr or none"),
    "finish_timeout": Option(
        ("SWANLAB_FINISH_TIMEOUT",), "30", "seconds finish() waits for the upload"
    ),
    "init_timeout": Option(
        ("SWANLAB_INIT_TIMEOUT",), "10", "seconds init() waits for the server's answer"
    ),
    "monitor_interval": Option(
        ("SWANLAB_MONITOR_INTERVAL",), "10", "seconds between hardware samples; 0 is off"
    ),
    "git_diff": Option(("SWANLAB_GIT_DIFF",), "true", "whether changes since the commit are kept"),
    "conda": Option(("SWANLAB_CONDA",), "false", "whether packages of conda are listed too"),
}


def get(name: str) -> str | None:
    """Return the option from the environment, or its default; paired quotes are taken off."""
    option = OPTIONS[name]
    for variable in option.env:
        value = os.environ.get(variable, "").strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        if value:
            return value
    return option.default


def seconds(name: str) -> float:
    """Return the option as a number of seconds; what is not a number counts as the default."""
    try:
        return max(0.0, float(get(name) or 0))
    except ValueError:
        return float(OPTIONS[name].default or 0)


def flag(name: str) -> bool:
    """Return the option as yes or no; what is neither counts as the default."""
    words = dict.fromkeys(("1", "true", "yes", "on"), True)
    words |= dict.fromkeys(("0", "false", "no", "off"), False)
    default = words[OPTIONS[name].default or "false"]
    return words.get((get(name) or "").lower(), default)


def save_dir() -> Path:
    """Return the folder of the credentials; it need not exist."""
    chosen = get("save_dir")
    return Path(chosen).expanduser() if chosen else Path.home() / ".swanlab"

"""Every option once: its environment variables, its names in ``Settings``, its default, its help.

Nothing here is read at import; a value is looked up when it is needed, and nothing is ever written
back to ``os.environ``. An argument of a call wins over what is looked up here, and here wins, in
this order: what the program chose (``Settings``), the ``load`` file, the environment, the settings
files, the default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple


class Option(NamedTuple):
    """One option: environment variables in order of precedence, default, help."""

    env: tuple[str, ...]
    default: str | None
    help: str
    fields: tuple[str, ...] = ()
    """Other names in ``Settings``, ``load`` and settings files; a dotted one is nested there."""
    kind: str = "text"
    """``text``, ``flag``, ``number``, ``texts`` (a list), ``resume``, or ``any``."""
    disabled_by: str | None = None
    """A variable that switches it off."""


OPTIONS: dict[str, Option] = {
    "api_key": Option(("SWANLAB_API_KEY",), None, "API key of your account on the server"),
    "host": Option(
        ("SWANLAB_API_HOST", "SWANLAB_HOST", "SWANLAB_WEB_HOST"),
        None,
        "address of the server",
        ("api_host", "web_host"),
    ),
    "mode": Option(("SWANLAB_MODE",), None, "cloud, local, offline or disabled"),
    "logdir": Option(
        ("SWANLAB_LOG_DIR", "SWANLAB_LOGDIR"), "swanlog", "where runs are recorded", ("log_dir",)
    ),
    "project": Option(
        ("SWANLAB_PROJ_NAME", "SWANLAB_PROJECT", "SWANLAB_PROJECT_NAME"),
        None,
        "project of new runs",
        ("project.name",),
    ),
    "workspace": Option(
        ("SWANLAB_WORKSPACE",), None, "workspace of new runs", ("project.workspace",)
    ),
    "public": Option(
        ("SWANLAB_PUBLIC",),
        None,
        "whether a new project is public",
        ("project.public",),
        "flag",
    ),
    "name": Option(
        ("SWANLAB_EXP_NAME", "SWANLAB_EXPERIMENT_NAME"),
        None,
        "name of the run",
        ("experiment_name", "experiment.name", "name"),
    ),
    "description": Option(
        ("SWANLAB_DESCRIPTION", "SWANLAB_EXP_DESCRIPTION"),
        None,
        "description of the run",
        ("experiment.description", "notes"),
    ),
    "tags": Option(
        ("SWANLAB_TAGS", "SWANLAB_EXP_TAGS"),
        None,
        "tags of the run, separated by commas",
        ("experiment.tags",),
        "texts",
    ),
    "group": Option(("SWANLAB_GROUP",), None, "group of the run", ("experiment.group",)),
    "job_type": Option(
        ("SWANLAB_JOB_TYPE",), None, "what the run does, such as train", ("experiment.job_type",)
    ),
    "color": Option(
        ("SWANLAB_EXP_COLOR", "SWANLAB_COLOR"), None, "colour of the run", ("experiment.color",)
    ),
    "config": Option(
        (), None, "config of the run: a path, or in a file a mapping", ("run.config",), "any"
    ),
    "id": Option(("SWANLAB_RUN_ID",), None, "id of the run", ("run.id",)),
    "resume": Option(("SWANLAB_RESUME",), None, "must, allow or never", ("run.resume",), "resume"),
    "save_dir": Option(
        ("SWANLAB_SAVE_DIR", "SWANLAB_ROOT"), None, "folder of the credentials (~/.swanlab)"
    ),
    "spool_dir": Option(
        ("SWANLAB_SPOOL_DIR",), None, "local folder for run files, off a slow disk"
    ),
    "console": Option(
        ("SWANLAB_CONSOLE",),
        "all",
        "what is captured: all, stdout, stderr or none",
        ("terminal.proxy_type", "log_proxy_type"),
    ),
    "max_log_length": Option(
        ("SWANLAB_MAX_LOG_LENGTH",),
        "8192",
        "characters kept of one line of output",
        ("terminal.max_length",),
        "number",
    ),
    "finish_timeout": Option(
        ("SWANLAB_FINISH_TIMEOUT",), "30", "seconds finish() waits for the upload", (), "number"
    ),
    "init_timeout": Option(
        ("SWANLAB_INIT_TIMEOUT",),
        "10",
        "seconds init() waits for the server's answer",
        (),
        "number",
    ),
    "monitor": Option(
        (),
        "true",
        "whether the hardware is sampled",
        ("probe.monitor", "hardware_monitor"),
        "flag",
    ),
    "monitor_interval": Option(
        ("SWANLAB_MONITOR_INTERVAL",),
        "10",
        "seconds between hardware samples; 0 is off",
        ("probe.monitor_interval", "hardware_interval"),
        "number",
    ),
    "metadata": Option(
        (),
        "true",
        "whether anything is noted about machine and program",
        ("metadata_collect",),
        "flag",
    ),
    "hardware": Option(
        (),
        "true",
        "whether the machine's hardware is noted",
        ("probe.hardware", "collect_hardware"),
        "flag",
    ),
    "runtime": Option(
        (),
        "true",
        "whether host, system, Python and command line are noted",
        ("probe.runtime", "collect_runtime"),
        "flag",
    ),
    "git": Option(
        (),
        "true",
        "whether branch and commit are noted",
        ("probe.git",),
        "flag",
        "SWANLAB_DISABLE_GIT",
    ),
    "requirements": Option(
        (),
        "true",
        "whether installed packages are noted",
        ("probe.requirements", "requirements_collect"),
        "flag",
    ),
    "mask_secrets": Option(
        (),
        "true",
        "whether secrets on the command line are masked",
        ("security_mask",),
        "flag",
    ),
    "interactive": Option(
        ("SWANLAB_INTERACTIVE",), "true", "whether init() may ask for a key", (), "flag"
    ),
    "board_host": Option(
        ("SWANLAB_BOARD_HOST", "SWANLAB_DASHBOARD_HOST"),
        "127.0.0.1",
        "address swanlab watch listens on",
        ("integration.dashboard.host",),
    ),
    "board_port": Option(
        ("SWANLAB_BOARD_PORT", "SWANLAB_DASHBOARD_PORT"),
        None,
        "port of swanlab watch",
        ("integration.dashboard.port",),
        "number",
    ),
    "git_diff": Option(
        ("SWANLAB_GIT_DIFF",), "true", "whether changes since the commit are kept", (), "flag"
    ),
    "conda": Option(
        ("SWANLAB_CONDA",),
        "false",
        "whether packages of conda are listed too",
        ("probe.conda", "conda_collect"),
        "flag",
    ),
    "parallel": Option(
        ("SWANLAB_PARALLEL",),
        None,
        "shared when several processes write into one run",
        ("run.parallel",),
    ),
    "run_dir": Option(
        (), None, "folder of this one run, instead of one made in the logdir", ("run.dir",)
    ),
    "upload_interval": Option(
        ("SWANLAB_UPLOAD_INTERVAL",),
        "0.3",
        "seconds between two uploads while the run goes on",
        (),
        "number",
    ),
    "disk_dir": Option(
        (),
        None,
        "folder whose disk is watched; default is where the run is recorded",
        ("probe.monitor_disk_dir", "disk_io_dir"),
    ),
    "webhook": Option(
        ("SWANLAB_WEBHOOK",),
        None,
        "address that is told by a POST that a run began",
        ("integration.webhook.url",),
    ),
    "webhook_value": Option(
        ("SWANLAB_WEBHOOK_VALUE",),
        None,
        "text passed on to the webhook",
        ("integration.webhook.value",),
    ),
    "webhook_timeout": Option(
        ("SWANLAB_WEBHOOK_TIMEOUT",),
        "5",
        "seconds the webhook may take",
        ("integration.webhook.timeout",),
        "number",
    ),
    "allow_stop": Option(
        ("SWANLAB_ALLOW_STOP",),
        "true",
        "whether the training may be stopped from the run's page",
        (),
        "flag",
    ),
    "save_batch": Option(
        ("SWANLAB_SAVE_BATCH",),
        "10000",
        "files taken by one call of save()",
        ("core.save_batch",),
        "number",
    ),
    "save_size": Option(
        ("SWANLAB_SAVE_SIZE",),
        str(50 << 30),
        "bytes of the largest file that save() takes",
        ("core.save_size",),
        "number",
    ),
    "media_batch": Option(
        ("SWANLAB_MEDIA_BATCH",),
        "108",
        "media of one key taken by one call of log()",
        ("core.media_batch",),
        "number",
    ),
    "media_size": Option(
        ("SWANLAB_MEDIA_SIZE",),
        str(1 << 30),
        "bytes of the largest single picture, sound or video",
        ("core.media_size",),
        "number",
    ),
    "save_part": Option(
        ("SWANLAB_SAVE_PART",),
        str(8 << 20),
        "bytes of a file sent at once, 32 MiB at most",
        ("core.save_part",),
        "number",
    ),
}

GROUPS = frozenset(
    field.rpartition(".")[0]
    for option in OPTIONS.values()
    for field in (*option.fields, "core.section_rule")
) - {""} | {"integration"}
"""What is nested in ``Settings`` and settings files."""

_TRUE = {"1", "true", "yes", "on", "y", "t"}
_FALSE = {"0", "false", "no", "off", "n", "f"}

_merged: dict[str, Any] = {}
_merged_fields: dict[str, Any] = {}
_chosen: dict[str, Any] = {}
_loaded: dict[str, Any] = {}


def merge(values: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    """Let ``values`` (option to value) hold for the next run, over what was merged before.

    ``fields`` are the same as they were given, and others that change nothing.
    """
    _merged.update(values)
    _merged_fields.update(fields)


def merged_fields() -> dict[str, Any]:
    """Return the fields merged for the next run, as they were given."""
    return dict(_merged_fields)


def begin(chosen: Mapping[str, Any], loaded: Mapping[str, Any]) -> None:
    """A run begins: ``chosen`` was given to ``init``, ``loaded`` stood in its ``load`` file."""
    end(keep_merged=True)
    _chosen.update(_merged)
    _chosen.update(chosen)
    _loaded.update(loaded)


def end(*, keep_merged: bool = False) -> None:
    """The run is over: what was chosen for it no longer holds."""
    _chosen.clear()
    _loaded.clear()
    if not keep_merged:
        _merged.clear()
        _merged_fields.clear()


def chosen(name: str) -> Any:
    """Return what the program itself chose, or None."""
    return _chosen[name] if name in _chosen else _merged.get(name)


def value(name: str) -> Any:
    """Return the option: chosen, loaded, from the environment, a settings file, or its default."""
    for found in (chosen(name), _loaded.get(name), _from_environment(name)):
        if found is not None:
            return found
    if name != "save_dir":  # It says where the settings file is.
        from swanlab import settingsfile

        found = settingsfile.read().get(name)
        if found is not None:
            return found
    return OPTIONS[name].default


def get(name: str) -> str | None:
    """Return the option as text, None when it has no value."""
    found = value(name)
    return None if found is None else str(found)


def flag(name: str) -> bool:
    """Return the option as yes or no; what is neither counts as the default."""
    for found in (value(name), OPTIONS[name].default):
        made = truth(found)
        if made is not None:
            return made
    return False


def seconds(name: str) -> float:
    """Return the option as a number of seconds."""
    return number(name)


def number(name: str) -> float:
    """Return the option as a number from 0; what is not a number counts as the default."""
    try:
        return max(0.0, float(value(name) or 0))
    except ValueError:
        return float(OPTIONS[name].default or 0)


def texts(name: str) -> list[str]:
    """Return the option as a list; text is split at commas."""
    found = value(name)
    return found.split(",") if isinstance(found, str) else list(found or ())


def save_dir() -> Path:
    """Return the folder of the credentials; it need not exist."""
    chosen = get("save_dir")
    return Path(chosen).expanduser() if chosen else Path.home() / ".swanlab"


def _from_environment(name: str) -> str | None:
    if truth(os.environ.get(OPTIONS[name].disabled_by or "", "")):
        return "false"
    for variable in variables(name):
        found = os.environ.get(variable, "").strip()
        if len(found) >= 2 and found[0] == found[-1] and found[0] in "\"'":
            found = found[1:-1]
        if found:
            return found
    return None


@cache
def variables(name: str) -> tuple[str, ...]:
    """Return the option's variables: its own, then one named after each of its fields.

    A nested field gives ``SWANLAB_<GROUP>_<FIELD>``.
    """
    option = OPTIONS[name]
    named = ("SWANLAB_" + field.replace(".", "_").upper() for field in option.fields)
    return tuple(dict.fromkeys([*option.env, *named]))


def truth(given: Any) -> bool | None:
    """Return what a word or a value says, yes or no; None for neither."""
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None

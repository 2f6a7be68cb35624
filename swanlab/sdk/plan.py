"""What ``init()`` is to do: arguments, environment, files and defaults, resolved."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from swanlab import credentials, settings
from swanlab.credentials import Login
from swanlab.errors import AuthenticationError, InvalidArgument, InvalidType
from swanlab.sdk import choices, names, rank
from swanlab.sdk.config import entries
from swanlab.sdk.configfile import read_mapping
from swanlab.sdk.former import living_ranks
from swanlab.sdk.guard import say
from swanlab.sdk.plain import plain, text

MODES = ("cloud", "local", "offline", "disabled")
_ALIASES = {"online": "cloud"}
ARGUMENTS = (
    "project",
    "workspace",
    "experiment_name",
    "description",
    "tags",
    "config",
    "logdir",
    "mode",
    "load",
    "public",
    "callbacks",
    "settings",
    "id",
    "resume",
    "reinit",
)
"""The documented arguments, in their order."""

KNOWN_EXTRAS = (
    "name",
    "notes",
    "log_dir",
    "group",
    "job_type",
    "color",
    "parallel",
    "cloud",
    "log_level",
)


class Plan(NamedTuple):
    """What ``init()`` decided before anything is created."""

    run_id: str
    project: str
    workspace: str | None
    name: str | None
    description: str | None
    tags: list[str]
    mode: str
    login: Login | None
    logdir: Path
    options: dict[str, Any]
    config: dict[str, Any]
    resume: str | None
    """``must`` or ``allow`` when the run may have begun before."""
    shared: bool
    rank: int


def resolve(kwargs: dict[str, Any], stored: dict[str, Any], **given: Any) -> Plan:
    """Resolve every argument: given, else as ``settings.value`` says."""
    extras = _extras(kwargs)
    stored["settings"] = choices.begin(stored["settings"], stored["load"])
    if stored["public"] is None and settings.value("public") is not None:
        stored["public"] = settings.flag("public")
    for argument in ("group", "job_type", "color"):
        if extras.get(argument) is None:
            extras[argument] = settings.get(argument)
    for argument, alias in (("name", "name"), ("description", "notes"), ("logdir", "log_dir")):
        if given[argument] is None:
            given[argument] = extras.pop(alias, None)
        else:
            extras.pop(alias, None)
    resume = stored["resume"] = _resume(stored["resume"])
    run_id = given["run_id"] or (settings.get("id") if resume != "never" else None)
    if extras.get("parallel") is None:
        extras["parallel"] = settings.get("parallel")
    shared = rank.is_shared(extras["parallel"], run_id)
    if resume == "must" and not run_id:
        raise InvalidArgument("resume='must' needs the id of the run to go on with.")
    if resume == "never" and given["run_id"]:
        raise InvalidArgument("resume='never' starts a new run; it cannot have the id of another.")
    mode, login = _mode(given["mode"], extras.pop("cloud", None))
    options = {
        name: plain(value) for name, value in {**stored, **extras}.items() if value is not None
    }
    run_id = names.check_run_id(run_id) if run_id else None
    logdir = _logdir(given["logdir"])
    return Plan(
        run_id=run_id or names.new_run_id(),
        project=names.project_name(given["project"] or settings.get("project")),
        workspace=_text(given["workspace"] or settings.get("workspace"), "workspace", 100),
        name=_text(given["name"] or settings.get("name"), "experiment_name", 250),
        description=_text(
            given["description"] or settings.get("description"), "description", 10_000
        ),
        tags=_tags(given["tags"]),
        mode=mode,
        login=login,
        logdir=logdir,
        options=options,
        config=_config(settings.value("config") if given["config"] is None else given["config"]),
        resume=(resume or "allow") if run_id and mode != "disabled" else None,
        shared=shared,
        rank=rank.find(run_id, living_ranks(logdir, run_id)) if shared and run_id else 0,
    )


def _logdir(given: str | os.PathLike[str] | None) -> Path:
    """Return the folder that run folders are in; a folder chosen for the one run says so too."""
    own = settings.get("run_dir")
    if own:
        return Path(own).expanduser().absolute().parent
    return Path(given or settings.get("logdir") or "swanlog").expanduser().absolute()


def _extras(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments; the unknown ones with a warning that names the nearest."""
    known = [*KNOWN_EXTRAS, *ARGUMENTS]
    for keyword in kwargs:
        if keyword not in KNOWN_EXTRAS:
            near = difflib.get_close_matches(keyword, known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            say(f"init: unknown argument {keyword!r}; it is stored with the run.{hint}")
    return dict(kwargs)


def _resume(resume: str | bool | None) -> str | None:
    resume = settings.get("resume") if resume is None else resume
    if isinstance(resume, bool):
        return "allow" if resume else "never"
    if resume is not None and resume not in ("must", "allow", "never"):
        raise InvalidArgument(
            f"resume must be 'must', 'allow', 'never', True or False, but got {resume!r}."
        )
    return resume


def _mode(mode: str | None, cloud: bool | None) -> tuple[str, Login | None]:
    """Return the mode and, for cloud, whose key is used."""
    asked = mode or settings.get("mode")
    if cloud is not None:
        asked = "cloud" if cloud else "local"
        say(f"init: cloud={cloud} is out of date; use mode={asked!r}.")
    if asked is not None:
        if not isinstance(asked, str):
            raise InvalidType(f"mode must be a string, but got {type(asked).__name__}.")
        asked = _ALIASES.get(asked, asked)
        if asked not in MODES:
            raise InvalidArgument(f"mode must be one of {', '.join(MODES)}, but got {asked!r}.")
    if asked not in (None, "cloud"):
        return asked, None
    login = credentials.find()
    if login is None and asked == "cloud":
        login = _prompt()
    return ("cloud", login) if login else ("local", None)


def _prompt() -> Login:
    """Ask for a server and a key on a terminal.

    Raises:
        AuthenticationError: there is no terminal.
    """
    terminal = sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()
    if not terminal or not settings.flag("interactive"):
        raise AuthenticationError(
            "mode='cloud' needs a server and an API key, and there is no terminal to ask on. Run "
            "`swanlab login --host ADDRESS`, set SWANLAB_API_HOST and SWANLAB_API_KEY, or use "
            "mode='local'."
        )
    import getpass

    host = credentials.normal_host(input("swanlab: address of the server: "))
    api_key = credentials.check_key(getpass.getpass("swanlab: API key (user menu of its page): "))
    login = Login(host, api_key)
    credentials.remember(login)
    return login


def _text(value: object, argument: str, limit: int) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidType(f"{argument} must be a string, but got {type(value).__name__}.")
    made = text(value.strip())
    if len(made) > limit:
        say(f"init: {argument} is cut to {limit} characters.")
    return made[:limit] or None


def _tags(tags: Sequence[str] | None) -> list[str]:
    if tags is None:
        tags = settings.texts("tags")
    if isinstance(tags, str):
        tags = [tags]
    if not isinstance(tags, Sequence):
        raise InvalidType(f"tags must be a list of strings, but got {type(tags).__name__}.")
    made = (text(tag).strip()[:200] for tag in tags)
    return [tag for tag in dict.fromkeys(made) if tag]


def _config(config: Any) -> dict[str, Any]:
    if config is None:
        return {}
    if isinstance(config, str | os.PathLike):
        return entries(read_mapping(config))
    return entries(config)

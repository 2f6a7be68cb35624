"""``swanlab.init()``: from arguments, environment and defaults to a run that records."""

from __future__ import annotations

import difflib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import swanlab
from swanlab import credentials, records, settings
from swanlab.credentials import Login
from swanlab.errors import (
    AuthenticationError,
    InvalidArgument,
    InvalidType,
    LogdirError,
    RunRefused,
)
from swanlab.sdk import choices, guard, names, rank
from swanlab.sdk import run as run_module
from swanlab.sdk.config import entries
from swanlab.sdk.configfile import read_mapping
from swanlab.sdk.former import Former, answered, joined, living_ranks, recorded
from swanlab.sdk.guard import say
from swanlab.sdk.launch import Orders, Progress, Sidecar, visible_devices
from swanlab.sdk.plain import plain, text
from swanlab.sdk.run import Run

if TYPE_CHECKING:
    from swanlab.sdk.hooks import Hooks

MODES = ("cloud", "local", "offline", "disabled")
_ALIASES = {"online": "cloud"}
_NOTED = ("runtime", "hardware", "git", "requirements")
_KNOWN_EXTRAS = (
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


class _Plan(NamedTuple):
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


@choices.let_go_on_error
def init(  # noqa: PLR0913 - the documented signature
    project: str | None = None,
    workspace: str | None = None,
    experiment_name: str | None = None,
    description: str | None = None,
    tags: Sequence[str] | None = None,
    config: Any = None,
    logdir: str | os.PathLike[str] | None = None,
    mode: str | None = None,
    load: str | None = None,
    public: bool | None = None,
    callbacks: Any = None,
    settings: Any = None,
    id: str | None = None,  # noqa: A002 - the public name
    resume: str | bool | None = None,
    reinit: bool | None = None,
    **kwargs: Any,
) -> Run:
    r"""Start a run and return it; ``swanlab.log()`` then writes to it.

    Args:
        project: name of the project; default is the name of the working directory.
        workspace: whose project it is; default is your own workspace.
        experiment_name: name of the run (also ``name``); default is an animal and a number.
        description: free text (also ``notes``).
        tags: a list of short texts.
        config: hyper-parameters: a mapping, Namespace, dataclass, … or the path of a YAML or JSON
            file.
        logdir: folder that runs are recorded in (also ``log_dir``); default ``swanlog``.
        mode: ``cloud`` sends to a server; ``local`` records for ``swanlab watch``; ``offline``
            records for ``swanlab sync``; ``disabled`` records nothing. Left out: ``cloud`` when
            you are logged in, else ``local``.
        load: path of a YAML or JSON file of these arguments; fills in what is not given.
        public: whether the project, if this run creates it, can be seen by everyone.
        settings: ``swanlab.Settings``, or a dictionary of its fields, for this run.
        callbacks: one object or a list, told what happens to the run: see ``swanlab.Callback``.
        id: id of the run: 1 to 64 characters without ``/ \ # ? % :``.
        resume: whether the run of that ``id`` goes on: ``must`` (it has to exist), ``allow`` or
            True (if it exists; what an ``id`` alone means), ``never`` or False (no ``id`` then).
        reinit: finish the active run first; otherwise the active run is returned.
        **kwargs: ``name``, ``notes``, ``log_dir``; ``parallel="shared"`` when several processes
            write into the run of that ``id``; and arguments kept for later. An unknown one is named
            in a warning.

    Raises:
        InvalidArgument, InvalidType: an argument that cannot be used.
        ConfigFileError: the config file cannot be read.
        AuthenticationError: ``mode="cloud"`` without a key, or the server refuses the key.
        RunRefused: the server does not take the run, such as for a workspace that is not yours; or
            ``resume="must"`` and there is no such run, or no answer of the server.
        LogdirError: nothing can be recorded at ``logdir``.
    """
    active = run_module.get_run()
    if active is not None and not reinit:
        say("a run is active already; init() returns it. Use reinit=True to start another.")
        return active
    if active is not None:
        active.finish()
    guard.forget_said()
    stored = {
        "load": load,
        "public": public,
        "settings": settings,
        "resume": resume,
    }
    plan = _plan(
        kwargs,
        stored,
        project=project,
        workspace=workspace,
        name=experiment_name,
        description=description,
        tags=tags,
        config=config,
        logdir=logdir,
        mode=mode,
        run_id=id,
    )
    return _start(plan, _told(callbacks))


def _plan(kwargs: dict[str, Any], stored: dict[str, Any], **given: Any) -> _Plan:
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
    shared = rank.is_shared(extras.get("parallel"), run_id)
    if resume == "must" and not run_id:
        raise InvalidArgument("resume='must' needs the id of the run to go on with.")
    if resume == "never" and given["run_id"]:
        raise InvalidArgument("resume='never' starts a new run; it cannot have the id of another.")
    mode, login = _mode(given["mode"], extras.pop("cloud", None))
    options = {
        name: plain(value) for name, value in {**stored, **extras}.items() if value is not None
    }
    run_id = names.check_run_id(run_id) if run_id else None
    logdir = Path(given["logdir"] or settings.get("logdir") or "swanlog").expanduser().absolute()
    return _Plan(
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


def _extras(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments; the unknown ones with a warning that names the nearest."""
    known = [*_KNOWN_EXTRAS, *init.__annotations__]
    for keyword in kwargs:
        if keyword not in _KNOWN_EXTRAS:
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


def _told(callbacks: Any) -> Hooks | None:
    """Return the callbacks of the new run; what they need is loaded only if there are any."""
    if callbacks is None and "swanlab.sdk.hooks" not in sys.modules:
        return None
    from swanlab.sdk.hooks import gather

    return gather(callbacks)


def _start(plan: _Plan, told: Hooks | None) -> Run:
    former = None
    if plan.resume is not None:
        needed = plan.resume == "must" and plan.mode != "cloud"
        former = recorded(plan.logdir, plan.run_id, plan.project, plan.rank, needed=needed)
    run_module.config.update(plan.config)
    if plan.mode == "disabled":
        run = _run(plan, plan.name or "run-disabled")
        run_module.activate(run)
        return run
    run, spool, start = _prepare(plan, told, former)
    sidecar = Sidecar(spool, _orders(plan, told))
    again = former is not None or (plan.resume is not None and plan.mode == "cloud")
    run.begin(start, sidecar, settings.get("console") or "all", resumed=again or plan.shared)
    run_module.activate(run)
    guard.call_safely(_say_started, run, plan)
    if plan.mode == "cloud":
        progress = _wait_opened(run, plan, sidecar)
        if plan.resume and not progress.created:
            former = joined(former, answered(spool))
    if former is not None:
        guard.call_safely(run.take_up, former)
    if told is not None:
        guard.call_safely(told.started, run)
    if "IPython" in sys.modules:
        from swanlab.sdk.notebook import show

        guard.call_safely(show, run)
    return run


def _run(plan: _Plan, name: str, **places: Any) -> Run:
    """Return the run of the plan; without ``places`` it records nowhere."""
    return Run(
        run_id=plan.run_id,
        project=plan.project,
        name=name,
        mode=plan.mode,
        config=run_module.config,
        rank=plan.rank,
        **{"run_dir": None, **places},
    )


def _prepare(
    plan: _Plan, told: Hooks | None, former: Former | None
) -> tuple[Run, Path, records.Start]:
    """Make the run's folder and its first file; return run, place of its files, and its start."""
    run_dir = _make_run_dir(plan)
    spool = _spool(run_dir)
    name = (former and former.name) or plan.name
    if name is None and plan.mode != "cloud":
        with os.scandir(plan.logdir) as entries:
            place = sum(entry.name.startswith("run-") for entry in entries) - 1
        name = names.run_name(place)
    if told is not None:
        told.starting(plan, run_dir, name)
    try:
        run = _run(plan, name or plan.run_id, run_dir=run_dir, spool=spool, hooks=told)
    except OSError as error:
        raise _logdir_error(plan.logdir, error) from error
    start = records.Start(
        plan.project,
        plan.workspace,
        name,
        plan.description,
        plan.tags,
        plan.mode,
        (former and former.created_at) or time.time_ns() // 1_000_000,
        plan.options,
    )
    return run, spool, start


def _orders(plan: _Plan, told: Hooks | None) -> Orders:
    wanted = settings.flag("metadata")
    return Orders(
        mode=plan.mode,
        host=plan.login.host if plan.login else None,
        api_key=plan.login.api_key if plan.login else None,
        pid=os.getpid(),
        argv=[text(argument) for argument in getattr(sys, "orig_argv", sys.argv)],
        cwd=str(Path.cwd()),
        executable=sys.executable,
        monitor_interval=settings.seconds("monitor_interval") if settings.flag("monitor") else 0.0,
        left_out=[part for part in _NOTED if not wanted or not settings.flag(part)],
        mask_secrets=settings.flag("mask_secrets"),
        on_crash=told.described() if told is not None else [],
        visible=visible_devices(),
        git_diff=settings.flag("git_diff"),
        conda=settings.flag("conda"),
        resume=plan.resume,
        rank=plan.rank,
        shared=plan.shared,
    )


def _make_run_dir(plan: _Plan) -> Path:
    """Create ``run-<time>-<id>`` in the logdir; two runs within a second get different folders."""
    stamp = time.strftime("%Y%m%d_%H%M%S", time.localtime())
    try:
        plan.logdir.mkdir(parents=True, exist_ok=True)
        ignore = plan.logdir / ".gitignore"
        if not ignore.exists() and not any(plan.logdir.iterdir()):
            ignore.write_text("*\n")
        for attempt in range(100):
            suffix = f"-{attempt}" if attempt else ""
            run_dir = plan.logdir / f"run-{stamp}-{plan.run_id}{suffix}"
            try:
                (run_dir / "media").mkdir(parents=True)
            except FileExistsError:
                continue
            return run_dir
    except OSError as error:
        raise _logdir_error(plan.logdir, error) from error
    raise LogdirError(f"{plan.logdir} already holds a hundred runs of id {plan.run_id}.")


def _logdir_error(logdir: Path, error: OSError) -> LogdirError:
    return LogdirError(
        f"Cannot record runs in {logdir}: {error.strerror or error}. Give a folder that can be "
        "written: swanlab.init(logdir=…) or SWANLAB_LOG_DIR; mode='disabled' records nothing."
    )


def _spool(run_dir: Path) -> Path:
    """Return where the run files go: beside the run, or on the disk of ``SWANLAB_SPOOL_DIR``."""
    root = settings.get("spool_dir")
    if not root:
        return run_dir
    spool = Path(root).expanduser().absolute() / run_dir.name
    try:
        spool.mkdir(parents=True)
    except OSError as error:
        raise _logdir_error(spool.parent, error) from error
    (run_dir / "spool.txt").write_text(f"{spool}\n")
    return spool


def _say_started(run: Run, plan: _Plan) -> None:
    say(f"Tracking run with swanlab version {swanlab.__version__}")
    if plan.mode == "local" and plan.login is None:
        asked = settings.get("mode") == "local"
        hint = "" if asked else "; to send runs to a server: swanlab login --host ADDRESS"
        say(
            f"run {run.name} is recorded in {run.dir}. See it live: swanlab watch "
            f"{plan.logdir}{hint}"
        )
    elif plan.mode == "offline":
        say(f"run {run.name} is recorded in {run.dir}")


def _wait_opened(run: Run, plan: _Plan, sidecar: Sidecar) -> Progress:
    """Wait, bounded, for the server's answer; only a refusal, or none where it must, is an error.

    Nothing is left of a run that is refused.
    """
    progress = sidecar.wait_opened(settings.seconds("init_timeout"))
    reason = progress.error or "no answer"
    if progress.refused:
        run.withdraw()
        raise (AuthenticationError if progress.refused == "key" else RunRefused)(reason)
    if plan.resume == "must" and not progress.url:
        run.withdraw()
        raise RunRefused(f"resume='must' needs the server's word that the run exists: {reason}.")
    guard.call_safely(_say_opened, run, progress)
    return progress


def _say_opened(run: Run, progress: Progress) -> None:
    if not progress.url:
        reason = progress.error or "no answer yet"
        say(
            f"the server has not taken the run yet ({reason}). It is recorded in {run.dir} and "
            "sent as soon as the server does."
        )
        return
    run.url, run.project_url = progress.url, progress.project_url
    run.name = progress.name or run.name
    say(f"🏠 View project at {run.project_url}")
    say(f"🚀 View run {run.name} at {run.url}")

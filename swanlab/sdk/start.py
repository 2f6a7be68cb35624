"""From a plan to a run that records: its folder, its first file, its background process."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import swanlab
from swanlab import records, settings
from swanlab.errors import AuthenticationError, LogdirError, RunRefused
from swanlab.orders import Notice, Orders, Webhook
from swanlab.sdk import guard, names
from swanlab.sdk import run as run_module
from swanlab.sdk.former import Former, answered, joined, recorded
from swanlab.sdk.guard import say
from swanlab.sdk.launch import Progress, Sidecar, visible_devices
from swanlab.sdk.plain import text
from swanlab.sdk.plan import Plan
from swanlab.sdk.run import Run

if TYPE_CHECKING:
    from swanlab.sdk.hooks import Hooks

_NOTED = ("runtime", "hardware", "git", "requirements")
"""Parts of the environment that a setting can leave out."""


def start(plan: Plan, told: Hooks | None) -> Run:
    """Start the run of the plan and make it the current one; raises as ``init`` says."""
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


def _run(plan: Plan, name: str, **places: Any) -> Run:
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
    plan: Plan, told: Hooks | None, former: Former | None
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


def _orders(plan: Plan, told: Hooks | None) -> Orders:
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
        on_crash=[Notice(**one) for one in told.described()] if told is not None else [],
        visible=visible_devices(),
        git_diff=settings.flag("git_diff"),
        conda=settings.flag("conda"),
        resume=plan.resume,
        rank=plan.rank,
        shared=plan.shared,
        webhook=_webhook(),
        disk_dir=settings.get("disk_dir"),
        upload_interval=settings.seconds("upload_interval"),
        save_part=min(32 << 20, max(1, int(settings.number("save_part")))),
        save_size=int(settings.number("save_size")),
        allow_stop=settings.flag("allow_stop"),
        notebook="ipykernel" in sys.modules,
    )


def _webhook() -> Webhook | None:
    url = settings.get("webhook")
    if not url:
        return None
    return Webhook(url, settings.get("webhook_value"), settings.seconds("webhook_timeout"))


def _chosen_run_dir(chosen: str) -> Path:
    """Make the folder that was chosen for this run; raises ``LogdirError`` if it holds anything."""
    run_dir = Path(chosen).expanduser().absolute()
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        held = any(run_dir.iterdir())
        if not held:
            (run_dir / "media").mkdir()
    except OSError as error:
        raise _logdir_error(run_dir, error) from error
    if held:
        raise LogdirError(f"run.dir {run_dir} is not empty; a run needs a folder of its own.")
    return run_dir


def _make_run_dir(plan: Plan) -> Path:
    """Create ``run-<time>-<id>`` in the logdir; two runs within a second get different folders."""
    chosen = settings.get("run_dir")
    if chosen:
        return _chosen_run_dir(chosen)
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


def _say_started(run: Run, plan: Plan) -> None:
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


def _wait_opened(run: Run, plan: Plan, sidecar: Sidecar) -> Progress:
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

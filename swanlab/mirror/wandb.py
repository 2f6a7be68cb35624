"""``swanlab.sync_wandb()``: what is logged to wandb is recorded here too."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import swanlab
from swanlab.mirror.wrap import beside, start

_beside: dict[str, bool] = {}
"""Id of the wandb run that our current run stands beside, and whether it was started for it."""


def sync_wandb(
    mode: str | None = None,
    wandb_run: bool = True,
    workspace: str | None = None,
    logdir: str | os.PathLike[str] | None = None,
) -> None:
    """From now on ``wandb.init()`` starts a run here too, and its numbers are recorded in both.

    Numbers, config, name, notes, tags, group, job type and how the run ends are taken over. If a
    run of ours is active by then, it takes them.

    Args:
        mode: as in ``swanlab.init``.
        wandb_run: whether wandb sends its run to its own server; False keeps it ``offline``.
        workspace: as in ``swanlab.init``.
        logdir: as in ``swanlab.init``.

    Raises:
        ImportError: wandb is not installed.
    """
    import wandb
    from wandb.sdk import wandb_init
    from wandb.sdk.wandb_config import Config
    from wandb.sdk.wandb_run import Run

    def begun(run: Any, *_args: Any, **_given: Any) -> None:
        _begin(run, mode, workspace, logdir)

    beside(wandb_init, "init", after=begun, add=None if wandb_run else {"mode": "offline"})
    wandb.init = wandb_init.init
    beside(Run, "log", before=_log)
    beside(Run, "finish", after=_finished)
    beside(Run, "__exit__", after=_left)
    for name in ("__setitem__", "__setattr__", "update", "setdefaults", "update_locked"):
        beside(Config, name, after=_config_changed)


def _begin(
    run: Any, mode: str | None, workspace: str | None, logdir: str | os.PathLike[str] | None
) -> None:
    if run.id in _beside and swanlab.has_run():
        return  # wandb.init() gave its active run again.
    if any(_beside.values()) and swanlab.has_run():
        swanlab.finish()  # wandb.init() has ended the run before.
    started = start(
        mode,
        project=run.project or None,
        name=run.name or None,
        description=run.notes or None,
        tags=list(run.tags or ()) or None,
        group=run.group or None,
        job_type=run.job_type or None,
        workspace=workspace,
        logdir=logdir,
    )
    swanlab.config.update(_entries(run.config))
    _beside.clear()
    _beside[run.id] = started


def _entries(config: Any) -> dict[str, Any]:
    return {str(key): item for key, item in config.items()}


def _log(
    run: Any, data: Mapping[str, Any], step: int | None = None, commit: bool | None = None
) -> None:
    """Record at the step that wandb counts: one for all keys, moved by what is committed."""
    del commit  # What is logged without it belongs to the step that wandb stands at.
    if run.id in _beside and swanlab.has_run():
        swanlab.log(_recordable(data), step=run.step if step is None else step)


def _recordable(data: Any) -> Any:
    """Leave out wandb's own media; ``log`` looks at the rest."""
    if not isinstance(data, Mapping):
        return data
    return {
        key: _recordable(item)
        for key, item in data.items()
        if not type(item).__module__.startswith("wandb.")
    }


def _config_changed(_made: None, config: Any, *_args: Any, **_given: Any) -> None:
    import wandb

    run = wandb.run
    if run is not None and run.id in _beside and run.config is config:
        swanlab.config.update(_entries(config))


def _finished(_made: None, run: Any, exit_code: int | None = None) -> None:
    started = _beside.pop(run.id, False)
    if not started or not swanlab.has_run():
        return
    if exit_code:
        swanlab.finish("crashed", f"wandb's run ended with exit code {exit_code}.")
    else:
        swanlab.finish()


def _left(_made: object, run: Any, kind: Any = None, error: Any = None, *_trace: Any) -> None:
    """Take over how ``with wandb.init():`` was left."""
    if not _beside.pop(run.id, False) or not swanlab.has_run():
        return
    if kind is None:
        swanlab.finish()
    elif issubclass(kind, KeyboardInterrupt):
        swanlab.finish("aborted", "KeyboardInterrupt")
    else:
        swanlab.finish("crashed", f"{kind.__name__}: {error}")

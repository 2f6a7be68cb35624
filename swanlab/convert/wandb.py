"""Runs on a wandb server, read by wandb's own API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from swanlab.convert.recording import About, Converted, Recording, Target, is_wanted
from swanlab.convert.wandb_local import numbers
from swanlab.errors import InvalidArgument

_ENDS = {"finished": "success", "killed": "aborted"}


def convert(
    target: Target, project: str | None, entity: str | None = None, run_id: str | None = None
) -> Iterator[Converted]:
    """Convert the runs of a project, or one of them.

    Raises:
        InvalidArgument: no project is given, or wandb is not installed.
        SwanLabError: a run cannot be recorded or sent.
    """
    if not project:
        raise InvalidArgument("which project of wandb? Give it with --wb-project.")
    try:
        import wandb
    except ImportError as error:
        raise InvalidArgument("reading from wandb needs it: pip install wandb") from error
    api = wandb.Api()
    path = f"{entity}/{project}" if entity else project
    for run in [api.run(f"{path}/{run_id}")] if run_id else api.runs(path):
        if is_wanted(target, run.id):
            yield _convert(run, project, target)


def _convert(run: Any, project: str, target: Target) -> Converted:
    created = dt.datetime.fromisoformat(run.created_at.replace("Z", "+00:00"))
    if created.tzinfo is None:
        created = created.replace(tzinfo=dt.timezone.utc)
    about = About(
        id=run.id,
        project=project,
        created=int(created.timestamp() * 1000),
        name=run.name,
        description=getattr(run, "notes", None) or None,
        tags=list(run.tags or ()),
        config={key: item for key, item in run.config.items() if not key.startswith("_wandb")},
        group=getattr(run, "group", None) or None,
        job_type=getattr(run, "job_type", None) or None,
    )
    recording = Recording(target, about)
    at = float(about.created)
    for row in run.scan_history():
        at = float(row.get("_timestamp") or at / 1000) * 1000
        recording.log(numbers(dict(row)), int(row.get("_step") or 0), at)
    state = _ENDS.get(run.state, "crashed")
    return recording.finish(state, None if state == "success" else f"{run.state} at wandb", at)

"""``swanlab.sync_mlflow()``: what is logged to MLflow is recorded here too."""

from __future__ import annotations

import os
from typing import Any

import swanlab
from swanlab.mirror.wrap import beside, number_or_text, start

_OWN_TAGS = "mlflow."
_ENDS = {"FINISHED": "success", "FAILED": "crashed", "KILLED": "aborted"}
_beside: dict[str, str] = {}
"""Id of an MLflow run to what stands before its keys here: nothing for the first, outermost one."""
_ours: list[str] = []
"""Id of the MLflow run that our run was started for."""


def sync_mlflow(
    mode: str | None = None,
    workspace: str | None = None,
    logdir: str | os.PathLike[str] | None = None,
) -> None:
    """From now on an MLflow run starts a run here too, and its metrics are recorded in both.

    Metrics, parameters, experiment and run name, the tags of the user's own and how the run ends
    are taken over, whether they are logged by ``mlflow.log_…``, by a client or by autologging. Of
    runs nested in it the metrics and parameters stand behind their name: ``child/loss``. A metric
    without a step goes on by itself. If a run of ours is active by then, it takes them.

    Args:
        mode: as in ``swanlab.init``.
        workspace: as in ``swanlab.init``.
        logdir: as in ``swanlab.init``.

    Raises:
        ImportError: MLflow is not installed.
    """
    from mlflow.tracking.client import MlflowClient

    where = {"mode": mode, "workspace": workspace, "logdir": logdir}

    def met(client: Any, run_id: str) -> str:
        """Return what stands before the keys of a run; one not met yet begins here."""
        if run_id not in _beside or not swanlab.has_run():
            _begin(client, client.get_run(run_id), where)
        return _beside[run_id]

    def created(run: Any, client: Any, *_args: Any, **_given: Any) -> None:
        met(client, run.info.run_id)

    def metric(
        client: Any,
        run_id: str,
        key: str,
        value: Any,
        timestamp: int | None = None,
        step: int | None = None,
        **_given: Any,
    ) -> None:
        del timestamp
        _log(met(client, run_id), key, value, step)

    def param(client: Any, run_id: str, key: str, value: Any, *_args: Any, **_given: Any) -> None:
        swanlab.config.update({met(client, run_id) + key: value})

    def batch(
        client: Any, run_id: str, metrics: Any = (), params: Any = (), *_args: Any, **_given: Any
    ) -> None:
        prefix = met(client, run_id)
        for one in metrics:
            _log(prefix, one.key, one.value, one.step)
        swanlab.config.update({prefix + one.key: number_or_text(one.value) for one in params})

    beside(MlflowClient, "create_run", after=created)
    beside(MlflowClient, "log_metric", before=metric)
    beside(MlflowClient, "log_param", before=param)
    beside(MlflowClient, "log_batch", before=batch)
    beside(MlflowClient, "set_terminated", after=_terminated)


def _begin(client: Any, run: Any, where: dict[str, Any]) -> None:
    run_id, name = run.info.run_id, run.info.run_name
    if not swanlab.has_run():
        _beside.clear()
        _ours.clear()
        started = start(
            **where,
            project=os.environ.get("SWANLAB_MLFLOW_PROJECT")
            or client.get_experiment(run.info.experiment_id).name,
            name=name,
            tags=[
                f"{key}:{value}" if value else key
                for key, value in run.data.tags.items()
                if not key.startswith(_OWN_TAGS)
            ],
            description=run.data.tags.get("mlflow.note.content"),
        )
        _ours.extend([run_id] if started else [])
    prefix = f"{name or run_id}/" if _beside else ""
    _beside[run_id] = prefix
    params = run.data.params.items()
    swanlab.config.update({prefix + key: number_or_text(value) for key, value in params})


def _log(prefix: str, key: str, value: Any, step: int | None) -> None:
    # MLflow writes 0 where no step is given: our own count begins there too.
    swanlab.log({prefix + key: value}, step=step or None)


def _terminated(
    _made: None, _client: Any, run_id: str, status: str | None = None, *_args: Any, **_given: Any
) -> None:
    if run_id in _ours and swanlab.has_run():
        _ours.clear()
        state = _ENDS.get(status or "FINISHED", "success")
        swanlab.finish(state, None if state == "success" else f"MLflow's run is {status}.")
    _beside.pop(run_id, None)

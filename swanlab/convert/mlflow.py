"""Runs of MLflow: on a tracking server, in a database or in a folder, read by its client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from swanlab.convert.recording import About, Converted, Recording, Target, is_wanted
from swanlab.errors import InvalidArgument
from swanlab.mirror.wrap import number_or_text

_ENDS = {"FINISHED": "success", "FAILED": "crashed", "KILLED": "aborted"}
_PAGE = 100


def convert(
    target: Target, url: str | None, experiment: str | None = None, run_id: str | None = None
) -> Iterator[Converted]:
    """Convert the runs of an experiment (name or id), of all experiments, or one run.

    Args:
        target: where they go.
        url: of the tracking server, or ``sqlite:///…``; default is MLflow's own.
        experiment: only this one.
        run_id: only this one.

    Raises:
        InvalidArgument: there is no such experiment, or MLflow is not installed.
        SwanLabError: a run cannot be recorded or sent.
    """
    try:
        from mlflow.tracking.client import MlflowClient
    except ImportError as error:
        raise InvalidArgument("reading from MLflow needs it: pip install mlflow-skinny") from error
    client = MlflowClient(tracking_uri=url)
    for run, project in _runs(client, experiment, run_id):
        if is_wanted(target, run.info.run_id):
            yield _convert(client, run, project, target)


def _runs(client: Any, experiment: str | None, run_id: str | None) -> Iterator[tuple[Any, str]]:
    if run_id:
        run = client.get_run(run_id)
        yield run, client.get_experiment(run.info.experiment_id).name
        return
    wanted = [
        one
        for one in client.search_experiments()
        if experiment is None or experiment in (one.name, one.experiment_id)
    ]
    if not wanted:
        raise InvalidArgument(f"MLflow knows no experiment {experiment!r}.")
    for one in wanted:
        page = None
        while True:
            found = client.search_runs([one.experiment_id], max_results=_PAGE, page_token=page)
            for run in found:
                yield run, one.name
            page = found.token
            if not page:
                break


def _convert(client: Any, run: Any, project: str, target: Target) -> Converted:
    info, data = run.info, run.data
    own = {key: value for key, value in data.tags.items() if not key.startswith("mlflow.")}
    about = About(
        id=info.run_id,
        project=project,
        created=int(info.start_time),
        name=info.run_name,
        description=data.tags.get("mlflow.note.content"),
        tags=[f"{key}:{value}" if value else key for key, value in own.items()],
        config={key: number_or_text(value) for key, value in data.params.items()},
    )
    recording = Recording(target, about)
    for key in sorted(data.metrics):
        points = client.get_metric_history(info.run_id, key)
        points.sort(key=lambda point: (point.step, point.timestamp))
        # All at step 0 were logged without one: their order in time is all there is.
        numbered = len(points) > 1 and all(point.step == 0 for point in points)
        for place, point in enumerate(points):
            recording.log({key: point.value}, place if numbered else point.step, point.timestamp)
    state = _ENDS.get(info.status, "crashed")
    error = None if state == "success" else f"{info.status} in MLflow"
    return recording.finish(state, error, info.end_time)

"""Gives a peer the numbers of a scene: ``python feeding.py PEER STORE SCENE``.

Started by its path in the peer's own environment, so that nothing of the checkout can be imported.
``SCENE`` is a folder of ``names.json`` and ``values.npy`` (runs, steps, keys). trackio is fed by
its own ``log``; MLflow and TensorBoard take 150 µs and 30 µs a point that way, so that they get
what their writers would have written: rows of its tables, and event files with all keys of a step
in one event.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

STARTED = 1_760_000_000_000


def feed_trackio(_: Path, names: dict[str, Any], values: np.ndarray) -> None:
    """Log step by step, as a training does."""
    import trackio

    for run, steps in zip(names["runs"], values, strict=True):
        trackio.init(project=names["project"], name=run, embed=False)
        for step, row in enumerate(steps.tolist()):
            trackio.log(dict(zip(names["keys"], row, strict=True)), step)
        trackio.finish()


def feed_mlflow(store: Path, names: dict[str, Any], values: np.ndarray) -> None:
    """Make the runs by its client and put their points into its tables."""
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{store}/mlflow.db")
    client = mlflow.MlflowClient()
    experiment = client.create_experiment(names["project"])
    ids = []
    for run in names["runs"]:
        made = client.create_run(experiment, run_name=run, start_time=STARTED)
        ids.append(made.info.run_id)
    database = sqlite3.connect(store / "mlflow.db", timeout=60)
    database.execute("PRAGMA synchronous=OFF")
    insert = "INSERT INTO metrics(key,value,timestamp,run_uuid,step,is_nan) VALUES(?,?,?,?,?,0)"
    latest = insert.replace("metrics", "latest_metrics")
    for run, steps in zip(ids, values, strict=True):
        for key, column in zip(names["keys"], steps.T, strict=True):
            points = [
                (key, value, STARTED + step * 1000, run, step)
                for step, value in enumerate(column.tolist())
            ]
            database.executemany(insert, points)
            database.execute(latest, points[-1])
    database.commit()
    database.close()
    for run in ids:
        client.set_terminated(run)
    (store / f"{names['project']}.json").write_text(json.dumps([experiment, *ids]))


def feed_tensorboard(store: Path, names: dict[str, Any], values: np.ndarray) -> None:
    """Write event files, an event to a step."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    for run, steps in zip(names["runs"], values, strict=True):
        writer = EventFileWriter(str(store / names["project"] / run))
        for step, row in enumerate(steps.tolist()):
            found = [
                Summary.Value(tag=key, simple_value=value)
                for key, value in zip(names["keys"], row, strict=True)
            ]
            writer.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=found)))
        writer.close()


FEEDS = {"trackio": feed_trackio, "mlflow": feed_mlflow, "tensorboard": feed_tensorboard}


def main() -> None:
    peer, store, scene = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    names = json.loads((scene / "names.json").read_text())
    FEEDS[peer](store, names, np.load(scene / "values.npy"))


if __name__ == "__main__":
    main()

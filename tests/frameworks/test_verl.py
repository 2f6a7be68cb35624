"""verl's ``Tracking``, from its installed package.

``import verl`` needs Ray and more; ``verl/utils/tracking.py`` needs neither, so that very file is
loaded by itself.
"""

from __future__ import annotations

import json

import pytest

from tests.conftest import run_folder
from tests.recorded import recorded

TRACKING = """
    import importlib.util
    from pathlib import Path

    root = Path(importlib.util.find_spec("verl").origin).parent
    spec = importlib.util.spec_from_file_location("tracking", root / "utils" / "tracking.py")
    verl = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(verl)

    config = {"trainer": {"total_epochs": 2, "logger": ["swanlab"]}, "algorithm": {"gamma": 1.0}}
    tracking = verl.Tracking("verl-gsm8k", "ppo", default_backend=["swanlab"], config=config)
    for step in range(3):
        tracking.log({"actor/loss": 1 / (step + 1), "critic/score/mean": step}, step=step)
    tracking.log({"elsewhere": 1}, step=0, backend=["console"])
    tracking.finish()
    tracking.finish()
"""
POINTS = {
    "actor/loss": [(0, 1.0), (1, 0.5), (2, 1 / 3)],
    "critic/score/mean": [(0, 0.0), (1, 1.0), (2, 2.0)],
}


def check_config(config):
    assert config["FRAMEWORK"] == "verl"
    assert config["trainer"] == {"total_epochs": 2, "logger": ["swanlab"]}
    assert config["algorithm"] == {"gamma": 1.0}


GENERATIONS = """
    generations = verl.ValidationGenerationsLogger()
    generations.log(["swanlab"], [["2+2?", "4", 1.0], ["3+3?", "7", 0.0]], 5)
    tracking.finish()
"""


def test_the_table_of_generations_is_recorded(framework):
    ended = TRACKING.index("    tracking.finish()")
    framework(TRACKING[:ended] + GENERATIONS, SWANLAB_MODE="local")
    (found,) = recorded(run_folder()).media
    assert (found.key, found.step, found.kind) == ("val/generations", 5, "table")
    assert json.loads(found.items[0].data) == {
        "columns": ["step", "input", "output", "score"],
        "rows": [[5, "2+2?", "4", 1.0], [5, "3+3?", "7", 0.0]],
    }


def test_tracking_records_locally(framework):
    framework(TRACKING, SWANLAB_MODE="local")
    found = recorded(run_folder())
    assert found.points == POINTS
    assert (found.starts[0].project, found.starts[0].name) == ("verl-gsm8k", "ppo")
    check_config(found.config)


@pytest.mark.parametrize("stated", [True, False], ids=["mode given", "mode left to verl"])
def test_tracking_logs_in_and_sends(framework, lab, stated):
    project = "verl-stated" if stated else "verl-default"
    env = dict(lab.env) if stated else {k: v for k, v in lab.env.items() if k != "SWANLAB_MODE"}
    framework(TRACKING.replace("verl-gsm8k", project), **env)
    assert lab.points(project, set(POINTS)) == POINTS
    run = lab.run(project)
    assert (run["name"], run["state"]) == ("ppo", "finished")
    check_config(run["config"])

"""accelerate's ``Accelerator`` as it comes from PyPI, with its own tracker and with ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import run_folder
from tests.recorded import recorded

TRAINING = """
    import json
    import torch
    from accelerate import Accelerator

    def train(accelerator):
        torch.manual_seed(1)
        model = torch.nn.Linear(4, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        model, optimizer = accelerator.prepare(model, optimizer)
        losses = []
        for step in range(5):
            loss = model(torch.ones(2, 4)).square().mean()
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
            accelerator.log({"train_loss": loss, "progress": {"part": step / 5}}, step=step * 10)
            losses.append(loss.item())
        with open("losses.json", "w") as file:
            json.dump(losses, file)
"""
BUILT_IN = """
    accelerator = Accelerator(cpu=True, log_with="swanlab")
    accelerator.init_trackers(
        "accelerated",
        config={"lr": 0.01, "seed": None},
        init_kwargs={"swanlab": {"experiment_name": "line", "tags": ["one"]}},
    )
    train(accelerator)
    run = accelerator.get_tracker("swanlab", unwrap=True)
    assert run.id
    accelerator.log({"last": 1}, log_kwargs={"swanlab": {"print_to_console": True}})
    accelerator.end_training()
    assert not run.alive
"""
OURS = """
    from swanlab.integration.accelerate import SwanLabTracker

    tracker = SwanLabTracker("accelerated", experiment_name="line", tags=["one"])
    accelerator = Accelerator(cpu=True, log_with=tracker)
    accelerator.init_trackers("accelerated", config={"lr": 0.01, "seed": None})
    train(accelerator)
    assert accelerator.get_tracker("swanlab", unwrap=True).id
    accelerator.log({"last": 1})
    accelerator.end_training()
    accelerator.end_training()  # A second time is no error.
"""


@pytest.fixture(params=["built-in", "ours"])
def tracking(request):
    return {"built-in": BUILT_IN, "ours": OURS}[request.param]


def expected() -> dict[str, list[tuple[int, float]]]:
    losses = json.loads(Path("losses.json").read_text())
    assert len(set(losses)) == 5
    return {
        "train_loss": [(step * 10, loss) for step, loss in enumerate(losses)],
        "progress/part": [(step * 10, step / 5) for step in range(5)],
        "last": [(0, 1.0)],
    }


def check_config(config: dict[str, object]) -> None:
    assert config == {"FRAMEWORK": "🤗Accelerate", "lr": 0.01, "seed": None}


def test_what_an_accelerator_logs_is_recorded_locally(framework, tracking):
    framework(TRAINING, tracking, SWANLAB_MODE="local")
    found = recorded(run_folder())
    assert found.points == expected()
    assert (found.starts[0].project, found.starts[0].name) == ("accelerated", "line")
    assert found.finishes[0].state == "success"
    check_config(found.config)


def test_what_an_accelerator_logs_is_on_the_server(framework, lab, tracking):
    project = f"accelerated-{'ours' if tracking is OURS else 'built-in'}"
    framework(TRAINING, tracking.replace('"accelerated"', f'"{project}"'), **lab.env)
    assert lab.points(project, set(expected())) == expected()
    run = lab.run(project)
    assert (run["name"], run["tags"], run["state"]) == ("line", ["one"], "finished")
    check_config(run["config"])


def test_pictures_are_recorded(framework, tracking):
    pictures = """
    import numpy
    tracker = accelerator.get_tracker("swanlab")
    tracker.log_images({"seen": numpy.full((2, 8, 6, 3), 7, "uint8")}, step=3)
    """
    last = "    accelerator.end_training()\n"
    training = tracking.replace(last, pictures.rstrip(" ") + last, 1)
    framework(TRAINING, training, SWANLAB_MODE="local")
    (found,) = recorded(run_folder()).media
    assert (found.key, found.step, found.kind) == ("seen", 3, "image")
    assert [one.meta for one in found.items] == [{"width": 6, "height": 8}] * 2


def test_our_tracker_starts_by_itself_where_nobody_starts_it(framework):
    framework(
        TRAINING,
        """
    from swanlab.integration.accelerate import SwanLabTracker

    Accelerator(cpu=True)
    tracker = SwanLabTracker("alone", mode="local")
    tracker.finish()  # Nothing to end yet.
    tracker.store_init_configuration({"lr": 1})
    tracker.log({"loss": 2.0}, step=3)
    tracker.finish()
    """,
    )
    found = recorded(run_folder())
    assert found.points == {"loss": [(3, 2.0)]}
    assert found.config["lr"] == 1
    assert [one.state for one in found.finishes] == ["success"]

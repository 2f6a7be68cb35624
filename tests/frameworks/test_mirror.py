"""What is logged to wandb, MLflow and TensorBoard is recorded here too, by the real packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import run_folder
from tests.frameworks.foreign import program
from tests.recorded import recorded
from tests.serving import Serving

WANDB = """
    import swanlab
    swanlab.sync_wandb({arguments})
    import wandb
    run = wandb.init(
        project="cats", name="first", notes="why", tags=["a", "b"], group="g", job_type="train",
        config={{"lr": 0.1, "none": None}},
    )
    for step in range(3):
        wandb.log({{"loss": 3 - step, "val": {{"acc": step / 2}}}})
    wandb.config.update({{"lr": 0.2}}, allow_val_change=True)
    wandb.config.epochs = 7
    run.log({{"late": 1.5}}, step=10)
    run.log({{"a": 1}}, commit=False)
    run.log({{"b": 2}})
    run.log({{"table": wandb.Table(columns=["x"], data=[[1]]), "c": 3}})
    {end}
"""


def test_a_run_of_wandb_is_one_of_ours_too():
    program(WANDB.format(arguments="mode='local'", end="wandb.finish()"), "wandb")
    found = recorded(run_folder())
    assert found.points == {
        "loss": [(0, 3), (1, 2), (2, 1)],
        "val/acc": [(0, 0), (1, 0.5), (2, 1)],
        "late": [(10, 1.5)],
        "a": [(10, 1)],
        "b": [(10, 2)],
        "c": [(11, 3)],
    }
    assert found.config == {"lr": 0.2, "none": None, "epochs": 7}
    (start,) = found.starts
    assert (start.project, start.name, start.description) == ("cats", "first", "why")
    assert start.tags == ["a", "b"]
    assert (start.options["group"], start.options["job_type"]) == ("g", "train")
    assert [finish.state for finish in found.finishes] == ["success"]
    assert len(list(Path("wandb").glob("offline-run-*/run-*.wandb"))) == 1


@pytest.mark.parametrize(
    ("end", "code"), [("run.finish(exit_code=3)", 0), ("raise ValueError('too far')", 1)]
)
def test_a_run_of_wandb_that_fails_has_crashed_here_too(end, code):
    program(
        WANDB.format(arguments="wandb_run=False", end=end), "wandb", code=code, WANDB_MODE="online"
    )
    (finish,) = recorded(run_folder()).finishes
    assert finish.state == "crashed"
    assert "exit code 3" in finish.error or "too far" in finish.error


def test_a_second_run_of_wandb_is_a_second_one_here():
    program(
        """
        import swanlab, wandb
        swanlab.sync_wandb(mode="offline")
        swanlab.sync_wandb(mode="offline")
        for name in ("one", "two"):
            with wandb.init(project="cats", name=name) as run:
                run.log({"loss": 1})
        """,
        "wandb",
    )
    found = [recorded(folder) for folder in sorted(Path("swanlog").glob("run-*"))]
    assert sorted(one.starts[0].name for one in found) == ["one", "two"]
    assert [one.points for one in found] == [{"loss": [(0, 1)]}] * 2
    assert [one.finishes[0].state for one in found] == ["success"] * 2


def test_a_run_of_wandb_that_is_left_by_an_error_has_crashed():
    program(
        """
        import swanlab, wandb
        swanlab.sync_wandb(mode="offline")
        try:
            with wandb.init(project="cats") as run:
                raise ValueError("too far")
        except ValueError:
            pass
        """,
        "wandb",
    )
    (finish,) = recorded(run_folder()).finishes
    assert (finish.state, finish.error) == ("crashed", "ValueError: too far")


def test_a_run_that_is_active_takes_what_wandb_gets_and_goes_on():
    program(
        """
        import swanlab
        ours = swanlab.init(project="ours", mode="offline")
        swanlab.sync_wandb()
        import wandb
        with wandb.init(project="cats", config={"lr": 1}) as run:
            run.log({"loss": 1})
        assert ours.alive
        swanlab.log({"after": 2})
        """,
        "wandb",
    )
    found = recorded(run_folder())
    assert found.starts[0].project == "ours"
    assert found.points == {"loss": [(0, 1)], "after": [(0, 2)]}
    assert found.config == {"lr": 1}


def test_wandb_is_as_it_was_when_ours_cannot_start():
    done = program(
        """
        import swanlab, wandb
        swanlab.sync_wandb(mode="cloud")
        with wandb.init(project="cats") as run:
            run.log({"loss": 1})
        """,
        "wandb",
    )
    assert "nothing is recorded beside it: mode='cloud' needs a server" in done.stderr
    assert not Path("swanlog").exists()
    assert len(list(Path("wandb").glob("offline-run-*/run-*.wandb"))) == 1


MLFLOW = """
    import swanlab
    swanlab.sync_mlflow(mode="local")
    import mlflow
    mlflow.set_experiment("cats")
    with mlflow.start_run(run_name="first", tags={{"kind": "test"}}):
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({{"batch": 8, "opt": "adam"}})
        for step in range(3):
            mlflow.log_metric("loss", 3 - step, step=step)
        for value in (5, 6):
            mlflow.log_metric("stepless", value)
        mlflow.log_metrics({{"acc": 0.5, "f1": 0.25}}, step=4)
        with mlflow.start_run(run_name="child", nested=True):
            mlflow.log_metric("loss", 9)
            mlflow.log_param("lr", 1)
        mlflow.MlflowClient().log_metric(mlflow.active_run().info.run_id, "by_client", 7, step=2)
        {end}
"""


def test_a_run_of_mlflow_is_one_of_ours_too():
    program(MLFLOW.format(end=""), "mlflow")
    found = recorded(run_folder())
    assert found.points == {
        "loss": [(0, 3), (1, 2), (2, 1)],
        "stepless": [(0, 5), (1, 6)],
        "acc": [(4, 0.5)],
        "f1": [(4, 0.25)],
        "child/loss": [(0, 9)],
        "by_client": [(2, 7)],
    }
    assert found.config == {"lr": 0.1, "batch": 8, "opt": "adam", "child/lr": 1}
    (start,) = found.starts
    assert (start.project, start.name, start.tags) == ("cats", "first", ["kind:test"])
    assert [finish.state for finish in found.finishes] == ["success"]


def test_a_run_of_mlflow_that_fails_has_crashed_here_too():
    program(MLFLOW.format(end="raise ValueError('too far')"), "mlflow", code=1)
    (finish,) = recorded(run_folder()).finishes
    assert (finish.state, finish.error) == ("crashed", "MLflow's run is FAILED.")


TENSORBOARD = """
    import swanlab
    swanlab.sync_{library}(mode="local", project="cats")
    from {package} import SummaryWriter
    writer = SummaryWriter("runs/first")
    for step in range(3):
        writer.add_scalar("loss", 3 - step, step)
    writer.add_scalars("acc", {{"train": 0.5, "val": 0.25}}, 4)
    writer.add_scalar("named", scalar_value=1, global_step=7)
    writer.add_hparams({{"lr": 0.1, "opt": "adam"}}, {{"best": 0.9}})
    other = SummaryWriter("runs/second")
    other.add_scalar("more", 1, 0)
    writer.close()
    assert swanlab.has_run()
    other.close()
    assert not swanlab.has_run()
"""


@pytest.mark.parametrize(
    ("library", "package"),
    [("tensorboardX", "tensorboardX"), ("tensorboard_torch", "torch.utils.tensorboard")],
)
def test_what_is_written_to_tensorboard_is_recorded_here_too(library, package):
    program(TENSORBOARD.format(library=library, package=package), package.partition(".")[0])
    found = recorded(run_folder())
    best = found.points.pop("best")
    assert [value for _, value in best] == [0.9]
    assert found.points == {
        "loss": [(0, 3), (1, 2), (2, 1)],
        "acc/train": [(4, 0.5)],
        "acc/val": [(4, 0.25)],
        "named": [(7, 1)],
        "more": [(0, 1)],
    }
    assert (found.config["lr"], found.config["opt"]) == (0.1, "adam")
    assert [finish.state for finish in found.finishes] == ["success"]
    assert found.starts[0].name == "first"
    assert list(Path("runs/first").glob("*tfevents*"))


def test_only_the_types_that_are_asked_for_are_taken():
    program(
        """
        import swanlab
        swanlab.sync_tensorboardX(types=["scalar"], mode="offline")
        from tensorboardX import SummaryWriter
        with SummaryWriter("runs") as writer:
            writer.add_scalar("loss", 1, 0)
            writer.add_scalars("acc", {"train": 0.5}, 0)
        """,
        "tensorboardX",
    )
    assert recorded(run_folder()).points == {"loss": [(0, 1)]}


def test_what_is_mirrored_is_on_the_server(tmp_path):
    server = Serving(tmp_path / "server").start().log_in()
    program(WANDB.format(arguments="", end="wandb.finish()"), "wandb")
    (run,) = server.get("/projects/admin/cats/runs")["runs"]
    assert (run["name"], run["state"]) == ("first", "finished")
    assert server.points("admin/cats", run["id"], "loss") == [(0, 3), (1, 2), (2, 1)]
    server.stop()

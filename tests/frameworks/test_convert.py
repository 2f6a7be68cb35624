"""Files that the real packages wrote become runs of ours, with the times they had."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from swanlab.cli.main import main
from tests.frameworks.foreign import program
from tests.recorded import Recorded, recorded
from tests.serving import Serving


def convert(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, ["convert", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def converted() -> dict[str, Recorded]:
    """Name of every run in ``swanlog`` to what it holds."""
    found = [recorded(folder) for folder in sorted(Path("swanlog").glob("run-*"))]
    return {str(one.starts[0].name): one for one in found}


TENSORBOARD = """
    import time
    from {package} import SummaryWriter
    for name, value in (("a", 1), ("b", 2)):
        with SummaryWriter("runs/" + name) as writer:
            for step in range(5):
                writer.add_scalar("loss", value * step, step, walltime=1_700_000_000 + step)
            writer.add_scalar("huge", 1e30, 1 << 40, walltime=1_700_000_009)
            writer.add_scalar("bad", float("nan"), 0, walltime=1_700_000_009)
    writer = SummaryWriter("runs/c")
    writer.add_hparams({{"lr": 0.1, "opt": "adam", "big": True}}, {{"best": 0.5}})
    writer.close()
"""


@pytest.mark.parametrize("package", ["tensorboardX", "torch.utils.tensorboard"])
def test_event_files_of_tensorboard(package):
    program(TENSORBOARD.format(package=package), package.partition(".")[0])
    said = convert("-t", "tensorboard", "--tb-log-dir", "runs", "--mode", "local")
    assert "a: 7 points" in said
    found = converted()
    for name, value in (("a", 1), ("b", 2)):
        assert found[name].points["loss"] == [(step, value * step) for step in range(5)]
        assert found[name].points["huge"] == [(1 << 40, pytest.approx(1e30))]
        ((step, bad),) = found[name].points["bad"]
        assert step == 0
        assert bad != bad  # noqa: PLR0124 - NaN
        (start,) = found[name].starts
        assert start.project == "runs"
    nested = next(one for name, one in found.items() if name.startswith("c/"))
    assert nested.config == {"lr": 0.1, "opt": "adam", "big": True}
    assert [value for _, value in nested.points["best"]] == [0.5]


def test_times_of_the_events_are_kept():
    program(TENSORBOARD.format(package="tensorboardX"), "tensorboardX")
    convert("-t", "tensorboard", "--tb-log-dir", "runs/a", "--mode", "local", "-p", "cats")
    (found,) = converted().values()
    (start,) = found.starts
    assert start.project == "cats"
    assert abs(start.created - time.time() * 1000) < 3_600_000  # the file's first event
    assert [finish.state for finish in found.finishes] == ["success"]


def test_an_event_file_that_is_cut_off_gives_what_is_whole():
    program(TENSORBOARD.format(package="tensorboardX"), "tensorboardX")
    (path,) = Path("runs/a").glob("*tfevents*")
    path.write_bytes(path.read_bytes()[:-10])
    convert("-t", "tensorboard", "--tb-log-dir", "runs/a", "--mode", "local")
    (found,) = converted().values()
    assert found.points["loss"] == [(step, step) for step in range(5)]
    assert "bad" not in found.points


WANDB = """
    import wandb
    with wandb.init(
        project="cats", name="first", notes="why", tags=["t"], group="g", job_type="train",
        id="abc12345", config={"lr": 0.1, "nested": {"a": [1, 2]}},
    ) as run:
        for step in range(2000):
            run.log({"loss": step / 2, "val": {"acc": 1.0}, "text": "no number"})
        run.log({"late": float("nan")}, step=5000)
        run.config.update({"lr": 0.2}, allow_val_change=True)
    try:
        with wandb.init(project="cats", name="second"):
            raise ValueError("too far")
    except ValueError:
        pass
"""


def test_runs_that_wandb_kept_on_this_machine():
    program(WANDB, "wandb")
    began = time.time() * 1000
    convert("-t", "wandb-local", "--mode", "offline", "-w", "team")
    found = converted()
    first = found["first"]
    assert first.points["loss"] == [(step, step / 2) for step in range(2000)]
    assert first.points["val/acc"] == [(step, 1) for step in range(2000)]
    assert [step for step, _ in first.points["late"]] == [5000]
    assert set(first.points) == {"loss", "val/acc", "late"}
    assert first.config == {"lr": 0.2, "nested": {"a": [1, 2]}}
    (start,), (header,), (finish,) = first.starts, first.headers, first.finishes
    assert (start.project, start.workspace, start.mode) == ("cats", "team", "offline")
    assert (start.description, start.tags) == ("why", ["t"])
    assert (start.options["group"], start.options["job_type"]) == ("g", "train")
    assert header.run == "abc12345"
    assert abs(header.started - began) < 600_000
    assert (finish.state, finish.error) == ("success", None)
    (finish,) = found["second"].finishes
    assert (finish.state, finish.error) == ("crashed", "exit code 1")


def test_what_was_converted_is_left_out_when_it_is_to_be_gone_on_with():
    program(WANDB, "wandb")
    assert "2 runs converted" in convert("-t", "wandb-local", "--mode", "local")
    assert "0 runs converted" in convert("-t", "wandb-local", "--mode", "local", "--resume")
    assert len(list(Path("swanlog").glob("run-*"))) == 2


def test_a_folder_without_runs_is_an_error():
    Path("wandb").mkdir()
    assert "holds no run of wandb" in convert("-t", "wandb-local", "--mode", "local", code=1)
    Path("wandb", "run-x.wandb").write_bytes(b"something else")
    assert "is no file of wandb's" in convert("-t", "wandb-local", "--mode", "local", code=1)
    said = convert("-t", "tensorboard", "--tb-log-dir", "wandb", "--mode", "local", code=1)
    assert "holds no event file" in said


MLFLOW = """
    import mlflow
    mlflow.set_experiment("cats")
    with mlflow.start_run(run_name="first", tags={"kind": "test"}, description="why"):
        mlflow.log_params({"lr": 0.1, "opt": "adam"})
        for step in range(3):
            mlflow.log_metric("loss", 3 - step, step=step * 10)
            mlflow.log_metric("stepless", step)
    try:
        with mlflow.start_run(run_name="second"):
            raise ValueError("too far")
    except ValueError:
        pass
    mlflow.set_experiment("dogs")
    with mlflow.start_run(run_name="third"):
        mlflow.log_metric("loss", 1)
"""
BY_COMMAND = """
    import sys
    from swanlab.cli.main import main
    sys.argv = ["swanlab", "convert", *{arguments!r}]
    main()
"""


def test_runs_in_a_database_of_mlflow():
    program(MLFLOW, "mlflow")
    arguments = ["-t", "mlflow", "--mlflow-url", "sqlite:///mlflow.db", "--mode", "local"]
    done = program(BY_COMMAND.format(arguments=[*arguments, "--mlflow-exp", "cats"]), "mlflow")
    assert "2 runs converted" in done.stdout
    found = converted()
    first = found["first"]
    assert first.points == {
        "loss": [(0, 3), (10, 2), (20, 1)],
        "stepless": [(0, 0), (1, 1), (2, 2)],
    }
    assert first.config == {"lr": 0.1, "opt": "adam"}
    (start,) = first.starts
    assert (start.project, start.description, start.tags) == ("cats", "why", ["kind:test"])
    assert [finish.state for finish in first.finishes] == ["success"]
    assert [finish.state for finish in found["second"].finishes] == ["crashed"]
    done = program(BY_COMMAND.format(arguments=[*arguments, "--resume"]), "mlflow")
    assert set(converted()) == {"first", "second", "third"}
    done = program(
        BY_COMMAND.format(arguments=[*arguments, "--mlflow-exp", "no"]), "mlflow", code=1
    )
    assert "knows no experiment 'no'" in done.stderr


def test_what_is_converted_is_on_the_server_and_again_changes_nothing(tmp_path):
    program(WANDB, "wandb")
    server = Serving(tmp_path / "server").start().log_in()
    for _ in range(2):
        said = convert("-t", "wandb-local", "--wb-dir", "wandb")
        assert f"{server.host}/@admin/cats/runs/abc12345" in said
    runs = {run["name"]: run for run in server.get("/projects/admin/cats/runs")["runs"]}
    assert {name: run["state"] for name, run in runs.items()} == {
        "first": "finished",
        "second": "crashed",
    }
    expected = [(step, step / 2) for step in range(2000)]
    assert server.points("admin/cats", "abc12345", "loss") == expected
    assert server.run("admin/cats", "abc12345")["config"]["lr"] == 0.2
    server.stop()


# The service itself is nobody's to run here; what its API gives is replaced.
CLOUD = """
    import sys, wandb

    class Run:
        id, name, notes, tags, group, job_type = "abc", "first", "why", ["t"], "g", "train"
        config = {"lr": 0.1, "_wandb": {}}
        created_at, state = "2026-01-02T03:04:05Z", "killed"

        def scan_history(self):
            yield {"_step": 0, "_timestamp": 1767323046.5, "loss": 2, "image": {"_type": "image"}}
            yield {"_step": 3, "_timestamp": 1767323047.5, "loss": 1, "acc": "NaN"}

    class Api:
        def run(self, path):
            assert path == "lab/cats/abc"
            return Run()

        def runs(self, path):
            assert path == "cats"
            return [Run()]

    wandb.Api = Api
    from swanlab.cli.main import main
    sys.argv = ["swanlab", "convert", "-t", "wandb", "--mode", "local", *%r]
    main()
"""


@pytest.mark.parametrize(
    "which",
    [["--wb-project", "cats"], ["--wb-project", "cats", "--wb-entity", "lab", "--wb-runid", "abc"]],
)
def test_runs_on_a_server_of_wandb(which):
    program(CLOUD % which, "wandb")
    (found,) = converted().values()
    assert found.points["loss"] == [(0, 2), (3, 1)]
    assert set(found.points) == {"loss", "acc"}
    assert found.config == {"lr": 0.1}
    (start,) = found.starts
    assert start.created == 1767323045000
    assert (start.name, start.project, start.options["group"]) == ("first", "cats", "g")
    assert [(one.state, one.error) for one in found.finishes] == [("aborted", "killed at wandb")]


def test_what_is_missing_is_said():
    assert "Give it with --wb-project" in convert("-t", "wandb", "--mode", "local", code=1)
    assert "you are not logged in" in convert("-t", "wandb-local", "--mode", "cloud", code=1)

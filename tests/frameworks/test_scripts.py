"""Scripts as people wrote them for the existing client's two generations, and for wandb."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import run_folder
from tests.recorded import recorded

AS_WANDB = """
    import argparse
    import swanlab as wandb

    parser = argparse.ArgumentParser()
    parser.add_argument("--use_wandb", action="store_true", default=True)
    parser.add_argument("--learning_rate", type=float, default=5e-4)
    args = parser.parse_args()
    checkpoint = {{"wandb_id": {found!r}}}
    wandb_id = checkpoint.get("wandb_id")
    resume = "must" if wandb_id else None
    wandb.init(project="MiniMind-Pretrain", name="epoch-1-lr-0.0005", id=wandb_id, resume=resume)
    wandb.config.update(args, allow_val_change=True)
    wandb.config.batch = 32
    for step in range({first}, {first} + 3):
        wandb.log({{"loss": 1 / (step + 1), "lr": args.learning_rate, "epoch_Time": 2}}, step=step)
    run = wandb.get_run() if hasattr(wandb, "get_run") else None
    print("id:", getattr(run, "id", None))
    wandb.finish()
"""

OLDER = """
    import json
    import swanlab

    run = swanlab.init(
        "cats",
        experiment_name="resnet",
        description="older",
        config={"lr": 1e-3, "epochs": 2},
        logdir="logs",
        mode="local",
    )
    assert isinstance(run, swanlab.Run) and swanlab.get_run() is run
    assert run.config.lr == swanlab.config["lr"] == swanlab.get_config().get("lr")
    for epoch in range(swanlab.config.epochs):
        swanlab.log({"train": {"loss": 1 / (epoch + 1)}, "acc": epoch}, print_to_console=True)
        swanlab.log({"sparse": epoch}, step=epoch * 10)
    assert run.state == swanlab.State.RUNNING and not run.success
    with open("public.json", "w") as file:
        json.dump(run.public.json(), file)
    swanlab.finish()
    assert run.state == swanlab.State.SUCCESS and swanlab.get_run() is None
"""

NEWER = """
    import swanlab

    swanlab.merge_settings({"probe": {"monitor": False}})
    with swanlab.init(
        project="cats", name="resnet", notes="newer", log_dir="logs", mode="local",
        config={"lr": 1e-3, "epochs": 2, "seed": None}, tags=["a"], group="night", job_type="train",
    ) as run:
        assert swanlab.has_run() and swanlab.run is run and run.alive
        for epoch in range(run.config.epochs):
            run.log({"train": {"loss": 1 / (epoch + 1)}, "acc": epoch})
            run.log_scalar(key="sparse", value=epoch, step=epoch * 10)
    assert not run.alive and not swanlab.has_run() and swanlab.run is None
    swanlab.finish(state="success")
"""
POINTS = {
    "train/loss": [(0, 1.0), (1, 0.5)],
    "acc": [(0, 0.0), (1, 1.0)],
    "sparse": [(0, 0.0), (10, 1.0)],
}


@pytest.mark.parametrize("mode", ["local", "cloud"])
def test_swanlab_imported_as_wandb_goes_on_from_a_checkpoint(script, lab, mode):
    env = {**lab.env, "SWANLAB_MODE": mode}
    first = script(AS_WANDB.format(found=None, first=0), **env)
    assert first.returncode == 0, first.stderr
    run_id = first.stdout.split("id: ")[1].strip()
    second = script(AS_WANDB.format(found=run_id, first=2), **env)
    assert second.returncode == 0, second.stderr
    if mode == "cloud":
        run = lab.run("MiniMind-Pretrain")
        assert (run["id"], run["name"], run["state"]) == (run_id, "epoch-1-lr-0.0005", "finished")
        assert run["config"] == {"use_wandb": True, "learning_rate": 5e-4, "batch": 32}
        loss = lab.points("MiniMind-Pretrain", {"loss"})["loss"]
    else:
        folders = sorted(Path("swanlog").glob(f"run-*{run_id}*"))
        found = [recorded(folder) for folder in folders]
        assert [one.finishes[0].state for one in found] == ["success", "success"]
        loss = sorted({point for one in found for point in one.points["loss"]})
    assert loss == [(step, 1 / (step + 1)) for step in range(5)]


@pytest.mark.parametrize("source", [OLDER, NEWER], ids=["0.6.8", "0.10.3"])
def test_a_script_of_either_generation_runs_as_it_is(script, source):
    done = script(source)
    assert done.returncode == 0, done.stderr
    (folder,) = Path("logs").glob("run-*")
    found = recorded(folder)
    assert found.points == POINTS
    start = found.starts[0]
    assert (start.project, start.name) == ("cats", "resnet")
    assert start.description in {"older", "newer"}
    assert found.config["lr"] == 1e-3
    if source is OLDER:
        public = json.loads(Path("public.json").read_text())
        assert public["run_id"] == found.headers[0].run
        assert public["swanlog_dir"] == str(folder.parent.absolute())
    else:
        assert found.config["seed"] is None
        assert (start.tags, start.options["group"]) == (["a"], "night")


def test_what_config_is_told_before_init_belongs_to_the_run(script):
    done = script("""
        import swanlab

        swanlab.config.update({"framework": "mine"})
        swanlab.init(project="early", config={"lr": 1}, mode="local")
        swanlab.config.update({"lr": 2}, allow_val_change=True)
    """)
    assert done.returncode == 0, done.stderr
    assert recorded(run_folder()).config == {"framework": "mine", "lr": 2}

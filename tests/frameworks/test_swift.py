"""ms-swift's swanlab arguments, callbacks and calls, from its installed package.

``swift.megatron`` needs Megatron when it is imported, so of it the very files of the callback are
loaded, without their package's ``__init__``. Tables of completions need ``swanlab.echarts`` and are
not logged.
"""

from __future__ import annotations

from pathlib import Path

from tests.conftest import run_folder
from tests.frameworks.trainer import TRAINER, expected, said
from tests.recorded import recorded

SFT = """
    import os
    from types import SimpleNamespace
    import swanlab
    from swift.arguments.sft_args import SwanlabArguments
    from swift.rlhf_trainers.utils import profiling_context
    from swift.trainers import TrainingArguments  # With what its callbacks ask for.
    from swift.utils import swanlab_get_run

    arguments = SwanlabArguments(
        swanlab_token=os.environ.get("TEST_KEY"), swanlab_project="swift-tiny",
        swanlab_mode=os.environ["TEST_MODE"], swanlab_notification_method="wxwork",
        swanlab_webhook_url=os.environ["TEST_CHAT"], swanlab_secret="shared",
    )
    arguments.output_dir = "out/v0-20260101"
    arguments._init_swanlab()
    assert swanlab_get_run() is None

    trainer = training(report_to="swanlab")
    with profiling_context(trainer, "before the run"):  # As on every rank but the main one.
        pass
    trainer.train()
    assert swanlab_get_run().id == swanlab.run.id
    with profiling_context(trainer, "generate"):
        pass
    keep(trainer)
"""
TIMED = "profiling/Time taken: Trainer.generate"


def check_config(config):
    assert config["UPPERFRAME"] == "🐦‍⬛ms-swift"
    assert config["FRAMEWORK"] == "🤗transformers"
    assert config["hidden_size"] == 16


def test_its_arguments_make_a_trainer_record_locally(framework, chat):
    framework(TRAINER, SFT, TEST_MODE="local", TEST_CHAT=chat.url)
    found = recorded(run_folder())
    ((step, seconds),) = found.points.pop(TIMED)
    assert step == 0
    assert seconds > 0
    points = {key: sorted(set(points)) for key, points in found.points.items()}
    assert points == expected(said()["history"])
    assert (found.starts[0].project, found.starts[0].name) == ("swift-tiny", "out/v0-20260101")
    check_config(found.config)
    (post,) = chat.posts
    assert "out/v0-20260101" in str(post.body)


def test_its_arguments_log_in_and_make_a_trainer_send(framework, lab, chat):
    framework(
        TRAINER,
        SFT,
        TEST_MODE="cloud",
        TEST_KEY=str(lab.serving.api_key),
        TEST_CHAT=chat.url,
        SWANLAB_API_HOST=lab.serving.host,
    )
    points = expected(said()["history"])
    assert lab.points("swift-tiny", set(points)) == points
    assert len(lab.points("swift-tiny", {TIMED})[TIMED]) == 1
    run = lab.run("swift-tiny")
    assert (run["name"], run["state"]) == ("out/v0-20260101", "finished")
    check_config(run["config"])
    (post,) = chat.posts
    assert run["id"] in str(post.body)


MEGATRON = """
    import importlib.util
    import sys
    from pathlib import Path
    from types import ModuleType, SimpleNamespace
    import torch

    root = Path(importlib.util.find_spec("swift").origin).parent
    for name in ("megatron", "megatron.callbacks"):
        package = sys.modules[f"swift.{name}"] = ModuleType(f"swift.{name}")
        package.__path__ = [str(root.joinpath(*name.split(".")))]
    from swift.megatron.callbacks.swanlab import SwanlabCallback

    args = SimpleNamespace(swanlab_exp_name=None, swanlab_project="megatron-tiny", output_dir="out",
                           hf_token="secret", dtype=torch.bfloat16, layers=[1, 2])
    callback = SwanlabCallback(SimpleNamespace(args=args, state=SimpleNamespace(iteration=0)))
    for callback.state.iteration in (10, 20):
        callback.on_log({"loss": torch.tensor(0.5), "eval_loss": 0.25, "memory(GiB)": 3,
                         "elapsed": "1m"})
"""
LOGGED = {
    "train/loss": [(10, 0.5), (20, 0.5)],
    "eval/loss": [(10, 0.25), (20, 0.25)],
    "train/memory(GiB)": [(10, 3.0), (20, 3.0)],
}


def check_megatron(config):
    assert config["dtype"] == "bfloat16"
    assert config["layers"] == [1, 2]
    assert config["hf_token"] is None


def test_its_megatron_callback_records_locally(framework):
    framework(MEGATRON, SWANLAB_MODE="local")
    (folder,) = Path("out/swanlab").glob("run-*")
    found = recorded(folder)
    assert found.points == LOGGED
    assert (found.starts[0].project, found.starts[0].name) == ("megatron-tiny", "out")
    check_megatron(found.config)


def test_its_megatron_callback_sends(framework, lab):
    framework(MEGATRON, **lab.env)
    assert lab.points("megatron-tiny", set(LOGGED)) == LOGGED
    check_megatron(lab.run("megatron-tiny")["config"])


def test_its_megatron_callback_records_from_the_last_rank_only(framework):
    others = MEGATRON.replace(
        "for callback.state", "assert callback.writer is None\n    for callback.state"
    )
    framework(others, SWANLAB_MODE="local", RANK="0", LOCAL_RANK="0", WORLD_SIZE="2")
    assert not Path("out").exists()

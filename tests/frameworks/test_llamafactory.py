"""LLaMA-Factory's callback, a subclass of ours, from its installed package.

Its ``use_swanlab: true`` makes exactly these two callbacks; the model and the data are ours, since
its own would have to be fetched.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import swanlab
from tests.conftest import run_folder
from tests.frameworks.trainer import TRAINER, expected, said
from tests.recorded import recorded

FINETUNING = """
    import os
    from llamafactory.hparams import (
        DataArguments, FinetuningArguments, GeneratingArguments, ModelArguments,
    )
    from llamafactory.train.callbacks import ReporterCallback
    from llamafactory.train.trainer_utils import get_swanlab_callback

    finetuning = FinetuningArguments(
        use_swanlab=True, swanlab_project="llamafactory-tiny", swanlab_run_name="lora",
        swanlab_mode=os.environ["TEST_MODE"], swanlab_api_key=os.environ.get("TEST_KEY"),
        swanlab_lark_webhook_url=os.environ.get("TEST_CHAT"), swanlab_lark_secret="shared",
    )
    callbacks = [
        get_swanlab_callback(finetuning),
        ReporterCallback(ModelArguments(model_name_or_path="tiny"), DataArguments(), finetuning,
                         GeneratingArguments()),
    ]
    trainer = training(callbacks, report_to="none")
    trainer.train()
    keep(trainer)
"""


def check_config(config):
    assert config["Framework"] == "🦙LlamaFactory"
    assert config["FRAMEWORK"] == "🤗transformers"
    assert config["model_args"]["model_name_or_path"] == "tiny"
    assert config["finetuning_args"]["swanlab_run_name"] == "lora"
    assert config["hidden_size"] == 16
    assert {"data_args", "generating_args"} <= set(config)


def public() -> dict[str, object]:
    """What its callback writes down of the run."""
    return json.loads(Path("out/swanlab_public_config.json").read_text())


@pytest.mark.parametrize("told", [True, False], ids=["with a chat", "alone"])
def test_its_callback_records_locally(framework, chat, told):
    framework(TRAINER, FINETUNING, TEST_MODE="local", **({"TEST_CHAT": chat.url} if told else {}))
    found = recorded(run_folder())
    points = {key: sorted(set(points)) for key, points in found.points.items()}
    assert points == expected(said()["history"])
    start = found.starts[0]
    assert (start.project, start.name, start.tags) == (
        "llamafactory-tiny",
        "lora",
        ["🦙LlamaFactory"],
    )
    check_config(found.config)
    assert public()["project_name"] == "llamafactory-tiny"
    assert public()["version"] == swanlab.__version__
    assert public()["run_dir"] == str(run_folder().absolute())
    assert public()["cloud"]["experiment_url"] is None
    assert len(chat.posts) == told
    assert all("lora" in str(post.body) and "sign" in post.body for post in chat.posts)


def test_its_callback_logs_in_and_sends(framework, lab):
    serving = lab.serving
    framework(
        TRAINER,
        FINETUNING,
        TEST_MODE="cloud",
        TEST_KEY=str(serving.api_key),
        SWANLAB_API_HOST=serving.host,
    )
    points = expected(said()["history"])
    assert lab.points("llamafactory-tiny", set(points)) == points
    run = lab.run("llamafactory-tiny")
    assert (run["name"], run["state"], run["tags"]) == ("lora", "finished", ["🦙LlamaFactory"])
    check_config(run["config"])
    url = f"{serving.host}/@admin/llamafactory-tiny/runs/{run['id']}"
    assert public()["cloud"]["experiment_url"] == url
    assert public()["run_id"] == run["id"]

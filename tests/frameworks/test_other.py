"""Stable-Baselines3, Ultralytics, torchtune and Ray; clients of language models."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.frameworks.training import needs, only_run, runs, served, steps, train, values
from tests.serving import Serving

pytestmark = pytest.mark.timeout(300)  # they import much, and machines are busy


def test_stable_baselines_records_what_its_logger_dumps():
    done = train(
        """
import json
import swanlab
from stable_baselines3 import A2C
from stable_baselines3.common.logger import KVWriter
from swanlab.integration.sb3 import SwanLabCallback
model = A2C("MlpPolicy", "CartPole-v1", n_steps=16, seed=0, device="cpu", learning_rate=0.25e-3)
callback = SwanLabCallback(project="pole")
dumped = []
class Keep(KVWriter):
    def write(self, values, excluded, step=0):
        dumped.append([step, values.get("train/value_loss")])
import stable_baselines3.common.callbacks as callbacks
class AddKeep(callbacks.BaseCallback):
    def _on_training_start(self):
        self.logger.output_formats.append(Keep())
    def _on_step(self):
        return True
model.learn(3200, log_interval=50, callback=[callback, AddKeep()])
assert callback.experiment is swanlab.get_run()
print(json.dumps([[step, float(loss)] for step, loss in dumped]))
"""
    )
    run, dumped = only_run(), json.loads(done.stdout.splitlines()[-1])
    assert dumped
    assert run.points["train/value_loss"] == [(step, pytest.approx(x)) for step, x in dumped]
    assert len(run.points["rollout/ep_rew_mean"]) == len(dumped)
    assert (run.config["FRAMEWORK"], run.config["algo"]) == ("stable_baselines3", "A2C")
    assert (run.config["n_steps"], run.config["learning_rate"]) == (16, 0.25e-3)
    assert run.config["policy"] == "ActorCriticPolicy"


@needs("torchtune")
def test_torchtunes_recipes_log_through_their_interface():
    train(
        """
from omegaconf import OmegaConf
from torchtune import config
recipe = OmegaConf.create({
    "metric_logger": {
        "_component_": "swanlab.integration.torchtune.SwanLabLogger", "project": "tune",
        "log_dir": "logs",
    },
    "lr": 0.5, "copy": "${lr}",
})
logger = config.instantiate(recipe.metric_logger)
logger.log_config(recipe)
for step in range(1, 4):
    logger.log_dict({"loss": 1 / step, "tokens_per_second_per_gpu": 10}, step=step)
logger.log("lr", 0.5, step=3)
logger.close()
"""
    )
    run = only_run("logs")
    assert run.points["loss"] == [(1, 1.0), (2, 0.5), (3, 1 / 3)]
    assert run.points["lr"] == [(3, 0.5)]
    assert (run.config["FRAMEWORK"], run.config["copy"]) == ("torchtune", 0.5)
    assert [start.project for start in run.starts] == ["tune"]
    assert [finish.state for finish in run.finishes] == ["success"]


@needs("ultralytics")
def test_ultralytics_trains_and_its_own_table_agrees():
    done = train(
        """
import csv, json
from pathlib import Path
import cv2, numpy as np
from ultralytics import YOLO, settings
from swanlab.integration.ultralytics import add_swanlab_callback
import swanlab
rng = np.random.default_rng(0)
for part in ("train", "val"):
    for label in ("a", "b"):
        folder = Path("data", part, label)
        folder.mkdir(parents=True)
        for index in range(4):
            shade = 200 if label == "a" else 50
            image = rng.integers(shade, shade + 50, (32, 32, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / f"{index}.png"), image)
model = YOLO("yolov8n-cls.yaml")
add_swanlab_callback(model, project="shades", tags=["t"])
model.train(
    data=str(Path("data").absolute()), epochs=2, imgsz=32, batch=4, workers=0, device="cpu",
    plots=False, verbose=False, name="first", project=str(Path("out").absolute()), amp=False,
)
assert not swanlab.has_run()
(table,) = Path("out").rglob("results.csv")
print(json.dumps(list(csv.DictReader(table.open()))))
""",
        YOLO_CONFIG_DIR="yolo",
        YOLO_OFFLINE="True",
    )
    table, run = json.loads(done.stdout.splitlines()[-1]), only_run()
    for key in ("train/loss", "val/loss", "lr/pg0"):
        assert values(run, key)[:2] == pytest.approx([float(row[key]) for row in table], rel=1e-3)
    assert steps(run, "train/loss") == [0, 1]
    assert len(run.points["FinalValBestModel/metrics/accuracy_top1"]) == 1
    assert [(start.project, start.name, start.tags) for start in run.starts] == [
        ("shades", "first", ["t"])
    ]
    assert (run.config["FRAMEWORK"], run.config["epochs"]) == ("ultralytics", 2)
    assert [finish.state for finish in run.finishes] == ["success"]


def test_each_trial_of_ray_is_a_run(tmp_path):
    server = Serving(tmp_path / "server").start().log_in()
    train(
        """
from pathlib import Path
import ray
from ray import tune
from swanlab.integration.ray import SwanLabLoggerCallback, setup_swanlab

def objective(config):
    for step in range(3):
        tune.report({"score": config["a"] * step, "parts": {"half": config["a"] / 2}})
    if config["a"] == 2:
        run = setup_swanlab(config, project="inner", logdir=config["folder"])
        run.log({"inner": 1})
        run.finish()

ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
folder = str(Path("inner").absolute())
tune.Tuner(
    objective,
    param_space={"a": tune.grid_search([1, 2]), "folder": folder},
    tune_config=tune.TuneConfig(max_concurrent_trials=2, reuse_actors=False),
    run_config=tune.RunConfig(
        name="search", storage_path=str(Path("ray").absolute()), verbose=0,
        callbacks=[SwanLabLoggerCallback(project="tuned", excludes=["time_total_s"])],
    ),
).fit()
""",
        mode="cloud",
        RAY_USAGE_STATS_ENABLED="0",
        RAY_ENABLE_UV_RUN_RUNTIME_ENV="0",
        TMPDIR="/tmp",
    )
    found = server.get("/projects/admin/tuned/runs")["runs"]
    assert [run["state"] for run in found] == ["finished", "finished"]
    for run in found:
        config = server.run("admin/tuned", run["id"])["config"]
        a = config["a"]
        assert config["FRAMEWORK"] == "ray"
        points = server.points("admin/tuned", run["id"], "score")
        assert points == [(1, 0.0), (2, a * 1.0), (3, a * 2.0)]
        assert server.points("admin/tuned", run["id"], "parts/half")[0] == (1, a / 2)
    assert {run.config["a"] for run in runs()} == {1, 2}
    assert not any("time_total_s" in run.points for run in runs())
    inner = only_run("inner")
    assert (inner.points, inner.config["a"]) == ({"inner": [(0, 1.0)]}, 2)
    assert served(server, "inner")["state"] == "finished"
    server.stop()


ANSWER = {
    "id": "1", "object": "chat.completion", "created": 1, "model": "m", "request_id": "r",
    "choices": [{"index": 0, "finish_reason": "stop",
                 "message": {"role": "assistant", "content": "hello"}}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
}  # fmt: skip


class Model(BaseHTTPRequestHandler):
    """Answers as a language model's HTTP API does; the model named ``bad`` is refused."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        bad = asked["model"] == "bad"
        self.send_response(400 if bad else 200)
        stream = asked.get("stream")
        self.send_header("Content-Type", "text/event-stream" if stream else "application/json")
        chunk = {
            **ANSWER,
            "object": "chat.completion.chunk",
            "usage": None,
            "choices": [
                {"index": 0, "delta": {"role": "assistant", "content": "hi"}, "finish_reason": None}
            ],
        }
        body = json.dumps({"error": {"message": "no"}} if bad else ANSWER)
        if stream:
            body = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        pass


@pytest.fixture
def model() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_openais_answers_are_counted_and_come_unchanged(model):
    train(
        """
import asyncio
import openai, swanlab
from swanlab.integration.openai import autolog
messages = [{"role": "user", "content": "hi"}]
plain = openai.resources.chat.completions.Completions.create
autolog(init=dict(project="chat"))
answer = autolog.client.chat.completions.create(model="m", messages=messages)
assert answer.choices[0].message.content == "hello", answer
stream = autolog.client.chat.completions.create(model="m", messages=messages, stream=True)
assert [chunk.choices[0].delta.content for chunk in stream] == ["hi"]
try:
    autolog.client.chat.completions.create(model="bad", messages=messages)
except openai.BadRequestError:
    pass
else:
    raise AssertionError("the error was swallowed")
async def ask():
    async with openai.AsyncOpenAI() as client:
        return await client.chat.completions.create(model="m", messages=messages)
assert asyncio.run(ask()).usage.total_tokens == 12
autolog.disable()
assert openai.resources.chat.completions.Completions.create is plain
assert not swanlab.has_run()
autolog.client.chat.completions.create(model="m", messages=messages)
""",
        OPENAI_API_KEY="k",
        OPENAI_BASE_URL=model,
    )
    run = only_run()
    assert values(run, "usage/prompt_tokens") == [7, 7]
    assert values(run, "usage/completion_tokens") == [5, 5]
    assert values(run, "usage/total_tokens") == [12, 12]
    assert len(run.points["usage/used_time"]) == 3
    assert all(0 < seconds < 60 for seconds in values(run, "usage/used_time"))
    assert run.config["FRAMEWORK"] == "openai"


def test_zhipuais_answers_are_counted(model):
    train(
        """
from zhipuai import ZhipuAI
import swanlab
from swanlab.integration.zhipuai import autolog
run = swanlab.init(project="chat")
autolog()
answer = autolog.client.chat.completions.create(
    model="m", messages=[{"role": "user", "content": "hi"}]
)
assert answer.choices[0].message.content == "hello"
autolog.disable()
assert run.alive
""",
        ZHIPUAI_API_KEY="a.b",
        ZHIPUAI_BASE_URL=model,
    )
    run = only_run()
    assert values(run, "usage/total_tokens") == [12]
    assert run.config["FRAMEWORK"] == "zhipuai"

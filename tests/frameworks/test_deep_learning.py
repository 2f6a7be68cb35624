"""Lightning, Keras, fastai and MMEngine train for real; what they report is what was recorded."""

from __future__ import annotations

import json

import pytest

from tests.frameworks.training import only_run, runs, served, steps, train, values
from tests.serving import Serving

pytestmark = pytest.mark.timeout(300)  # they import much, and machines are busy

LIGHTNING = """
import json, sys, torch
from {package} import LightningModule, Trainer
from swanlab.integration.pytorch_lightning import SwanLabLogger

class Line(LightningModule):
    def __init__(self, width, rate):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(width, 1)
        self.losses = []
    def training_step(self, batch, index):
        loss = self.layer(batch).pow(2).mean()
        self.log("train/loss", loss)
        self.losses.append(loss.item())
        if self.hparams.rate < 0 and index == 3:
            raise ValueError("diverged")
        return loss
    def test_step(self, batch, index):
        self.log("test/loss", self.layer(batch).pow(2).mean())
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=abs(self.hparams.rate))

torch.manual_seed(0)
data = torch.utils.data.DataLoader(torch.randn(24, 4), batch_size=4)
def trainer(logger):
    return Trainer(
        max_epochs=2, log_every_n_steps=1, logger=logger, accelerator="cpu",
        enable_progress_bar=False, enable_model_summary=False, enable_checkpointing={checkpoints},
    )
"""


def test_lightning_records_at_the_global_step_and_tests_into_the_same_run(tmp_path):
    server = Serving(tmp_path / "server").start().log_in()
    done = train(
        LIGHTNING.format(package="lightning.pytorch", checkpoints=True)
        + """
import numpy
logger = SwanLabLogger(project="lines", experiment_name="one", save_dir="out", tags=["a"])
fit = trainer(logger)
model = Line(4, 0.1)
fit.fit(model, data)
fit.test(model, data, verbose=False)
logger.log_image("image", [numpy.zeros((4, 4, 3), dtype="uint8")], step=1, caption=["a"])
logger.log_text("text", ["hello"])
logger.log_text("text", "no list")
from lightning.pytorch.loggers import Logger
assert isinstance(logger, Logger)
run = logger.experiment
assert (logger.name, logger.version, logger.save_dir) == (run.project, run.id, "out"), logger.name
assert fit.checkpoint_callback.best_model_path.startswith(
    sys.path[0] + f"/out/{run.project}/{run.id}/checkpoints"
) or fit.checkpoint_callback.best_model_path.startswith(f"out/{run.project}/{run.id}")
print(json.dumps([run.id, model.losses, fit.callback_metrics["test/loss"].item()]))
""",
        mode="cloud",
    )
    run_id, losses, test_loss = json.loads(done.stdout.splitlines()[-1])
    points = server.points("admin/lines", run_id, "train/loss")
    assert [step for step, _ in points] == list(range(12))
    assert [value for _, value in points] == pytest.approx(losses)
    assert server.points("admin/lines", run_id, "test/loss") == [(12, pytest.approx(test_loss))]
    run = server.run("admin/lines", run_id)
    assert (run["state"], run["name"]) == ("finished", "one")
    recorded = only_run()
    assert recorded.config == {"FRAMEWORK": "pytorch_lightning", "width": 4, "rate": 0.1}
    server.stop()


def test_lightnings_older_package_is_served_and_a_failed_training_is_a_crash():
    done = train(
        LIGHTNING.format(package="pytorch_lightning", checkpoints=False)
        + """
from pytorch_lightning.loggers import Logger
logger = SwanLabLogger(logdir="logs")
assert isinstance(logger, Logger)
try:
    trainer(logger).fit(Line(4, -0.1), data)
except ValueError as error:
    print(error)
trainer(SwanLabLogger(logdir="logs")).fit(Line(4, 0.1), data)
""",
    )
    assert "diverged" in done.stdout
    failed, passed = runs("logs")
    assert [finish.state for finish in failed.finishes] == ["crashed"]
    assert steps(failed, "train/loss") == list(range(3))
    assert [finish.state for finish in passed.finishes] == ["success"]
    assert steps(passed, "train/loss") == list(range(12))


def test_keras_records_epochs_and_batches_and_a_second_fit_goes_on():
    done = train(
        """
import json
import keras, numpy as np
from swanlab.integration.keras import SwanLabCallback, SwanLabLogger
assert SwanLabLogger is SwanLabCallback
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.25), "mse", metrics=["mae"])
x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
callback = SwanLabCallback(log_freq=2, project="dense", config={"mine": 1})
losses = []
for _ in range(2):
    history = model.fit(
        x, x[:, :1], batch_size=8, epochs=3, verbose=0, validation_split=0.25, callbacks=[callback]
    )
    losses += history.history["val_loss"]
print(json.dumps(losses))
""",
        KERAS_BACKEND="torch",
        KERAS_TORCH_DEVICE="cpu",
    )
    run = only_run()
    assert values(run, "epoch/val_loss") == pytest.approx(json.loads(done.stdout.splitlines()[-1]))
    assert steps(run, "epoch/val_loss") == list(range(6))
    assert values(run, "epoch/epoch") == [0, 1, 2, 0, 1, 2]
    assert set(values(run, "epoch/learning_rate")) == {0.25}
    assert steps(run, "batch/mae") == list(range(0, 18, 2))
    assert run.config["optimizer"]["learning_rate"] == 0.25
    assert (run.config["epochs"], run.config["model_num_parameters"]) == (3, 4)
    assert (run.config["FRAMEWORK"], run.config["mine"]) == ("keras", 1)


def test_fastai_records_batches_and_the_recorders_lines():
    done = train(
        """
import json, torch
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner
from fastai.metrics import mae
from swanlab.integration.fastai import SwanLabCallback
torch.manual_seed(0)
x = torch.randn(32, 3)
items = [(a, a[:1]) for a in x]
dls = DataLoaders(DataLoader(items, bs=8), DataLoader(items, bs=8), device="cpu")
learn = Learner(
    dls, torch.nn.Linear(3, 1), loss_func=torch.nn.functional.mse_loss, metrics=mae,
    cbs=SwanLabCallback(project="linear", tags=["x"]),
)
lines, batches = [], []
for _ in range(2):
    learn.fit(2, 0.125)
    lines += [list(map(float, line)) for line in learn.recorder.values]
    batches += [float(loss) for loss in learn.recorder.losses]
learn.get_preds()
print(json.dumps([lines, batches]))
"""
    )
    lines, batches = json.loads(done.stdout.splitlines()[-1])
    run = only_run()
    assert values(run, "epoch/valid_loss") == pytest.approx([line[1] for line in lines])
    assert values(run, "epoch/mae") == pytest.approx([line[2] for line in lines])
    assert steps(run, "epoch/mae") == list(range(4))
    assert values(run, "train/loss") == pytest.approx(batches)
    assert steps(run, "train/loss") == list(range(16))
    assert set(values(run, "train/lr_0")) == {0.125}
    assert (run.config["FRAMEWORK"], run.config["batch_size"]) == ("fastai", 8)
    assert run.config["loss_func"] == "mse_loss"


def test_mmengine_finds_the_backend_by_its_name(tmp_path):
    server = Serving(tmp_path / "server").start().log_in()
    train(
        """
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
import swanlab.integration.mmengine

class Line(BaseModel):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
    def forward(self, inputs, mode):
        return {"loss": self.layer(inputs).pow(2).mean() * 0 + 0.5}

runner = Runner(
    model=Line(), work_dir="work", experiment_name="lines",
    train_dataloader=dict(
        dataset=[dict(inputs=torch.ones(2))] * 6, batch_size=2, num_workers=0,
        sampler=dict(type="DefaultSampler", shuffle=False),
        collate_fn=dict(type="default_collate"),
    ),
    train_cfg=dict(by_epoch=True, max_epochs=2),
    optim_wrapper=dict(optimizer=dict(type="SGD", lr=0.125)),
    default_hooks=dict(logger=dict(type="LoggerHook", interval=1), checkpoint=None),
    visualizer=dict(
        type="Visualizer",
        vis_backends=[dict(type="SwanlabVisBackend", init_kwargs=dict(project="mm"))],
    ),
    cfg=dict(model_name="line", nested=dict(depth=3)), log_level="ERROR",
)
runner.train()
import numpy
runner.visualizer.add_image("image", numpy.zeros((4, 4, 3), dtype="uint8"), step=1)
runner.visualizer.close()
""",
        mode="cloud",
    )
    run = served(server, "mm")
    assert run["state"] == "finished"
    points = server.points("admin/mm", str(run["id"]), "loss")
    assert points == [(step, 0.5) for step in range(1, 7)]
    rates = server.points("admin/mm", str(run["id"]), "lr")
    assert {rate for _, rate in rates} == {0.125}
    config = server.run("admin/mm", str(run["id"]))["config"]
    assert (config["FRAMEWORK"], config["nested"]) == ("mmengine", {"depth": 3})
    server.stop()

"""fastai: ``Learner(…, cbs=SwanLabCallback())`` or ``learn.fit(…, cbs=SwanLabCallback())``."""

from __future__ import annotations

from typing import Any

from fastai.callback.core import Callback
from fastai.learner import Recorder

from swanlab.integration.attachment import Attachment, init_arguments, numbers
from swanlab.sdk.guard import never_raises


class SwanLabCallback(Callback):
    """Records loss and hyper-parameters of every batch, and the recorder's line of every epoch."""

    order = Recorder.order + 1  # behind the recorder, whose numbers it reads

    def __init__(  # noqa: PLR0913 - the documented signature
        self,
        project: str | None = None,
        experiment_name: str | None = None,
        description: str | None = None,
        workspace: str | None = None,
        config: dict[str, Any] | None = None,
        mode: str | None = None,
        logdir: str | None = None,
        tags: list[str] | None = None,
        *,
        log_dir: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Take arguments of ``swanlab.init()`` for when no run is active.

        Args:
            config: hyper-parameters to record beside the learner's own.
            project, experiment_name, description, workspace, mode, logdir, tags, log_dir,
            **kwargs: arguments of ``swanlab.init()``.
        """
        super().__init__()
        given = {
            "project": project,
            "experiment_name": experiment_name,
            "description": description,
            "workspace": workspace,
            "mode": mode,
            "logdir": logdir,
            "tags": tags,
            "log_dir": log_dir,
        }
        self.attachment = Attachment("fastai", init_arguments(given, kwargs))
        self.attachment.configure(config)
        self.trained_batches = 0

    def update_config(self, config: dict[str, Any]) -> None:
        """Record more hyper-parameters."""
        self.attachment.configure(config)

    def before_fit(self) -> None:
        """Attach to the run, or begin one; not for the learning-rate finder or predictions."""
        self.run = not hasattr(self.learn, "lr_finder") and not hasattr(self, "gather_preds")
        if self.run:
            self.attachment.begin()
            self._record_parameters()
            self.trained_batches = 0

    @never_raises
    def _record_parameters(self) -> None:
        self.attachment.configure(
            {
                "epochs": self.learn.n_epoch,
                "batch_size": getattr(self.learn.dls, "bs", None),
                "batch_per_epoch": len(self.learn.dls.train),
                "learning_rate": self.learn.lr,
                "weight_decay": self.learn.wd,
                "optimizer": _name(self.learn.opt_func),
                "loss_func": _name(self.learn.loss_func),
                "model": type(self.learn.model).__name__,
                "model_parameters": sum(p.numel() for p in self.learn.model.parameters()),
                "device": str(getattr(self.learn.dls, "device", None)),
                "callbacks": [str(callback) for callback in self.learn.cbs],
            }
        )

    @never_raises
    def after_batch(self) -> None:
        """Record the loss and the optimizer's hyper-parameters of a training batch."""
        if not self.learn.training:
            return
        values = {"train/loss": self.learn.smooth_loss}
        for index, group in enumerate(self.learn.opt.hypers):
            values.update({f"train/{k}_{index}": v for k, v in numbers(group).items()})
        self.attachment.log(values, self.trained_batches, axis="batch")
        self.trained_batches += 1

    @never_raises
    def after_epoch(self) -> None:
        """Record the line that the recorder prints."""
        recorder = self.learn.recorder
        line = dict(zip(recorder.metric_names, recorder.log, strict=False))
        values = {f"epoch/{k}": v for k, v in numbers(line).items() if k not in {"epoch", "time"}}
        self.attachment.log(values, self.learn.epoch, axis="epoch")


def _name(value: Any) -> str:
    """Return the name of a function, a partial one, or an object's class."""
    plain = getattr(value, "func", value)
    return str(getattr(plain, "__name__", type(plain).__name__))

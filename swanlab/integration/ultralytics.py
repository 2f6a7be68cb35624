"""Ultralytics YOLO: ``add_swanlab_callback(model)`` before ``model.train(…)``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from swanlab.integration.attachment import Attachment, init_arguments, media, numbers
from swanlab.sdk.guard import never_raises


class UltralyticsSwanlabCallback:
    """Records losses, learning rates and validation metrics of every epoch, and the plots."""

    def __init__(
        self,
        project: str | None = None,
        workspace: str | None = None,
        experiment_name: str | None = None,
        description: str | None = None,
        logdir: str | None = None,
        mode: str | None = None,
        tags: list[str] | None = None,
        *,
        log_dir: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Take arguments of ``swanlab.init()`` for when no run is active.

        Project and name are those of ``model.train(project=…, name=…)`` if not given here.
        """
        given = {
            "project": project,
            "workspace": workspace,
            "experiment_name": experiment_name,
            "description": description,
            "logdir": logdir,
            "mode": mode,
            "tags": tags,
            "log_dir": log_dir,
        }
        self.attachment = Attachment("ultralytics", init_arguments(given, kwargs))
        self._shown: dict[Path, float] = {}

    @property
    def callbacks(self) -> dict[str, Callable[[Any], None]]:
        """The functions by the event they are for, as Ultralytics registers them."""
        return {
            "on_pretrain_routine_start": self.on_pretrain_routine_start,
            "on_train_epoch_end": self.on_train_epoch_end,
            "on_fit_epoch_end": self.on_fit_epoch_end,
            "on_train_end": self.on_train_end,
            "teardown": self.teardown,
        }

    def on_pretrain_routine_start(self, trainer: Any) -> None:
        """Attach to the run, or begin one."""
        arguments = self.attachment.arguments
        if trainer.args.project:
            arguments.setdefault("project", Path(str(trainer.args.project)).name)
        if trainer.args.name:
            arguments.setdefault("experiment_name", str(trainer.args.name))
        self.attachment.begin(dict(vars(trainer.args)))

    @never_raises
    def on_train_epoch_end(self, trainer: Any) -> None:
        """Record the losses and learning rates of an epoch."""
        losses = trainer.label_loss_items(trainer.tloss, prefix="train")
        self._log({**losses, **trainer.lr}, trainer.epoch)
        if trainer.epoch == 1:  # the first epochs draw their batches
            self._log_plots(trainer.plots, trainer.epoch, "Train/Plots")

    @never_raises
    def on_fit_epoch_end(self, trainer: Any) -> None:
        """Record the validation metrics of an epoch; of the first, the model's size too."""
        self._log(trainer.metrics, trainer.epoch)
        self._log_plots(trainer.plots, trainer.epoch, "Train/Plots")
        self._log_plots(trainer.validator.plots, trainer.epoch, "Train/ValPlots")
        if trainer.epoch == 0:
            from ultralytics.utils.torch_utils import model_info_for_loggers

            self._log(model_info_for_loggers(trainer), trainer.epoch)

    def on_train_end(self, trainer: Any) -> None:
        """Record the metrics of the best model; end the run if it was begun here."""
        self._record_best(trainer)
        self.attachment.finish()

    @never_raises
    def _record_best(self, trainer: Any) -> None:
        self._log_plots(trainer.plots, trainer.epoch, "TrainEnd/Plots")
        self._log_plots(trainer.validator.plots, trainer.epoch, "TrainEnd/ValPlots")
        best = {f"FinalValBestModel/{key}": value for key, value in trainer.metrics.items()}
        self._log(best, trainer.epoch)

    def teardown(self, _trainer: Any) -> None:
        """End a run begun here that ``on_train_end`` has not: the training failed."""
        self.attachment.finish("crashed", "The training ended before its last epoch.")

    def _log(self, values: Mapping[str, Any], epoch: int) -> None:
        self.attachment.log(numbers(values), epoch, axis="epoch")

    def _log_plots(self, plots: Mapping[Any, Mapping[str, Any]], epoch: int, key: str) -> None:
        """Record the plots drawn since the last call."""
        made = []
        for path, about in list(plots.items()):
            if self._shown.get(path) != about["timestamp"] and Path(path).suffix:
                self._shown[path] = about["timestamp"]
                made.append(media("Image", str(path), caption=Path(path).stem))
        images = [image for image in made if image is not None]
        if images:
            self.attachment.log({key: images}, epoch, axis="epoch")


SwanLabCallback = UltralyticsSwanlabCallback


def return_swanlab_callback(*args: Any, **kwargs: Any) -> dict[str, Callable[[Any], None]]:
    """Return the functions by the event they are for.

    Args:
        *args, **kwargs: as ``SwanLabCallback`` takes them.
    """
    return UltralyticsSwanlabCallback(*args, **kwargs).callbacks


def add_swanlab_callback(model: Any, *args: Any, **kwargs: Any) -> Any:
    """Have ``model.train()`` recorded; returns the model.

    Args:
        model: a YOLO model, or any other of Ultralytics.
        *args, **kwargs: as ``SwanLabCallback`` takes them.
    """
    for event, function in return_swanlab_callback(*args, **kwargs).items():
        model.add_callback(event, function)
    return model

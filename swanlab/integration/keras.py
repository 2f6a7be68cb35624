"""Keras 3: ``model.fit(…, callbacks=[SwanLabCallback()])``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from keras.callbacks import Callback

from swanlab.integration.attachment import Attachment, init_arguments, numbers
from swanlab.sdk.guard import never_raises, say_once

LogStrategy = Literal["epoch", "batch"]


class SwanLabCallback(Callback):
    """Records losses, metrics and the learning rate as ``epoch/…`` and, if asked, ``batch/…``."""

    def __init__(  # noqa: PLR0913 - the documented signature
        self,
        log_freq: LogStrategy | int = "epoch",
        initial_global_step: int = 0,
        *,
        project: str | None = None,
        workspace: str | None = None,
        experiment_name: str | None = None,
        description: str | None = None,
        log_dir: str | None = None,
        logdir: str | None = None,
        mode: str | None = None,
        tags: list[str] | None = None,
        config: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Take what to record, and arguments of ``swanlab.init()`` for when no run is active.

        Args:
            log_freq: ``epoch``; ``batch`` for every batch too; or every how many batches.
            initial_global_step: number of the first batch, such as when training goes on.
            config: hyper-parameters to record.
            project, workspace, experiment_name, description, log_dir, logdir, mode, tags,
            **kwargs: arguments of ``swanlab.init()``.
        """
        super().__init__()
        self.log_freq = _frequency(log_freq)
        self.global_batch = initial_global_step
        self.attachment = Attachment(
            "keras",
            init_arguments(
                {
                    "project": project,
                    "workspace": workspace,
                    "experiment_name": experiment_name,
                    "description": description,
                    "log_dir": log_dir,
                    "logdir": logdir,
                    "mode": mode,
                    "tags": tags,
                },
                kwargs,
            ),
        )
        self.attachment.configure(config)

    def update_config(self, config: dict[str, Any]) -> None:
        """Record more hyper-parameters."""
        self.attachment.configure(config)

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Attach to the run, or begin one."""
        self.attachment.begin()
        self._record_parameters()

    @never_raises
    def _record_parameters(self) -> None:
        found = {name: self.params.get(name) for name in ("epochs", "steps") if self.params}
        found["model"] = self.model.name
        found["model_num_parameters"] = self.model.count_params() if self.model.built else None
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is not None:
            found["optimizer"] = optimizer.get_config()
        self.attachment.configure(found)

    @never_raises
    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record the epoch's means and validation metrics."""
        values = {f"epoch/{key}": value for key, value in numbers(logs or {}).items()}
        values["epoch/epoch"] = epoch
        self.attachment.log({**values, **self._rate("epoch")}, epoch, axis="epoch")

    @never_raises
    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record the running means, every ``log_freq`` batches."""
        number = self.global_batch
        self.global_batch += 1
        if self.log_freq and number % self.log_freq == 0:
            values = {f"batch/{key}": value for key, value in numbers(logs or {}).items()}
            values["batch/batch_step"] = number
            self.attachment.log({**values, **self._rate("batch")}, number, axis="batch")

    def _rate(self, prefix: str) -> dict[str, float]:
        from keras import ops

        rate = getattr(getattr(self.model, "optimizer", None), "learning_rate", None)
        if rate is None:
            return {}
        return {f"{prefix}/learning_rate": float(ops.convert_to_numpy(rate))}


def _frequency(given: LogStrategy | int) -> int:
    """Return every how many batches to log; 0 for none."""
    if given == "epoch":
        return 0
    if given == "batch":
        return 1
    if isinstance(given, int) and given > 0:
        return given
    say_once(
        "keras:log_freq",
        f"log_freq must be 'epoch', 'batch' or a whole number above 0, but got {given!r}; "
        "taken as 'epoch'.",
    )
    return 0


SwanLabLogger = SwanLabCallback

"""Stable-Baselines3: ``model.learn(…, callback=SwanLabCallback())``."""

from __future__ import annotations

from typing import Any

from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Image, KVWriter

from swanlab.integration.attachment import Attachment, init_arguments, media, numbers
from swanlab.sdk.guard import never_raises


class SwanLabOutputFormat(KVWriter):
    """Records what the algorithm's logger is given, at the number of time steps."""

    def __init__(self, attachment: Attachment) -> None:
        """Write to the run of ``attachment``."""
        self.attachment = attachment

    @never_raises
    def write(
        self, key_values: dict[str, Any], key_excluded: dict[str, Any], step: int = 0
    ) -> None:
        """Record the numbers and images of one dump; what excludes ``swanlab`` is left out."""
        asked = {
            key: value
            for key, value in key_values.items()
            if "swanlab" not in (key_excluded.get(key) or ())
        }
        values: dict[str, Any] = dict(numbers(asked))
        for key, value in asked.items():
            if isinstance(value, Image) and value.dataformats == "HWC":
                made = media("Image", value.image)
                values.update({} if made is None else {key: made})
        self.attachment.log(values, step, axis="timestep")


class SwanLabCallback(BaseCallback):
    """Adds an output of its own to the algorithm's logger."""

    def __init__(  # noqa: PLR0913 - the documented signature
        self,
        project: str | None = None,
        workspace: str | None = None,
        experiment_name: str | None = None,
        description: str | None = None,
        logdir: str | None = None,
        mode: str | None = None,
        verbose: int = 0,
        tags: list[str] | None = None,
        *,
        log_dir: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Take arguments of ``swanlab.init()`` for when no run is active.

        Args:
            verbose: as every callback of Stable-Baselines3 takes it.
            project, workspace, experiment_name, description, logdir, mode, tags, log_dir,
            **kwargs: arguments of ``swanlab.init()``.
        """
        super().__init__(verbose)
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
        self.attachment = Attachment("stable_baselines3", init_arguments(given, kwargs))

    @property
    def experiment(self) -> Any:
        """The run; None while there is none."""
        return self.attachment.current()

    def update_config(self, config: dict[str, Any]) -> None:
        """Record more hyper-parameters."""
        self.attachment.configure(config)

    def _on_training_start(self) -> None:
        self.attachment.begin()
        self._listen()

    @never_raises
    def _listen(self) -> None:
        self.attachment.configure(_parameters(self.model))
        outputs = self.model.logger.output_formats
        if not any(isinstance(output, SwanLabOutputFormat) for output in outputs):
            outputs.append(SwanLabOutputFormat(self.attachment))

    def _on_step(self) -> bool:
        return True


def _parameters(model: Any) -> dict[str, Any]:
    """Return the algorithm's own plain settings, its policy and environment."""
    found: dict[str, Any] = {
        name: value
        for name, value in vars(model).items()
        if isinstance(value, bool | int | float | str) and not name.startswith("_")
    }
    found["algo"] = type(model).__name__
    found["policy"] = type(getattr(model, "policy", None)).__name__
    found["policy_kwargs"] = getattr(model, "policy_kwargs", None)
    return found

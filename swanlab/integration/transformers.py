"""Hugging Face transformers: ``Trainer(..., callbacks=[SwanLabCallback(project=…)])``.

``TrainingArguments(report_to="swanlab")`` needs none of this: transformers brings a callback of its
own, whose keys and config entries are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import swanlab
from swanlab.sdk.guard import call_safely

try:
    from transformers import TrainerCallback
except ImportError as error:
    raise ImportError(
        "swanlab.integration.transformers needs transformers: pip install transformers"
    ) from error

FRAMEWORK = "🤗transformers"
_SINGLE_VALUES = (
    "train_runtime",
    "train_samples_per_second",
    "train_steps_per_second",
    "train_loss",
    "total_flos",
)
"""What the trainer says once, at its end."""


class SwanLabCallback(TrainerCallback):
    """Records what a ``Trainer`` logs into the current run, or into one it starts.

    It starts its run when the training, or the first evaluation or prediction, begins, and leaves
    it open, so that what follows the training is recorded too; the end of the program or
    ``swanlab.finish()`` ends it. In a hyper-parameter search every trial is a run of its own.
    """

    _swanlab: Any = swanlab
    _experiment: Any = swanlab
    """Both stand for the package, under the names that subclasses know. Of the class, not of the
    object: a module cannot be pickled or copied, and callbacks are."""

    def __init__(
        self,
        project: str | None = None,
        workspace: str | None = None,
        experiment_name: str | None = None,
        description: str | None = None,
        logdir: str | None = None,
        mode: str | None = None,
        tags: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Take the arguments of ``swanlab.init``; nothing is started yet.

        Args:
            project: as in ``swanlab.init``, like the next ones.
            workspace: whose project it is.
            experiment_name: default is the trainer's ``run_name``.
            description: free text.
            logdir: folder that runs are recorded in.
            mode: ``cloud``, ``local``, ``offline`` or ``disabled``.
            tags: a list of short texts.
            **kwargs: any other argument of ``swanlab.init``. ``config`` is recorded as well when
                the run was started before.
        """
        super().__init__()
        self._initialized = False
        self._started: Any = None
        self._config = kwargs.pop("config", None)
        self._init_arguments: dict[str, Any] = {
            "project": project,
            "workspace": workspace,
            "experiment_name": experiment_name,
            "description": description,
            "logdir": logdir,
            "mode": mode,
            "tags": tags,
            **kwargs,
        }

    def update_config(self, config: Any) -> None:
        """Add entries to the run's config; before the run they are kept for it."""
        self._swanlab.config.update(config)

    def setup(self, args: Any, state: Any, model: Any = None, **_: Any) -> None:
        """Start the run if there is none, and record the arguments of trainer and model.

        Subclasses extend it; it is called once, on every process, and acts on the main one.

        Args:
            args: the ``TrainingArguments``.
            state: the ``TrainerState``.
            model: the model trained; None where the trainer does not tell it.

        Raises:
            SwanLabError: what ``swanlab.init`` raises.
        """
        self._initialized = True
        if not state.is_world_process_zero:
            return
        if self._swanlab.get_run() is None:
            self._started = self._swanlab.init(**self._arguments(args, state), config=self._config)
        elif self._config is not None:
            self._swanlab.config.update(self._config)
        call_safely(self._describe, args, model)

    def _arguments(self, args: Any, state: Any) -> dict[str, Any]:
        made = dict(self._init_arguments)
        if made["experiment_name"] is None and made.get("name") is None:
            parts = (getattr(args, "run_name", None), getattr(state, "trial_name", None))
            made["experiment_name"] = "-".join(part for part in parts if part) or None
        return made

    def _describe(self, args: Any, model: Any) -> None:
        config = self._swanlab.config
        config["FRAMEWORK"] = FRAMEWORK
        values = {**_entries(getattr(model, "config", None)), **args.to_dict()}
        if getattr(model, "peft_config", None) is not None:
            values["peft_config"] = model.peft_config
        if hasattr(model, "num_parameters"):
            values["model_num_parameters"] = model.num_parameters()
        if hasattr(model, "get_nb_trainable_parameters"):
            trained, every = model.get_nb_trainable_parameters()
            values["peft_model_trainable_params"] = trained
            values["peft_model_all_param"] = every
        config.update(values)

    def on_train_begin(
        self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any
    ) -> None:
        """Start the run; of a hyper-parameter search, end that of the trial before."""
        del control
        if getattr(state, "is_hyper_param_search", False) and self._initialized:
            if self._started is not None and self._started.alive:
                self._started.finish()
            self._initialized = False
        if not self._initialized:
            self.setup(args, state, model, **kwargs)

    def on_log(
        self,
        args: Any,
        state: Any,
        control: Any,
        model: Any = None,
        logs: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Record what the trainer says, at its step."""
        del control
        if not self._initialized:
            self.setup(args, state, model)
        if not state.is_world_process_zero or logs is None:
            return
        made = {_key(name): value for name, value in logs.items()}
        made["train/global_step"] = state.global_step
        self._swanlab.log(made, step=state.global_step)

    def on_predict(
        self, args: Any, state: Any, control: Any, metrics: Mapping[str, Any], **kwargs: Any
    ) -> None:
        """Record the metrics of a prediction; each prediction is one more point."""
        del control
        if not self._initialized:
            self.setup(args, state, **kwargs)
        if state.is_world_process_zero and metrics:
            self._swanlab.log({_key(name): value for name, value in metrics.items()})


def _key(name: str) -> str:
    """Return ``train/…``, ``eval/…``, ``test/…`` or ``single_value/…``, a section for each."""
    if name in _SINGLE_VALUES:
        return f"single_value/{name}"
    for section in ("eval", "test"):
        if name.startswith(f"{section}_"):
            return f"{section}/{name[len(section) + 1 :]}"
    return f"train/{name}"


def _entries(config: Any) -> dict[str, Any]:
    """Return the entries of a model's config: a dictionary, or an object that makes one."""
    if isinstance(config, Mapping):
        return dict(config)
    return dict(config.to_dict()) if hasattr(config, "to_dict") else {}

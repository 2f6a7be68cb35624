"""LightGBM: ``train(…, callbacks=[SwanLabCallback()])``, also with ``cv`` and estimators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from swanlab.integration.attachment import Attachment, init_arguments
from swanlab.sdk.guard import never_raises

if TYPE_CHECKING:
    from lightgbm.callback import CallbackEnv


class SwanLabCallback:
    """Records parameters and every metric of every validation set."""

    order = 20  # before early_stopping (30), which ends the training by raising
    before_iteration = False

    def __init__(self, log_params: bool = True, **kwargs: Any) -> None:
        """Take arguments of ``swanlab.init()`` for when no run is active.

        Args:
            log_params: record the parameters of the training.
            **kwargs: arguments of ``swanlab.init()``.
        """
        self.log_params = log_params
        self.attachment = Attachment("lightgbm", init_arguments({}, kwargs))

    def update_config(self, config: dict[str, Any]) -> None:
        """Record more hyper-parameters."""
        self.attachment.configure(config)

    def __call__(self, env: CallbackEnv) -> None:
        """Record the metrics of this iteration."""
        if env.iteration == env.begin_iteration:
            self.attachment.begin(env.params if self.log_params else None)
        self._record(env)

    @never_raises
    def _record(self, env: CallbackEnv) -> None:
        values: dict[str, float] = {}
        for result in env.evaluation_result_list or ():
            data, metric, value, _, *deviation = tuple(result)
            if deviation:  # of cv: mean and standard deviation over the folds
                # Before LightGBM 4.7 the data set is part of the metric's name here.
                key = metric.replace(" ", "_") if data == "cv_agg" else f"{data}_{metric}"
                values[f"{key}-mean"], values[f"{key}-stdv"] = value, deviation[0]
            else:
                values[f"{data}_{metric}"] = value
        if values:
            self.attachment.log(values, env.iteration, axis="iteration")

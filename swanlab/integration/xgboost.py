"""XGBoost: ``train(…, callbacks=[SwanLabCallback()])``, also with ``cv`` and estimators."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from xgboost.callback import TrainingCallback

from swanlab.integration.attachment import Attachment, init_arguments
from swanlab.sdk.guard import never_raises

_MOST_FEATURES = 100


class SwanLabCallback(TrainingCallback):
    """Records parameters, every metric of every evaluation set, and feature importances."""

    def __init__(
        self,
        log_feature_importance: bool = True,
        importance_type: str = "gain",
        **kwargs: Any,
    ) -> None:
        """Take what to record, and arguments of ``swanlab.init()`` for when no run is active.

        Args:
            log_feature_importance: record ``Importance/<feature>`` at the end, of the 100 highest.
            importance_type: as ``Booster.get_score`` takes it: gain, weight, cover, ….
            **kwargs: arguments of ``swanlab.init()``.
        """
        super().__init__()
        self.log_feature_importance = log_feature_importance
        self.importance_type = importance_type
        self.attachment = Attachment("xgboost", init_arguments({}, kwargs))

    def update_config(self, config: dict[str, Any]) -> None:
        """Record more hyper-parameters."""
        self.attachment.configure(config)

    def before_training(self, model: Any) -> Any:
        """Attach to the run, or begin one."""
        self.attachment.begin()
        self._record_parameters(model)
        return model

    def after_iteration(
        self, model: Any, epoch: int, evals_log: Mapping[str, Mapping[str, list[Any]]]
    ) -> bool:
        """Record the metrics of this iteration; never stops the training."""
        self._record(epoch, evals_log)
        return False

    def after_training(self, model: Any) -> Any:
        """Record the best iteration, if it stopped early, and the importances."""
        self._record_end(model)
        return model

    @never_raises
    def _record_parameters(self, model: Any) -> None:
        booster = _booster(model)
        self.attachment.configure(json.loads(booster.save_config()))

    @never_raises
    def _record(self, epoch: int, evals_log: Mapping[str, Mapping[str, list[Any]]]) -> None:
        values = {}
        for data, metrics in evals_log.items():
            for metric, history in metrics.items():
                last = history[-1]
                if isinstance(last, tuple):  # of cv: mean and standard deviation over the folds
                    values[f"{data}-{metric}-mean"], values[f"{data}-{metric}-stdv"] = last
                else:
                    values[f"{data}-{metric}"] = last
        if values:
            self.attachment.log(values, epoch, axis="iteration")

    @never_raises
    def _record_end(self, model: Any) -> None:
        best = model.attr("best_iteration") if hasattr(model, "attr") else None
        if best is not None:
            score = float(model.attr("best_score"))
            self.attachment.log({"best_iteration": int(best), "best_score": score})
        if self.log_feature_importance and hasattr(model, "get_score"):
            scores = model.get_score(importance_type=self.importance_type)
            highest = sorted(scores.items(), key=lambda item: -item[1])[:_MOST_FEATURES]
            if highest:
                self.attachment.log({f"Importance/{name}": score for name, score in highest})


def _booster(model: Any) -> Any:
    """Return the booster, which ``cv`` keeps one of for each fold."""
    folds = getattr(model, "cvfolds", None)
    return folds[0].bst if folds else model

"""CatBoost: ``model.fit(…, callbacks=[SwanLabCallback(params)])``."""

from __future__ import annotations

from typing import Any

from swanlab.integration.attachment import Attachment, init_arguments
from swanlab.sdk.guard import never_raises


class SwanLabCallback:
    """Records every metric of the learning and the validation sets.

    CatBoost tells a callback no parameters: hand them over to have them recorded.
    """

    def __init__(self, params: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Take arguments of ``swanlab.init()`` for when no run is active.

        Args:
            params: hyper-parameters to record, such as ``model.get_params()``.
            **kwargs: arguments of ``swanlab.init()``.
        """
        self.params = dict(params or {})
        self.attachment = Attachment("catboost", init_arguments({}, kwargs))
        self._iteration = 0
        self._seen: dict[str, int] = {}

    def update_config(self, config: dict[str, Any]) -> None:
        """Record more hyper-parameters."""
        self.attachment.configure(config)

    def after_iteration(self, info: Any) -> bool:
        """Record the metrics of this iteration; True: the training goes on."""
        if self._iteration == 0 or info.iteration <= self._iteration:
            self._seen = {}
            self.attachment.begin(self.params)
        self._iteration = info.iteration
        self._record(info)
        return True

    @never_raises
    def _record(self, info: Any) -> None:
        values = {}
        for stage, metrics in (info.metrics or {}).items():
            for metric, history in metrics.items():
                key = f"{stage}_{metric}"
                # With metric_period some iterations compute nothing.
                if len(history) > self._seen.get(key, 0):
                    values[key] = history[-1]
                    self._seen[key] = len(history)
        if values:
            self.attachment.log(values, info.iteration, axis="iteration")

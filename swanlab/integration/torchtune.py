"""torchtune: ``metric_logger._component_: swanlab.integration.torchtune.SwanLabLogger``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torchtune.training.metric_logging import MetricLoggerInterface
from torchtune.utils import get_world_size_and_rank

from swanlab.integration.attachment import Attachment, init_arguments
from swanlab.sdk.guard import never_raises


class SwanLabLogger(MetricLoggerInterface):
    """Records the recipe's config and metrics; only rank 0 does."""

    def __init__(
        self,
        project: str = "torchtune",
        workspace: str | None = None,
        experiment_name: str | None = None,
        description: str | None = None,
        mode: str | None = None,
        log_dir: str | None = None,
        tags: list[str] | None = None,
        *,
        logdir: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Attach to the active run, or begin one.

        Args:
            project, workspace, experiment_name, description, mode, log_dir, tags, logdir,
            **kwargs: arguments of ``swanlab.init()``.
        """
        given = {
            "project": project,
            "workspace": workspace,
            "experiment_name": experiment_name,
            "description": description,
            "mode": mode,
            "log_dir": log_dir,
            "tags": tags,
            "logdir": logdir,
        }
        self.attachment = Attachment("torchtune", init_arguments(given, kwargs))
        _, self.rank = get_world_size_and_rank()
        if self.rank == 0:
            self.attachment.attach()

    def update_config(self, config: dict[str, Any]) -> None:
        """Record more hyper-parameters."""
        if self.rank == 0:
            self.attachment.configure(config)

    def log_config(self, config: Any) -> None:
        """Record the recipe's config, interpolations resolved."""
        if self.rank == 0:
            self.attachment.configure(config)

    def log(self, name: str, data: Any, step: int) -> None:
        """Record one number."""
        self.log_dict({name: data}, step)

    @never_raises
    def log_dict(self, payload: Mapping[str, Any], step: int) -> None:
        """Record several numbers."""
        if self.rank == 0:
            self.attachment.log(payload, step)

    def close(self) -> None:
        """End the run if it was begun here."""
        if self.rank == 0:
            self.attachment.finish()

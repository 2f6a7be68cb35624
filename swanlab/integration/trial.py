"""A trial's run in a process of its own, apart from ``ray.py``: the process needs no Ray Tune."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from swanlab import credentials
from swanlab.credentials import Login
from swanlab.integration.attachment import Attachment


class TrialRun:
    """The run of one trial: trials go on side by side, and a process has one run.

    Ray calls its methods one after another, in the order they were asked for.
    """

    def __init__(
        self, arguments: Mapping[str, Any], config: Mapping[str, Any], login: Login | None
    ) -> None:
        """Begin the run; ``login`` may be of a machine that is not this one."""
        if login is not None:
            credentials.use_for_this_process(login)
        self.attachment = Attachment("ray", arguments)
        self.attachment.begin(config)

    def configure(self, config: Mapping[str, Any]) -> None:
        """Record more hyper-parameters."""
        self.attachment.configure(config)

    def log(self, values: Mapping[str, Any], step: int) -> None:
        """Record numbers at the trial's iteration."""
        self.attachment.log(values, step)

    def finish(self, state: str, error: str | None) -> bool:
        """End the run; returns when its data is on the way."""
        self.attachment.finish(state, error)
        return True

"""Hugging Face accelerate: ``Accelerator(log_with=SwanLabTracker("my-project"))``.

``Accelerator(log_with="swanlab")`` needs none of this: accelerate brings a tracker of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import swanlab

try:
    from accelerate.tracking import GeneralTracker, on_main_process
except ImportError as error:
    raise ImportError(
        "swanlab.integration.accelerate needs accelerate: pip install accelerate"
    ) from error

FRAMEWORK = "🤗Accelerate"


class SwanLabTracker(GeneralTracker):
    """Records what an ``Accelerator`` logs, from its main process.

    The run starts with ``Accelerator.init_trackers``, and with the first call where an older
    accelerate does not ask for the start. A run that is active then is joined.
    """

    name = "swanlab"
    requires_logging_directory = False
    main_process_only = True

    def __init__(self, run_name: str, **kwargs: Any) -> None:
        """Take the project's name and arguments of ``swanlab.init``; nothing is started yet.

        Args:
            run_name: name of the project, as accelerate calls it.
            **kwargs: any other argument of ``swanlab.init``.
        """
        super().__init__()
        self.run_name = run_name
        self.init_kwargs = kwargs
        self.run: Any = None

    @on_main_process
    def start(self) -> None:
        """Start the run. Raises what ``swanlab.init`` raises."""
        if self.run is None:
            self.run = swanlab.init(project=self.run_name, **self.init_kwargs)
            swanlab.config["FRAMEWORK"] = FRAMEWORK

    @property
    def tracker(self) -> Any:
        """The run; None on other processes than the main one."""
        self.start()
        return self.run

    @on_main_process
    def store_init_configuration(self, values: Mapping[str, Any]) -> None:
        """Record ``values`` as config of the run."""
        self.start()
        swanlab.config.update(values)

    @on_main_process
    def log(self, values: Mapping[str, Any], step: int | None = None, **kwargs: Any) -> None:
        """Record ``values``; as ``swanlab.log``, which takes ``kwargs`` too."""
        self.start()
        self.run.log(values, step=step, **kwargs)

    @on_main_process
    def log_images(self, values: Mapping[str, Any], step: int | None = None, **kwargs: Any) -> None:
        """Record pictures.

        Args:
            values: keys to lists, or batches, of what ``swanlab.Image`` takes.
            step: as of ``swanlab.log``.
            **kwargs: other arguments of ``swanlab.log``.
        """
        self.start()
        pictures = {key: [swanlab.Image(one) for one in some] for key, some in values.items()}
        self.run.log(pictures, step=step, **kwargs)

    @on_main_process
    def finish(self) -> None:
        """End the run, if it was started and still goes on."""
        if self.run is not None and self.run.alive:
            self.run.finish()

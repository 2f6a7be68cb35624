"""MMEngine and OpenMMLab: ``SwanlabVisBackend`` among ``vis_backends`` of the visualizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmengine.registry import VISBACKENDS
from mmengine.visualization.vis_backend import BaseVisBackend, force_init_env

from swanlab.integration.attachment import Attachment, init_arguments, media, numbers
from swanlab.sdk.guard import never_raises


@VISBACKENDS.register_module()
class SwanlabVisBackend(BaseVisBackend):
    """Records the config, scalars and images that the visualizer is given."""

    def __init__(
        self, save_dir: str | None = None, init_kwargs: Mapping[str, Any] | None = None
    ) -> None:
        """Take arguments of ``swanlab.init()`` for when no run is active.

        Args:
            save_dir: the work folder that MMEngine names; runs go there if no other is given.
            init_kwargs: arguments of ``swanlab.init()``.
        """
        super().__init__(save_dir)
        arguments = init_arguments({}, init_kwargs or {})
        if save_dir is not None:
            arguments.setdefault("logdir", save_dir)
        self.attachment = Attachment("mmengine", arguments)

    def _init_env(self) -> None:
        self.attachment.attach()

    @property
    @force_init_env
    def experiment(self) -> Any:
        """The run; None if it could not be begun."""
        return self.attachment.current()

    @force_init_env
    @never_raises
    def add_config(self, config: Any, **_kwargs: Any) -> None:
        """Record the whole config."""
        self.attachment.configure(config.to_dict())

    @force_init_env
    @never_raises
    def add_image(self, name: str, image: Any, step: int = 0, **_kwargs: Any) -> None:
        """Record an RGB image."""
        made = media("Image", image)
        if made is not None:
            self.attachment.log({name: made}, step)

    @force_init_env
    @never_raises
    def add_scalar(self, name: str, value: Any, step: int = 0, **_kwargs: Any) -> None:
        """Record one number."""
        self.attachment.log({name: value}, step)

    @force_init_env
    @never_raises
    def add_scalars(
        self,
        scalar_dict: Mapping[str, Any],
        step: int = 0,
        file_path: str | None = None,
        **_kwargs: Any,
    ) -> None:
        """Record the numbers of ``scalar_dict``; ``file_path`` is for other backends."""
        self.attachment.log(numbers(scalar_dict), step)

    def close(self) -> None:
        """End the run if it was begun here."""
        self.attachment.finish()

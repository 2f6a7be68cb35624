"""PyTorch Lightning: ``Trainer(logger=SwanLabLogger())``, of either of its two packages."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from lightning_utilities.core.rank_zero import rank_zero_only

from swanlab.integration.attachment import Attachment, init_arguments, media_list
from swanlab.sdk.guard import never_raises

_PACKAGES = ("lightning.pytorch", "pytorch_lightning")


def _bases() -> tuple[Any, ...]:
    """Return the ``Logger`` of what the program has imported, else of what is installed."""
    names = [name for name in _PACKAGES if name in sys.modules]
    if names:
        return tuple(import_module(f"{name}.loggers").Logger for name in names)
    try:
        return (import_module("lightning.pytorch.loggers").Logger,)
    except ModuleNotFoundError:
        return (import_module("pytorch_lightning.loggers").Logger,)


class _Nothing:
    """Stands for the run where there is none: takes every call and does nothing."""

    def nop(self, *_args: Any, **_kwargs: Any) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.nop

    def __getitem__(self, _index: Any) -> _Nothing:
        return self


class SwanLabLogger(*_bases()):  # type: ignore[misc] # known only when imported
    """Records what ``self.log()`` is given, and hyper-parameters, at the trainer's global step."""

    def __init__(  # noqa: PLR0913 - the documented signature
        self,
        project: str | None = None,
        workspace: str | None = None,
        experiment_name: str | None = None,
        description: str | None = None,
        logdir: str | None = None,
        mode: str | None = None,
        save_dir: str | Path = ".",
        tags: list[str] | None = None,
        id: str | None = None,  # noqa: A002 - the public name
        *,
        log_dir: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Take arguments of ``swanlab.init()`` for when no run is active.

        Args:
            save_dir: where Lightning keeps its checkpoints, in ``<project>/<run id>``.
            project, workspace, experiment_name, description, logdir, mode, tags, id, log_dir,
            **kwargs: arguments of ``swanlab.init()``.
        """
        super().__init__()
        given = {
            "project": project,
            "workspace": workspace,
            "experiment_name": experiment_name,
            "description": description,
            "logdir": logdir,
            "mode": mode,
            "tags": tags,
            "id": id,
            "log_dir": log_dir,
        }
        self._save_dir = os.fspath(save_dir)
        self._project = project
        self._place: tuple[str, str] | None = None
        self.attachment = Attachment("pytorch_lightning", init_arguments(given, kwargs))

    @property
    def experiment(self) -> Any:
        """The run, begun now if there is none; on ranks above 0 something that does nothing."""
        run = None if rank_zero_only.rank > 0 else self.attachment.attach()
        if run is None:
            return _Nothing()
        self._place = (run.project, run.id)
        return run

    @property
    def name(self) -> str | None:
        """The project's name."""
        return self._place[0] if self._place else self._project

    @property
    def version(self) -> str | None:
        """The run's id."""
        return self._place[1] if self._place else self.attachment.arguments.get("id")

    @property
    def save_dir(self) -> str:
        """Where Lightning keeps its checkpoints."""
        return self._save_dir

    @property
    def log_dir(self) -> str | None:
        """The run's folder; None before there is one."""
        run = self.attachment.current() if self._place and not rank_zero_only.rank else None
        return None if run is None else run.dir

    @rank_zero_only
    def update_config(self, config: dict[str, Any]) -> None:
        """Record more hyper-parameters."""
        self.attachment.configure(config)

    @rank_zero_only
    def log_hyperparams(
        self, params: Mapping[str, Any] | Namespace, *_args: Any, **_kwargs: Any
    ) -> None:
        """Record hyper-parameters."""
        self.attachment.attach()
        self.attachment.configure(params)

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Record numbers at the global step."""
        self.attachment.current()
        self.attachment.log(metrics, step)

    @rank_zero_only
    def log_image(
        self, key: str, images: list[Any], step: int | None = None, **options: Any
    ) -> None:
        """Record a list of images; ``options`` of ``swanlab.Image``, one for all or a list."""
        self._log_media("Image", key, images, step, options)

    @rank_zero_only
    def log_audio(
        self, key: str, audios: list[Any], step: int | None = None, **options: Any
    ) -> None:
        """Record a list of sounds; ``options`` of ``swanlab.Audio``, one for all or a list."""
        self._log_media("Audio", key, audios, step, options)

    @rank_zero_only
    def log_text(self, key: str, texts: list[Any], step: int | None = None, **options: Any) -> None:
        """Record a list of texts; ``options`` of ``swanlab.Text``, one for all or a list."""
        self._log_media("Text", key, texts, step, options)

    @never_raises
    def _log_media(
        self, kind: str, key: str, data: Any, step: int | None, options: Mapping[str, Any]
    ) -> None:
        self.attachment.current()
        made = media_list(kind, data, options)
        if made:
            self.attachment.log({key: made}, step)

    @rank_zero_only
    def finalize(self, status: str) -> None:
        """End a run begun here when the training failed.

        After a success it stays open: ``trainer.test()`` logs to it next. It ends with the program
        or by ``swanlab.finish()``.
        """
        if status in {"failed", "aborted"}:
            state = "crashed" if status == "failed" else "aborted"
            self.attachment.finish(state, f"PyTorch Lightning ended with status {status!r}.")

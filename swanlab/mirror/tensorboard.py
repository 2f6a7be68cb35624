"""What is written to TensorBoard is recorded here too.

``swanlab.sync_tensorboardX()`` and ``swanlab.sync_tensorboard_torch()``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import swanlab
from swanlab.mirror.wrap import beside, start

_writers: set[int] = set()
"""The open writers of the run that was started for the first of them."""


def sync_tensorboardX(  # noqa: N802 - the public name
    types: Iterable[str] | None = None, mode: str | None = None, **given: Any
) -> None:
    """From now on a ``tensorboardX.SummaryWriter`` starts a run here too.

    Scalars are recorded in both, and hyper-parameters of ``add_hparams`` become config. The run
    ends with the last writer. If a run of ours is active by then, it takes them.

    Args:
        types: what is taken over: ``scalar``, ``scalars``, ``hparams``; default is all.
        mode: as in ``swanlab.init``.
        **given: other arguments of ``swanlab.init``.

    Raises:
        ImportError: tensorboardX is not installed.
    """
    _mirror("tensorboardX", types, {"mode": mode, **given})


def sync_tensorboard_torch(
    types: Iterable[str] | None = None, mode: str | None = None, **given: Any
) -> None:
    """From now on a ``torch.utils.tensorboard.SummaryWriter`` starts a run here too.

    Arguments and the rest are as in ``sync_tensorboardX``.

    Raises:
        ImportError: torch or tensorboard is not installed.
    """
    _mirror("torch.utils.tensorboard", types, {"mode": mode, **given})


def _mirror(library: str, types: Iterable[str] | None, given: dict[str, Any]) -> None:
    kind = import_module(library).SummaryWriter
    wanted = {"scalar", "scalars", "hparams"} if types is None else set(types)

    def made(_made: None, writer: Any, *_args: Any, **_kwargs: Any) -> None:
        folder = Path(os.fspath(writer.logdir if hasattr(writer, "logdir") else writer.log_dir))
        named = {"name": folder.name, "config": {"tensorboard_logdir": str(folder)}, **given}
        if (_writers and swanlab.has_run()) or start(**named):
            _writers.add(id(writer))

    beside(kind, "__init__", after=made)
    beside(kind, "close", after=_closed)
    if "scalar" in wanted:
        beside(kind, "add_scalar", before=_scalar)
    if "scalars" in wanted:
        beside(kind, "add_scalars", before=_scalars)
    if "hparams" in wanted:
        beside(kind, "add_hparams", before=_hparams)


def _scalar(
    _writer: Any,
    tag: str,
    scalar_value: Any,
    global_step: int | None = None,
    *_args: Any,
    **_given: Any,
) -> None:
    if swanlab.has_run():
        swanlab.log({tag: scalar_value}, step=global_step)


def _scalars(
    _writer: Any,
    main_tag: str,
    tag_scalar_dict: Mapping[str, Any],
    global_step: int | None = None,
    *_args: Any,
    **_given: Any,
) -> None:
    if swanlab.has_run():
        swanlab.log({main_tag: dict(tag_scalar_dict)}, step=global_step)


def _hparams(_writer: Any, hparam_dict: Mapping[str, Any], *_args: Any, **_given: Any) -> None:
    if swanlab.has_run():
        swanlab.config.update(dict(hparam_dict))


def _closed(_made: None, writer: Any) -> None:
    if id(writer) not in _writers:
        return
    _writers.discard(id(writer))
    if not _writers and swanlab.has_run():
        swanlab.finish()

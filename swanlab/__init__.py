"""An open experiment tracker for AI training: ``init()``, ``log()``, and a live chart.

Names are looked up when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.11.0"

if TYPE_CHECKING:
    from swanlab.api import Api, OpenApi
    from swanlab.mirror.mlflow import sync_mlflow
    from swanlab.mirror.tensorboard import sync_tensorboard_torch, sync_tensorboardX
    from swanlab.mirror.wandb import sync_wandb
    from swanlab.plot import confusion_matrix, pr_curve, roc_curve
    from swanlab.sdk.callback import Callback, SwanKitCallback
    from swanlab.sdk.choices import Settings, merge_settings
    from swanlab.sdk.define import define_metric, define_scalar
    from swanlab.sdk.files import save
    from swanlab.sdk.hooks import merge_callbacks, register_callbacks
    from swanlab.sdk.init import init
    from swanlab.sdk.login import login
    from swanlab.sdk.media.audio import Audio
    from swanlab.sdk.media.current import (
        log_audio,
        log_echarts,
        log_html,
        log_image,
        log_molecule,
        log_object3d,
        log_text,
        log_video,
    )
    from swanlab.sdk.media.echarts import ECharts
    from swanlab.sdk.media.histogram import Histogram
    from swanlab.sdk.media.html import Html
    from swanlab.sdk.media.image import Image
    from swanlab.sdk.media.molecule import Molecule
    from swanlab.sdk.media.object3d import Object3D
    from swanlab.sdk.media.plotly import Plotly
    from swanlab.sdk.media.table import Table
    from swanlab.sdk.media.text import Text
    from swanlab.sdk.media.video import Video
    from swanlab.sdk.run import Run, config, finish, get_run, has_run, log
    from swanlab.sdk.state import State
    from swanlab.sdk.surface import async_log, get_config, get_project_url, get_url, require
    from swanlab.sidecar.sync import sync

    run: Run | None

_HOMES = {
    "Callback": "swanlab.sdk.callback",
    "Api": "swanlab.api",
    "OpenApi": "swanlab.api",
    "Run": "swanlab.sdk.run",
    "Settings": "swanlab.sdk.choices",
    "State": "swanlab.sdk.state",
    "async_log": "swanlab.sdk.surface",
    "SwanKitCallback": "swanlab.sdk.callback",
    "config": "swanlab.sdk.run",
    "define_metric": "swanlab.sdk.define",
    "define_scalar": "swanlab.sdk.define",
    "finish": "swanlab.sdk.run",
    "get_config": "swanlab.sdk.surface",
    "get_project_url": "swanlab.sdk.surface",
    "get_run": "swanlab.sdk.run",
    "get_url": "swanlab.sdk.surface",
    "has_run": "swanlab.sdk.run",
    "init": "swanlab.sdk.init",
    "log": "swanlab.sdk.run",
    "login": "swanlab.sdk.login",
    "merge_settings": "swanlab.sdk.choices",
    "merge_callbacks": "swanlab.sdk.hooks",
    "register_callbacks": "swanlab.sdk.hooks",
    "require": "swanlab.sdk.surface",
    "sync": "swanlab.sidecar.sync",
    "sync_mlflow": "swanlab.mirror.mlflow",
    "sync_tensorboardX": "swanlab.mirror.tensorboard",
    "sync_tensorboard_torch": "swanlab.mirror.tensorboard",
    "sync_wandb": "swanlab.mirror.wandb",
    "save": "swanlab.sdk.files",
    "Audio": "swanlab.sdk.media.audio",
    "ECharts": "swanlab.sdk.media.echarts",
    "Histogram": "swanlab.sdk.media.histogram",
    "Html": "swanlab.sdk.media.html",
    "Image": "swanlab.sdk.media.image",
    "Molecule": "swanlab.sdk.media.molecule",
    "Object3D": "swanlab.sdk.media.object3d",
    "Plotly": "swanlab.sdk.media.plotly",
    "Table": "swanlab.sdk.media.table",
    "Text": "swanlab.sdk.media.text",
    "Video": "swanlab.sdk.media.video",
    "log_audio": "swanlab.sdk.media.current",
    "log_echarts": "swanlab.sdk.media.current",
    "log_html": "swanlab.sdk.media.current",
    "log_image": "swanlab.sdk.media.current",
    "log_molecule": "swanlab.sdk.media.current",
    "log_object3d": "swanlab.sdk.media.current",
    "log_text": "swanlab.sdk.media.current",
    "log_video": "swanlab.sdk.media.current",
    "confusion_matrix": "swanlab.plot",
    "pr_curve": "swanlab.plot",
    "roc_curve": "swanlab.plot",
}

_MODULES = {"data", "echarts", "plot", "plugin", "utils"}
"""Reachable as ``swanlab.data`` and so on without being imported."""

__all__ = [  # noqa: RUF022 - in the order of use
    "login", "init", "log", "finish", "config", "run", "get_run", "has_run", "Run", "State",
    "Settings", "merge_settings", "async_log", "save", "get_config", "get_url", "get_project_url",
    "define_metric", "define_scalar",
    "Image", "Audio", "Text", "Video", "Html", "Object3D", "Molecule", "ECharts", "Plotly",
    "Histogram", "Table", "roc_curve", "pr_curve", "confusion_matrix",
    "log_text", "log_image", "log_audio", "log_video", "log_echarts", "log_html", "log_object3d",
    "log_molecule",
    "Callback", "SwanKitCallback", "register_callbacks", "merge_callbacks",
    "Api", "OpenApi", "sync", "sync_wandb", "sync_mlflow", "sync_tensorboardX",
    "sync_tensorboard_torch", "require",
    "__version__",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "run":
        # Changes with every init() and finish(), so it is never kept here.
        return __getattr__("get_run")()
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"swanlab.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'swanlab' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""An open experiment tracker for AI training: ``init()``, ``log()``, and a live chart.

Names are looked up when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.11.0"

if TYPE_CHECKING:
    from swanlab.api import Api, OpenApi
    from swanlab.sdk.callback import Callback, SwanKitCallback
    from swanlab.sdk.choices import Settings, merge_settings
    from swanlab.sdk.files import save
    from swanlab.sdk.hooks import merge_callbacks, register_callbacks
    from swanlab.sdk.init import init
    from swanlab.sdk.login import login
    from swanlab.sdk.run import Run, State, config, finish, get_run, has_run, log
    from swanlab.sdk.surface import async_log, get_config, get_project_url, get_url

    run: Run | None

_HOMES = {
    "Callback": "swanlab.sdk.callback",
    "Api": "swanlab.api",
    "OpenApi": "swanlab.api",
    "Run": "swanlab.sdk.run",
    "Settings": "swanlab.sdk.choices",
    "State": "swanlab.sdk.run",
    "async_log": "swanlab.sdk.surface",
    "SwanKitCallback": "swanlab.sdk.callback",
    "config": "swanlab.sdk.run",
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
    "save": "swanlab.sdk.files",
}

__all__ = [  # noqa: RUF022 - in the order of use
    "login", "init", "log", "finish", "config", "run", "get_run", "has_run", "Run", "State",
    "Settings", "merge_settings", "async_log", "save", "get_config", "get_url", "get_project_url",
    "Callback", "SwanKitCallback", "register_callbacks", "merge_callbacks",
    "Api", "OpenApi",
    "__version__",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "run":
        # Changes with every init() and finish(), so it is never kept here.
        return __getattr__("get_run")()
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'swanlab' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

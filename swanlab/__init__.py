"""An open experiment tracker for AI training: ``init()``, ``log()``, and a live chart.

Names are looked up when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.11.0"

if TYPE_CHECKING:
    from swanlab.api import Api, OpenApi
    from swanlab.sdk.init import init
    from swanlab.sdk.login import login
    from swanlab.sdk.run import Run, State, config, finish, get_run, has_run, log

    run: Run | None

_HOMES = {
    "Api": "swanlab.api",
    "OpenApi": "swanlab.api",
    "Run": "swanlab.sdk.run",
    "State": "swanlab.sdk.run",
    "config": "swanlab.sdk.run",
    "finish": "swanlab.sdk.run",
    "get_run": "swanlab.sdk.run",
    "has_run": "swanlab.sdk.run",
    "init": "swanlab.sdk.init",
    "log": "swanlab.sdk.run",
    "login": "swanlab.sdk.login",
}

__all__ = [  # noqa: RUF022 - in the order of use
    "login", "init", "log", "finish", "config", "run", "get_run", "has_run", "Run", "State",
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

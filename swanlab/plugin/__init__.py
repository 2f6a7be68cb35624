"""Callbacks ready to use: ``swanlab.plugin.notification`` and ``swanlab.plugin.writer``."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Find a module of callbacks, or a callback of either by its name alone."""
    if name in ("notification", "writer"):
        from importlib import import_module

        return import_module(f"swanlab.plugin.{name}")
    if name[:1].isupper():
        from swanlab.plugin import notification, writer

        for home in (notification, writer):
            if name in home.__all__:
                return getattr(home, name)
    raise AttributeError(f"module 'swanlab.plugin' has no attribute {name!r}")

"""``swanlab.echarts``: the charts of pyecharts under one roof, and a table to log bare.

Every name that pyecharts has is here too: ``swanlab.echarts.Bar()``, ``swanlab.echarts.options``.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from swanlab.sdk.media import table

__all__ = ["Table"]


class Table(table.Table):
    """A table as pyecharts spells it: ``Table().add(headers, rows)``."""

    def __init__(self) -> None:
        """Begin without columns."""
        super().__init__([], [])

    def add(
        self, headers: Sequence[Any], rows: Sequence[Sequence[Any]], attributes: Any = None
    ) -> Table:
        """Take columns and rows; ``attributes`` of HTML have no meaning here."""
        del attributes
        self.columns = [str(name) for name in headers]
        for row in rows:
            self.add_data(*row)
        return self


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    if name == "options":
        return import_module("pyecharts.options")
    for home in ("pyecharts.charts", "pyecharts.components", "pyecharts"):
        found = getattr(import_module(home), name, None)
        if found is not None:
            return found
    raise AttributeError(f"swanlab.echarts has no {name!r}: pyecharts has no chart of that name")

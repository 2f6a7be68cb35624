"""What a command found, for people as a table and for programs as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite, isnan
from typing import Any

import msgspec

from swanlab.cli.output import line

_WIDE = 10_000
"""Columns of a table that nobody looks at directly: nothing is to be cut."""


def show(found: Any, *, as_json: bool) -> None:
    """Print text as it is, a list of mappings and a mapping as a table; or everything as JSON."""
    if as_json:
        line(msgspec.json.format(msgspec.json.encode(_plain(found)), indent=2).decode())
    elif isinstance(found, str):
        line(found.removesuffix("\n"))
    elif isinstance(found, Mapping):
        _print(("", ""), ((name, _cell(value)) for name, value in found.items()), head=False)
    elif not found:
        line("Nothing.")
    elif isinstance(found[0], Mapping):
        columns = list(dict.fromkeys(name for row in found for name in row))
        rows = ([_cell(row.get(name)) for name in columns] for row in found)
        _print(columns, rows, head=True)
    else:
        for item in found:
            line(str(item))


def _print(columns: Sequence[str], rows: Iterable[Sequence[str]], *, head: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, show_header=head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    watched = sys.stdout.isatty()
    Console(width=None if watched else _WIDE, highlight=False).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict | list | tuple):
        return msgspec.json.encode(_plain(value)).decode()
    return str(value)


def _plain(value: Any) -> Any:
    """Spell numbers that JSON does not know."""
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value

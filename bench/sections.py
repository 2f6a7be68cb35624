"""Sections of ``RESULTS.md`` that programs of their own write, beside what ``main.py`` does."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bench import table

RESULTS = Path(__file__).parent / "RESULTS.md"
OWN = ("`chaos.py`", "`sustained.py`", "`pages.py`", "`bench_store.py --")
"""How the headings of these sections begin, behind ``## ``."""


def kept(text: str) -> list[str]:
    """Return the sections of ``text`` that are written apart."""
    parts = re.split(r"(?m)^(?=## )", text)
    return [
        part.rstrip() for part in parts if part.startswith(tuple(f"## {begin}" for begin in OWN))
    ]


def put(path: Path, title: str, lines: list[str]) -> None:
    """Write a section, in place of the one of the same title or at the end."""
    text = path.read_text() if path.is_file() else "# Measurements\n"
    parts = [part.rstrip() for part in re.split(r"(?m)^(?=## )", text)]
    section = "\n".join([f"## {title}", "", *lines])
    for place, part in enumerate(parts):
        if part.split("\n", 1)[0] == f"## {title}":
            parts[place] = section
            break
    else:
        parts.append(section)
    path.write_text("\n\n".join(parts) + "\n")


def where(begun: str, database: str, command: str) -> list[str]:
    """Return what a figure must be read beside: machine, versions, dates and load."""
    import swanlab

    machine = list(table.machine())[:2]  # nothing is bound to a core here
    return [
        f"`{command}`",
        "",
        *machine,
        f"- swanlab {swanlab.__version__}, {database}",
        f"- Begun {begun}; ended {table.today()}, load {table.load()} on {os.cpu_count()} cores",
    ]

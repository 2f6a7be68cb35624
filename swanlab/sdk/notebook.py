"""A run in a notebook: a link below the cell, where elsewhere there is a line of text."""

from __future__ import annotations

import sys
from collections.abc import Callable
from html import escape
from typing import Any


def in_notebook() -> bool:
    """Whether the program is cells run by a Jupyter kernel; loads nothing to find out."""
    return getattr(_shell(), "kernel", None) is not None


def _shell() -> Any:
    return getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()


def at_every_cell(call: Callable[..., None]) -> Callable[[], None]:
    """Call ``call`` when a cell begins; returns what ends that. Without IPython nothing happens."""
    shell = _shell()
    if shell is None:
        return lambda: None
    shell.events.register("pre_run_cell", call)

    def end() -> None:
        if call in shell.events.callbacks["pre_run_cell"]:
            shell.events.unregister("pre_run_cell", call)

    return end


def card(name: str, url: str | None, project_url: str | None, place: str | None) -> str:
    """Return the HTML that says where the run is seen."""
    if url is not None:
        project = _link(project_url, "project") if project_url else "project"
        return f"<div>🚀 Run {_link(url, name)} in its {project}</div>"
    if place is not None:
        return f"<div>Run {escape(name)} is recorded in <code>{escape(place)}</code></div>"
    return f"<div>Run {escape(name)} records nothing</div>"


def _link(address: str, text: str) -> str:
    safe = escape(address, quote=True)
    return f'<a href="{safe}" target="_blank" rel="noopener">{escape(text)}</a>'


def show(run: Any) -> None:
    """Show the run's card below the cell, when there is one."""
    if in_notebook():
        from IPython.display import display

        display(run)  # type: ignore[no-untyped-call, unused-ignore]

"""The wheel carries the built web front end, and is not built without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebHook(BuildHookInterface):
    """Fails a build (an editable install excepted) when the web was not built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Look for the start page before anything is packed."""
        page = Path(self.root) / "swanlab" / "server" / "static" / "index.html"
        if version != "editable" and not page.is_file():
            raise RuntimeError("The web front end is not built. Run `make web` first.")

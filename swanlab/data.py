"""``swanlab.data``: where the current run is, by the names that older programs use."""

from __future__ import annotations

from swanlab.sdk.run import Run, get_run
from swanlab.sdk.state import State
from swanlab.sdk.surface import get_config, get_project_url, get_url

__all__ = ["Run", "State", "get_config", "get_project_url", "get_run", "get_url"]

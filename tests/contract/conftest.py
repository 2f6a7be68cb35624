"""Every engine of the metric store goes through the same suite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from swanlab.server.metrics.store import Store, open_store

Opener = Callable[[], Store]


@pytest.fixture(params=["sqlite"])
def opener(request: pytest.FixtureRequest, tmp_path: Path):
    """Opens the same store, as often as it is called, and closes all in the end."""
    opened: list[Store] = []

    def open_again() -> Store:
        opened.append(open_store(tmp_path / "metrics.db"))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(opener: Opener) -> Store:
    return opener()

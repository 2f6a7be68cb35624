"""Every engine of the metric store goes through the same suite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from swanlab.server.metrics.store import Store, open_store

Opener = Callable[[], Store]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new store is to be: the path of a file, or the URL of an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "metrics.db")
    url: str = request.getfixturevalue("database_url")
    return url


@pytest.fixture
def opener(place: str):
    """Opens the same store, as often as it is called, and closes all in the end."""
    opened: list[Store] = []

    def open_again() -> Store:
        opened.append(open_store(place))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(opener: Opener) -> Store:
    return opener()

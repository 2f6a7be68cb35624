"""Every engine of the metric store goes through the same suite."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from swanlab.server.media.local import LocalMedia
from swanlab.server.media.shelf import Shelf
from swanlab.server.metrics.cold import Cold
from swanlab.server.metrics.store import Store, open_store

Opener = Callable[[], Store]


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """What keeps the store; modules that move points out of it add "postgresql+s3"."""
    return str(request.param)


@pytest.fixture
def place(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> str:
    """Where a new store is to be: the path of a file, or the URL of an empty database."""
    if engine == "sqlite":
        return str(tmp_path / "metrics.db")
    url: str = request.getfixturevalue("database_url")
    return url


class Shelved:
    """A place for segments, and what lies in it."""

    def __init__(self, shelf: Shelf, names: Callable[[], list[str]]) -> None:
        self.shelf, self.names = shelf, names


@pytest.fixture
def shelved(request: pytest.FixtureRequest, engine: str, tmp_path: Path, monkeypatch) -> Shelved:
    """Where the store's segments are: a folder, or a bucket."""
    if not engine.endswith("+s3"):
        folder = tmp_path / "media" / "segments"

        def files() -> list[str]:
            return sorted(str(path.relative_to(folder)) for path in folder.glob("*/*"))

        return Shelved(LocalMedia(tmp_path / "media").shelf(), files)
    from swanlab.server.media.object import ObjectMedia

    bucket, prefix = request.getfixturevalue("bucket"), os.urandom(6).hex()
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    start = f"{prefix}/segments/"

    def objects() -> list[str]:
        return sorted(name.removeprefix(start) for name in bucket.names(prefix))

    return Shelved(ObjectMedia(bucket.url(prefix)).shelf(), objects)


@pytest.fixture
def opener(place: str, shelved: Shelved, tmp_path: Path):
    """Opens the same store, as often as it is called, and closes all in the end."""
    opened: list[Store] = []

    def open_again() -> Store:
        cold = Cold(shelved.shelf, tmp_path / "cache" / "segments")
        opened.append(open_store(place, cold))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(opener: Opener) -> Store:
    return opener()

"""Every test has a home, a working directory and an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import swanlab
from tests.postgres import Postgres
from tests.s3 import bucket

__all__ = ["bucket", "own_place", "run_folder", "script"]


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in [name for name in os.environ if name.startswith("SWANLAB_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("SWANLAB_SAVE_DIR", str(tmp_path / "home" / ".swanlab"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "cache"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    yield
    if swanlab.has_run():
        swanlab.finish()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server."""
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def database_url(postgres: Postgres) -> Iterator[str]:
    """An empty database on it."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(scope="session")
def prepared(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with all tables."""
    from swanlab.server.state import Server

    name = postgres.create()
    folder = tmp_path_factory.mktemp("prepared")
    Server(folder, "server", database_url=postgres.url(name)).close()
    return name


@pytest.fixture
def server_url(postgres: Postgres, prepared: str) -> Iterator[str]:
    """A database with all tables, and nothing in them."""
    yield postgres.url(prepared)
    postgres.empty(prepared)


Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Runs a Python program in a process of its own and returns what became of it."""

    def run(
        source: str, *args: str, timeout: float = 60, **env: str
    ) -> subprocess.CompletedProcess[str]:
        path = Path.cwd() / "train.py"
        path.write_text(textwrap.dedent(source))
        return subprocess.run(
            [sys.executable, str(path), *args],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={**os.environ, **env},
        )

    return run


def run_folder() -> Path:
    """The only run folder in ``swanlog`` of the working directory."""
    (found,) = Path("swanlog").glob("run-*")
    return found

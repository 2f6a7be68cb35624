from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from swanlab.cli.main import main
from swanlab.client import Client
from tests.serving import PASSWORD, Serving


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose admin has a key that no test changes."""
    serving = Serving(tmp_path_factory.mktemp("lab")).start()
    client = Client(serving.host)
    serving.api_key = client.sign_in("admin", PASSWORD, scope="admin")
    client.close()
    yield serving
    serving.stop()


@pytest.fixture
def invoke() -> Callable[..., Result]:
    """Runs a command of ``swanlab`` in this process."""

    def run(*args: str, **options: Any) -> Result:
        return CliRunner().invoke(main, list(args), **options)

    return run

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugin.receivers import Mailbox, Service, certificate, mail_server


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def trusted(pair, monkeypatch) -> None:
    """This system trusts the test's certificate, as it would a company's own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pair[0]))


@pytest.fixture
def starttls(mailbox, pair) -> Iterator[int]:
    server = mail_server(mailbox, pair, tls_first=False)
    yield server.port
    server.stop()


@pytest.fixture
def tls(mailbox, pair) -> Iterator[int]:
    server = mail_server(mailbox, pair, tls_first=True)
    yield server.port
    server.stop()


@pytest.fixture
def clear(mailbox) -> Iterator[int]:
    server = mail_server(mailbox, None, tls_first=False)
    yield server.port
    server.stop()

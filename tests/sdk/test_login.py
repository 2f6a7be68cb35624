"""``swanlab.login()`` in a script: where the server is taken from."""

from __future__ import annotations

import pytest

import swanlab
from swanlab import credentials
from swanlab.errors import AuthenticationError
from tests.serving import PASSWORD, Serving


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    from swanlab.client import Client

    made = Serving(tmp_path_factory.mktemp("server")).start()
    client = Client(made.host)
    made.api_key = client.sign_in("admin", PASSWORD)
    client.close()
    yield made
    made.stop()


def test_a_key_alone_is_for_the_server_of_the_environment(serving, monkeypatch):
    monkeypatch.setenv("SWANLAB_API_HOST", f"{serving.host}/api")
    assert swanlab.login(serving.api_key) is True
    monkeypatch.delenv("SWANLAB_API_HOST")
    assert credentials.find() == credentials.Login(serving.host, serving.api_key, "admin")


def test_a_key_and_a_server_of_the_environment_are_enough(serving, monkeypatch):
    monkeypatch.setenv("SWANLAB_HOST", serving.host)
    monkeypatch.setenv("SWANLAB_API_KEY", serving.api_key)
    assert swanlab.login() is True


def test_a_new_key_is_for_the_server_last_used(serving):
    credentials.remember(credentials.Login(serving.host, "x" * 21))
    assert swanlab.login(serving.api_key, relogin=True) is True
    assert credentials.find().api_key == serving.api_key


def test_a_server_given_wins_over_that_of_the_environment(serving, monkeypatch):
    monkeypatch.setenv("SWANLAB_API_HOST", "http://127.0.0.1:1")
    assert swanlab.login(serving.api_key, serving.host) is True
    assert credentials.find(serving.host).username == "admin"


def test_without_any_server_it_says_how_to_name_one():
    with pytest.raises(AuthenticationError, match="SWANLAB_API_HOST"):
        swanlab.login("x" * 21)


def test_a_wrong_key_is_refused_and_not_remembered(serving):
    with pytest.raises(AuthenticationError):
        swanlab.login(api_key="x" * 21, host=serving.host)
    assert credentials.find(serving.host) is None

"""Accounts by program and on the command line; the code in docs/accounts.md is run as it stands."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import swanlab
from swanlab.cli.main import main
from swanlab.client import Client
from swanlab.errors import InvalidArgument, ServerError
from tests.serving import PASSWORD, Serving

PAGE = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text()


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    made = Serving(tmp_path_factory.mktemp("server")).start()
    client = Client(made.host)
    made.api_key = client.sign_in("admin", PASSWORD, scope="admin")
    client.close()
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def logged_in(serving, monkeypatch):
    monkeypatch.setenv("SWANLAB_API_KEY", serving.api_key)
    monkeypatch.setenv("SWANLAB_API_HOST", serving.host)


@pytest.fixture
def accounts(serving):
    with swanlab.Api() as api:
        yield api.accounts


def told(*arguments):
    done = CliRunner().invoke(main, ["api", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_code_of_accounts_md_runs(capsys):
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    exec(compile(code, "accounts.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "True 2099-01-3" in printed
    assert "cluster write None" in printed


def test_the_commands_of_accounts_md_run(accounts):
    for number in (1, 2):
        accounts.create_key(f"key {number}")
    (commands,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    outputs = []
    for line in commands.strip().splitlines():
        words = shlex.split(line)
        assert words[:2] == ["swanlab", "api"]
        outputs.append(told(*words[2:], "--json"))
    found = json.loads(outputs[-1])
    assert {one["action"] for one in found} == {"key.create", "key.revoke"}
    assert accounts.user("ann")["disabled_at"] is not None
    assert accounts.settings()["signup"] == "invite"
    assert accounts.quota("ann")["limit_bytes"] == 50_000_000_000


def test_keys_sessions_and_users_are_listed_as_tables_too(accounts):
    assert "scope" in told("keys", "list")
    assert told("sessions", "list").strip() == "Nothing."
    assert "admin" in told("users", "list", "--search", "adm")
    assert told("users", "list", "--search", "nobody of that name").strip() == "Nothing."


def test_what_is_no_time_and_what_is_refused_is_raised(accounts):
    with pytest.raises(InvalidArgument, match="no time"):
        accounts.create_key("x", expires_at="soon")
    with pytest.raises(ServerError, match="last admin"):
        accounts.edit_user("admin", admin=False)
    with pytest.raises(ServerError, match="no such user"):
        accounts.user("nobody")


def test_a_log_longer_than_a_page_is_read_on(accounts, monkeypatch):
    monkeypatch.setattr("swanlab.api.accounts._PAGE", 2)
    for number in range(5):
        accounts.create_user(f"many{number}")
    found = accounts.audit(size=5, action="user.create")
    assert [one["target"] for one in found] == [f"many{number}" for number in (4, 3, 2, 1, 0)]
    assert [one["username"] for one in accounts.users("many")] == [f"many{n}" for n in range(5)]

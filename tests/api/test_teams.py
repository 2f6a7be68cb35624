"""Teams by program and on the command line; the code in docs/teams.md is run as it stands."""

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
from swanlab.errors import ServerError
from tests.serving import PASSWORD, Serving

PAGE = (Path(__file__).parents[2] / "docs" / "teams.md").read_text()


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
def api(serving):
    with swanlab.Api() as found:
        yield found


@pytest.fixture(scope="module")
def ann(serving):
    """Another user."""
    with swanlab.Api(serving.api_key, serving.host) as api:
        api.accounts.create_user("ann", "correct horse battery")
    client = Client(serving.host)
    key = client.sign_in("ann", "correct horse battery", scope="admin")
    client.close()
    with swanlab.Api(key, serving.host) as found:
        yield found


def told(*arguments):
    done = CliRunner().invoke(main, ["api", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_the_code_of_teams_md_runs(capsys, serving):
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    exec(compile(code, "teams.md", "exec"), {})
    printed = capsys.readouterr().out
    for line in (
        f"{serving.host}/join 3",
        "[('admin', 'owner')]",
        "lab MANAGE",
        "lab/felines ['vision'] True",
        'view ["for the paper\'s reviewers"]',
        "felines 1",
        "lab/cats2",
    ):
        assert line in printed, line


def test_the_commands_of_teams_md_run():
    (commands,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    answers = []
    for line in commands.strip().splitlines():
        words = shlex.split(line)
        assert words[:2] == ["swanlab", "api"]
        answers.append(told(*words[2:]))
    assert answers[5]["tags"] == ["vision", "small"]
    assert answers[6]["archived"] is True
    assert "people/dogs" in [f"{one['workspace']}/{one['name']}" for one in answers[-1]]


def test_members_come_are_changed_and_go(api, ann):
    team = api.create_workspace("crew")
    link = team.invite("member", approval=True)["link"]
    assert ann.join(link) == {"workspace": "crew", "waiting": True}
    assert [one["username"] for one in told("workspace", "requests", "crew")] == ["ann"]
    assert told("workspace", "approve", "crew", "ann")["role"] == "member"
    assert ann.workspace("crew").role == "MEMBER"
    assert ann.workspace("crew").workspace_type == "TEAM"
    assert ann.create_project("crew", "own").access == "MANAGE"
    assert told("workspace", "role", "crew", "ann", "viewer")["role"] == "viewer"
    with pytest.raises(ServerError) as refused:
        ann.create_project("crew", "other")
    assert refused.value.status == 403
    assert {one.name for one in ann.workspaces()} >= {"ann", "crew"}
    assert told("workspace", "remove", "crew", "ann", "--yes") == {"removed": "ann"}
    assert ann.workspace("crew").role == "VISITOR"
    (invite,) = [team.invite("viewer")["id"]]
    assert told("workspace", "uninvite", "crew", str(invite)) == {"taken back": invite}
    assert told("workspace", "invites", "crew") == []


def test_a_project_is_shared_transferred_and_purged(api, ann):
    project = api.create_project("admin", "shared")
    told("project", "share", "admin/shared", "ann", "write")
    assert ann.project("admin/shared").access == "WRITE"
    assert [one["username"] for one in told("project", "collaborators", "admin/shared")] == ["ann"]
    told("project", "unshare", "admin/shared", "ann")
    with pytest.raises(ServerError) as refused:
        ann.project("admin/shared")
    assert refused.value.status == 404
    number = project.create_link("embed")["id"]
    assert told("project", "unlink", "admin/shared", str(number)) == {"taken back": number}
    api.create_workspace("depot")
    moved = told("project", "transfer", "admin/shared", "depot", "--name", "kept", "--yes")
    assert moved["path"] == "depot/kept"
    assert api.project("admin/shared").path == "depot/kept"
    assert told("project", "star", "depot/kept")["starred"] is True
    assert told("project", "star", "depot/kept", "--undo")["starred"] is False
    told("project", "delete", "depot/kept", "--yes")
    (held,) = [one for one in api.bin() if one["name"] == "kept"]
    assert api.purge(held["id"]) is False
    assert told("bin", "purge", str(held["id"]), "--yes") == {"deleted": held["id"]}
    assert held["id"] not in [one["id"] for one in told("bin", "list")]
    assert told("workspace", "delete", "depot", "--yes") == {"deleted": "depot"}


def test_what_one_prefers_is_shown_and_set(ann):
    assert ann.preferences()["default_workspace"] == "ann"
    assert ann.set_preferences(visibility="PUBLIC")["default_visibility"] == "public"
    assert ann.create_project("ann", "seen").visibility == "PUBLIC"
    assert ann.create_project("ann", "unseen", "PRIVATE").visibility == "PRIVATE"

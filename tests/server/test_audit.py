"""The audit log is written with what it tells of, and holds no secrets."""

from __future__ import annotations

import pytest

from swanlab.server import audit
from swanlab.server.db import audit as entries
from swanlab.server.db import users, workspaces


def entry(server, **wanted):
    with server.db.read() as connection:
        return entries.page(connection, entries.Wanted(**wanted), 50)


def test_an_entry_is_there_only_if_the_change_is(server, nobody):
    def fails():
        with server.db.write() as connection:
            audit.note(connection, None, "project.delete", "lab/demo")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert entry(server) == []


def test_entries_are_found_by_who_what_and_where(server, nobody, alice):
    with server.db.write() as connection:
        who = users.find(connection, "alice")
        audit.note(connection, who, "project.delete", "alice/demo", {"runs": 3}, workspace="alice")
        audit.note(connection, None, "user.disable", "bob")
    assert [one.action for one in entry(server, action="project")] == ["project.delete"]
    assert [one.target for one in entry(server, actor="Alice")] == ["alice/demo"]
    assert [one.detail for one in entry(server, target="alice")] == ['{"runs":3}']
    assert entry(server, action="projec") == entry(server, target="ali") == []
    assert [one.actor for one in entry(server, action="user.disable")] == [None]
    with server.db.read() as connection:
        number = workspaces.find(connection, "alice").id
    place = entry(server, workspace=number)
    assert [(one.workspace, one.action) for one in place] == [("alice", "project.delete")]
    assert entry(server, before=place[0].id, action="project") == []


def test_runs_that_are_deleted_are_named(server, alice, run):
    assert alice.delete(run).status_code == 204
    for number in range(3):
        alice.post("/projects/alice/demo/runs", json={"id": f"many{number}"})
    gone = [f"many{number}" for number in range(3)]
    alice.post("/projects/alice/demo/runs/delete", json={"runs": gone})
    several, one = entry(server, action="run.delete")
    assert (one.target, one.actor) == ("alice/demo/r1", "alice")
    assert (several.target, several.workspace) == ("alice/demo", "alice")
    assert '"count":3' in several.detail


def test_what_is_no_action_or_names_a_secret_is_refused(server, nobody):
    with server.db.write() as connection:
        with pytest.raises(ValueError, match="not an action"):
            audit.note(connection, None, "deleted", "x")
        with pytest.raises(ValueError, match="must not hold"):
            audit.note(connection, None, "key.new", "x", {"api_token": "y"})
        audit.note(connection, None, "key.new", "x", {"long": "y" * 9000})
    assert len(entry(server)[0].detail) < 5000

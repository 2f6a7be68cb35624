"""Organisations, invites, collaborators, share links, old addresses, the bin."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from swanlab.server import retention
from swanlab.server.db import bin as bins
from swanlab.server.db import schema
from swanlab.server.db.engine import now
from tests.server.wire import Sender, frame, header, keys, purge, scalars

LAB = "/workspaces/lab"


@pytest.fixture
def bob(as_user):
    return as_user("bob")


@pytest.fixture
def lab(alice, engine):
    """An organisation that alice owns."""
    assert alice.post("/workspaces", json={"name": "lab"}).status_code == 201
    return LAB


def come(owner, member, role="member", **more):
    """Let somebody into the lab by an invite."""
    made = owner.post(f"{LAB}/invites", json={"role": role, **more})
    assert made.status_code == 201, made.text
    return member.post("/join", json={"token": made.json()["token"]})


def roles(client):
    found = client.get(f"{LAB}/members").json()["members"]
    return {one["username"]: one["role"] for one in found}


def codes(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_an_organisation_is_made_described_renamed_and_found_by_its_old_name(alice, lab):
    place = alice.patch(lab, json={"description": " We train. "}).json()
    assert (place["kind"], place["role"], place["description"]) == (
        "organization", "owner", "We train.",
    )  # fmt: skip
    alice.post("/projects/lab/demo/runs", json={"id": "r1"})
    assert alice.post(f"{lab}/rename", json={"name": "Labs"}).json()["name"] == "Labs"
    assert alice.get(lab).json()["name"] == "Labs"
    assert alice.get("/projects/lab/demo").json()["workspace"] == "Labs"
    assert alice.post(f"{lab}/rename", json={"name": "lab"}).json()["name"] == "lab"
    assert alice.get("/workspaces/Labs").json()["name"] == "lab"


@pytest.mark.parametrize("name", ["alice", "Alice", "LAB", "bob", "BOB"])
def test_names_of_users_and_organisations_are_not_taken_twice(alice, lab, bob, name):
    assert codes(alice.post("/workspaces", json={"name": name})) == (409, "taken")


def test_nobody_signs_up_by_the_name_of_an_organisation(alice, lab, server):
    assert server.auth.new_user("Lab", "a long password", admin=False) is None
    alice.post(f"{lab}/rename", json={"name": "labs"})
    assert server.auth.new_user("lab", "a long password", admin=False) is None


def test_an_organisation_goes_only_when_nothing_is_in_it_or_its_bin(alice, lab):
    alice.post("/projects/lab", json={"name": "demo"})
    assert codes(alice.delete(lab)) == (409, "not_empty")
    alice.delete("/projects/lab/demo")
    assert codes(alice.delete(lab)) == (409, "not_empty")
    (held,) = alice.get("/bin").json()["projects"]
    alice.delete(f"/bin/{held['id']}")
    assert alice.delete(lab).status_code == 204
    assert alice.get(lab).status_code == 404
    assert codes(alice.delete("/workspaces/alice")) == (409, "personal")


def test_who_has_an_invite_comes_in_as_often_as_it_says(alice, lab, bob, as_user):
    carol = as_user("carol")
    made = alice.post(f"{lab}/invites", json={"role": "viewer", "most_uses": 1}).json()
    body = {"token": made["token"]}
    assert made["path"] == f"/join#{made['token']}"
    assert bob.post("/join/look", json=body).json()["workspace"] == "lab"
    assert bob.post("/join", json=body).json() == {"workspace": "lab", "waiting": False}
    assert bob.get(lab).json()["role"] == "viewer"
    assert carol.post("/join", json=body).status_code == 404
    assert alice.get(f"{lab}/invites").json() == {"invites": []}
    assert roles(alice) == {"alice": "owner", "bob": "viewer"}


def test_an_invite_that_is_taken_back_or_ran_out_lets_nobody_in(alice, lab, bob, server):
    made = alice.post(f"{lab}/invites", json={}).json()
    assert alice.delete(f"{lab}/invites/{made['invite']['id']}").status_code == 204
    assert bob.post("/join", json={"token": made["token"]}).status_code == 404
    made = alice.post(f"{lab}/invites", json={}).json()
    with server.db.write() as connection:
        connection.execute(update(schema.workspace_invites).values(expires_at=now() - 1))
    assert bob.post("/join/look", json={"token": made["token"]}).status_code == 404
    assert bob.post("/join", json={"token": made["token"]}).status_code == 404


def test_with_approval_a_manager_lets_in_or_does_not(alice, lab, bob, as_user):
    carol = as_user("carol")
    for one in (bob, carol):
        assert come(alice, one, approval=True).json() == {"workspace": "lab", "waiting": True}
        assert one.get(lab).status_code == 404
    waiting = alice.get(f"{lab}/requests").json()["requests"]
    assert [(one["username"], one["role"]) for one in waiting] == [
        ("bob", "member"), ("carol", "member"),
    ]  # fmt: skip
    assert alice.post(f"{lab}/requests/bob").json()["role"] == "member"
    assert alice.delete(f"{lab}/requests/carol").status_code == 204
    assert roles(alice) == {"alice": "owner", "bob": "member"}
    assert alice.get(f"{lab}/requests").json() == {"requests": []}


def test_what_a_role_allows_changes_with_it_at_once(alice, lab, bob):
    come(alice, bob, "viewer")
    alice.post("/projects/lab/demo/runs", json={"id": "r1"})
    run = "/projects/lab/demo/runs/r1"
    assert bob.get(run).json()["editable"] is False
    assert bob.patch(run, json={"name": "x"}).status_code == 403
    assert bob.post("/projects/lab/demo/runs", json={"id": "r2"}).status_code == 403
    assert bob.post("/projects/lab/new/runs", json={"id": "r2"}).status_code == 403
    alice.patch(f"{lab}/members/bob", json={"role": "member"})
    assert bob.patch(run, json={"name": "x"}).status_code == 200
    assert bob.post("/projects/lab/demo/runs", json={"id": "r2"}).status_code == 200
    assert bob.delete("/projects/lab/demo").status_code == 403
    alice.delete(f"{lab}/members/bob")
    assert bob.get(run).status_code == 404


def test_owners_are_made_and_unmade_by_owners_and_the_last_stays(alice, lab, bob):
    come(alice, bob, "admin")
    assert codes(bob.patch(f"{lab}/members/bob", json={"role": "owner"})) == (403, "forbidden")
    assert codes(bob.delete(f"{lab}/members/alice")) == (403, "forbidden")
    assert codes(alice.post(f"{lab}/leave")) == (409, "last_owner")
    assert codes(alice.patch(f"{lab}/members/alice", json={"role": "viewer"})) == (
        409, "last_owner",
    )  # fmt: skip
    alice.patch(f"{lab}/members/bob", json={"role": "owner"})
    assert alice.post(f"{lab}/leave").status_code == 204
    assert roles(bob) == {"bob": "owner"}
    assert alice.get(lab).status_code == 404
    assert codes(alice.post("/workspaces/alice/leave")) == (409, "personal")


def test_who_makes_a_project_in_an_organisation_manages_it_until_they_leave(alice, lab, bob):
    come(alice, bob)
    assert bob.post("/projects/lab/own/runs", json={"id": "r1"}).status_code == 200
    assert bob.get("/projects/lab/own").json()["access"] == "manage"
    assert bob.post("/projects/lab/own/rename", json={"name": "mine"}).status_code == 200
    assert bob.post(f"{lab}/leave").status_code == 204
    assert bob.get("/projects/lab/mine").status_code == 404
    assert alice.get("/projects/lab/mine/collaborators").json() == {"collaborators": []}


def test_runs_go_to_the_default_workspace_and_are_as_visible_as_is_set(alice, lab, bob):
    assert alice.get("/preferences").json() == {
        "default_workspace": "alice", "default_visibility": "private",
    }  # fmt: skip
    chosen = {"default_workspace": "lab", "default_visibility": "public"}
    assert alice.patch("/preferences", json=chosen).json() == chosen
    opened = alice.post("/projects/~/demo/runs", json={"id": "r1"}).json()
    assert (opened["workspace"], opened["path"]) == ("lab", "/@lab/demo/runs/r1")
    assert alice.get("/projects/lab/demo").json()["visibility"] == "public"
    hidden = {"id": "r1", "options": {"public": False}}
    alice.post("/projects/~/hidden/runs", json=hidden)
    assert alice.get("/projects/~/hidden").json()["visibility"] == "private"
    assert bob.patch("/preferences", json={"default_workspace": "lab"}).status_code == 404
    come(alice, bob, "viewer")
    assert bob.patch("/preferences", json={"default_workspace": "lab"}).status_code == 403
    assert alice.patch("/preferences", json={"default_workspace": None}).json() == {
        "default_workspace": "alice", "default_visibility": "public",
    }  # fmt: skip


def test_collaborators_do_what_they_were_given_and_nothing_beside(alice, run, bob):
    path = "/projects/alice/demo"
    alice.post("/projects/alice", json={"name": "other"})
    assert bob.get(path).status_code == 404
    alice.put(f"{path}/collaborators/bob", json={"share": "read"})
    assert bob.get(path).json()["access"] == "read"
    assert [one["name"] for one in bob.get("/projects").json()["projects"]] == ["demo"]
    assert bob.get("/projects/alice/other").status_code == 404
    alice.put(f"{path}/collaborators/bob", json={"share": "write"})
    assert bob.post(f"{path}/runs", json={"id": "r2"}).status_code == 200
    Sender(bob, f"{path}/runs/r2").send(frame(header("r2")) + keys("loss") + scalars(0, 1.0))
    assert bob.post("/projects/alice/new/runs", json={"id": "r2"}).status_code == 404
    assert bob.post(f"{path}/links", json={"kind": "view"}).status_code == 403
    alice.put(f"{path}/collaborators/bob", json={"share": "manage"})
    assert bob.post(f"{path}/links", json={"kind": "view"}).status_code == 201
    assert alice.delete(f"{path}/collaborators/bob").status_code == 204
    assert bob.get(path).status_code == 404
    assert alice.put(f"{path}/collaborators/nobody", json={"share": "read"}).status_code == 404


def test_a_share_link_shows_this_project_to_whoever_has_it_until_it_is_taken_back(
    alice, run, nobody, server
):
    alice.post("/projects/alice", json={"name": "other"})
    path = "/projects/alice/demo"
    made = alice.post(f"{path}/links", json={"kind": "view", "label": " for Eve "}).json()
    assert made["link"]["label"] == "for Eve"
    by = {"swanlab-share": made["token"]}
    opened = nobody.post("/shares/open", json={"token": made["token"]}).json()
    assert (opened["workspace"], opened["project"], opened["kind"]) == ("alice", "demo", "view")
    assert nobody.get(run, headers=by).json()["editable"] is False
    assert nobody.get(path, params={"share": made["token"]}).json()["access"] == "read"
    assert nobody.get(path).status_code == 401
    assert nobody.get("/projects/alice/other", headers=by).status_code == 401
    assert nobody.patch(run, json={"name": "x"}, headers=by).status_code == 401
    assert nobody.get("/projects", headers=by).status_code == 401
    assert alice.delete(f"{path}/links/{made['link']['id']}").status_code == 204
    assert nobody.get(run, headers=by).status_code == 401
    assert nobody.post("/shares/open", json={"token": made["token"]}).status_code == 404
    late = alice.post(f"{path}/links", json={"kind": "view", "days": 1}).json()
    by = {"swanlab-share": late["token"]}
    assert nobody.get(run, headers=by).status_code == 200
    with server.db.write() as connection:
        connection.execute(update(schema.share_links).values(expires_at=now() - 1))
        server.auth.changed(connection)
    assert nobody.get(run, headers=by).status_code == 401


def test_a_link_for_embedding_shows_charts_and_no_console_or_files(alice, run, nobody):
    made = alice.post("/projects/alice/demo/links", json={"kind": "embed"}).json()
    by = {"swanlab-share": made["token"]}
    assert nobody.get("/projects/alice/demo/runs", headers=by).status_code == 200
    assert nobody.get(f"{run}/series", headers=by).status_code == 200
    for part in ("logs", "files", "export", "console"):
        assert nobody.get(f"{run}/{part}", headers=by).status_code == 401


def test_only_where_admins_allow_it_public_projects_need_no_account(alice, run, nobody, as_user):
    root = as_user("root", admin=True)
    alice.patch("/projects/alice/demo", json={"visibility": "public"})
    alice.post("/projects/alice", json={"name": "other"})
    assert nobody.get(run).status_code == 401
    root.patch("/instance/settings", json={"anonymous_read": True})
    assert nobody.get(run).status_code == 200
    assert [one["name"] for one in nobody.get("/projects").json()["projects"]] == ["demo"]
    assert nobody.get("/projects/alice/other").status_code == 401
    assert nobody.post(f"{run}/heartbeat").status_code == 401
    root.patch("/instance/settings", json={"anonymous_read": False})
    assert nobody.get(run).status_code == 401


def test_a_renamed_project_is_found_at_its_old_address_and_posts_go_on(alice, run):
    sender = Sender(alice, run)
    sender.send(frame(header()) + keys("loss") + scalars(0, 1.0))
    renamed = alice.post("/projects/alice/demo/rename", json={"name": "cats"}).json()
    assert (renamed["name"], renamed["runs"]) == ("cats", 1)
    sender.send(scalars(1, 2.0))
    assert alice.get(run).json()["project"] == "cats"
    opened = alice.post("/projects/alice/demo/runs", json={"id": "r1"}).json()
    assert (opened["created"], opened["project"]) == (False, "cats")
    (series,) = alice.get("/projects/alice/cats/runs/r1/series").json()["series"]
    assert series["count"] == 2
    assert alice.post("/projects/alice", json={"name": "demo"}).status_code == 201
    assert alice.get("/projects/alice/demo").json()["runs"] == 0
    assert codes(alice.post("/projects/alice/cats/rename", json={"name": "demo"})) == (
        409, "exists",
    )  # fmt: skip


def test_a_project_is_transferred_with_all_it_holds(alice, lab, run, bob):
    sender = Sender(alice, run)
    sender.send(frame(header()) + keys("loss") + scalars(0, 1.0))
    come(alice, bob, "viewer")
    assert bob.get(run).status_code == 404
    moved = alice.post("/projects/alice/demo/transfer", json={"workspace": "lab"}).json()
    assert (moved["workspace"], moved["name"]) == ("lab", "demo")
    assert bob.get("/projects/lab/demo/runs/r1").status_code == 200
    assert bob.get(run).json()["workspace"] == "lab"
    sender.send(scalars(1, 2.0))
    away = {"workspace": "bob"}
    assert alice.post("/projects/lab/demo/transfer", json=away).status_code == 404
    assert bob.post("/projects/lab/demo/transfer", json=away).status_code == 403


def test_runs_are_copied_and_projects_cloned_where_one_may_write(alice, lab, run, bob):
    sender = Sender(alice, run)
    sender.send(frame(header()) + keys("loss") + scalars(0, 1.0))
    alice.post("/projects/alice/demo/transfer", json={"workspace": "lab"})
    come(alice, bob, "viewer")
    mine = {"name": "copy", "workspace": "bob"}
    assert bob.post("/projects/lab/demo/clone", json=mine).status_code == 201
    there = {"name": "copy", "workspace": "lab"}
    assert bob.post("/projects/lab/demo/clone", json=there).status_code == 403
    into = {"runs": ["r1"], "workspace": "lab", "project": "demo"}
    assert bob.post("/projects/bob/copy/runs/copy", json=into).status_code == 403
    alice.put("/projects/lab/demo/collaborators/bob", json={"share": "write"})
    assert bob.post("/projects/bob/copy/runs/copy", json=into).status_code == 200


def test_a_deleted_project_lies_in_the_bin_and_comes_back_whole(alice, run, bob):
    sender = Sender(alice, run)
    sender.send(frame(header()) + keys("loss") + scalars(0, 1.0))
    before = alice.get(run).json()
    assert alice.delete("/projects/alice/demo").status_code == 204
    assert alice.get(run).status_code == 404
    assert sender.post(scalars(1, 2.0)).status_code == 404
    assert alice.get("/projects").json() == {"projects": []}
    assert alice.get("/workspaces/alice").json()["projects"] == 0
    (held,) = alice.get("/bin").json()["projects"]
    assert (held["name"], held["runs"], held["deleted_by"]) == ("demo", 1, "alice")
    assert held["purged_at"] - held["deleted_at"] == 30 * 24 * 3600 * 1000
    assert bob.get("/bin").json() == {"projects": []}
    assert bob.delete(f"/bin/{held['id']}").status_code == 404
    alice.post("/projects/alice", json={"name": "demo"})
    assert codes(alice.post(f"/bin/{held['id']}/restore", json={})) == (409, "exists")
    back = alice.post(f"/bin/{held['id']}/restore", json={"name": "again"}).json()
    assert (back["name"], back["runs"]) == ("again", 1)
    after = alice.get("/projects/alice/again/runs/r1").json()
    assert {name for name in before if after[name] != before[name]} <= {
        "project", "seen_at", "duration",
    }  # fmt: skip
    again = Sender(alice, "/projects/alice/again/runs/r1")
    again.offset = sender.offset
    again.send(scalars(1, 2.0))
    assert alice.get("/bin").json() == {"projects": []}


def test_what_was_long_enough_in_the_bin_is_freed_by_the_sweep(alice, run, server):
    Sender(alice, run).send(frame(header()) + keys("loss") + scalars(0, 1.0))
    alice.post("/projects/alice", json={"name": "young"})
    for name in ("demo", "young"):
        alice.delete(f"/projects/alice/{name}")
    assert retention.empty_bin(server, lambda: False) == 0
    with server.db.write() as connection:
        old = update(schema.projects).where(schema.projects.c.deleted_name == "demo")
        connection.execute(old.values(deleted_at=now() - bins.KEPT_MS - 1))
    assert retention.empty_bin(server, lambda: False) == 1
    server.freeing.sweep()
    if server.db.shared:
        assert server.stores.of(1).runs() == []
    else:
        assert not server.stores.has(1)
    assert [one["name"] for one in alice.get("/bin").json()["projects"]] == ["young"]


def test_projects_are_tagged_starred_and_archived(alice, run, bob):
    path = "/projects/alice/demo"
    assert alice.patch(path, json={"tags": [" nlp ", "nlp", ""]}).json()["tags"] == ["nlp"]
    alice.patch(path, json={"visibility": "public"})
    assert (bob.put(f"{path}/star").json()["starred"], alice.get(path).json()["stars"]) == (True, 1)
    assert alice.get(path).json()["starred"] is False
    assert bob.delete(f"{path}/star").json()["stars"] == 0
    assert alice.put(f"{path}/archive").json()["archived_at"] is not None
    alice.post(f"{path}/runs", json={"id": "r2"})
    assert alice.get(path).json()["archived_at"] is None
    alice.put(f"{path}/archive")
    assert alice.delete(f"{path}/archive").json()["archived_at"] is None


def test_who_only_writes_does_not_change_who_may_read(alice, run, bob):
    path = "/projects/alice/demo"
    alice.put(f"{path}/collaborators/bob", json={"share": "write"})
    assert bob.patch(path, json={"description": "ours"}).json()["description"] == "ours"
    assert codes(bob.patch(path, json={"visibility": "public"})) == (403, "forbidden")
    assert alice.get(path).json()["visibility"] == "private"


def test_the_home_of_a_workspace_lists_what_happened_last(alice, lab, bob):
    for name in ("first", "second"):
        alice.post(f"/projects/lab/{name}/runs", json={"id": "r1", "name": name})
    found = alice.get(f"{lab}/activity").json()["activity"]
    assert [(one["project"], one["run"]) for one in found] == [("second", "r1"), ("first", "r1")]
    purge(alice, "/projects/lab/first")
    assert len(alice.get(f"{lab}/activity").json()["activity"]) == 1
    assert bob.get(f"{lab}/activity").status_code == 404


def test_what_changes_access_is_written_down_for_those_who_manage(alice, lab, bob):
    come(alice, bob)
    alice.patch(f"{lab}/members/bob", json={"role": "admin"})
    alice.post("/projects/lab", json={"name": "demo"})
    alice.post("/projects/lab/demo/links", json={"kind": "view"})
    alice.delete("/projects/lab/demo")
    told = bob.get(f"{lab}/audit").json()["entries"]
    assert [(one["actor"], one["action"]) for one in told] == [
        ("alice", "project.delete"), ("alice", "link.create"), ("alice", "member.role"),
        ("bob", "member.join"), ("alice", "invite.create"), ("alice", "workspace.create"),
    ]  # fmt: skip


def test_an_admin_of_the_server_mends_an_organisation_but_reads_no_private_project(
    alice, lab, bob, as_user
):
    root = as_user("root", admin=True)
    come(alice, bob)
    alice.post("/projects/lab", json={"name": "demo"})
    assert root.get("/projects/lab/demo").status_code == 404
    assert root.patch(f"{lab}/members/bob", json={"role": "owner"}).status_code == 200
    assert root.get("/workspaces/alice").status_code == 404

"""What is too much for a workspace waits; what is being recorded goes on."""

from __future__ import annotations

from hashlib import sha256

import pytest

from swanlab.server import quotas
from tests.server.wire import Sender, frame, header, hold, keys, scalars


@pytest.fixture
def admin(as_user):
    return as_user("root", admin=True)


@pytest.fixture(autouse=True)
def counted_at_once(monkeypatch):
    monkeypatch.setattr(quotas, "COUNTED", 0.0)


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_a_new_run_too_many_waits_and_those_at_work_go_on(admin, alice, run, sender):
    admin.patch("/quotas/alice", json={"runs": 1})
    refused = alice.post("/projects/alice/demo/runs", json={"id": "r2"})
    assert code(refused) == (507, "quota")
    assert refused.headers["retry-after"] == "30"
    assert alice.post("/projects/alice/demo/runs", json={"id": "r1"}).status_code == 200
    sender.send(frame(header()) + keys("loss") + scalars(0, 0.5))
    assert [one["id"] for one in alice.get("/projects/alice/demo/runs").json()["runs"]] == ["r1"]
    admin.patch("/quotas/alice", json={"runs": None})
    assert alice.post("/projects/alice/demo/runs", json={"id": "r2"}).status_code == 200


def test_a_project_is_not_made_for_a_run_that_waits(admin, alice):
    admin.patch("/quotas/alice", json={"runs": 0})
    assert code(alice.post("/projects/alice/new/runs", json={"id": "r1"}))[0] == 507
    assert alice.get("/projects/alice/new").status_code == 404


def test_files_too_large_wait_until_there_is_room(admin, alice, run):
    hold(alice, run, b"x" * 60)
    admin.patch("/quotas/alice", json={"bytes": 100})
    more = b"y" * 50
    digest = sha256(more).hexdigest()
    path, sent = f"{run}/blobs/{digest}/upload", {"params": {"offset": 0, "size": 50}}
    assert code(alice.put(path, content=more, **sent)) == (507, "quota")
    assert code(alice.post(f"{run}/blobs/{digest}", json={"size": 50})) == (507, "quota")
    Sender(alice, run).send(frame(header()) + keys("loss") + scalars(0, 0.5))
    shown = admin.get("/quotas/alice").json()
    assert (shown["limit_bytes"], shown["used_bytes"], shown["used_runs"]) == (100, 60, 1)
    admin.patch("/quotas/alice", json={"bytes": 110})
    hold(alice, run, more)
    assert admin.get("/quotas/alice").json()["used_bytes"] == 110


def test_bytes_that_two_runs_share_count_once(admin, alice, run):
    hold(alice, run, b"x" * 60)
    alice.post("/projects/alice/demo/runs", json={"id": "r2"})
    hold(alice, "/projects/alice/demo/runs/r2", b"x" * 60)
    assert admin.get("/quotas/alice").json()["used_bytes"] == 60


def test_a_quota_of_the_server_holds_where_there_is_none_of_the_workspace(admin, alice, run):
    admin.patch("/instance/settings", json={"quota_runs": 1})
    assert code(alice.post("/projects/alice/demo/runs", json={"id": "r2"}))[0] == 507
    admin.patch("/quotas/alice", json={"runs": 2})
    assert alice.post("/projects/alice/demo/runs", json={"id": "r2"}).status_code == 200
    assert admin.get("/quotas/nobody").status_code == 404
    assert alice.get("/quotas/alice").status_code == 403

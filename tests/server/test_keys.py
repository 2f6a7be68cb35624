"""API keys and sessions: what each may do, and how it ends."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from swanlab.server.db import keys, users
from swanlab.server.db.engine import now
from swanlab.server.sweep import Sweep
from tests.server.wire import Sender, frame, header

PASSWORD = "a long password"
OWN = {"origin": "http://testserver"}


@pytest.fixture
def key(nobody, alice):
    """Make a client with a new key of alice; its number is ``client.number``."""

    def make(scope="write", **more):
        made = alice.post("/keys", json={"name": "gpu", "scope": scope, **more})
        assert made.status_code == 200, made.text
        client = TestClient(nobody.app, base_url=nobody.base_url)
        client.portal = nobody.portal
        client.headers["authorization"] = f"Bearer {made.json()['api_key']}"
        client.number = made.json()["key"]["id"]
        return client

    return make


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_a_key_that_reads_changes_nothing(run, alice, key):
    reader = key("read")
    assert reader.get("/projects/alice/demo").status_code == 200
    table = reader.post("/projects/alice/demo/runs/table", json={})
    assert table.status_code == 200
    assert code(reader.post("/projects/alice/demo/runs", json={"id": "r2"})) == (403, "scope")
    assert code(reader.patch("/projects/alice/demo", json={"description": "x"})) == (403, "scope")
    assert code(reader.delete(run)) == (403, "scope")
    sent = Sender(reader, run).post(frame(header()))
    assert code(sent) == (403, "scope")


def test_a_key_that_writes_records_and_makes_no_keys(run, key):
    writer = key("write")
    assert writer.post("/projects/alice/demo/runs", json={"id": "r2"}).status_code == 200
    assert code(writer.post("/keys", json={"name": "x"})) == (403, "scope")
    assert code(writer.delete("/sessions")) == (403, "scope")
    assert code(writer.put("/account/password", json={"new": "x" * 9, "old": "y"})) == (
        403,
        "scope",
    )


def test_only_an_admins_key_of_that_scope_does_what_admins_do(as_user):
    admin = as_user("root", admin=True)
    made = admin.post("/keys", json={"name": "ci", "scope": "write"}).json()["api_key"]
    assert code(admin.get("/users", headers={"authorization": f"Bearer {made}"})) == (403, "scope")
    assert admin.get("/users").status_code == 200


def test_a_revoked_key_says_when_and_what_to_do(alice, key, server):
    used = key()
    assert used.get("/projects").status_code == 200
    assert alice.delete(f"/keys/{used.number}").status_code == 204
    answer = used.get("/projects")
    assert code(answer) == (401, "key_revoked")
    message = answer.json()["error"]["message"]
    assert message.startswith("This key was revoked on ")
    assert message.endswith("Make a new one in Settings, then run `swanlab login`.")
    assert used.get("/health").status_code == 200
    assert alice.get("/keys").json()["keys"][0]["revoked_at"] <= now()
    assert alice.delete(f"/keys/{used.number}").status_code == 204


def test_a_key_that_ran_out_says_so(alice, key, monkeypatch):
    soon = key(expires_at=now() + 60_000)
    assert soon.get("/projects").status_code == 200
    later = now() + 61_000
    monkeypatch.setattr("swanlab.server.auth.now", lambda: later)
    assert code(soon.get("/projects")) == (401, "key_expired")
    past = alice.post("/keys", json={"name": "x", "expires_at": 1})
    assert code(past) == (400, "past")


def test_keys_are_listed_without_what_they_are(alice, key):
    used = key("read")
    secret = used.headers["authorization"].split()[1]
    used.get("/projects")
    listed = alice.get("/keys")
    assert secret not in listed.text
    newest, first = listed.json()["keys"]
    assert (newest["name"], newest["scope"], newest["start"]) == ("gpu", "read", secret[:4])
    assert abs(newest["used_at"] - now()) < 60_000
    assert newest["address"] == "testclient"
    assert (newest["current"], first["current"]) == (False, True)
    renamed = alice.patch(f"/keys/{used.number}", json={"name": " new "}).json()
    assert renamed["name"] == "new"
    assert alice.patch(f"/keys/{used.number}", json={"name": " "}).status_code == 400


def test_keys_of_others_are_not_there(as_user, key):
    used, bob = key(), as_user("bob")
    assert bob.delete(f"/keys/{used.number}").status_code == 404
    assert bob.patch(f"/keys/{used.number}", json={"name": "x"}).status_code == 404
    assert bob.delete("/keys/nonsense").status_code == 404
    assert used.get("/projects").status_code == 200


def test_the_last_use_is_written_by_the_sweep_and_not_by_requests(alice, key, server):
    used = key()
    used.get("/projects")

    def noted():
        with server.db.read() as connection:
            alice = users.find(connection, "alice")
            return keys.get(connection, alice.id, used.number).used_at

    assert noted() is None
    sweep = Sweep(server)
    sweep.look()
    first = noted()
    assert first is not None
    used.get("/projects")
    sweep.look()
    assert noted() == first  # not before a minute has passed


def test_a_user_has_a_hundred_keys_at_most(alice, server, monkeypatch):
    monkeypatch.setattr("swanlab.server.routes.keys.MAX_KEYS", 2)
    made = alice.post("/keys", json={"name": "second"}).json()["key"]["id"]
    assert code(alice.post("/keys", json={"name": "third"})) == (409, "too_many")
    alice.delete(f"/keys/{made}")
    assert alice.post("/keys", json={"name": "third"}).status_code == 200


def browser(nobody, agent):
    client = TestClient(nobody.app, base_url=nobody.base_url, headers={**OWN, "user-agent": agent})
    client.portal = nobody.portal
    body = {"username": "carol", "password": PASSWORD}
    assert client.post("/session", json=body).status_code == 200
    return client


@pytest.fixture
def browsers(nobody, server):
    server.auth.new_user("carol", PASSWORD, admin=False)
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
    return [browser(nobody, agent) for agent in (firefox, edge, "curl/8.1 <script>")]


def test_sessions_are_listed_with_what_browser_they_are(browsers):
    found = browsers[1].get("/sessions").json()["sessions"]
    assert {one["agent"] for one in found} == {"Firefox on Linux", "Edge on Windows", "curl"}
    current = [one for one in found if one["current"]]
    assert [one["agent"] for one in current] == ["Edge on Windows"]
    assert all(one["address"] == "testclient" for one in found)


def test_sessions_end_singly_and_all_others_at_once(browsers, as_user):
    first, second, third = browsers
    listed = first.get("/sessions").json()["sessions"]
    number = next(one["id"] for one in listed if one["agent"] == "curl")
    assert as_user("bob").delete(f"/sessions/{number}").status_code == 404
    assert first.delete(f"/sessions/{number}").status_code == 204
    assert third.get("/session").status_code == 401
    assert first.delete("/sessions").json() == {"count": 1}
    assert second.get("/session").status_code == 401
    assert first.get("/session").status_code == 200

"""Signing in, keys, and requests that other sites forge."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from swanlab.server.auth import COOKIE
from swanlab.server.db import sessions
from swanlab.server.db.engine import now
from swanlab.server.db.schema import metadata, tries
from swanlab.server.http import Problem
from swanlab.server.passwords import FORGET_MS, Brake
from swanlab.server.sweep import Sweep

PASSWORD = "a long password"
OWN = {"origin": "http://testserver"}
KEY = {"name": "laptop"}


@pytest.fixture
def carol(server):
    return server.auth.new_user("Carol", PASSWORD, admin=False)


def sign_in(client, username="carol", password=PASSWORD, **headers):
    body = {"username": username, "password": password}
    return client.post("/session", json=body, headers=headers)


def test_signing_in_sets_a_cookie_scripts_cannot_read(carol, nobody):
    answer = sign_in(nobody)
    assert answer.json()["user"] == {"username": "Carol", "admin": False}
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert nobody.get("/session").json()["user"]["username"] == "Carol"


def test_the_cookie_is_secure_over_https(carol, nobody):
    nobody.base_url = "https://testserver/api/v1"
    assert "Secure" in sign_in(nobody).headers["set-cookie"]


@pytest.mark.parametrize(("username", "password"), [("carol", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_user_are_answered_alike(carol, nobody, username, password):
    answer = sign_in(nobody, username, password)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "The username or the password is wrong."


def test_guessing_is_slowed_down_after_five_tries(carol, nobody, server):
    began = now()  # What is long ago may be swept away at any moment.
    server.auth._by_name = Brake("name", 5, clock=lambda _: began)
    for _ in range(5):
        assert sign_in(nobody, password="guess").status_code == 401
    assert sign_in(nobody, password="guess").status_code == 401
    slowed = sign_in(nobody)
    assert slowed.status_code == 429
    assert int(slowed.headers["retry-after"]) >= 1


def pressed(server, brake, *key) -> bool:
    """Whether the brake lets this try pass."""
    try:
        with server.db.write() as connection:
            brake.press(connection, *key)
    except Problem:
        return False
    return True


def test_the_brake_forgets_after_a_right_password(server, nobody):
    began = now()
    brake = Brake("x", 2, clock=lambda _: began)
    assert [pressed(server, brake, "a") for _ in range(2)] == [True] * 2
    with server.db.write() as connection:
        brake.release(connection, "a")
    assert [pressed(server, brake, "a") for _ in range(4)] == [True] * 3 + [False]
    assert pressed(server, brake, "b")
    assert pressed(server, Brake("y", 2, clock=lambda _: began), "a")


def test_pauses_double_up_to_a_minute_and_end_with_quiet(server, nobody):
    at = [now()]
    brake = Brake("x", 1, clock=lambda _: at[0])
    assert pressed(server, brake, "a")
    for pause in (2, 4, 8, 16, 32, 60, 60):
        assert pressed(server, brake, "a")
        at[0] += pause * 1000 - 1
        assert not pressed(server, brake, "a")
        at[0] += 1
    at[0] += FORGET_MS + 1
    assert [pressed(server, brake, "a") for _ in range(3)] == [True, True, False]


def test_old_tries_are_swept_away_and_others_kept(server, nobody):
    for key, at in (("old", now() - FORGET_MS - 1), ("new", now())):
        assert pressed(server, Brake("x", 5, clock=lambda _, at=at: at), key)
    Sweep(server).look()
    with server.db.read() as connection:
        assert len(connection.execute(select(tries.c.hash)).all()) == 1


def test_signing_out_ends_the_session_itself(carol, nobody):
    sign_in(nobody)
    token = nobody.cookies[COOKIE]
    assert nobody.delete("/session", headers=OWN).status_code == 204
    nobody.cookies.set(COOKIE, token)
    assert nobody.get("/session").status_code == 401


def test_a_session_that_ran_out_is_signed_out(carol, nobody, server):
    with server.db.write() as connection:
        from swanlab.server.auth import digest

        sessions.add(connection, carol.id, digest("old"), 1)
    nobody.cookies.set(COOKIE, "old")
    assert nobody.get("/session").status_code == 401


def test_a_new_api_key_works_beside_the_old_one(alice):
    key = alice.post("/keys", json=KEY).json()["api_key"]
    assert len(key) == 21
    assert key.isalnum()
    assert alice.get("/projects").status_code == 200
    assert alice.get("/projects", headers={"authorization": f"Bearer {key}"}).status_code == 200


@pytest.mark.parametrize("header", ["Bearer short", "Basic YTpi", "", "Bearer " + "a" * 21])
def test_a_header_without_a_good_key_is_nobody(alice, header):
    assert alice.get("/projects", headers={"authorization": header}).status_code == 401


def test_secrets_are_not_in_the_database_as_they_are(carol, nobody, alice, server, tmp_path):
    sign_in(nobody)
    token, key = nobody.cookies[COOKIE], alice.headers["authorization"].split()[1]
    with server.db.read() as connection:
        tables = [connection.execute(select(table)).all() for table in metadata.sorted_tables]
    files = (tmp_path / "data").glob("swanlab.db*")
    stored = repr(tables).encode() + b"".join(path.read_bytes() for path in files)
    assert b"Carol" in stored
    for secret in (token, key, PASSWORD):
        assert secret.encode() not in stored


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_cookie_does_not_let_another_site_act(carol, nobody, headers):
    sign_in(nobody)
    answer = nobody.post("/keys", json=KEY, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "cross_site")


@pytest.mark.parametrize("headers", [OWN, {"sec-fetch-site": "same-origin"}])
def test_the_own_pages_may_act_with_the_cookie(carol, nobody, headers):
    sign_in(nobody)
    assert nobody.post("/keys", json=KEY, headers=headers).status_code == 200


def test_another_site_cannot_sign_a_browser_in(carol, nobody):
    assert sign_in(nobody, origin="http://evil.example").status_code == 403


def test_an_api_key_needs_no_origin(alice):
    assert alice.post("/keys", json=KEY, headers={"origin": "http://elsewhere"}).status_code == 200


def test_only_an_admin_adds_users(as_user):
    body = {"username": "dave", "password": PASSWORD}
    assert as_user("bob").post("/users", json=body).status_code == 403
    admin = as_user("root", admin=True)
    added = {"username": "dave", "admin": False, "link": None}
    assert admin.post("/users", json=body).json() == added
    assert admin.post("/users", json={**body, "username": "DAVE"}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"username": "-dave", "password": PASSWORD},
        {"username": "d" * 26, "password": PASSWORD},
        {"username": "dave\n", "password": PASSWORD},
        {"username": "", "password": PASSWORD},
        {"username": "dave", "password": "1234567"},
        {"username": "dave", "password": "password1"},
        {"username": "dave", "password": "davedavedave"},
        {"username": "longlivedave", "password": "longlivedave"},
        {"username": "dave", "password": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    ],
)
def test_bad_names_and_short_passwords_are_refused(as_user, body):
    assert as_user("root", admin=True).post("/users", json=body).status_code == 400


def test_a_run_may_be_opened_only_in_the_own_workspace(alice, as_user):
    bob = as_user("bob")
    assert bob.post("/projects/alice/demo/runs", json={"id": "r"}).status_code == 404
    opened = bob.post("/projects/~/demo/runs", json={"id": "r"}).json()
    assert opened["path"] == "/@bob/demo/runs/r"
    assert bob.get("/projects/~/demo").json()["workspace"] == "bob"

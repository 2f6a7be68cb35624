"""How people come to have an account, their passwords, and what admins do about them."""

from __future__ import annotations

import argon2
import pytest
from starlette.testclient import TestClient

from swanlab.server import accounts, passwords
from swanlab.server.app import create_app  # noqa: F401 - what the clients below talk to
from swanlab.server.auth import COOKIE
from swanlab.server.db import audit, users
from swanlab.server.db.engine import now

PASSWORD = "a long password"
OTHER = "quite another phrase"
OWN = {"origin": "http://testserver"}


@pytest.fixture
def admin(as_user):
    return as_user("root", admin=True)


@pytest.fixture
def browser(nobody):
    """Make browsers: clients with cookies of their own."""

    def make(username=None, password=PASSWORD):
        client = TestClient(nobody.app, base_url=nobody.base_url, headers=OWN)
        client.portal = nobody.portal
        if username is not None:
            body = {"username": username, "password": password}
            assert client.post("/session", json=body).status_code == 200
        return client

    return make


def still(name, free):
    """A brake for which no time passes."""
    at = now()
    return passwords.Brake(name, free, clock=lambda _: at)


def actions(server, **wanted):
    with server.db.read() as connection:
        return [one.action for one in audit.page(connection, audit.Wanted(**wanted), 100)]


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def path_of(link, page):
    assert link.startswith(f"http://testserver{page}")
    return link.rpartition("/")[2]


def test_signing_up_is_closed_until_an_admin_opens_it(admin, nobody, server):
    body = {"username": "dora", "password": PASSWORD}
    assert code(nobody.post("/signup", json=body)) == (403, "no_signup")
    assert nobody.get("/instance").json()["signup"] == "closed"
    admin.patch("/instance/settings", json={"signup": "open"})
    assert nobody.post("/signup", json=body).json() == {"username": "dora", "confirm": False}
    assert nobody.post("/session", json=body).json()["user"] == {"username": "dora", "admin": False}
    assert code(nobody.post("/signup", json={**body, "username": "DORA"}, headers=OWN)) == (
        409,
        "taken",
    )
    assert actions(server, actor="dora") == ["session.open", "user.signup"]


def test_an_invite_lets_in_as_many_as_it_says(admin, nobody):
    admin.patch("/instance/settings", json={"signup": "invite"})
    made = admin.post("/invites", json={"uses": 2}).json()
    token = path_of(made["link"], "/join/")
    assert nobody.post("/invite", json={"token": token}).json() == {"good": True, "email": None}
    body = {"password": PASSWORD, "invite": token}
    for name in ("one", "two"):
        assert nobody.post("/signup", json={**body, "username": name}).status_code == 200
    assert code(nobody.post("/signup", json={**body, "username": "three"})) == (403, "bad_invite")
    assert nobody.post("/invite", json={"token": token}).json()["good"] is False
    assert admin.get("/invites").json()["invites"][0]["used"] == 2
    assert code(nobody.post("/signup", json={"username": "x", "password": PASSWORD}))[0] == 403


def test_an_invite_that_was_taken_back_or_is_for_an_address(admin, nobody):
    admin.patch("/instance/settings", json={"signup": "invite"})
    made = admin.post("/invites", json={"email": "Dora@lab.org"}).json()
    body = {"username": "dora", "password": PASSWORD, "invite": path_of(made["link"], "/join/")}
    assert nobody.post("/signup", json=body).status_code == 200
    held = admin.get("/users/dora").json()
    assert (held["email"], held["verified"]) == ("dora@lab.org", True)
    again = admin.post("/invites", json={}).json()
    assert admin.delete(f"/invites/{again['invite']['id']}").status_code == 204
    body = {"username": "eve", "password": PASSWORD, "invite": path_of(again["link"], "/join/")}
    assert code(nobody.post("/signup", json=body)) == (403, "bad_invite")
    assert admin.delete("/invites/999").status_code == 404


def test_a_name_that_is_taken_does_not_use_up_the_invite(admin, nobody):
    admin.patch("/instance/settings", json={"signup": "invite"})
    token = path_of(admin.post("/invites", json={}).json()["link"], "/join/")
    body = {"username": "root", "password": PASSWORD, "invite": token}
    assert code(nobody.post("/signup", json=body)) == (409, "taken")
    assert nobody.post("/signup", json={**body, "username": "dora"}).status_code == 200


def test_domains_need_mail_that_shows_the_address(admin, nobody):
    admin.patch("/instance/settings", json={"signup": "open", "email_domains": ["lab.org"]})
    body = {"username": "dora", "password": PASSWORD}
    assert code(nobody.post("/signup", json=body)) == (403, "email_domain")
    foreign = {**body, "email": "dora@lab.org.evil.example"}
    assert code(nobody.post("/signup", json=foreign)) == (403, "email_domain")
    assert code(nobody.post("/signup", json={**body, "email": "d@lab.org"})) == (403, "no_mail")


def test_a_user_added_without_a_password_chooses_one_by_a_link_once(admin, nobody, browser):
    added = admin.post("/users", json={"username": "dora"}).json()
    assert code(nobody.post("/session", json={"username": "dora", "password": "!"}))[0] == 401
    body = {"token": path_of(added["link"], "/reset/"), "password": OTHER}
    assert code(nobody.post("/password/reset", json={**body, "password": "password1"}))[0] == 400
    assert code(nobody.post("/password/reset", json={**body, "password": "doradoradora"}))[0] == 400
    assert nobody.post("/password/reset", json=body).json()["username"] == "dora"
    assert code(nobody.post("/password/reset", json=body)) == (403, "bad_link")
    assert browser("dora", OTHER).get("/account").json()["has_password"] is True


def test_a_reset_ends_all_sessions_and_the_links_before_it(admin, nobody, browser, server):
    admin.post("/users", json={"username": "dora", "password": PASSWORD})
    signed_in = browser("dora")
    first, second = (admin.post("/users/dora/reset").json()["link"] for _ in range(2))
    body = {"token": path_of(first, "/reset/"), "password": OTHER}
    assert code(nobody.post("/password/reset", json=body)) == (403, "bad_link")
    assert signed_in.get("/session").status_code == 200
    body["token"] = path_of(second, "/reset/")
    assert nobody.post("/password/reset", json=body).status_code == 200
    assert signed_in.get("/session").status_code == 401
    assert actions(server, action="password") == [
        "password.reset",
        "password.link",
        "password.link",
    ]


def test_a_link_that_ran_out_is_no_link(admin, nobody, monkeypatch):
    monkeypatch.setitem(accounts.LINK_MS, "password", -1)
    added = admin.post("/users", json={"username": "dora"}).json()
    body = {"token": path_of(added["link"], "/reset/"), "password": OTHER}
    assert code(nobody.post("/password/reset", json=body)) == (403, "bad_link")


def test_changing_the_password_asks_for_the_old_one_and_ends_other_sessions(admin, browser, nobody):
    admin.post("/users", json={"username": "dora", "password": PASSWORD})
    here, there = browser("dora"), browser("dora")
    body = {"old": "wrong", "new": OTHER}
    assert code(here.put("/account/password", json=body)) == (403, "wrong_password")
    body["old"] = PASSWORD
    assert code(here.put("/account/password", json={**body, "new": "dora1234"}))[0] == 400
    assert here.put("/account/password", json=body).json() == {"count": 1}
    assert here.get("/session").status_code == 200
    assert there.get("/session").status_code == 401
    assert code(nobody.post("/session", json={"username": "dora", "password": PASSWORD}))[0] == 401
    assert browser("dora", OTHER).get("/session").status_code == 200


def test_whoever_holds_a_browser_cannot_guess_the_old_password_fast(admin, browser, server):
    admin.post("/users", json={"username": "dora", "password": PASSWORD})
    here = browser("dora")
    server.auth._by_name = still("name", 2)
    body = {"old": "wrong", "new": OTHER}
    found = [here.put("/account/password", json=body).status_code for _ in range(4)]
    assert found == [403, 403, 403, 429]


@pytest.mark.parametrize("username", ["dora", "nobody", "gone", "unset"])
def test_signing_in_hashes_once_whoever_is_asked_for(admin, nobody, monkeypatch, username):
    for name in ("dora", "gone"):
        admin.post("/users", json={"username": name, "password": PASSWORD})
    admin.patch("/users/gone", json={"disabled": True})
    admin.post("/users", json={"username": "unset"})
    passwords.matches(None, "x")  # makes the hash that stands for who is not there
    calls = []
    verify = argon2.PasswordHasher.verify
    counted = lambda *given: (calls.append(1), verify(*given))[1]  # noqa: E731
    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    made = argon2.PasswordHasher.hash
    monkeypatch.setattr(
        argon2.PasswordHasher, "hash", lambda *a, **k: (calls.append(2), made(*a, **k))[1]
    )
    answer = nobody.post("/session", json={"username": username, "password": "a wrong one"})
    assert code(answer) == (401, "wrong_password")
    assert calls == [1]


def test_a_hash_of_weaker_parameters_is_made_anew_at_sign_in(admin, browser, server):
    admin.post("/users", json={"username": "dora", "password": PASSWORD})
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with server.db.write() as connection:
        users.set_password(connection, users.find(connection, "dora").id, weak)
    browser("dora")
    with server.db.read() as connection:
        kept = users.login(connection, "dora").password
    assert not argon2.PasswordHasher().check_needs_rehash(kept)
    assert argon2.PasswordHasher().verify(kept, PASSWORD)


def test_who_is_disabled_is_out_at_once_and_back_with_what_they_had(
    admin, as_user, browser, nobody
):
    admin.post("/users", json={"username": "dora", "password": PASSWORD})
    signed_in = browser("dora")
    made = signed_in.post("/keys", json={"name": "gpu"}).json()["api_key"]
    key = {"authorization": f"Bearer {made}"}
    assert nobody.get("/projects", headers=key).status_code == 200
    assert admin.patch("/users/dora", json={"disabled": True}).json()["disabled_at"] > 0
    assert code(nobody.get("/projects", headers=key)) == (401, "disabled")
    assert signed_in.get("/session").status_code == 401
    body = {"username": "dora", "password": PASSWORD}
    assert code(nobody.post("/session", json=body)) == (401, "disabled")
    assert code(nobody.post("/session", json={**body, "password": "wrong one"}))[1] != "disabled"
    admin.patch("/users/dora", json={"disabled": False})
    assert nobody.get("/projects", headers=key).status_code == 200
    assert signed_in.get("/session").status_code == 401


def test_the_last_admin_stays(admin, as_user):
    for change in ({"admin": False}, {"disabled": True}):
        assert code(admin.patch("/users/root", json=change)) == (409, "last_admin")
    admin.post("/users", json={"username": "dora", "admin": True})
    assert admin.patch("/users/dora", json={"disabled": True}).status_code == 200
    assert code(admin.patch("/users/root", json={"admin": False})) == (409, "last_admin")
    admin.patch("/users/dora", json={"disabled": False})
    assert admin.patch("/users/root", json={"admin": False}).status_code == 200
    assert admin.get("/users").status_code == 403


def test_admins_find_users_by_name_and_address(admin):
    for name in ("ann", "bob", "cy"):
        admin.post("/users", json={"username": name, "email": f"{name}@lab.org"})
    page = admin.get("/users", params={"size": 2}).json()
    assert [one["username"] for one in page["users"]] == ["ann", "bob"]
    assert (page["total"], page["after"]) == (4, "bob")
    page = admin.get("/users", params={"size": 2, "after": "bob"}).json()
    assert ([one["username"] for one in page["users"]], page["after"]) == (["cy", "root"], None)
    found = admin.get("/users", params={"search": "B@LAB"}).json()["users"]
    assert [one["username"] for one in found] == ["bob"]
    assert admin.get("/users", params={"search": "%"}).json()["users"] == []
    assert code(admin.post("/users", json={"username": "d", "email": "ANN@lab.org"}))[0] == 409


def test_secrets_of_the_settings_are_masked_and_stay_with_their_server(admin, server):
    mail = {"host": "mail.lab.org", "sender": "swanlab@lab.org", "password": "hush"}
    shown = admin.patch("/instance/settings", json={"mail": mail}).json()["mail"]
    assert shown["password"] == "********"
    admin.patch("/instance/settings", json={"mail": {**shown, "port": 25}})
    assert (server.auth.settings().mail.port, server.auth.settings().mail.password) == (25, "hush")
    admin.patch("/instance/settings", json={"mail": {**shown, "host": "evil.example"}})
    assert server.auth.settings().mail.password == ""
    log = admin.get("/audit").text
    assert "hush" not in log
    assert "instance.change" in log


@pytest.mark.parametrize("path", ["/password/reset", "/email/confirm", "/invite"])
def test_guessing_links_is_slowed_down(nobody, monkeypatch, path):
    monkeypatch.setattr(accounts, "_links", still("link", 2))
    body = {"token": "guess", "password": OTHER} if path == "/password/reset" else {"token": "x"}
    found = [nobody.post(path, json=body).status_code for _ in range(4)]
    assert found[-1] == 429
    assert 429 not in found[:3]


def test_signing_up_many_is_slowed_down(admin, nobody, monkeypatch):
    admin.patch("/instance/settings", json={"signup": "open"})
    brake = still("signup", 2)
    monkeypatch.setattr(accounts, "_signing_up", brake)
    bodies = [{"username": f"u{number}", "password": PASSWORD} for number in range(4)]
    found = [nobody.post("/signup", json=body).status_code for body in bodies]
    assert found == [200, 200, 200, 429]


def test_the_audit_log_is_paged_and_for_admins_only(admin, alice):
    for name in ("ann", "bob", "cy"):
        admin.post("/users", json={"username": name})
    first = admin.get("/audit", params={"size": 2, "action": "user"}).json()
    assert [one["target"] for one in first["entries"]] == ["cy", "bob"]
    assert first["entries"][0]["actor"] == "root"
    assert first["entries"][0]["address"] == "testclient"
    wanted = {"size": 2, "action": "user", "before": first["before"]}
    rest = admin.get("/audit", params=wanted).json()
    assert [one["target"] for one in rest["entries"]] == ["ann"]
    assert rest["before"] is None
    assert alice.get("/audit").status_code == 403


def test_cookies_are_cleared_at_sign_out(admin, browser):
    admin.post("/users", json={"username": "dora", "password": PASSWORD})
    here = browser("dora")
    assert COOKIE in here.cookies
    assert here.delete("/session").status_code == 204
    assert COOKIE not in here.cookies

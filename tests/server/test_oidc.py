"""Sign-in elsewhere, with a real provider on loopback."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import subprocess
import sys
import urllib.parse

import httpx2 as httpx
import msgspec
import pytest
from starlette.testclient import TestClient

from swanlab.server import oidc
from swanlab.server.auth import COOKIE
from swanlab.server.db import users
from swanlab.server.routes import oidc as routes
from tests.serving import free_port, wait_for

PASSWORD = "a long password"
OWN = {"origin": "http://testserver"}
PEOPLE = {
    "s1": {"email": "Ann@lab.org", "email_verified": True, "name": "Ann B"},
    "s2": {"email": "bob@lab.org", "email_verified": False},
    "s3": {"preferred_username": "cy", "groups": ["staff", "swanlab-admins"]},
    "s4": {"preferred_username": "cy!!", "groups": ["staff"]},
}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    """A provider as a process of its own: it warns of old parts of the libraries it uses."""
    port = free_port()
    people = (json.dumps({"sub": sub, **claims}) for sub, claims in PEOPLE.items())
    given = [word for one in people for word in ("--user-claims", one)]
    with (tmp_path_factory.mktemp("provider") / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "oidc_provider_mock", "-p", str(port), "-n", "true", *given],
            stdout=log,
            stderr=log,
        )
    found = f"http://127.0.0.1:{port}"

    def answers():
        assert process.poll() is None
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(
                f"{found}/.well-known/openid-configuration", trust_env=False
            ).is_success

    try:
        wait_for(answers)
        yield found
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def admin(as_user):
    return as_user("root", admin=True)


@pytest.fixture
def setting(admin, issuer):
    """Set the provider; returns what sets it otherwise."""

    def change(**changes):
        wanted = {"issuer": issuer, "client_id": "swanlab", "client_secret": "hush", **changes}
        answer = admin.patch("/instance/settings", json={"oidc": wanted})
        assert answer.status_code == 200, answer.text

    change()
    return change


@pytest.fixture
def browser(nobody):
    def make():
        client = TestClient(
            nobody.app, base_url=nobody.base_url, headers=OWN, follow_redirects=False
        )
        client.portal = nobody.portal
        return client

    return make


def consented(client, sub, **more):
    """Go to the provider, say who one is, and return where it sends the browser."""
    url = client.post("/oidc/start", json={"target": "/@ann", **more}).json()["url"]
    answer = httpx.post(url, data={"sub": sub}, trust_env=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def back(client, location):
    assert location.startswith("http://testserver/api/v1/oidc/callback?")
    return client.get("/oidc/callback?" + urllib.parse.urlsplit(location).query)


def signed_in(client, sub, **more):
    answer = back(client, consented(client, sub, **more))
    assert answer.status_code == 303
    return answer.headers["location"]


def who(client):
    return client.get("/session").json()["user"]


def test_somebody_new_comes_back_with_an_account(setting, browser, admin, nobody):
    assert nobody.get("/instance").json()["oidc"] == "SSO"
    ann = browser()
    assert signed_in(ann, "s1") == "/@ann"
    assert who(ann) == {"username": "Ann", "admin": False}
    held = admin.get("/users/ann").json()
    assert (held["email"], held["verified"], held["has_password"]) == ("ann@lab.org", True, False)
    assert COOKIE in ann.cookies
    again = browser()
    signed_in(again, "s1")
    assert who(again)["username"] == "Ann"
    log = admin.get("/audit", params={"actor": "Ann"}).json()["entries"]
    assert [one["action"] for one in log] == [
        "session.open", "session.open", "user.link", "user.signup",
    ]  # fmt: skip


def test_an_address_that_both_know_to_be_theirs_links_the_account(setting, browser, admin):
    admin.post("/users", json={"username": "annie", "password": PASSWORD, "email": "ann@lab.org"})
    ann = browser()
    signed_in(ann, "s1")
    assert who(ann)["username"] == "annie"


@pytest.mark.parametrize("sub", ["s1", "s2"])
def test_an_address_that_one_of_them_does_not_vouch_for_links_nothing(
    setting, browser, admin, server, sub
):
    email = {"s1": "ann@lab.org", "s2": "bob@lab.org"}[sub]
    with server.db.write() as connection:
        squatter = users.create(connection, "squatter", "!", admin=False)
        users.set_email(connection, squatter.id, email, verified=sub == "s2")
    person = browser()
    signed_in(person, sub)
    assert who(person)["username"] != "squatter"


def test_who_is_signed_in_links_an_identity_and_another_cannot_take_it(setting, browser, admin):
    for name in ("dora", "eve"):
        admin.post("/users", json={"username": name, "password": PASSWORD})
    dora, eve = browser(), browser()
    assert dora.post("/oidc/start", json={"link": True}).status_code == 401
    for client, name in ((dora, "dora"), (eve, "eve")):
        client.post("/session", json={"username": name, "password": PASSWORD})
    signed_in(dora, "s2", link=True)
    assert who(dora)["username"] == "dora"
    assert signed_in(eve, "s2", link=True) == "/login?failed=oidc_taken"
    assert who(eve)["username"] == "eve"
    later = browser()
    signed_in(later, "s2")
    assert who(later)["username"] == "dora"


def test_only_the_browser_that_began_can_come_back_and_once(setting, browser):
    mine, other = browser(), browser()
    location = consented(mine, "s1")
    assert back(other, location).headers["location"] == "/login?failed=oidc_state"
    assert back(mine, location).headers["location"] == "/login?failed=oidc_state"
    location = consented(mine, "s1")
    assert back(mine, location).headers["location"] == "/@ann"
    assert back(mine, location).headers["location"] == "/login?failed=oidc_state"


def test_what_took_too_long_is_over(setting, browser, monkeypatch):
    monkeypatch.setattr(routes, "WITHIN_MS", -1)
    client = browser()
    url = client.post("/oidc/start", json={}).json()["url"]
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["state"][0]
    answer = client.get("/oidc/callback", params={"state": state, "code": "x"})
    assert answer.headers["location"] == "/login?failed=oidc_state"


def test_who_says_no_there_is_not_signed_in(setting, browser):
    client = browser()
    url = client.post("/oidc/start", json={}).json()["url"]
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["state"][0]
    refused = {"state": state, "error": "access_denied"}
    answer = client.get("/oidc/callback", params=refused)
    assert answer.headers["location"] == "/login?failed=oidc_refused"
    assert client.get("/session").status_code == 401


def test_a_token_for_another_sign_in_is_refused(setting, browser, monkeypatch):
    client = browser()
    location = consented(client, "s1")
    take = routes.rows.take
    monkeypatch.setattr(
        routes.rows, "take", lambda *given: msgspec.structs.replace(take(*given), nonce="x" * 32)
    )
    assert back(client, location).headers["location"] == "/login?failed=oidc_failed"


def test_the_code_is_worth_nothing_without_what_only_we_know(setting, browser, monkeypatch):
    client, sent = browser(), []
    asked = oidc._asked

    def noted(method, place, **given):
        sent.append(given.get("data", {}))
        return asked(method, place, **given)

    monkeypatch.setattr(oidc, "_asked", noted)
    url = client.post("/oidc/start", json={}).json()["url"]
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
    answer = httpx.post(url, data={"sub": "s1"}, trust_env=False)
    assert back(client, answer.headers["location"]).headers["location"] == "/"
    (verifier,) = {form["code_verifier"] for form in sent if "code_verifier" in form}
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    assert query["code_challenge"] == [digest.rstrip(b"=").decode()]
    assert query["code_challenge_method"] == ["S256"]
    assert verifier not in url


def test_a_claim_makes_admins_and_its_absence_unmakes_them(setting, browser, admin):
    setting(admin_claim="groups", admin_values=["swanlab-admins"], scopes=["profile", "groups"])
    boss, other = browser(), browser()
    signed_in(boss, "s3")
    assert who(boss) == {"username": "cy", "admin": True}
    signed_in(other, "s4")
    assert who(other) == {"username": "cy-2", "admin": False}
    admin.patch("/users/cy-2", json={"admin": True})
    signed_in(other, "s4")
    assert who(other)["admin"] is False


def test_domains_and_the_switch_keep_strangers_out(setting, browser, admin):
    admin.patch("/instance/settings", json={"email_domains": ["other.org"]})
    assert signed_in(browser(), "s1") == "/login?failed=email_domain"
    setting(create=False)
    assert signed_in(browser(), "s1") == "/login?failed=no_signup"


def test_who_is_disabled_here_does_not_come_in_from_there(setting, browser, admin):
    ann = browser()
    signed_in(ann, "s1")
    admin.patch("/users/ann", json={"disabled": True})
    assert ann.get("/session").status_code == 401
    assert signed_in(browser(), "s1") == "/login?failed=disabled"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", "x", ""])
def test_nobody_is_led_to_another_site_afterwards(setting, browser, target):
    assert signed_in(browser(), "s1", target=target) == "/"


def test_a_provider_that_is_not_there_or_without_tls_is_told(setting, browser):
    setting(issuer="http://127.0.0.1:9")
    assert browser().post("/oidc/start", json={}).status_code == 502
    setting(issuer="http://192.0.2.1")
    answer = browser().post("/oidc/start", json={})
    assert "without HTTPS" in answer.json()["error"]["message"]

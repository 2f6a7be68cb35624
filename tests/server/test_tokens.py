"""Tokens of a provider that lies: what is not signed for us, now, for this sign-in is refused."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from joserfc import jwk, jws, jwt

from swanlab.server import oidc
from swanlab.server.http import Problem
from swanlab.server.messages.admin import Oidc

CALLBACK = "http://testserver/api/v1/oidc/callback"


class Liar(BaseHTTPRequestHandler):
    def _answer(self):
        found = self.server
        base = f"http://127.0.0.1:{found.server_port}"
        answers = {
            "/.well-known/openid-configuration": {
                "issuer": base,
                "authorization_endpoint": base + "/authorize",
                "token_endpoint": base + "/token",
                "jwks_uri": base + "/jwks",
                "userinfo_endpoint": base + "/userinfo",
            },
            "/jwks": {"keys": [found.key.as_dict(private=False)]},
            "/token": {"id_token": found.token, "access_token": "a", "token_type": "Bearer"},
            "/userinfo": {"sub": found.sub, "email": "ann@lab.org", "email_verified": True},
        }
        found.asked.append(self.path)
        body = json.dumps(answers[self.path]).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = _answer  # noqa: N815 - called by that name

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self._answer()

    def log_message(self, *_):
        pass


@pytest.fixture
def liar():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    server.key = jwk.RSAKey.generate_key(2048, {"kid": "one"})
    server.sub, server.token, server.asked = "s1", "", []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def claims(liar, **changes):
    told = {
        "iss": f"http://127.0.0.1:{liar.server_port}", "aud": "swanlab", "sub": "s1", "nonce": "n",
        "iat": int(time.time()), "exp": int(time.time()) + 300, **changes,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def signed(liar, key=None, **changes):
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims(liar, **changes), key or liar.key)


def person(liar, provider=None):
    about = Oidc(issuer=f"http://127.0.0.1:{liar.server_port}", client_id="swanlab")
    return (provider or oidc.Provider()).end(about, CALLBACK, "code", "n", "verifier")


def test_a_token_that_is_good_tells_who_it_is(liar):
    liar.token = signed(liar)
    found = person(liar)
    assert (found.subject, found.email, found.verified) == ("s1", "ann@lab.org", True)
    liar.token = signed(liar, aud=["swanlab", "other"], azp="swanlab")
    assert person(liar).subject == "s1"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"}, {"aud": None}, {"iss": "http://127.0.0.1:1"}, {"exp": 1},
        {"exp": None}, {"nonce": "x"}, {"nonce": None}, {"sub": None}, {"sub": "x" * 300},
        {"iat": int(time.time()) + 3600}, {"aud": ["swanlab", "other"], "azp": "other"},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_not_for_us_now_is_refused(liar, changes):
    liar.token = signed(liar, **changes)
    with pytest.raises(Problem) as told:
        person(liar)
    assert told.value.body.code == "oidc_failed"


@pytest.mark.parametrize("how", ["another key", "none", "public key as secret", "nonsense", ""])
def test_a_token_that_the_provider_did_not_sign_is_refused(liar, how):
    if how == "another key":
        liar.token = signed(liar, jwk.RSAKey.generate_key(2048, {"kid": "one"}))
    elif how == "none":
        payload = json.dumps(claims(liar)).encode()
        parts = [jws.serialize_compact({"alg": "HS256"}, payload, jwk.OctKey.import_key("x" * 32))]
        header = "eyJhbGciOiJub25lIn0"
        liar.token = ".".join([header, parts[0].split(".")[1], ""])
    elif how == "public key as secret":
        secret = jwk.OctKey.import_key(liar.key.as_pem(private=False).hex())
        liar.token = jwt.encode({"alg": "HS256", "kid": "one"}, claims(liar), secret)
    else:
        liar.token = how
    with pytest.raises(Problem) as told:
        person(liar)
    assert told.value.body.code == "oidc_failed"


def test_new_keys_of_the_provider_are_fetched_and_not_for_every_lie(liar, monkeypatch):
    provider = oidc.Provider()
    liar.token = signed(liar)
    person(liar, provider)
    liar.key = jwk.RSAKey.generate_key(2048, {"kid": "two"})
    liar.token = jwt.encode({"alg": "RS256", "kid": "two"}, claims(liar), liar.key)
    with pytest.raises(Problem):
        person(liar, provider)  # its keys were fetched just now
    monkeypatch.setattr(oidc, "AGAIN", 0.0)
    assert person(liar, provider).subject == "s1"
    assert liar.asked.count("/jwks") == 2


def test_what_is_told_of_another_user_is_refused(liar):
    liar.token, liar.sub = signed(liar), "s2"
    with pytest.raises(Problem, match="another user"):
        person(liar)

"""Sign-in elsewhere by OpenID Connect: authorisation code with PKCE, state and nonce.

The browser that begins a sign-in is the only one that can end it. Who comes back is known by issuer
and subject; the first time also by an address that both the provider and we know to be theirs.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec

from swanlab.server.http import Problem
from swanlab.server.messages.admin import Oidc

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

SECONDS = 10.0
"""For every answer of the provider."""
LARGEST = 1024 * 1024
FRESH, AGAIN = 3600.0, 60.0
"""Seconds for which what it says of itself is remembered, and between looks for new keys."""
LEEWAY = 60
"""Seconds by which its clock may differ from ours."""
_ALGORITHMS = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    "Ed25519",
]  # fmt: skip
"""Signatures by keys that only the provider has."""


class Discovered(msgspec.Struct, frozen=True):
    """What a provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = msgspec.field(
        default_factory=lambda: ["client_secret_basic"]
    )


class Person(msgspec.Struct, frozen=True):
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    email: str | None
    verified: bool
    name: str | None
    """What they would like to be called."""
    admin: bool | None
    """None when the claims say nothing of it."""


class Provider:
    """The provider that is set now, by its discovery document. Thread-safe; methods block."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, tuple[float, Discovered]] = {}
        self._keys: dict[str, tuple[float, KeySet]] = {}

    def begin(self, oidc: Oidc, callback: str, state: str, nonce: str, verifier: str) -> str:
        """Return the address to send the browser to; raises ``Problem``."""
        challenge = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": oidc.client_id,
            "redirect_uri": callback,
            "scope": " ".join(dict.fromkeys(["openid", *oidc.scopes])),
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        place = self._discovered(oidc).authorization_endpoint
        return place + ("&" if "?" in place else "?") + urlencode(query)

    def end(self, oidc: Oidc, callback: str, code: str, nonce: str, verifier: str) -> Person:
        """Return who has signed in, by the code the browser brought; raises ``Problem``."""
        about = self._discovered(oidc)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "client_id": oidc.client_id,
            "code_verifier": verifier,
        }
        auth = None
        if oidc.client_secret:
            if "client_secret_basic" in about.token_endpoint_auth_methods_supported:
                auth = (_form(oidc.client_id), _form(oidc.client_secret))
            else:
                form["client_secret"] = oidc.client_secret
        answer = _asked("POST", about.token_endpoint, data=form, auth=auth)
        claims = self._claims(oidc, about, str(answer.get("id_token", "")), nonce)
        token = answer.get("access_token")
        if about.userinfo_endpoint and isinstance(token, str) and _lacks(oidc, claims):
            told = _asked(
                "GET", about.userinfo_endpoint, headers={"authorization": f"Bearer {token}"}
            )
            if told.get("sub") != claims["sub"]:
                raise failed("it tells of another user than the one who signed in")
            claims = {**told, **claims}
        return _person(oidc, about.issuer, claims)

    def _discovered(self, oidc: Oidc) -> Discovered:
        with self._lock:
            held = self._found.get(oidc.issuer)
        if held is not None and time.monotonic() - held[0] < FRESH:
            return held[1]
        place = oidc.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            found = msgspec.convert(_asked("GET", place), Discovered)
        except msgspec.ValidationError as error:
            raise failed(f"its discovery document is not valid: {error}") from error
        if found.issuer.rstrip("/") != oidc.issuer.rstrip("/"):
            raise failed("its discovery document names another issuer")
        with self._lock:
            self._found = {oidc.issuer: (time.monotonic(), found)}
        return found

    def _key_set(self, place: str, *, newer_than: float) -> tuple[float, KeySet]:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        with self._lock:
            held = self._keys.get(place)
        if held is not None and held[0] > newer_than:
            return held
        answer: Any = _asked("GET", place)
        try:
            found = KeySet.import_key_set(answer)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise failed("its keys cannot be read") from error
        with self._lock:
            self._keys = {place: (time.monotonic(), found)}
            return self._keys[place]

    def _claims(self, oidc: Oidc, about: Discovered, token: str, nonce: str) -> dict[str, Any]:
        """Return what a token says, once its signature and all it is bound to hold."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        at, keys = self._key_set(about.jwks_uri, newer_than=time.monotonic() - FRESH)
        try:
            try:
                decoded = jwt.decode(token, keys, algorithms=_ALGORITHMS)
            except (JoseError, ValueError):
                if time.monotonic() - at < AGAIN:
                    raise  # its keys were fetched just now
                _, keys = self._key_set(about.jwks_uri, newer_than=at)
                decoded = jwt.decode(token, keys, algorithms=_ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY,
                iss={"essential": True, "value": about.issuer},
                aud={"essential": True, "value": oidc.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise failed(f"its token is not good: {type(error).__name__}") from error
        claims = dict(decoded.claims)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if several and claims.get("azp") != oidc.client_id:
            raise failed("its token is for another application")
        return claims


def callback_of(origin: str) -> str:
    """Return where the provider is to send browsers back to."""
    return origin + "/api/v1/oidc/callback"


def failed(why: str) -> Problem:
    """Say why nobody could be signed in elsewhere."""
    return Problem(502, "oidc_failed", f"The sign-in provider cannot be used: {why}.")


def need_library() -> None:
    """Raise ``Problem`` unless what checks tokens is installed."""
    try:
        import joserfc  # noqa: F401
    except ImportError as error:
        message = "Install what checks tokens first: pip install 'swanlab[oidc]'"
        raise Problem(406, "not_installed", message) from error


def fresh_verifier() -> str:
    """Return a new secret whose hash the provider is shown first."""
    return secrets.token_urlsafe(48)


def _form(text: str) -> str:
    return urlencode({"": text})[1:]


def _asked(method: str, place: str, **given: Any) -> dict[str, Any]:
    """Return an answer of the provider; only over TLS, or on this machine."""
    parts = urlsplit(place)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname)):
        raise failed(f"{parts.hostname} is not asked without HTTPS")
    try:
        with httpx2.Client(timeout=SECONDS, follow_redirects=False) as client:
            headers = {"accept": "application/json", **given.pop("headers", {})}
            with client.stream(method, place, headers=headers, **given) as answer:
                body = bytearray()
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > LARGEST:
                        raise failed("its answer is too large")
    except httpx2.HTTPError as error:
        raise failed(f"{parts.hostname} does not answer: {type(error).__name__}") from error
    if answer.status_code != 200:
        raise failed(f"{parts.hostname} answers {answer.status_code}")
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise failed(f"{parts.hostname} does not answer with JSON") from error


def _is_here(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _lacks(oidc: Oidc, claims: dict[str, Any]) -> bool:
    wanted = ["email", "preferred_username"]
    if oidc.admin_claim is not None:
        wanted.append(oidc.admin_claim)
    return any(name not in claims for name in wanted)


def _person(oidc: Oidc, issuer: str, claims: dict[str, Any]) -> Person:
    admin = None
    if oidc.admin_claim is not None:
        given = claims.get(oidc.admin_claim)
        held = given if isinstance(given, list) else [given]
        admin = any(value in held for value in oidc.admin_values)
    email, subject = claims.get("email"), claims["sub"]
    if not 0 < len(subject) <= 255:
        raise failed("its subject is too long")
    names = (claims.get("preferred_username"), email, claims.get("name"))
    return Person(
        issuer=issuer,
        subject=subject,
        email=email.lower() if isinstance(email, str) and "@" in email[:254] else None,
        verified=claims.get("email_verified") is True,
        name=next((name for name in names if isinstance(name, str) and name), None),
        admin=admin,
    )

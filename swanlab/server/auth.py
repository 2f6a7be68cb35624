"""Who asks; what they may do is found out in ``admission.py``.

Session tokens and API keys are kept as SHA-256 only. What was found out about a token
is remembered in memory until something about users or projects changes. Servers that share a
database tell each other, in the transaction of the change; while one cannot hear the others it
remembers nothing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Literal

import msgspec
from starlette.concurrency import run_in_threadpool

from swanlab.server import audit, passwords
from swanlab.server import instance as settings
from swanlab.server.access import SCOPES, Scope
from swanlab.server.db import keys, sessions, users
from swanlab.server.db.engine import Database, after, now
from swanlab.server.db.keys import KeyRow
from swanlab.server.db.users import UserRow
from swanlab.server.http import Problem
from swanlab.server.messages.admin import InstanceSettings
from swanlab.server.peers import Telling

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from starlette.requests import Request

    from swanlab.server.admission import Admission

COOKIE = "swanlab_session"
SESSION_MS = 30 * 24 * 3600 * 1000
LOCAL_USER = "local"
PENDING = 0
"""In place of a time of disabling: the account was not opened yet, its address is to be shown."""
OWN = "~"
"""Stands for the caller's default workspace in a path."""
_KEY_LETTERS = string.ascii_letters + string.digits
_KEY = re.compile(r"[A-Za-z0-9]{21}")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_REMEMBERED = 10_000

Mode = Literal["server", "watch"]
By = Literal["cookie", "key", "local"]


class Caller(msgspec.Struct, frozen=True):
    """Who asks, and by what they are known."""

    user: UserRow
    by: By
    scope: Scope = "admin"
    """What the key may be used for; a browser may do all that its user may."""
    credential: int | None = None
    """Number of the key or session."""


class _Held(msgspec.Struct, frozen=True):
    """Who a token or key stands for, and until when (Unix milliseconds)."""

    caller: Caller
    until: int


class Auth:
    """Accounts of one server. Thread-safe; methods that are not coroutines block."""

    def __init__(self, db: Database, mode: Mode, peers: Telling, admission: Admission) -> None:
        self.mode = mode
        self._db = db
        self._peers = peers
        self._admission = admission
        self._remembers = not db.shared
        self._tokens: dict[tuple[By, bytes], _Held] = {}
        self._age = 0
        self._settings: InstanceSettings | None = None
        self._used: dict[tuple[By, int], tuple[int, str]] = {}
        self._by_name = passwords.Brake("name", free=5)
        self._by_address = passwords.Brake("address", free=50)

    async def identify(self, request: Request) -> Caller | None:
        """Return who asks, or None; raises ``Problem`` for a request that another site forged."""
        unsafe = request.method not in _SAFE
        header = request.headers.get("authorization")
        token = request.cookies.get(COOKIE)
        found, by = None, _local_or(self.mode, "cookie")
        if by == "local":
            found = await self._known("local", b"")
        elif header is not None:
            by = "key"
            scheme, _, key = header.partition(" ")
            if scheme.lower() == "bearer" and _KEY.fullmatch(key.strip()):
                found = await self._known("key", digest(key.strip()))
        elif token is not None:
            found = await self._known("cookie", digest(token))
        if isinstance(found, Problem):
            request.scope["refusal"], found = found, None
        if unsafe and by != "key" and _from_elsewhere(request, strict=found is not None):
            raise Problem(
                403, "cross_site", "This request did not come from the server's own pages."
            )
        if found is None:
            return None
        if found.credential is not None:
            self._used[by, found.credential] = (now(), audit.address.get())
        return found

    async def _known(self, by: By, token_hash: bytes) -> Caller | Problem | None:
        held = self._tokens.get((by, token_hash))
        if held is None or held.until <= now():
            found = await run_in_threadpool(self._look_up, by, token_hash)
            return found.caller if isinstance(found, _Held) else found
        return held.caller

    def _look_up(self, by: By, token_hash: bytes) -> _Held | Problem | None:
        age = self._age
        with self._db.read() as connection:
            found = _held(connection, by, token_hash)
        if isinstance(found, _Held) and self._remembers and age == self._age:
            if len(self._tokens) >= _REMEMBERED:
                self._tokens.clear()
            self._tokens[by, token_hash] = found
        return found

    def note_used(self) -> None:
        """Write down when and from where keys and sessions were used since the last call."""
        used, self._used = self._used, {}
        if not used:
            return
        with self._db.write() as connection:
            for (by, number), (at, address) in sorted(used.items()):
                noted = keys.used if by == "key" else sessions.used
                noted(connection, number, at, address)

    def settings(self) -> InstanceSettings:
        """Return what admins set for the whole server, its secrets included."""
        found = self._settings
        if found is None:
            age = self._age
            with self._db.read() as connection:
                found = settings.load(connection)
            if self._remembers and age == self._age:
                self._settings = found
        return found

    def forget(self) -> None:
        """Look everything up again: something about users, sessions or projects has changed."""
        self._age += 1
        self._settings = None
        self._tokens.clear()
        self._admission.forget()

    def remember(self, yes: bool) -> None:
        """Look everything up again, each time unless ``yes``."""
        self._remembers = yes
        self._admission.remember(yes)
        self.forget()

    def changed(self, connection: Connection) -> None:
        """Let all servers on this database look everything up again once this is committed."""
        self._peers.tell_accounts(connection)
        after(connection, self.forget)

    def sign_in(
        self, username: str, password: str, address: str, agent: str = ""
    ) -> tuple[UserRow, str]:
        """Return the user and a new session token, or raise ``Problem``.

        A password is hashed once whether there is such a user or not: how long it takes tells
        nothing.
        """
        name = username.casefold()[:64]
        self._press(name, address)
        with self._db.read() as connection:
            found = users.login(connection, username)
        kept = None if found is None else found.password
        if not passwords.matches(kept, password) or found is None:
            raise Problem(401, "wrong_password", "The username or the password is wrong.")
        if found.disabled_at is not None:
            raise disabled(found.disabled_at)
        fresh = passwords.renewed(found.password, password)
        with self._db.write() as connection:
            self._by_name.release(connection, name, address)
            self._by_address.release(connection, address)
            users.lock(connection, found.user.id)
            if users.login(connection, username) != found:
                raise Problem(401, "wrong_password", "The username or the password is wrong.")
            if fresh is not None:
                users.set_password(connection, found.user.id, fresh)
            told = {"by": "password"}
            audit.note(connection, found.user, "session.open", found.user.username, told)
            return found.user, new_session(connection, found.user, address, agent)

    def _press(self, name: str, address: str) -> None:
        with self._db.write() as connection:
            self._by_name.press(connection, name, address)
            self._by_address.press(connection, address)

    def check_own(self, user: UserRow, password: str, address: str) -> str:
        """Return the hash of the user's password if this is it, or raise ``Problem``.

        Whoever took over a browser must not guess the password faster than anybody else.
        """
        name = user.username.casefold()
        self._press(name, address)
        with self._db.read() as connection:
            found = users.login(connection, user.username)
        if found is None or not passwords.matches(found.password, password):
            raise Problem(403, "wrong_password", "The old password is wrong.")
        with self._db.write() as connection:
            self._by_name.release(connection, name, address)
            self._by_address.release(connection, address)
        return found.password

    def sign_out(self, token: str) -> None:
        """End the session of this token."""
        with self._db.write() as connection:
            sessions.end_by_hash(connection, digest(token))
            self.changed(connection)
        self.forget()

    def new_user(self, username: str, password: str, *, admin: bool) -> UserRow | None:
        """Add a user; None when the name is taken, ``Problem`` when it or the password is bad."""
        passwords.check_name(username)
        kept = passwords.hashed(passwords.check(password, username))
        with self._db.write() as connection:
            added = users.create(connection, username, kept, admin=admin)
            self.changed(connection)
        self.forget()
        return added

    def new_api_key(self, user: UserRow, name: str = "API key") -> str:
        """Return a new API key of the user, good for all that they may do."""
        with self._db.write() as connection:
            return add_key(connection, user, name, "admin", None)[0]

    def ensure_local(self) -> UserRow:
        """Return the one user of a server without accounts; nobody can sign in as them."""
        with self._db.write() as connection:
            held = users.find(connection, LOCAL_USER)
            return held or _must(users.create(connection, LOCAL_USER, "!", admin=False))


def digest(token: str) -> bytes:
    """Return what is kept of a token or key."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _must(user: UserRow | None) -> UserRow:
    if user is None:
        raise LookupError(LOCAL_USER)
    return user


def _local_or(mode: Mode, otherwise: By) -> By:
    return "local" if mode == "watch" else otherwise


def add_key(
    connection: Connection, user: UserRow, name: str, scope: Scope, expires_at: int | None
) -> tuple[str, KeyRow]:
    """Return a new API key of the user, and what is kept of it."""
    key = "".join(secrets.choice(_KEY_LETTERS) for _ in range(21))
    row = keys.add(connection, user.id, digest(key), name, scope, key[:4], expires_at)
    return key, row


def new_session(connection: Connection, user: UserRow, address: str, agent: str) -> str:
    """Return the token of a new session of the user."""
    token = secrets.token_urlsafe(32)
    until = now() + SESSION_MS
    sessions.add(connection, user.id, digest(token), until, address, agent)
    return token


def signed_out(request: Request | None = None) -> Problem:
    """Return why nobody is known to ask: a key that ended is told when it did."""
    told: Problem | None = None if request is None else request.scope.get("refusal")
    challenge = {"www-authenticate": "Bearer"}
    return told or Problem(401, "signed_out", "Sign in, or send an API key.", headers=challenge)


def disabled(at: int) -> Problem:
    """What somebody is told who could sign in, were their account not disabled since ``at``."""
    if at == PENDING:
        message = "Open the link that was mailed to you first: it shows that the address is yours."
        return Problem(401, "unconfirmed", message)
    return Problem(401, "disabled", "This account is disabled. Ask an admin of this server.")


def check_scope(scope: Scope, caller: Caller) -> None:
    """Raise ``Problem`` unless what the caller came with may be used for this."""
    if SCOPES.index(caller.scope) < SCOPES.index(scope):
        raise too_narrow(caller.scope, scope)


def too_narrow(has: Scope, needed: Scope) -> Problem:
    """What somebody is told whose key is not good for what they may do otherwise."""
    may = {"read": "only read", "write": "not delete projects for good, nor change who may do what"}
    message = (
        f"This key may {may[has]}. Make one of scope '{needed}' in Settings, or sign in with a"
        " browser."
    )
    return Problem(403, "scope", message, {"scope": has, "needed": needed})


def _held(connection: Connection, by: By, token_hash: bytes) -> _Held | Problem | None:
    if by == "cookie":
        session = sessions.by_hash(connection, token_hash)
        if session is None:
            return None
        return _Held(Caller(session.user, by, "admin", session.id), session.expires_at)
    if by == "local":
        user = users.find(connection, LOCAL_USER)
        return None if user is None else _Held(Caller(user, by), 2**62)
    key = keys.by_hash(connection, token_hash)
    if key is None:
        return None
    return _ended(key) or _Held(Caller(key.user, by, key.scope, key.id), key.expires_at or 2**62)


def _ended(key: keys.HeldKey) -> Problem | None:
    """Say when a key ended, to who has it, and what to do."""
    challenge = {"www-authenticate": "Bearer"}
    for code, at, what in (
        ("key_revoked", key.revoked_at, "was revoked"),
        ("key_expired", key.expires_at, "ran out"),
    ):
        if at is not None and at <= now():
            day = datetime.fromtimestamp(at / 1000, timezone.utc)
            message = (
                f"This key {what} on {day.day} {day:%B %Y}."
                " Make a new one in Settings, then run `swanlab login`."
            )
            return Problem(401, code, message, {"at": at}, challenge)
    return None if key.disabled_at is None else disabled(key.disabled_at)


def _from_elsewhere(request: Request, *, strict: bool) -> bool:
    """Whether another site sent this; ``strict`` also when nothing says where it comes from."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is not None:
        return origin.partition("://")[2].lower() != request.headers.get("host", "").lower()
    return strict and COOKIE in request.cookies

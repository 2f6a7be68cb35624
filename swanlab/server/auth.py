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
from typing import TYPE_CHECKING, Literal

import msgspec
from starlette.concurrency import run_in_threadpool

from swanlab.server import passwords
from swanlab.server.access import Scope
from swanlab.server.db import users
from swanlab.server.db.engine import Database, after, now
from swanlab.server.db.users import SessionRow, UserRow
from swanlab.server.http import Problem
from swanlab.server.peers import Telling

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from starlette.requests import Request

    from swanlab.server.admission import Admission

COOKIE = "swanlab_session"
SESSION_MS = 30 * 24 * 3600 * 1000
LOCAL_USER = "local"
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
    """How much of what they may do is asked with: the scope of an API key."""


class Auth:
    """Accounts of one server. Thread-safe; methods that are not coroutines block."""

    def __init__(self, db: Database, mode: Mode, peers: Telling, admission: Admission) -> None:
        self.mode = mode
        self._db = db
        self._peers = peers
        self._admission = admission
        self._remembers = not db.shared
        self._tokens: dict[tuple[By, bytes], SessionRow] = {}
        self._age = 0
        self._by_name = passwords.Brake("name", free=5)
        self._by_address = passwords.Brake("address", free=50)

    async def identify(self, request: Request) -> Caller | None:
        """Return who asks, or None; raises ``Problem`` for a request that another site forged."""
        unsafe = request.method not in _SAFE
        header = request.headers.get("authorization")
        token = request.cookies.get(COOKIE)
        row, by = None, _local_or(self.mode, "cookie")
        if by == "local":
            row = await self._known("local", b"")
        elif header is not None:
            by = "key"
            scheme, _, key = header.partition(" ")
            if scheme.lower() == "bearer" and _KEY.fullmatch(key.strip()):
                row = await self._known("key", digest(key.strip()))
        elif token is not None:
            row = await self._known("cookie", digest(token))
        if unsafe and by != "key" and _from_elsewhere(request, strict=row is not None):
            raise Problem(
                403, "cross_site", "This request did not come from the server's own pages."
            )
        return None if row is None else Caller(row.user, by)

    async def _known(self, by: By, token_hash: bytes) -> SessionRow | None:
        held = self._tokens.get((by, token_hash))
        if held is None:
            held = await run_in_threadpool(self._look_up, by, token_hash)
        return held if held is not None and held.expires_at > now() else None

    def _look_up(self, by: By, token_hash: bytes) -> SessionRow | None:
        age = self._age
        with self._db.read() as connection:
            if by == "cookie":
                row = users.by_session(connection, token_hash)
            elif by == "key":
                row = _lasting(users.by_api_key(connection, token_hash))
            else:
                row = _lasting(users.find(connection, LOCAL_USER))
        if row is not None and self._remembers and age == self._age:
            if len(self._tokens) >= _REMEMBERED:
                self._tokens.clear()
            self._tokens[by, token_hash] = row
        return row

    def forget(self) -> None:
        """Look everything up again: something about users, sessions or projects has changed."""
        self._age += 1
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

    def sign_in(self, username: str, password: str, address: str) -> tuple[UserRow, str]:
        """Return the user and a new session token, or raise ``Problem``."""
        name = username.casefold()[:64]
        with self._db.write() as connection:
            self._by_name.press(connection, name, address)
            self._by_address.press(connection, address)
        with self._db.read() as connection:
            found = users.password_of(connection, username)
        if not passwords.matches(found and found[1], password) or found is None:
            raise Problem(401, "wrong_password", "The username or the password is wrong.")
        token = secrets.token_urlsafe(32)
        with self._db.write() as connection:
            self._by_name.release(connection, name, address)
            self._by_address.release(connection, address)
            users.add_session(connection, found[0].id, digest(token), now() + SESSION_MS)
        return found[0], token

    def sign_out(self, token: str) -> None:
        """End the session of this token."""
        with self._db.write() as connection:
            users.end_session(connection, digest(token))
            self.changed(connection)
        self.forget()

    def new_user(self, username: str, password: str, *, admin: bool) -> UserRow | None:
        """Add a user; None when the name is taken, ``Problem`` when it or the password is bad."""
        if passwords.USERNAME.fullmatch(username) is None:
            rule = (
                "A username has 1 to 25 letters, digits, - and _; it starts with none of the last."
            )
            raise Problem(400, "bad_name", rule)
        kept = passwords.hashed(passwords.check(password))
        with self._db.write() as connection:
            added = users.create(connection, username, kept, admin=admin)
            self.changed(connection)
        self.forget()
        return added

    def new_api_key(self, user: UserRow) -> str:
        """Return a new API key of the user; the one before it no longer works."""
        key = "".join(secrets.choice(_KEY_LETTERS) for _ in range(21))
        with self._db.write() as connection:
            users.set_api_key(connection, user.id, digest(key))
            self.changed(connection)
        self.forget()
        return key

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


def _lasting(user: UserRow | None) -> SessionRow | None:
    return None if user is None else SessionRow(user, 2**62)


def _from_elsewhere(request: Request, *, strict: bool) -> bool:
    """Whether another site sent this; ``strict`` also when nothing says where it comes from."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is not None:
        return origin.partition("://")[2].lower() != request.headers.get("host", "").lower()
    return strict and COOKIE in request.cookies

"""Who asks, and what they may do.

Session tokens and API keys are kept as SHA-256 only. What was found out about a token or a project
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
from swanlab.server.db import projects, users
from swanlab.server.db.engine import Database, now
from swanlab.server.db.projects import ProjectRow
from swanlab.server.db.users import SessionRow, UserRow
from swanlab.server.http import Need, Problem, no_such
from swanlab.server.peers import Telling

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from starlette.requests import Request

COOKIE = "swanlab_session"
SESSION_MS = 30 * 24 * 3600 * 1000
LOCAL_USER = "local"
OWN = "~"
"""Stands for the caller's own workspace in a path."""
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


class Auth:
    """Accounts of one server. Thread-safe; methods that are not coroutines block."""

    def __init__(self, db: Database, mode: Mode, peers: Telling) -> None:
        self.mode = mode
        self._db = db
        self._peers = peers
        self._remembers = not db.shared
        self._tokens: dict[tuple[By, bytes], SessionRow] = {}
        self._projects: dict[tuple[str, str], ProjectRow] = {}
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

    async def admit(self, need: Need, caller: Caller | None, request: Request) -> ProjectRow | None:
        """Return the project in the path if the caller may do this, or raise ``Problem``."""
        if need is Need.PUBLIC:
            return None
        if caller is None:
            challenge = {"www-authenticate": "Bearer"}
            raise Problem(401, "signed_out", "Sign in, or send an API key.", headers=challenge)
        if need is Need.ADMIN and not caller.user.admin:
            raise Problem(403, "not_admin", "Only an admin may do this.")
        if need in (Need.USER, Need.ADMIN):
            return None
        workspace = request.path_params["workspace"]
        if need is Need.OWNER:
            await run_in_threadpool(self.own_workspace, caller.user, workspace)
            return None
        return await self._project(need, caller.user, workspace, request.path_params["project"])

    async def _project(self, need: Need, user: UserRow, workspace: str, name: str) -> ProjectRow:
        found = self._projects.get((workspace, name))
        if found is None:
            found = await run_in_threadpool(self.project, user, workspace, name)
        if not may_read(user, found):
            raise no_such("project")
        if need is Need.WRITE and found.owner != user.id:
            raise Problem(403, "read_only", "Only the owner of the project may do this.")
        return found

    def project(self, user: UserRow, workspace: str, name: str) -> ProjectRow:
        """Return the project of that address if the user may read it, or raise ``Problem``."""
        age = self._age
        with self._db.read() as connection:
            if workspace == OWN:
                workspace = projects.workspace_of(connection, user.id)
            found = projects.find(connection, workspace, name)
        if found is None or not may_read(user, found):
            raise no_such("project")
        if self._remembers and age == self._age and len(self._projects) < _REMEMBERED:
            self._projects[workspace, name] = found
        return found

    def own_workspace(self, user: UserRow, workspace: str) -> str:
        """Return the name of a workspace of the user; those of others do not exist."""
        with self._db.read() as connection:
            if workspace == OWN:
                return projects.workspace_of(connection, user.id)
            place = projects.workspace_owner(connection, workspace)
        if place is None or place[1] != user.id:
            raise no_such("workspace")
        return workspace

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
        self._projects.clear()

    def remember(self, yes: bool) -> None:
        """Look everything up again, each time unless ``yes``."""
        self._remembers = yes
        self.forget()

    def changed(self, connection: Connection) -> None:
        """Let other servers on this database look everything up again once this is committed."""
        self._peers.tell_accounts(connection)

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


def may_read(user: UserRow, project: ProjectRow) -> bool:
    """Whether the user may see the project at all."""
    return project.owner == user.id or project.visibility == "public"


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

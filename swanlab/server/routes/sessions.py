"""Signing in and out, and the browsers that are signed in."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from starlette.responses import Response

from swanlab.server import audit
from swanlab.server.access import Need
from swanlab.server.auth import COOKIE, SESSION_MS
from swanlab.server.db import sessions
from swanlab.server.db.users import UserRow
from swanlab.server.http import JSON, Ask, Problem, Route, no_such
from swanlab.server.messages.sessions import Ended, OpenSession, OpenSessions
from swanlab.server.messages.users import Credentials, Session, User
from swanlab.server.routes.health import version

_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
    ("Safari", "Safari"), ("swanlab", "swanlab"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def need_accounts(mode: str) -> None:
    """Refuse what only a server with accounts does."""
    if mode == "watch":
        raise Problem(403, "no_accounts", "This server has no accounts: everyone on it is 'local'.")


def agent(header: str) -> str:
    """Return in short what a ``User-Agent`` says: browser and system."""
    browser = next((name for word, name in _BROWSERS if f"{word}/" in header), "")
    system = next((name for word, name in _SYSTEMS if word in header), "")
    if browser and system:
        return f"{browser} on {system}"
    first = re.match(r"[A-Za-z][A-Za-z0-9._-]{0,40}", header)
    return browser or system or (first.group() if first else "")


def signed_in(ask: Ask[Any, Any], answer: Response, token: str) -> Response:
    """Set the cookie of a new session on an answer."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_MS // 1000,
        httponly=True,
        samesite="lax",
        secure=ask.request.url.scheme == "https",
    )
    return answer


def agent_of(ask: Ask[Any, Any]) -> str:
    """Return in short what browser asks."""
    return agent(ask.request.headers.get("user-agent", ""))


def _session(ask: Ask[Any, Any], user: UserRow) -> Session:
    who = User(username=user.username, admin=user.admin)
    return Session(user=who, mode=ask.server.mode, version=version())


def sign_in(ask: Ask[None, Credentials]) -> Response:
    """Check the password and set the session's cookie."""
    need_accounts(ask.server.mode)
    user, token = ask.server.auth.sign_in(
        ask.body.username, ask.body.password, audit.address.get(), agent_of(ask)
    )
    answer = Response(
        msgspec.json.encode(_session(ask, user)),
        headers={"cache-control": "no-store"},
        media_type=JSON,
    )
    return signed_in(ask, answer, token)


def session(ask: Ask[None, None]) -> Session:
    """Return who is signed in."""
    return _session(ask, ask.caller.user)


def sign_out(ask: Ask[None, None]) -> Response:
    """End the session and drop its cookie."""
    token = ask.request.cookies.get(COOKIE)
    if token is not None:
        ask.server.auth.sign_out(token)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def all_sessions(ask: Ask[None, None]) -> OpenSessions:
    """Return the caller's sessions."""
    ask.server.auth.note_used()
    with ask.server.db.read() as connection:
        rows = sessions.of_user(connection, ask.caller.user.id)
    mine = ask.caller.credential if ask.caller.by == "cookie" else None
    found = [OpenSession(**msgspec.structs.asdict(row), current=row.id == mine) for row in rows]
    return OpenSessions(sessions=found)


def end_others(ask: Ask[None, None]) -> Ended:
    """End all sessions of the caller but the one that asks."""
    server, caller = ask.server, ask.caller
    but = caller.credential if caller.by == "cookie" else None
    with server.db.write() as connection:
        count = sessions.end_all(connection, caller.user.id, but)
        told = {"sessions": count}
        audit.note(connection, caller.user, "session.end", caller.user.username, told)
        server.auth.changed(connection)
    server.auth.forget()
    return Ended(count=count)


def end_one(ask: Ask[None, None]) -> None:
    """End one session of the caller."""
    server, caller, number = ask.server, ask.caller, ask.part("session")
    if not number.isdecimal() or len(number) > 18:
        raise no_such("session")
    with server.db.write() as connection:
        if not sessions.end(connection, caller.user.id, int(number)):
            raise no_such("session")
        audit.note(connection, caller.user, "session.end", caller.user.username, {"sessions": 1})
        server.auth.changed(connection)
    server.auth.forget()


ROUTES = (
    Route(
        method="POST",
        path="/session",
        need=Need.PUBLIC,
        handler=sign_in,
        summary="Sign in",
        body=Credentials,
        answer=Session,
        errors=(401, 403, 429),
    ),
    Route(
        method="GET",
        path="/session",
        need=Need.USER,
        handler=session,
        summary="Who is signed in",
        answer=Session,
    ),
    Route(
        method="DELETE",
        path="/session",
        need=Need.USER,
        handler=sign_out,
        summary="Sign out",
        status=204,
    ),
    Route(
        method="GET",
        path="/sessions",
        need=Need.USER,
        handler=all_sessions,
        summary="Your browsers that are signed in",
        answer=OpenSessions,
    ),
    Route(
        method="DELETE",
        path="/sessions",
        need=Need.ACCOUNT,
        handler=end_others,
        summary="Sign out all your browsers but this one",
        answer=Ended,
    ),
    Route(
        method="DELETE",
        path="/sessions/{session}",
        need=Need.ACCOUNT,
        handler=end_one,
        summary="Sign out one of your browsers",
        status=204,
    ),
)

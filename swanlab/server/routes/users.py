"""Signing in and out, accounts, API keys."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from swanlab.server.auth import COOKIE, SESSION_MS
from swanlab.server.db.users import UserRow
from swanlab.server.http import JSON, Ask, Need, Problem, Route
from swanlab.server.messages.users import ApiKey, Credentials, NewUser, Session, User
from swanlab.server.routes.health import version


def _session(ask: Ask[None, None] | Ask[None, Credentials], user: UserRow) -> Session:
    who = User(username=user.username, admin=user.admin)
    return Session(user=who, mode=ask.server.mode, version=version())


def _need_accounts(mode: str) -> None:
    if mode == "watch":
        raise Problem(403, "no_accounts", "This server has no accounts: everyone on it is 'local'.")


def sign_in(ask: Ask[None, Credentials]) -> Response:
    """Check the password and set the session's cookie."""
    _need_accounts(ask.server.mode)
    client = ask.request.client
    user, token = ask.server.auth.sign_in(
        ask.body.username, ask.body.password, client.host if client else ""
    )
    answer = Response(
        msgspec.json.encode(_session(ask, user)),
        headers={"cache-control": "no-store"},
        media_type=JSON,
    )
    answer.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_MS // 1000,
        httponly=True,
        samesite="lax",
        secure=ask.request.url.scheme == "https",
    )
    return answer


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


def new_user(ask: Ask[None, NewUser]) -> User:
    """Add an account."""
    body = ask.body
    added = ask.server.auth.new_user(body.username, body.password, admin=body.admin)
    if added is None:
        raise Problem(409, "taken", "There is a user of that name already.")
    return User(username=added.username, admin=added.admin)


def new_key(ask: Ask[None, None]) -> ApiKey:
    """Give the caller a new API key in place of the old one."""
    _need_accounts(ask.server.mode)
    return ApiKey(api_key=ask.server.auth.new_api_key(ask.caller.user))


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
        method="POST",
        path="/users",
        need=Need.ADMIN,
        handler=new_user,
        summary="Add a user",
        body=NewUser,
        answer=User,
        errors=(409,),
    ),
    Route(
        method="POST",
        path="/keys",
        need=Need.USER,
        handler=new_key,
        summary="Get a new API key; the old one stops working",
        answer=ApiKey,
    ),
)

"""Sign-in elsewhere: to the provider and back."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import msgspec
from msgspec import Meta
from starlette.responses import RedirectResponse, Response

from swanlab.server import accounts, audit, oidc
from swanlab.server.access import Need
from swanlab.server.auth import digest, disabled, new_session
from swanlab.server.db import oidc as rows
from swanlab.server.db import users
from swanlab.server.db.engine import now
from swanlab.server.db.users import UNSET_PASSWORD, UserRow
from swanlab.server.http import JSON, Ask, Problem, Route
from swanlab.server.messages.admin import InstanceSettings, Oidc
from swanlab.server.messages.oidc import Departure, ToProvider
from swanlab.server.oidc import Person
from swanlab.server.routes.sessions import agent_of, need_accounts, signed_in

if TYPE_CHECKING:
    from sqlalchemy import Connection

COOKIE = "swanlab_oidc"
WITHIN_MS = 10 * 60 * 1000
"""For people to sign in at the provider."""


class CallbackQuery(msgspec.Struct, frozen=True):
    """What the provider sends back."""

    state: Annotated[str, Meta(max_length=200)] = ""
    code: Annotated[str, Meta(max_length=4096)] = ""
    error: Annotated[str, Meta(max_length=200)] = ""


def start(ask: Ask[None, ToProvider]) -> Response:
    """Return where the browser is to go, and mark it as the one that may come back."""
    need_accounts(ask.server.mode)
    oidc.need_library()
    provider = _provider(ask.server.auth.settings())
    user_id = None
    if ask.body.link:
        if ask.anybody is None or ask.caller.by != "cookie":
            raise Problem(401, "signed_out", "Sign in first, to link an account.")
        user_id = ask.caller.user.id
    state, nonce, browser = (secrets.token_urlsafe(24) for _ in range(3))
    verifier = oidc.fresh_verifier()
    url = ask.server.provider.begin(provider, _callback(ask), state, nonce, verifier)
    handshake = rows.Handshake(digest(browser), verifier, nonce, _inside(ask.body.target), user_id)
    with ask.server.db.write() as connection:
        rows.begin(connection, digest(state), handshake, now() + WITHIN_MS)
    answer = Response(
        msgspec.json.encode(Departure(url=url)),
        headers={"cache-control": "no-store"},
        media_type=JSON,
    )
    answer.set_cookie(
        COOKIE,
        browser,
        max_age=WITHIN_MS // 1000,
        httponly=True,
        samesite="lax",
        secure=ask.request.url.scheme == "https",
    )
    return answer


def callback(ask: Ask[CallbackQuery, None]) -> Response:
    """Sign in who comes back; what failed is told on the page of sign-in."""
    need_accounts(ask.server.mode)
    try:
        answer = _come_back(ask)
    except Problem as problem:
        place = f"/login?failed={quote(problem.body.code)}"
        answer = RedirectResponse(place, 303, {"cache-control": "no-store"})
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def _come_back(ask: Ask[CallbackQuery, None]) -> Response:
    query, server = ask.query, ask.server
    settings = server.auth.settings()
    provider = _provider(settings)
    with server.db.write() as connection:
        handshake = rows.take(connection, digest(query.state))
    browser = ask.request.cookies.get(COOKIE, "")
    if handshake is None or not secrets.compare_digest(handshake.browser, digest(browser)):
        raise Problem(403, "oidc_state", "This sign-in was not begun here, or took too long.")
    if query.error or not query.code:
        raise Problem(403, "oidc_refused", "The provider did not sign you in.")
    person = server.provider.end(
        provider, _callback(ask), query.code, handshake.nonce, handshake.verifier
    )
    with server.db.write() as connection:
        user = _user(connection, settings, provider, person, handshake.user_id)
        user = _with_rights(connection, user, person)
        told = {"by": provider.issuer}
        audit.note(connection, user, "session.open", user.username, told)
        token = new_session(connection, user, audit.address.get(), agent_of(ask))
        server.auth.changed(connection)
    server.auth.forget()
    answer = RedirectResponse(handshake.target, 303, {"cache-control": "no-store"})
    return signed_in(ask, answer, token)


def _user(
    connection: Connection,
    settings: InstanceSettings,
    provider: Oidc,
    person: Person,
    linking: int | None,
) -> UserRow:
    """Return the user who that person is: known, linked now, or new."""
    known = rows.find(connection, person.issuer, person.subject)
    if known is not None:
        user, disabled_at = known
        if linking is not None and linking != user.id:
            raise Problem(409, "oidc_taken", "Another user signs in by that account already.")
        if disabled_at is not None:
            raise disabled(disabled_at)
        return user
    found = _to_link(connection, person, linking)
    if found is None:
        found = _new(connection, settings, provider, person)
    rows.link(connection, person.issuer, person.subject, found.id)
    audit.note(connection, found, "user.link", found.username, {"issuer": person.issuer})
    return found


def _to_link(connection: Connection, person: Person, linking: int | None) -> UserRow | None:
    if linking is not None:
        user = users.by_id(connection, linking)
    elif person.verified and person.email:
        user = users.by_verified_email(connection, person.email)
    else:
        return None
    if user is not None:
        login = users.login(connection, user.username)
        if login is not None and login.disabled_at is not None:
            raise disabled(login.disabled_at)
    return user


def _new(
    connection: Connection, settings: InstanceSettings, provider: Oidc, person: Person
) -> UserRow:
    if not provider.create:
        raise Problem(403, "no_signup", "Only admins make accounts here. Ask one of them.")
    domain = (person.email or "").rpartition("@")[2]
    if settings.email_domains and not (person.verified and domain in settings.email_domains):
        raise Problem(403, "email_domain", "Your address is of none of the domains allowed here.")
    for name in _names(person.name or "user"):
        user = users.create(
            connection,
            name,
            UNSET_PASSWORD,
            admin=False,
            email=person.email,
            verified=person.verified and person.email is not None,
        )
        if user is not None:
            audit.note(connection, user, "user.signup", name, {"issuer": person.issuer})
            return user
    raise Problem(409, "taken", "No name could be found for you. Ask an admin.")


def _names(wanted: str) -> list[str]:
    """Return names to try, made of what the provider calls somebody."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", wanted.partition("@")[0]).strip("-_")[:25] or "user"
    return [plain, *(f"{plain[:20]}-{number}" for number in range(2, 200))]


def _with_rights(connection: Connection, user: UserRow, person: Person) -> UserRow:
    """Make the user an admin or not, as the provider says; one admin always stays."""
    if person.admin is None or person.admin == user.admin:
        return user
    if not person.admin and users.lock_admins(connection) == [user.id]:
        return user
    users.set_admin(connection, user.id, admin=person.admin)
    verb = "user.promote" if person.admin else "user.demote"
    audit.note(connection, None, verb, user.username, {"issuer": person.issuer})
    return msgspec.structs.replace(user, admin=person.admin)


def _provider(settings: InstanceSettings) -> Oidc:
    if settings.oidc is None:
        raise Problem(403, "no_oidc", "This server has no sign-in elsewhere.")
    return settings.oidc


def _callback(ask: Ask[Any, Any]) -> str:
    return oidc.callback_of(accounts.origin(ask))


def _inside(target: str) -> str:
    """Return the path to go to, if it is one of this server."""
    if not re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", target):
        return "/"
    return target


ROUTES = (
    Route(
        method="POST",
        path="/oidc/start",
        need=Need.PUBLIC,
        handler=start,
        summary="Begin to sign in elsewhere: the address to send this browser to",
        body=ToProvider,
        answer=Departure,
        errors=(401, 403, 406, 502),
    ),
    Route(
        method="GET",
        path="/oidc/callback",
        need=Need.PUBLIC,
        handler=callback,
        summary="Where the provider sends browsers back to; leads on to a page",
        query=CallbackQuery,
        status=303,
        errors=(403,),
    ),
)

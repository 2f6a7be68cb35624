"""Accounts: how people come to have one, their passwords, and what admins do about them.

Links are shown or mailed once and kept as hashes. What changes who may come in is noted in the
audit log, in the same transaction.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from swanlab.server import audit, passwords
from swanlab.server.auth import PENDING, Caller, digest
from swanlab.server.db import audit as entries
from swanlab.server.db import invites, keys, oidc, rules, sessions, users
from swanlab.server.db.engine import now
from swanlab.server.db.users import UNSET_PASSWORD, AccountRow, UserRow
from swanlab.server.http import Ask, Problem, no_such
from swanlab.server.messages.admin import InstanceSettings
from swanlab.server.messages.users import (
    AccountEdit,
    NewUser,
    OneTimeLink,
    PasswordChange,
    PasswordReset,
    SignedUp,
    SignUp,
    UserAdded,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from swanlab.server.state import Server

DAY_MS = 24 * 3600 * 1000
LINK_MS = {"password": 3 * DAY_MS, "email": 3 * DAY_MS}
"""For how long one-time links work."""
KEYS_KEPT_MS, DELIVERIES_KEPT_MS = 365 * DAY_MS, 30 * DAY_MS
PAGES: dict[invites.Purpose, str] = {"password": "/reset/", "email": "/confirm/"}

_signing_up = passwords.Brake("signup", free=20)
_links = passwords.Brake("link", free=20)
_forgetting = passwords.Brake("forgotten", free=3)


def origin(ask: Ask[Any, Any]) -> str:
    """Return what links to this server begin with."""
    kept = ask.server.auth.settings().public_url
    return kept.rstrip("/") if kept else str(ask.request.base_url).rstrip("/")


def brake_links(server: Server) -> None:
    """Count a try to use a link by the address it comes from, or raise a 429 ``Problem``."""
    with server.db.write() as connection:
        _links.press(connection, audit.address.get())


def release_links(connection: Connection) -> None:
    """Forget the tries to use a link: this one was good."""
    _links.release(connection, audit.address.get())


def make_link(ask: Ask[Any, Any], connection: Connection, user: UserRow) -> OneTimeLink:
    """Return a link by which the user chooses a password; one before it no longer works."""
    token, until = secrets.token_urlsafe(24), now() + LINK_MS["password"]
    invites.add_link(connection, user.id, "password", digest(token), until)
    return OneTimeLink(link=origin(ask) + PAGES["password"] + token, expires_at=until)


def add_user(ask: Ask[Any, NewUser]) -> UserAdded:
    """Add a user for an admin, who vouches for the address."""
    body, server = ask.body, ask.server
    passwords.check_name(body.username)
    kept = UNSET_PASSWORD
    if body.password is not None:
        kept = passwords.hashed(passwords.check(body.password, body.username, body.email))
    with server.db.write() as connection:
        if body.email is not None and users.by_verified_email(connection, body.email) is not None:
            raise _email_taken()
        added = users.create(
            connection,
            body.username,
            kept,
            admin=body.admin,
            email=body.email and body.email.lower(),
            verified=body.email is not None,
        )
        if added is None:
            raise _name_taken()
        link = make_link(ask, connection, added).link if body.password is None else None
        told = {"admin": body.admin, "email": body.email}
        audit.note(connection, ask.caller.user, "user.create", added.username, told)
        server.auth.changed(connection)
    server.auth.forget()
    return UserAdded(username=added.username, admin=added.admin, link=link)


def sign_up(ask: Ask[Any, SignUp]) -> SignedUp:
    """Make an account for somebody who has none, if the policy lets them in."""
    body, server = ask.body, ask.server
    settings = server.auth.settings()
    if settings.signup == "closed" or (settings.signup == "invite" and body.invite is None):
        raise _closed(settings)
    with server.db.write() as connection:
        _signing_up.press(connection, audit.address.get())
    passwords.check_name(body.username)
    email = None if body.email is None else body.email.lower()
    passwords.check(body.password, body.username, email)
    if body.invite is None and settings.email_domains:
        return _sign_up_by_mail(ask, settings, email)
    kept = passwords.hashed(body.password)
    with server.db.write() as connection:
        verified, by = False, None
        if body.invite is not None:
            invite = invites.use(connection, digest(body.invite))
            if invite is None:
                raise bad_invite()
            by = invite.author
            if invite.email is not None:
                email, verified = invite.email, True
        if verified and email and users.by_verified_email(connection, email) is not None:
            raise _email_taken()
        added = users.create(
            connection, body.username, kept, admin=False, email=email, verified=verified
        )
        if added is None:
            raise _name_taken()
        audit.note(connection, added, "user.signup", added.username, {"invited_by": by})
        server.auth.changed(connection)
    server.auth.forget()
    return SignedUp(username=added.username, confirm=False)


def _sign_up_by_mail(
    ask: Ask[Any, SignUp], settings: InstanceSettings, email: str | None
) -> SignedUp:
    """Make an account that opens with the link mailed to the address.

    Whether the address has an account already is told to nobody but who reads its mail.
    """
    body, server = ask.body, ask.server
    domain = (email or "").rpartition("@")[2]
    if email is None or domain not in settings.email_domains:
        allowed = ", ".join(settings.email_domains)
        raise Problem(403, "email_domain", f"Give an address of one of: {allowed}.")
    need_mail(settings)
    kept = passwords.hashed(body.password)
    with server.db.write() as connection:
        if users.by_verified_email(connection, email) is not None:
            if users.find(connection, body.username) is not None:
                raise _name_taken()
            text = (
                f"Somebody asked for an account at {origin(ask)} with this address, but you have"
                " one already. If it was you and you forgot the password, ask for a new one there."
            )
            server.post.put(email, "You have an account already", text)
            return SignedUp(username=body.username, confirm=True)
        added = users.create(connection, body.username, kept, admin=False, email=email)
        if added is None:
            raise _name_taken()
        users.set_disabled(connection, added.id, PENDING)
        told = {"email": email, "pending": True}
        audit.note(connection, added, "user.signup", added.username, told)
        _mail_confirmation(ask, connection, added, email)
        server.auth.changed(connection)
    server.auth.forget()
    return SignedUp(username=added.username, confirm=True)


def _mail_confirmation(
    ask: Ask[Any, Any], connection: Connection, user: UserRow, email: str
) -> None:
    token = secrets.token_urlsafe(24)
    invites.add_link(connection, user.id, "email", digest(token), now() + LINK_MS["email"])
    text = (
        f"Open this link to show that this is the address of {user.username} at {origin(ask)}:\n\n"
        f"{origin(ask)}{PAGES['email']}{token}\n\nIt works for three days. If you did not ask"
        " for it, leave it: nothing happens then."
    )
    ask.server.post.put(email, "Confirm your address", text)


def confirm_email(ask: Ask[Any, Any], token: str) -> UserRow:
    """Take the address of a user as theirs: they opened the link that was mailed to it."""
    brake_links(ask.server)
    with ask.server.db.write() as connection:
        user = invites.take_link(connection, "email", digest(token))
        if user is None:
            raise bad_link()
        held = _account(connection, user.username)
        if not users.set_email(connection, user.id, held.email, verified=True):
            raise _email_taken()
        if held.disabled_at == PENDING:
            users.set_disabled(connection, user.id, None)
        release_links(connection)
        audit.note(connection, user, "user.confirm", user.username, {"email": held.email})
        ask.server.auth.changed(connection)
    ask.server.auth.forget()
    return user


def set_own_email(ask: Ask[Any, Any], email: str | None) -> AccountRow:
    """Change the caller's address; it is taken as theirs once they open the link mailed to it."""
    server, user = ask.server, ask.caller.user
    email = None if email is None else email.lower()
    settings = server.auth.settings()
    with server.db.write() as connection:
        held = _account(connection, user.username)
        if email != held.email:
            _forgetting.press(connection, "email", user.username)
            users.set_email(connection, user.id, email, verified=False)
            invites.drop_links(connection, user.id, "email")
            audit.note(connection, user, "user.email", user.username, {"email": email})
            if email is not None and settings.mail is not None and settings.public_url:
                _mail_confirmation(ask, connection, user, email)
        return _account(connection, user.username)


def change_password(ask: Ask[Any, PasswordChange]) -> int:
    """Change the caller's password and end their other sessions; returns how many there were."""
    server, caller, body = ask.server, ask.caller, ask.body
    with server.db.read() as connection:
        held = _account(connection, caller.user.username)
        login = users.login(connection, caller.user.username)
    before = UNSET_PASSWORD if login is None else login.password
    if held.has_password:
        before = server.auth.check_own(caller.user, body.old, audit.address.get())
    kept = passwords.hashed(passwords.check(body.new, caller.user.username, held.email))
    with server.db.write() as connection:
        users.lock(connection, caller.user.id)
        login = users.login(connection, caller.user.username)
        if login is None or login.password != before:
            raise Problem(409, "changed", "The password was changed just now. Try again.")
        users.set_password(connection, caller.user.id, kept)
        but = caller.credential if caller.by == "cookie" else None
        ended = sessions.end_all(connection, caller.user.id, but)
        invites.drop_links(connection, caller.user.id, "password")
        told = {"ended_sessions": ended}
        audit.note(connection, caller.user, "password.change", caller.user.username, told)
        server.auth.changed(connection)
    server.auth.forget()
    return ended


def reset_password(server: Server, body: PasswordReset) -> UserRow:
    """Choose a password by a one-time link; ends all sessions of the user."""
    brake_links(server)
    passwords.check(body.password)
    kept = passwords.hashed(body.password)
    with server.db.write() as connection:
        user = invites.take_link(connection, "password", digest(body.token))
        if user is None:
            raise bad_link()
        held = _account(connection, user.username)
        passwords.check(body.password, user.username, held.email)
        users.set_password(connection, user.id, kept)
        ended = sessions.end_all(connection, user.id)
        release_links(connection)
        told = {"ended_sessions": ended}
        audit.note(connection, user, "password.reset", user.username, told)
        server.auth.changed(connection)
    server.auth.forget()
    return user


def forgotten(ask: Ask[Any, Any], who: str) -> None:
    """Mail a link for a new password to whose name or address this is, if there is one.

    The answer is the same in any case, and mail goes later: nobody learns who has an account.
    """
    server = ask.server
    need_mail(server.auth.settings())
    with server.db.write() as connection:
        _forgetting.press(connection, who.casefold())
        _signing_up.press(connection, audit.address.get())
        by_mail = users.by_verified_email(connection, who) if "@" in who else None
        user = by_mail or users.find(connection, who)
        held = None if user is None else users.account(connection, user.username)
        if user is None or held is None or not held.verified or held.email is None:
            return
        if held.disabled_at is not None:
            return
        link = make_link(ask, connection, user)
        text = (
            f"Open this link to choose a new password for {user.username} at {origin(ask)}:\n\n"
            f"{link.link}\n\nIt works once, for three days. If you did not ask for it, leave it:"
            " your password stays as it is."
        )
        audit.note(connection, None, "password.forgotten", user.username)
        server.post.put(held.email, "Choose a new password", text)


def edit(ask: Ask[Any, AccountEdit], username: str) -> AccountRow:
    """Change what a user is, for an admin; one admin who can sign in always stays."""
    body, server, actor = ask.body, ask.server, ask.caller.user
    with server.db.write() as connection:
        admins = users.lock_admins(connection)
        held = _account(connection, username)
        users.lock(connection, held.id)
        falls = body.admin is False or body.disabled is True
        if falls and admins == [held.id]:
            message = "This is the last admin. Make another one first."
            raise Problem(409, "last_admin", message)
        if body.admin is not UNSET and body.admin != held.admin:
            users.set_admin(connection, held.id, admin=body.admin)
            verb = "user.promote" if body.admin else "user.demote"
            audit.note(connection, actor, verb, held.username)
        if body.disabled is not UNSET and _changes(held, disabled=body.disabled):
            _set_disabled(connection, actor, held, disabled=body.disabled)
        if body.email is not UNSET:
            if not users.set_email(connection, held.id, body.email, verified=True):
                raise _email_taken()
            invites.drop_links(connection, held.id, "email")
            audit.note(connection, actor, "user.email", held.username, {"email": body.email})
        server.auth.changed(connection)
        changed = _account(connection, username)
    server.auth.forget()
    return changed


def _changes(held: AccountRow, *, disabled: bool) -> bool:
    """Whether the user is not so yet; who waits to be confirmed may be let in, or kept out."""
    return not held.disabled_at if disabled else held.disabled_at is not None


def _set_disabled(
    connection: Connection, actor: UserRow, held: AccountRow, *, disabled: bool
) -> None:
    users.set_disabled(connection, held.id, now() if disabled else None)
    if disabled:
        sessions.end_all(connection, held.id)
        invites.drop_links(connection, held.id)
    verb = "user.disable" if disabled else "user.enable"
    audit.note(connection, actor, verb, held.username)


def link_for(ask: Ask[Any, Any], username: str) -> OneTimeLink:
    """Return a link by which the user chooses a new password, for an admin to pass on."""
    with ask.server.db.write() as connection:
        held = _account(connection, username)
        made = make_link(ask, connection, UserRow(held.id, held.username, held.admin))
        audit.note(connection, ask.caller.user, "password.link", held.username)
    return made


def forget_old(server: Server) -> None:
    """Drop what ended long ago: keys, invites, links, what was told, entries of the audit log."""
    days = server.auth.settings().audit_days
    with server.db.write() as connection:
        keys.forget_old(connection, now() - KEYS_KEPT_MS)
        invites.forget_old(connection, now() - 30 * DAY_MS)
        oidc.forget_old(connection, now())
        rules.forget_old(connection, now() - DELIVERIES_KEPT_MS)
        if days is not None:
            entries.forget_old(connection, now() - days * DAY_MS)


def _account(connection: Connection, username: str) -> AccountRow:
    held = users.account(connection, username)
    if held is None:
        raise no_such("user")
    return held


def need_mail(settings: InstanceSettings) -> None:
    """Raise ``Problem`` unless the server can mail links that lead to it.

    What the browser calls the server is not good enough for those: a stranger may make it up.
    """
    if settings.mail is None or not settings.public_url:
        message = "This server does not send mail. Ask one of its admins."
        raise Problem(403, "no_mail", message)


def bad_invite() -> Problem:
    """What is told of an invite that is none, was used up, or ran out."""
    return Problem(403, "bad_invite", "This invite was used, ran out, or was taken back.")


def bad_link() -> Problem:
    """What is told of a one-time link that is none, was used, or ran out."""
    return Problem(403, "bad_link", "This link was used already, or ran out. Ask for another.")


def _closed(settings: InstanceSettings) -> Problem:
    message = (
        "Here an account needs an invite. Ask an admin for one."
        if settings.signup == "invite"
        else "Only admins make accounts here. Ask one of them."
    )
    return Problem(403, "no_signup", message)


def _name_taken() -> Problem:
    return Problem(409, "taken", "There is a user of that name already.")


def _email_taken() -> Problem:
    return Problem(409, "email_taken", "There is a user of that address already.")


def caller_account(server: Server, caller: Caller) -> AccountRow:
    """Return what is known of the caller."""
    with server.db.read() as connection:
        return _account(connection, caller.user.username)

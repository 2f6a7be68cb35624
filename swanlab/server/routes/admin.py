"""What admins set for the whole server, invites to it, and what everybody may know of it."""

from __future__ import annotations

import secrets

import msgspec
from msgspec import UNSET

from swanlab.server import accounts, audit, instance, quotas
from swanlab.server.access import Need
from swanlab.server.auth import digest
from swanlab.server.db import invites
from swanlab.server.db import quotas as rows
from swanlab.server.db.engine import now
from swanlab.server.http import Ask, Problem, Route, no_such
from swanlab.server.messages.admin import (
    Instance,
    InstanceEdit,
    InstanceSettings,
    Invite,
    InviteMade,
    Invites,
    InviteState,
    NewInvite,
    Quota,
    QuotaEdit,
)
from swanlab.server.messages.users import LinkToken
from swanlab.server.routes.sessions import need_accounts

INVITES = "/invites"
WEEK_MS = 7 * accounts.DAY_MS


def about(ask: Ask[None, None]) -> Instance:
    """Return what a page of sign-in must know."""
    settings = ask.server.auth.settings()
    return Instance(
        mode=ask.server.mode,
        signup=settings.signup,
        needs_email=bool(settings.email_domains),
        email_domains=settings.email_domains if settings.signup == "open" else [],
        oidc=None if settings.oidc is None else settings.oidc.name,
        mail=settings.mail is not None and settings.public_url is not None,
        anonymous_read=settings.anonymous_read,
        default_visibility=settings.default_visibility,
    )


def all_settings(ask: Ask[None, None]) -> InstanceSettings:
    """Return the settings without their secrets."""
    return instance.masked(ask.server.auth.settings())


def edit_settings(ask: Ask[None, InstanceEdit]) -> InstanceSettings:
    """Change settings; they hold at once, on all servers of the database."""
    need_accounts(ask.server.mode)
    server = ask.server
    with server.db.write() as connection:
        settings, changed = instance.change(connection, ask.body)
        shown = msgspec.to_builtins(instance.masked(settings))
        told = {name: shown[name] for name in changed if name not in ("oidc", "mail")}
        if changed:
            told["changed"] = changed
            audit.note(connection, ask.caller.user, "instance.change", "settings", told)
        server.auth.changed(connection)
    server.auth.forget()
    return instance.masked(settings)


def quota(ask: Ask[None, None]) -> Quota:
    """Return what a workspace may hold, and holds."""
    with ask.server.db.read() as connection:
        return quotas.shown(ask.server, connection, ask.part("workspace"))


def edit_quota(ask: Ask[None, QuotaEdit]) -> Quota:
    """Change what a workspace may hold."""
    need_accounts(ask.server.mode)
    given = {"quota_bytes": ask.body.bytes, "quota_runs": ask.body.runs}
    values = {name: value for name, value in given.items() if value is not UNSET}
    with ask.server.db.write() as connection:
        row = quotas.found(connection, ask.part("workspace"))
        rows.change(connection, row.id, values)
        if values:
            actor = ask.caller.user
            audit.note(connection, actor, "quota.change", row.name, values, workspace=row.name)
        return quotas.shown(ask.server, connection, row.name)


def all_invites(ask: Ask[None, None]) -> Invites:
    """Return the invites."""
    with ask.server.db.read() as connection:
        found = invites.everyone(connection)
    return Invites(invites=[_invite(row) for row in found])


def invite(ask: Ask[None, NewInvite]) -> InviteMade:
    """Make an invite; mail it, if it is for an address and the server sends mail."""
    need_accounts(ask.server.mode)
    body, server, actor = ask.body, ask.server, ask.caller.user
    until = now() + WEEK_MS if body.expires_at is None else body.expires_at
    if until <= now():
        raise Problem(400, "past", "The invite would have run out already: give a later time.")
    if body.email is not None and body.uses != 1:
        raise Problem(400, "bad_request", "An invite for an address is for one account.")
    token, email = secrets.token_urlsafe(24), body.email and body.email.lower()
    with server.db.write() as connection:
        row = invites.add(connection, digest(token), actor.username, email, body.uses, until)
        told = {"invite": row.id, "uses": body.uses, "email": email, "expires_at": until}
        audit.note(connection, actor, "invite.create", str(row.id), told)
    link = f"{accounts.origin(ask)}/join/{token}"
    sent = False
    if email is not None and server.auth.settings().mail is not None:
        text = f"{actor.username} invites you to {accounts.origin(ask)}:\n\n{link}\n"
        sent = server.post.put(email, "You are invited", text)
    return InviteMade(link=link, invite=_invite(row), sent=sent)


def withdraw(ask: Ask[None, None]) -> None:
    """Take an invite back; accounts made by it stay."""
    number = ask.part("invite")
    if not number.isdecimal() or len(number) > 18:
        raise no_such("invite")
    with ask.server.db.write() as connection:
        if not invites.remove(connection, int(number)):
            raise no_such("invite")
        audit.note(connection, ask.caller.user, "invite.remove", number)


def look(ask: Ask[None, LinkToken]) -> InviteState:
    """Say whether an invite is good."""
    accounts.brake_links(ask.server)
    with ask.server.db.write() as connection:
        row = invites.good(connection, digest(ask.body.token))
        if row is not None:
            accounts.release_links(connection)
    return InviteState(good=row is not None, email=None if row is None else row.email)


def _invite(row: invites.InviteRow) -> Invite:
    return Invite(**msgspec.structs.asdict(row))


ROUTES = (
    Route(
        method="GET",
        path="/instance",
        need=Need.PUBLIC,
        handler=about,
        summary="What everybody may know of this server: how one comes to have an account",
        answer=Instance,
    ),
    Route(
        method="GET",
        path="/instance/settings",
        need=Need.ADMIN,
        handler=all_settings,
        summary="What admins set for the whole server; secrets are masked",
        answer=InstanceSettings,
    ),
    Route(
        method="PATCH",
        path="/instance/settings",
        need=Need.ADMIN,
        handler=edit_settings,
        summary="Change what is set for the whole server; it holds at once",
        body=InstanceEdit,
        answer=InstanceSettings,
    ),
    Route(
        method="GET",
        path="/quotas/{workspace}",
        need=Need.ADMIN,
        handler=quota,
        summary="What a workspace may hold, and holds",
        answer=Quota,
    ),
    Route(
        method="PATCH",
        path="/quotas/{workspace}",
        need=Need.ADMIN,
        handler=edit_quota,
        summary="Change what a workspace may hold",
        body=QuotaEdit,
        answer=Quota,
    ),
    Route(
        method="GET",
        path=INVITES,
        need=Need.ADMIN,
        handler=all_invites,
        summary="Invites to this server",
        answer=Invites,
    ),
    Route(
        method="POST",
        path=INVITES,
        need=Need.ADMIN,
        handler=invite,
        summary="Make a link by which people make accounts; it is shown only here",
        body=NewInvite,
        answer=InviteMade,
    ),
    Route(
        method="DELETE",
        path=INVITES + "/{invite}",
        need=Need.ADMIN,
        handler=withdraw,
        summary="Take an invite back",
        status=204,
    ),
    Route(
        method="POST",
        path="/invite",
        need=Need.PUBLIC,
        handler=look,
        summary="Whether an invite can still be used",
        body=LinkToken,
        answer=InviteState,
        errors=(429,),
    ),
)

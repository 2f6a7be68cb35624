"""Letting others at a project: collaborators beside the workspace's members, and share links."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection

from swanlab.server import audit
from swanlab.server.access import Need
from swanlab.server.auth import digest
from swanlab.server.db import projects, sharing, users
from swanlab.server.db.engine import now
from swanlab.server.db.sharing import CollaboratorRow, LinkRow
from swanlab.server.http import Ask, Problem, Route, no_such
from swanlab.server.messages.access import (
    Collaborator,
    Collaborators,
    MadeShareLink,
    NewShare,
    NewShareLink,
    Shared,
    ShareLink,
    ShareLinks,
    ShareToken,
)
from swanlab.server.messages.projects import Project
from swanlab.server.routes.projects import PROJECT, one
from swanlab.server.routes.workspaces import need_accounts

COLLABORATOR = PROJECT + "/collaborators/{username}"
LINKS = PROJECT + "/links"
MOST_COLLABORATORS, MOST_LINKS = 1000, 200
"""Of one project."""
_DAY_MS = 24 * 3600 * 1000


def collaborators(ask: Ask[None, None]) -> Collaborators:
    """Return the collaborators of the project."""
    with ask.server.db.read() as connection:
        found = sharing.collaborators_of(connection, ask.project.id)
    return Collaborators(collaborators=[_collaborator(one) for one in found])


def share(ask: Ask[None, NewShare]) -> Collaborator:
    """Let a user read, write to or manage the project, whatever they could before."""
    need_accounts(ask)
    with ask.server.db.write() as connection:
        projects.lock(connection, ask.project.id)
        user = users.find(connection, ask.part("username"))
        if user is None:
            raise no_such("user")
        held = sharing.collaborators_of(connection, ask.project.id)
        if len(held) >= MOST_COLLABORATORS and all(row.user_id != user.id for row in held):
            message = f"A project has at most {MOST_COLLABORATORS} collaborators."
            raise Problem(400, "too_many", message)
        sharing.set_share(connection, ask.project.id, user.id, ask.body.share)
        told = {"collaborator": user.username, "share": ask.body.share}
        _note(ask, connection, "project.share", told)
        ask.server.auth.changed(connection)
        found = sharing.collaborators_of(connection, ask.project.id)
    return _collaborator(next(row for row in found if row.user_id == user.id))


def unshare(ask: Ask[None, None]) -> None:
    """Take from a user what they may do in this project alone."""
    need_accounts(ask)
    with ask.server.db.write() as connection:
        user = users.find(connection, ask.part("username"))
        if user is None or not sharing.drop_share(connection, ask.project.id, user.id):
            raise no_such("collaborator")
        _note(ask, connection, "project.unshare", {"collaborator": user.username})
        ask.server.auth.changed(connection)


def links(ask: Ask[None, None]) -> ShareLinks:
    """Return the share links that still hold."""
    with ask.server.db.read() as connection:
        found = sharing.links_of(connection, ask.project.id)
    return ShareLinks(links=[_link(row) for row in found])


def link(ask: Ask[None, NewShareLink]) -> MadeShareLink:
    """Make a share link."""
    need_accounts(ask)
    new, project = ask.body, ask.project.id
    token = secrets.token_urlsafe(24)
    with ask.server.db.write() as connection:
        projects.lock(connection, project)
        if sharing.count_links(connection, project) >= MOST_LINKS:
            message = f"A project has at most {MOST_LINKS} share links: take some back."
            raise Problem(400, "too_many", message)
        number = sharing.add_link(
            connection,
            project,
            token_hash=digest(token),
            kind=new.kind,
            label=(new.label or "").strip() or None,
            made_by=ask.caller.user.id,
            expires_at=None if new.days is None else now() + new.days * _DAY_MS,
        )
        _note(ask, connection, "link.create", {"link": number, "kind": new.kind, "days": new.days})
        made = next(row for row in sharing.links_of(connection, project) if row.id == number)
    return MadeShareLink(link=_link(made), token=token, path=f"/share#{token}")


def unlink(ask: Ask[None, None]) -> None:
    """Take a share link back: from now on it opens nothing."""
    need_accounts(ask)
    number = ask.number("link")
    with ask.server.db.write() as connection:
        if not sharing.drop_link(connection, ask.project.id, number):
            raise no_such("link")
        _note(ask, connection, "link.delete", {"link": number})
        ask.server.auth.changed(connection)


def opened(ask: Ask[None, ShareToken]) -> Shared:
    """Tell what a share link opens."""
    need_accounts(ask)
    found = ask.server.admission.link(ask.body.token)
    with ask.server.db.read() as connection:
        project = None if found is None else projects.get(connection, found.project)
    if found is None or project is None:
        message = "This link does not hold, or no longer: ask for another one."
        raise Problem(404, "not_found", message)
    return Shared(
        workspace=project.workspace,
        project=project.name,
        kind=found.kind,
        expires_at=found.expires_at,
    )


def star(ask: Ask[None, None]) -> Project:
    """Mark the project for the caller."""
    return _marked(ask, on=True)


def unstar(ask: Ask[None, None]) -> Project:
    """Take the caller's mark away."""
    return _marked(ask, on=False)


def _marked(ask: Ask[None, None], *, on: bool) -> Project:
    with ask.server.db.write() as connection:
        sharing.star(connection, ask.project.id, ask.caller.user.id, on=on)
    return one(ask, ask.project.id)


def _note(ask: Ask[Any, Any], connection: Connection, action: str, detail: dict[str, Any]) -> None:
    place = ask.project
    where = f"{place.workspace}/{place.name}"
    audit.note(connection, ask.caller.user, action, where, detail, workspace=place.workspace)


def _collaborator(row: CollaboratorRow) -> Collaborator:
    return Collaborator(username=row.username, share=row.share, added_at=row.added_at)


def _link(row: LinkRow) -> ShareLink:
    return ShareLink(
        id=row.id,
        kind=row.kind,
        label=row.label,
        made_by=row.made_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


ROUTES = (
    Route(
        method="GET",
        path=PROJECT + "/collaborators",
        need=Need.SHARE,
        handler=collaborators,
        summary="Who may do something in a project beside the members of its workspace",
        answer=Collaborators,
    ),
    Route(
        method="PUT",
        path=COLLABORATOR,
        need=Need.SHARE,
        handler=share,
        summary="Let a user read, write to or manage a project",
        body=NewShare,
        answer=Collaborator,
    ),
    Route(
        method="DELETE",
        path=COLLABORATOR,
        need=Need.SHARE,
        handler=unshare,
        summary="Take from a user what they may do in this project alone",
        status=204,
    ),
    Route(
        method="GET",
        path=LINKS,
        need=Need.SHARE,
        handler=links,
        summary="The share links of a project that still hold",
        answer=ShareLinks,
    ),
    Route(
        method="POST",
        path=LINKS,
        need=Need.SHARE,
        handler=link,
        summary="Make a share link to a project; its token is shown once",
        body=NewShareLink,
        answer=MadeShareLink,
        status=201,
    ),
    Route(
        method="DELETE",
        path=LINKS + "/{link}",
        need=Need.SHARE,
        handler=unlink,
        summary="Take a share link back",
        status=204,
    ),
    Route(
        method="POST",
        path="/shares/open",
        need=Need.PUBLIC,
        handler=opened,
        summary="What a share link opens, for who has its token",
        body=ShareToken,
        answer=Shared,
        errors=(403, 404),
    ),
    Route(
        method="PUT",
        path=PROJECT + "/star",
        need=Need.STAR,
        handler=star,
        summary="Mark a project for yourself",
        answer=Project,
    ),
    Route(
        method="DELETE",
        path=PROJECT + "/star",
        need=Need.STAR,
        handler=unstar,
        summary="Take your mark from a project",
        answer=Project,
    ),
)

"""Queries on what users are allowed beside their own: memberships, collaborations, share links."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, func, insert, or_, select

from swanlab.server.access import LinkKind, Role, Share
from swanlab.server.db.engine import insert_new, now
from swanlab.server.db.schema import collaborators, members, stars, users
from swanlab.server.db.schema import share_links as links


class Grants(msgspec.Struct, frozen=True):
    """All that a user is allowed by name: their role by workspace, their share by project."""

    workspaces: dict[int, Role]
    projects: dict[int, Share]


class CollaboratorRow(msgspec.Struct, frozen=True):
    """Who may do something in a project beside the members of its workspace."""

    user_id: int
    username: str
    share: Share
    added_at: int


class LinkRow(msgspec.Struct, frozen=True):
    """A share link as listed; without ``expires_at`` it holds until it is taken back."""

    id: int
    kind: LinkKind
    label: str | None
    made_by: str | None
    created_at: int
    expires_at: int | None


class OpenLink(msgspec.Struct, frozen=True):
    """What a share link opens, and until when (Unix milliseconds)."""

    project: int
    kind: LinkKind
    expires_at: int | None


def grants(connection: Connection, user: int) -> Grants:
    """Return what the user is allowed."""
    roles = select(members.c.workspace_id, members.c.role).where(members.c.user_id == user)
    shares = select(collaborators.c.project_id, collaborators.c.share)
    return Grants(
        {row[0]: row[1] for row in connection.execute(roles)},
        {
            row[0]: row[1]
            for row in connection.execute(shares.where(collaborators.c.user_id == user))
        },
    )


def collaborators_of(connection: Connection, project: int) -> list[CollaboratorRow]:
    """Return the collaborators of a project by name."""
    query = (
        select(
            collaborators.c.user_id,
            users.c.username,
            collaborators.c.share,
            collaborators.c.added_at,
        )
        .join(users, users.c.id == collaborators.c.user_id)
        .where(collaborators.c.project_id == project)
        .order_by(users.c.folded)
    )
    rows = connection.execute(query)
    return [msgspec.convert(row, CollaboratorRow, from_attributes=True) for row in rows]


def set_share(connection: Connection, project: int, user: int, share: Share) -> None:
    """Let the user do so much in the project, whatever they could before."""
    drop_share(connection, project, user)
    connection.execute(
        insert(collaborators).values(project_id=project, user_id=user, share=share, added_at=now())
    )


def drop_share(connection: Connection, project: int, user: int) -> bool:
    """Take from the user what they may do in the project; whether there was something."""
    mine = collaborators.c.project_id == project, collaborators.c.user_id == user
    return bool(connection.execute(delete(collaborators).where(*mine)).rowcount)


def add_link(
    connection: Connection,
    project: int,
    *,
    token_hash: bytes,
    kind: LinkKind,
    label: str | None,
    made_by: int,
    expires_at: int | None,
) -> int:
    """Keep a share link, of which only the hash is known; returns its number."""
    added = connection.execute(
        insert(links)
        .values(
            hash=token_hash,
            project_id=project,
            kind=kind,
            label=label,
            made_by=made_by,
            created_at=now(),
            expires_at=expires_at,
        )
        .returning(links.c.id)
    ).scalar_one()
    return int(added)


def links_of(connection: Connection, project: int) -> list[LinkRow]:
    """Return the share links of a project that still hold, the newest first."""
    query = (
        select(
            links.c.id,
            links.c.kind,
            links.c.label,
            users.c.username.label("made_by"),
            links.c.created_at,
            links.c.expires_at,
        )
        .outerjoin(users, users.c.id == links.c.made_by)
        .where(links.c.project_id == project)
        .where(or_(links.c.expires_at.is_(None), links.c.expires_at > now()))
        .order_by(links.c.id.desc())
    )
    rows = connection.execute(query)
    return [msgspec.convert(row, LinkRow, from_attributes=True) for row in rows]


def count_links(connection: Connection, project: int) -> int:
    """Return how many links of a project are kept, after forgetting those that ran out."""
    connection.execute(
        delete(links).where(links.c.project_id == project, links.c.expires_at <= now())
    )
    query = select(func.count()).where(links.c.project_id == project)
    return int(connection.execute(query).scalar_one())


def drop_link(connection: Connection, project: int, link: int) -> bool:
    """Take a link back; whether there was one of that number."""
    gone = delete(links).where(links.c.project_id == project, links.c.id == link)
    return bool(connection.execute(gone).rowcount)


def open_link(connection: Connection, token_hash: bytes) -> OpenLink | None:
    """Return what the link opens, whether or not it has run out."""
    query = select(links.c.project_id, links.c.kind, links.c.expires_at)
    row = connection.execute(query.where(links.c.hash == token_hash)).first()
    return None if row is None else OpenLink(*row)


def star(connection: Connection, project: int, user: int, *, on: bool) -> None:
    """Mark the project for the user, or take the mark away."""
    if on:
        connection.execute(insert_new(connection, stars).values(project_id=project, user_id=user))
        return
    mine = stars.c.project_id == project, stars.c.user_id == user
    connection.execute(delete(stars).where(*mine))

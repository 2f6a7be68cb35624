"""Queries on what lets people in: invites to make an account, and one-time links of users."""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import Connection, delete, insert, or_, select, update

from swanlab.server.db.engine import now
from swanlab.server.db.schema import invites, links, users
from swanlab.server.db.users import USER, UserRow

Purpose = Literal["password", "email"]
"""What a one-time link is for: to choose a password, or to show that an address is the user's."""


class InviteRow(msgspec.Struct, frozen=True):
    """One invite; times are Unix milliseconds."""

    id: int
    author: str
    email: str | None
    """Whose address it was made for: who has the link is known by it."""
    uses: int
    used: int
    created_at: int
    expires_at: int


_INVITE = tuple(invites.c[name] for name in InviteRow.__struct_fields__)


def add(
    connection: Connection,
    token_hash: bytes,
    author: str,
    email: str | None,
    uses: int,
    expires_at: int,
) -> InviteRow:
    """Add an invite for so many accounts."""
    added = insert(invites).values(
        hash=token_hash,
        author=author,
        email=email,
        uses=uses,
        used=0,
        created_at=now(),
        expires_at=expires_at,
    )
    row = connection.execute(added.returning(*_INVITE)).one()
    return msgspec.convert(row, InviteRow, from_attributes=True)


def everyone(connection: Connection) -> list[InviteRow]:
    """Return all invites, the newest first."""
    rows = connection.execute(select(*_INVITE).order_by(invites.c.id.desc()))
    return [msgspec.convert(row, InviteRow, from_attributes=True) for row in rows]


def good(connection: Connection, token_hash: bytes) -> InviteRow | None:
    """Return the invite of that hash, if it can still be used."""
    row = connection.execute(
        select(*_INVITE).where(
            invites.c.hash == token_hash,
            invites.c.used < invites.c.uses,
            invites.c.expires_at > now(),
        )
    ).first()
    return None if row is None else msgspec.convert(row, InviteRow, from_attributes=True)


def use(connection: Connection, token_hash: bytes) -> InviteRow | None:
    """Count a use of the invite of that hash; None when it is none, used up or ran out."""
    counted = (
        update(invites)
        .where(
            invites.c.hash == token_hash,
            invites.c.used < invites.c.uses,
            invites.c.expires_at > now(),
        )
        .values(used=invites.c.used + 1)
    )
    row = connection.execute(counted.returning(*_INVITE)).first()
    return None if row is None else msgspec.convert(row, InviteRow, from_attributes=True)


def remove(connection: Connection, invite: int) -> bool:
    """Take an invite back; whether there was one."""
    return bool(connection.execute(delete(invites).where(invites.c.id == invite)).rowcount)


def add_link(
    connection: Connection, user: int, purpose: Purpose, token_hash: bytes, expires_at: int
) -> None:
    """Add a one-time link of the user; those before it for the same purpose end."""
    drop_links(connection, user, purpose)
    connection.execute(
        insert(links).values(hash=token_hash, user_id=user, purpose=purpose, expires_at=expires_at)
    )


def take_link(connection: Connection, purpose: Purpose, token_hash: bytes) -> UserRow | None:
    """Use up a one-time link; returns whose it was, None when it is none or ran out."""
    taken = (
        delete(links)
        .where(links.c.hash == token_hash, links.c.purpose == purpose, links.c.expires_at > now())
        .returning(links.c.user_id)
    )
    user = connection.execute(taken).scalar()
    if user is None:
        return None
    row = connection.execute(select(*USER).where(users.c.id == user)).one()
    return UserRow(row.id, row.username, row.admin)


def drop_links(connection: Connection, user: int, purpose: Purpose | None = None) -> None:
    """End the user's one-time links for this purpose, or for any."""
    ended = delete(links).where(links.c.user_id == user)
    if purpose is not None:
        ended = ended.where(links.c.purpose == purpose)
    connection.execute(ended)


def forget_old(connection: Connection, before: int) -> None:
    """Drop invites and links that ended before then (Unix milliseconds)."""
    ended = or_(invites.c.expires_at < before, invites.c.used >= invites.c.uses)
    connection.execute(delete(invites).where(ended, invites.c.created_at < before))
    connection.execute(delete(links).where(links.c.expires_at < before))

"""Queries on users as a provider of OpenID Connect knows them, and on sign-ins under way."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, insert, select

from swanlab.server.db.engine import insert_new, now
from swanlab.server.db.schema import handshakes, identities, users
from swanlab.server.db.users import USER, UserRow


class Handshake(msgspec.Struct, frozen=True):
    """A sign-in that was begun here and is to come back from the provider."""

    browser: bytes
    """Hash of what only the browser that began it has."""
    verifier: str
    nonce: str
    target: str
    """Path to go to afterwards."""
    user_id: int | None
    """Who is signed in already and links the identity to their account."""


def begin(connection: Connection, state_hash: bytes, handshake: Handshake, expires_at: int) -> None:
    """Remember a sign-in until it comes back."""
    values = msgspec.structs.asdict(handshake)
    connection.execute(insert(handshakes).values(hash=state_hash, expires_at=expires_at, **values))


def take(connection: Connection, state_hash: bytes) -> Handshake | None:
    """Use up a sign-in that came back; None when there is none, or it took too long."""
    taken = delete(handshakes).where(
        handshakes.c.hash == state_hash, handshakes.c.expires_at > now()
    )
    columns = (handshakes.c[name] for name in Handshake.__struct_fields__)
    row = connection.execute(taken.returning(*columns)).first()
    return None if row is None else Handshake(*row)


def find(connection: Connection, issuer: str, subject: str) -> tuple[UserRow, int | None] | None:
    """Return the user of that identity, and since when they are disabled."""
    row = connection.execute(
        select(*USER, users.c.disabled_at)
        .join(identities, identities.c.user_id == users.c.id)
        .where(identities.c.issuer == issuer, identities.c.subject == subject)
    ).first()
    if row is None:
        return None
    return UserRow(row.id, row.username, row.admin), row.disabled_at


def link(connection: Connection, issuer: str, subject: str, user: int) -> bool:
    """Let that identity sign in as the user; False when it is somebody's already."""
    added = insert_new(connection, identities).values(
        issuer=issuer, subject=subject, user_id=user, created_at=now()
    )
    return bool(connection.execute(added).rowcount)


def forget_old(connection: Connection, before: int) -> None:
    """Drop the sign-ins that never came back."""
    connection.execute(delete(handshakes).where(handshakes.c.expires_at < before))

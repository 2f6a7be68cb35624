"""Queries on users, their API keys and their sessions."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, exists, insert, select

from swanlab.server.db import workspaces
from swanlab.server.db.engine import insert_new, now
from swanlab.server.db.schema import api_keys, sessions, users


class UserRow(msgspec.Struct, frozen=True):
    """Who somebody is."""

    id: int
    username: str
    admin: bool


class SessionRow(msgspec.Struct, frozen=True):
    """Who is signed in, and until when (Unix milliseconds)."""

    user: UserRow
    expires_at: int


_USER = (users.c.id, users.c.username, users.c.admin)


def any_user(connection: Connection) -> bool:
    """Whether there is an account at all."""
    return bool(connection.execute(select(exists().select_from(users))).scalar())


def create(
    connection: Connection, username: str, password_hash: str, *, admin: bool
) -> UserRow | None:
    """Add a user with a personal workspace of the same name; None when the name is taken.

    Names that differ only in case are the same name.
    """
    if workspaces.is_taken(connection, username):
        return None
    added = connection.execute(
        insert_new(connection, users)
        .values(
            username=username,
            folded=username.casefold(),
            password=password_hash,
            admin=admin,
            created_at=now(),
        )
        .returning(users.c.id)
    ).scalar()
    if added is None:
        return None  # somebody else took it meanwhile
    workspaces.create(connection, username, int(added), "personal")
    return UserRow(int(added), username, admin)


def password_of(connection: Connection, username: str) -> tuple[UserRow, str] | None:
    """Return the user of that name with the hash of the password."""
    row = connection.execute(
        select(*_USER, users.c.password).where(users.c.folded == username.casefold())
    ).first()
    return None if row is None else (UserRow(row.id, row.username, row.admin), row.password)


def find(connection: Connection, username: str) -> UserRow | None:
    """Return the user of that name."""
    found = password_of(connection, username)
    return None if found is None else found[0]


def set_api_key(connection: Connection, user: int, key_hash: bytes) -> None:
    """Make this the user's only API key."""
    connection.execute(select(users.c.id).where(users.c.id == user).with_for_update())
    connection.execute(delete(api_keys).where(api_keys.c.user_id == user))
    connection.execute(insert(api_keys).values(hash=key_hash, user_id=user, created_at=now()))


def by_api_key(connection: Connection, key_hash: bytes) -> UserRow | None:
    """Return whose API key this is."""
    row = connection.execute(
        select(*_USER)
        .join(api_keys, api_keys.c.user_id == users.c.id)
        .where(api_keys.c.hash == key_hash)
    ).first()
    return None if row is None else UserRow(row.id, row.username, row.admin)


def add_session(connection: Connection, user: int, token_hash: bytes, expires_at: int) -> None:
    """Remember a signed-in browser, and forget the sessions that ran out."""
    connection.execute(delete(sessions).where(sessions.c.expires_at < now()))
    connection.execute(
        insert(sessions).values(
            hash=token_hash, user_id=user, created_at=now(), expires_at=expires_at
        )
    )


def by_session(connection: Connection, token_hash: bytes) -> SessionRow | None:
    """Return whose session this is, if it has not run out."""
    row = connection.execute(
        select(*_USER, sessions.c.expires_at)
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(sessions.c.hash == token_hash, sessions.c.expires_at > now())
    ).first()
    if row is None:
        return None
    return SessionRow(UserRow(row.id, row.username, row.admin), row.expires_at)


def end_session(connection: Connection, token_hash: bytes) -> None:
    """Forget a session."""
    connection.execute(delete(sessions).where(sessions.c.hash == token_hash))

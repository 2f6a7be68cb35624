"""Queries on sessions: browsers that are signed in."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from swanlab.server.db.engine import now
from swanlab.server.db.schema import sessions, users
from swanlab.server.db.users import USER, UserRow


class SessionRow(msgspec.Struct, frozen=True):
    """One session in a list; times are Unix milliseconds."""

    id: int
    created_at: int
    expires_at: int
    used_at: int
    address: str
    """From where it was used last."""
    agent: str
    """What browser it is, in short."""


class HeldSession(msgspec.Struct, frozen=True):
    """Who is signed in, and until when (Unix milliseconds)."""

    id: int
    user: UserRow
    expires_at: int


_SESSION = tuple(sessions.c[name] for name in SessionRow.__struct_fields__)


def add(
    connection: Connection,
    user: int,
    token_hash: bytes,
    expires_at: int,
    address: str = "",
    agent: str = "",
) -> None:
    """Remember a signed-in browser, and forget the sessions that ran out."""
    connection.execute(delete(sessions).where(sessions.c.expires_at < now()))
    connection.execute(
        insert(sessions).values(
            hash=token_hash,
            user_id=user,
            created_at=now(),
            expires_at=expires_at,
            used_at=now(),
            address=address,
            agent=agent,
        )
    )


def by_hash(connection: Connection, token_hash: bytes) -> HeldSession | None:
    """Return whose session this is, if it has not run out and its owner is not disabled."""
    row = connection.execute(
        select(sessions.c.id.label("session"), sessions.c.expires_at, *USER)
        .join(users, sessions.c.user_id == users.c.id)
        .where(
            sessions.c.hash == token_hash,
            sessions.c.expires_at > now(),
            users.c.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    return HeldSession(row.session, UserRow(row.id, row.username, row.admin), row.expires_at)


def of_user(connection: Connection, user: int) -> list[SessionRow]:
    """Return the user's sessions that have not run out, the one used last first."""
    wanted = select(*_SESSION).where(sessions.c.user_id == user, sessions.c.expires_at > now())
    rows = connection.execute(wanted.order_by(sessions.c.used_at.desc(), sessions.c.id.desc()))
    return [msgspec.convert(row, SessionRow, from_attributes=True) for row in rows]


def end(connection: Connection, user: int, session: int) -> bool:
    """End a session of the user; whether there was one."""
    ended = delete(sessions).where(sessions.c.user_id == user, sessions.c.id == session)
    return bool(connection.execute(ended).rowcount)


def end_all(connection: Connection, user: int, but: int | None = None) -> int:
    """End the user's sessions but one; return how many there were."""
    ended = delete(sessions).where(sessions.c.user_id == user)
    if but is not None:
        ended = ended.where(sessions.c.id != but)
    return connection.execute(ended).rowcount


def end_by_hash(connection: Connection, token_hash: bytes) -> None:
    """End the session of that hash."""
    connection.execute(delete(sessions).where(sessions.c.hash == token_hash))


def used(connection: Connection, session: int, at: int, address: str) -> None:
    """Note when and from where a session was used last."""
    noted = update(sessions).where(sessions.c.id == session, sessions.c.used_at < at)
    connection.execute(noted.values(used_at=at, address=address))

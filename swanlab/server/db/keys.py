"""Queries on API keys; of a key only its hash and its first characters are kept."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from swanlab.server.access import Scope
from swanlab.server.db.engine import now
from swanlab.server.db.schema import api_keys, users
from swanlab.server.db.users import USER, UserRow


class KeyRow(msgspec.Struct, frozen=True):
    """One key; times are Unix milliseconds, ``expires_at`` None is never."""

    id: int
    name: str
    scope: Scope
    start: str
    """Its first characters; empty for keys of older versions."""
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    used_at: int | None
    address: str
    """From where it was used last."""


class HeldKey(msgspec.Struct, frozen=True):
    """Whose key it is, and whether it still opens anything."""

    id: int
    user: UserRow
    scope: Scope
    expires_at: int | None
    revoked_at: int | None
    disabled_at: int | None
    """Since when its owner is disabled."""


_KEY = tuple(api_keys.c[name] for name in KeyRow.__struct_fields__)


def add(
    connection: Connection,
    user: int,
    key_hash: bytes,
    name: str,
    scope: Scope,
    start: str,
    expires_at: int | None,
) -> KeyRow:
    """Add a key of the user."""
    added = insert(api_keys).values(
        hash=key_hash,
        user_id=user,
        name=name,
        scope=scope,
        start=start,
        created_at=now(),
        expires_at=expires_at,
        address="",
    )
    row = connection.execute(added.returning(*_KEY)).one()
    return msgspec.convert(row, KeyRow, from_attributes=True)


def of_user(connection: Connection, user: int) -> list[KeyRow]:
    """Return the user's keys, the newest first; those that were revoked or ran out, too."""
    wanted = select(*_KEY).where(api_keys.c.user_id == user).order_by(api_keys.c.id.desc())
    rows = connection.execute(wanted)
    return [msgspec.convert(row, KeyRow, from_attributes=True) for row in rows]


def count_alive(connection: Connection, user: int) -> int:
    """Return how many keys of the user are good now."""
    alive = and_(
        api_keys.c.revoked_at.is_(None),
        or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now()),
    )
    wanted = select(func.count()).where(api_keys.c.user_id == user, alive)
    return connection.execute(wanted).scalar_one()


def get(connection: Connection, user: int, key: int) -> KeyRow | None:
    """Return the user's key of that number."""
    wanted = select(*_KEY).where(api_keys.c.user_id == user, api_keys.c.id == key)
    row = connection.execute(wanted).first()
    return None if row is None else msgspec.convert(row, KeyRow, from_attributes=True)


def by_hash(connection: Connection, key_hash: bytes) -> HeldKey | None:
    """Return the key of that hash, be it good or not."""
    row = connection.execute(
        select(
            api_keys.c.id.label("key"),
            api_keys.c.scope,
            api_keys.c.expires_at,
            api_keys.c.revoked_at,
            users.c.disabled_at,
            *USER,
        )
        .join(users, users.c.id == api_keys.c.user_id)
        .where(api_keys.c.hash == key_hash)
    ).first()
    if row is None:
        return None
    user = UserRow(row.id, row.username, row.admin)
    return HeldKey(row.key, user, row.scope, row.expires_at, row.revoked_at, row.disabled_at)


def rename(connection: Connection, key: int, name: str) -> None:
    """Give the key another name."""
    connection.execute(update(api_keys).where(api_keys.c.id == key).values(name=name))


def revoke(connection: Connection, user: int, key: int | None = None) -> int:
    """End a key of the user, or all of them; return how many were not ended before."""
    ended = update(api_keys).where(api_keys.c.user_id == user, api_keys.c.revoked_at.is_(None))
    if key is not None:
        ended = ended.where(api_keys.c.id == key)
    return connection.execute(ended.values(revoked_at=now())).rowcount


def used(connection: Connection, key: int, at: int, address: str) -> None:
    """Note when and from where a key was used last."""
    newer = or_(api_keys.c.used_at.is_(None), api_keys.c.used_at < at)
    noted = update(api_keys).where(api_keys.c.id == key, newer)
    connection.execute(noted.values(used_at=at, address=address))


def forget_old(connection: Connection, before: int) -> None:
    """Drop the keys that ended before then (Unix milliseconds)."""
    old = or_(api_keys.c.revoked_at < before, api_keys.c.expires_at < before)
    connection.execute(delete(api_keys).where(old))

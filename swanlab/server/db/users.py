"""Queries on users."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, case, exists, func, or_, select, update

from swanlab.server.db import workspaces
from swanlab.server.db.engine import insert_new, now
from swanlab.server.db.schema import api_keys, sessions, users


class UserRow(msgspec.Struct, frozen=True):
    """Who somebody is."""

    id: int
    username: str
    admin: bool


class Login(msgspec.Struct, frozen=True):
    """A user with the hash of the password."""

    user: UserRow
    password: str
    disabled_at: int | None


class AccountRow(msgspec.Struct, frozen=True):
    """All that is known of a user, for admins and for themselves; times are Unix milliseconds."""

    id: int
    username: str
    admin: bool
    email: str | None
    verified: bool
    """Whether the e-mail address is known to be theirs."""
    created_at: int
    disabled_at: int | None
    used_at: int | None
    """When a browser or a key of theirs was last heard of."""
    has_password: bool


UNSET_PASSWORD = "!"  # noqa: S105 - no password has this hash
"""Kept in place of a hash for who cannot sign in with a password, or not yet."""

USER = (users.c.id, users.c.username, users.c.admin)


def any_user(connection: Connection) -> bool:
    """Whether there is an account at all."""
    return bool(connection.execute(select(exists().select_from(users))).scalar())


def create(
    connection: Connection,
    username: str,
    password_hash: str,
    *,
    admin: bool,
    email: str | None = None,
    verified: bool = False,
) -> UserRow | None:
    """Add a user with a personal workspace of the same name; None when the name is taken.

    Names that differ only in case are the same name. An address that another is known by is
    taken, too.
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
            email=email,
            verified=verified,
        )
        .returning(users.c.id)
    ).scalar()
    if added is None:
        return None  # somebody else took it meanwhile
    workspaces.create(connection, username, int(added), "personal")
    return UserRow(int(added), username, admin)


def login(connection: Connection, username: str) -> Login | None:
    """Return what signing in under that name goes by."""
    wanted = select(*USER, users.c.password, users.c.disabled_at)
    row = connection.execute(wanted.where(users.c.folded == username.casefold())).first()
    if row is None:
        return None
    return Login(UserRow(row.id, row.username, row.admin), row.password, row.disabled_at)


def find(connection: Connection, username: str) -> UserRow | None:
    """Return the user of that name."""
    found = login(connection, username)
    return None if found is None else found.user


def by_id(connection: Connection, user: int) -> UserRow | None:
    """Return the user of that number."""
    row = connection.execute(select(*USER).where(users.c.id == user)).first()
    return None if row is None else UserRow(row.id, row.username, row.admin)


def by_verified_email(connection: Connection, email: str) -> UserRow | None:
    """Return the user to whom that address is known to belong."""
    wanted = select(*USER).where(users.c.email == email.lower(), users.c.verified)
    row = connection.execute(wanted).first()
    return None if row is None else UserRow(row.id, row.username, row.admin)


def lock(connection: Connection, user: int) -> None:
    """Let nobody else change the user until the transaction ends."""
    connection.execute(select(users.c.id).where(users.c.id == user).with_for_update())


def set_password(connection: Connection, user: int, password_hash: str) -> None:
    """Keep the hash of a new password."""
    connection.execute(update(users).where(users.c.id == user).values(password=password_hash))


def set_email(connection: Connection, user: int, email: str | None, *, verified: bool) -> bool:
    """Keep another address; False when it is known to be another's."""
    if email is not None and verified:
        held = by_verified_email(connection, email)
        if held is not None and held.id != user:
            return False
    values = {"email": email and email.lower(), "verified": verified and email is not None}
    connection.execute(update(users).where(users.c.id == user).values(values))
    return True


def set_admin(connection: Connection, user: int, *, admin: bool) -> None:
    """Make the user an admin, or one no more."""
    connection.execute(update(users).where(users.c.id == user).values(admin=admin))


def set_disabled(connection: Connection, user: int, at: int | None) -> None:
    """Let the user do nothing from then on (Unix milliseconds); None: they may again."""
    connection.execute(update(users).where(users.c.id == user).values(disabled_at=at))


def lock_admins(connection: Connection) -> list[int]:
    """Return the admins who are not disabled; nobody changes them until the transaction ends."""
    wanted = select(users.c.id).where(users.c.admin, users.c.disabled_at.is_(None))
    return list(connection.execute(wanted.order_by(users.c.id).with_for_update()).scalars())


def account(connection: Connection, username: str) -> AccountRow | None:
    """Return what is known of the user of that name."""
    row = connection.execute(select(*_ACCOUNT).where(users.c.folded == username.casefold())).first()
    return None if row is None else msgspec.convert(row, AccountRow, from_attributes=True)


def page(
    connection: Connection, search: str, after: str, size: int
) -> tuple[list[AccountRow], int]:
    """Return at most ``size`` users by name, those after the name ``after``, and how many pass.

    ``search`` is found anywhere in the name or the e-mail address; empty passes all.
    """
    wanted = select(*_ACCOUNT)
    counted = select(func.count()).select_from(users)
    if search:
        text = search.casefold()
        match = or_(
            users.c.folded.contains(text, autoescape=True),
            users.c.email.contains(text, autoescape=True),
        )
        wanted, counted = wanted.where(match), counted.where(match)
    wanted = wanted.where(users.c.folded > after.casefold()).order_by(users.c.folded).limit(size)
    rows = connection.execute(wanted)
    found = [msgspec.convert(row, AccountRow, from_attributes=True) for row in rows]
    return found, connection.execute(counted).scalar_one()


_BY_KEY, _BY_SESSION = (
    select(func.coalesce(func.max(table.c.used_at), 0))
    .where(table.c.user_id == users.c.id)
    .scalar_subquery()
    for table in (api_keys, sessions)
)
_LAST = case((_BY_KEY > _BY_SESSION, _BY_KEY), else_=_BY_SESSION)
_ACCOUNT = (
    *USER,
    users.c.email,
    users.c.verified,
    users.c.created_at,
    users.c.disabled_at,
    func.nullif(_LAST, 0).label("used_at"),
    (users.c.password != UNSET_PASSWORD).label("has_password"),
)

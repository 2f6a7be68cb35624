"""Queries on workspaces, their members, invites to them, and who waits to be let in."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, delete, exists, func, insert, or_, select, update

from swanlab.server.access import Role
from swanlab.server.db.engine import insert_new, now
from swanlab.server.db.schema import (
    collaborators,
    former_names,
    members,
    projects,
    users,
    workspaces,
)
from swanlab.server.db.schema import join_requests as requests
from swanlab.server.db.schema import workspace_invites as invites

Kind = Literal["personal", "organization"]


class WorkspaceRow(msgspec.Struct, frozen=True):
    """A workspace; ``owner_id`` is one of its owners."""

    id: int
    name: str
    kind: Kind
    description: str | None
    owner_id: int
    created_at: int


class MemberRow(msgspec.Struct, frozen=True):
    """A member of a workspace, or who asks to be one; ``at`` is Unix milliseconds."""

    user_id: int
    username: str
    role: Role
    at: int


class InviteRow(msgspec.Struct, frozen=True):
    """An invite as listed; without ``most_uses`` it is good for any number."""

    id: int
    role: Role
    approval: bool
    uses: int
    most_uses: int | None
    made_by: str | None
    created_at: int
    expires_at: int


class Invited(msgspec.Struct, frozen=True):
    """What an invite that still holds invites to."""

    id: int
    workspace: WorkspaceRow
    role: Role
    approval: bool


_WORKSPACE = tuple(workspaces.c[name] for name in WorkspaceRow.__struct_fields__)


def _row(found: Any) -> WorkspaceRow | None:
    return None if found is None else msgspec.convert(found, WorkspaceRow, from_attributes=True)


def find(connection: Connection, name: str) -> WorkspaceRow | None:
    """Return the workspace of that name, or that had it before it was renamed."""
    query = select(*_WORKSPACE).where(workspaces.c.name == name)
    found = connection.execute(query).first()
    if found is None:
        was = former_names.c.workspace_id == workspaces.c.id
        query = select(*_WORKSPACE).join(former_names, was).where(former_names.c.name == name)
        found = connection.execute(query).first()
    return _row(found)


def get(connection: Connection, number: int) -> WorkspaceRow | None:
    """Return the workspace of that number."""
    return _row(connection.execute(select(*_WORKSPACE).where(workspaces.c.id == number)).first())


def lock(connection: Connection, number: int) -> None:
    """Let nobody else change who is in it until the transaction ends."""
    connection.execute(select(workspaces.c.id).where(workspaces.c.id == number).with_for_update())


def is_taken(connection: Connection, name: str, but: int | None = None) -> bool:
    """Whether a workspace, or a user, other than workspace ``but`` has or had a name like it."""
    folded = name.casefold()
    asked = (
        exists().where(workspaces.c.folded == folded, workspaces.c.id != (but or 0)),
        exists().where(former_names.c.folded == folded, former_names.c.workspace_id != (but or 0)),
        exists().where(users.c.folded == folded),
    )
    return bool(connection.execute(select(or_(*asked))).scalar())


def create(
    connection: Connection, name: str, owner: int, kind: Kind, description: str | None = None
) -> WorkspaceRow | None:
    """Add a workspace that ``owner`` owns; None when one has that name."""
    added = connection.execute(
        insert_new(connection, workspaces)
        .values(
            name=name,
            folded=name.casefold(),
            kind=kind,
            owner_id=owner,
            description=description,
            created_at=now(),
        )
        .returning(workspaces.c.id)
    ).scalar()
    if added is None:
        return None
    add_member(connection, int(added), owner, "owner")
    return get(connection, int(added))


def describe(connection: Connection, number: int, description: str | None) -> None:
    """Set what others are told of it."""
    changed = update(workspaces).where(workspaces.c.id == number)
    connection.execute(changed.values(description=description))


def rename(connection: Connection, place: WorkspaceRow, name: str) -> None:
    """Give it another name; it is still found by the one it had."""
    connection.execute(
        update(workspaces)
        .where(workspaces.c.id == place.id)
        .values(name=name, folded=name.casefold())
    )
    connection.execute(delete(former_names).where(former_names.c.folded == name.casefold()))
    connection.execute(delete(former_names).where(former_names.c.folded == place.name.casefold()))
    connection.execute(
        insert(former_names).values(
            folded=place.name.casefold(), name=place.name, workspace_id=place.id
        )
    )


def is_empty(connection: Connection, number: int) -> bool:
    """Whether it holds no project, not even in the bin."""
    asked = select(exists().where(projects.c.workspace_id == number))
    return not connection.execute(asked).scalar()


def remove(connection: Connection, number: int) -> None:
    """Forget it."""
    connection.execute(delete(workspaces).where(workspaces.c.id == number))


def of_user(connection: Connection, user: int) -> list[tuple[WorkspaceRow, Role]]:
    """Return the workspaces of a user with their role, the personal one first, then by name."""
    query = (
        select(*_WORKSPACE, members.c.role)
        .join(members, members.c.workspace_id == workspaces.c.id)
        .where(members.c.user_id == user)
        .order_by(workspaces.c.kind.desc(), workspaces.c.folded)
    )
    return [
        (msgspec.convert(row, WorkspaceRow, from_attributes=True), row.role)
        for row in connection.execute(query)
    ]


def own(connection: Connection, user: int) -> WorkspaceRow:
    """Return the user's default workspace; the personal one, if none that they may use is set."""
    chosen = select(users.c.default_workspace).where(users.c.id == user).scalar_subquery()
    query = (
        select(*_WORKSPACE)
        .join(members, members.c.workspace_id == workspaces.c.id)
        .where(members.c.user_id == user)
        .where(or_(workspaces.c.kind == "personal", workspaces.c.id == chosen))
        .where(members.c.role != "viewer")
        .order_by((workspaces.c.id == chosen).desc().nulls_last(), workspaces.c.id)
        .limit(1)
    )
    found = _row(connection.execute(query).first())
    if found is None:
        raise LookupError(user)
    return found


def counts(connection: Connection, number: int) -> tuple[int, int]:
    """Return how many members and projects it has; those in the bin do not count."""
    people = select(func.count()).where(members.c.workspace_id == number)
    here = projects.c.workspace_id == number, projects.c.deleted_at.is_(None)
    held = select(func.count()).where(*here)
    row = connection.execute(select(people.scalar_subquery(), held.scalar_subquery())).one()
    return int(row[0]), int(row[1])


def members_of(connection: Connection, number: int) -> list[MemberRow]:
    """Return who is in it, those who came first first."""
    query = (
        select(members.c.user_id, users.c.username, members.c.role, members.c.joined_at.label("at"))
        .join(users, users.c.id == members.c.user_id)
        .where(members.c.workspace_id == number)
        .order_by(members.c.joined_at, users.c.username)
    )
    return _people(connection.execute(query))


def member(connection: Connection, number: int, username: str) -> MemberRow | None:
    """Return the member of that name."""
    found = members_of(connection, number)
    return next((one for one in found if one.username == username), None)


def _people(rows: Any) -> list[MemberRow]:
    return [msgspec.convert(row, MemberRow, from_attributes=True) for row in rows]


def add_member(connection: Connection, number: int, user: int, role: Role) -> bool:
    """Let the user in; False, and nothing is changed, when they are in already."""
    added = connection.execute(
        insert_new(connection, members)
        .values(workspace_id=number, user_id=user, role=role, joined_at=now())
        .returning(members.c.user_id)
    ).scalar()
    drop_request(connection, number, user)
    return added is not None


def set_role(connection: Connection, number: int, user: int, role: Role) -> None:
    """Give a member another role."""
    connection.execute(update(members).where(*_at(members, number, user)).values(role=role))
    _keep_owner(connection, number)


def drop_member(connection: Connection, number: int, user: int) -> None:
    """Let the user out, and take what single projects of the workspace gave them."""
    connection.execute(delete(members).where(*_at(members, number, user)))
    here = select(projects.c.id).where(projects.c.workspace_id == number)
    connection.execute(
        delete(collaborators).where(
            collaborators.c.user_id == user, collaborators.c.project_id.in_(here)
        )
    )
    _keep_owner(connection, number)


def _at(table: Any, number: int, user: int) -> tuple[Any, Any]:
    return table.c.workspace_id == number, table.c.user_id == user


def _keep_owner(connection: Connection, number: int) -> None:
    """Let ``owner_id`` name an owner."""
    owners = select(members.c.user_id).where(
        members.c.workspace_id == number, members.c.role == "owner"
    )
    first = owners.order_by(members.c.joined_at, members.c.user_id).limit(1).scalar_subquery()
    connection.execute(
        update(workspaces)
        .where(workspaces.c.id == number, workspaces.c.owner_id.not_in(owners))
        .values(owner_id=first)
    )


def owners(connection: Connection, number: int) -> int:
    """Return how many owners it has."""
    query = select(func.count()).where(members.c.workspace_id == number, members.c.role == "owner")
    return int(connection.execute(query).scalar_one())


def add_invite(
    connection: Connection,
    number: int,
    *,
    token_hash: bytes,
    role: Role,
    approval: bool,
    most_uses: int | None,
    made_by: int,
    expires_at: int,
) -> int:
    """Keep an invite, of which only the hash is known; returns its number."""
    added = connection.execute(
        insert(invites)
        .values(
            hash=token_hash,
            workspace_id=number,
            role=role,
            approval=approval,
            uses=0,
            most_uses=most_uses,
            made_by=made_by,
            created_at=now(),
            expires_at=expires_at,
        )
        .returning(invites.c.id)
    ).scalar_one()
    return int(added)


def invites_of(connection: Connection, number: int) -> list[InviteRow]:
    """Return the invites to a workspace that still hold, the newest first."""
    query = (
        select(
            invites.c.id,
            invites.c.role,
            invites.c.approval,
            invites.c.uses,
            invites.c.most_uses,
            users.c.username.label("made_by"),
            invites.c.created_at,
            invites.c.expires_at,
        )
        .outerjoin(users, users.c.id == invites.c.made_by)
        .where(invites.c.workspace_id == number, *_holds())
        .order_by(invites.c.id.desc())
    )
    return [
        msgspec.convert(row, InviteRow, from_attributes=True) for row in connection.execute(query)
    ]


def _holds() -> tuple[Any, Any]:
    some_left = or_(invites.c.most_uses.is_(None), invites.c.uses < invites.c.most_uses)
    return invites.c.expires_at > now(), some_left


def count_invites(connection: Connection, number: int) -> int:
    """Return how many invites to a workspace are kept, after forgetting those that ran out."""
    connection.execute(
        delete(invites).where(invites.c.workspace_id == number, invites.c.expires_at <= now())
    )
    query = select(func.count()).where(invites.c.workspace_id == number)
    return int(connection.execute(query).scalar_one())


def drop_invite(connection: Connection, number: int, invite: int) -> bool:
    """Take an invite back; whether there was one of that number."""
    gone = delete(invites).where(invites.c.workspace_id == number, invites.c.id == invite)
    return bool(connection.execute(gone).rowcount)


def invited(connection: Connection, token_hash: bytes, *, lock: bool = False) -> Invited | None:
    """Return what the invite invites to, if it still holds; with ``lock`` nobody else uses it."""
    query = select(invites).where(invites.c.hash == token_hash, *_holds())
    row = connection.execute(query.with_for_update() if lock else query).first()
    place = None if row is None else get(connection, row.workspace_id)
    if row is None or place is None:
        return None
    return Invited(row.id, place, row.role, row.approval)


def use_invite(connection: Connection, invite: int) -> None:
    """Count one use of it."""
    used = update(invites).where(invites.c.id == invite)
    connection.execute(used.values(uses=invites.c.uses + 1))


def add_request(connection: Connection, number: int, user: int, role: Role) -> bool:
    """Note that the user asks to be let in; False when they have asked already."""
    added = connection.execute(
        insert_new(connection, requests)
        .values(workspace_id=number, user_id=user, role=role, asked_at=now())
        .returning(requests.c.user_id)
    ).scalar()
    return added is not None


def drop_request(connection: Connection, number: int, user: int) -> None:
    """Forget that the user asked."""
    connection.execute(delete(requests).where(*_at(requests, number, user)))


def requests_of(connection: Connection, number: int) -> list[MemberRow]:
    """Return who asks to be let in, the first first."""
    query = (
        select(
            requests.c.user_id, users.c.username, requests.c.role, requests.c.asked_at.label("at")
        )
        .join(users, users.c.id == requests.c.user_id)
        .where(requests.c.workspace_id == number)
        .order_by(requests.c.asked_at, users.c.username)
    )
    return _people(connection.execute(query))


def set_default(connection: Connection, user: int, values: dict[str, Any]) -> None:
    """Set the user's ``default_workspace`` and ``default_visibility``, those that are given."""
    if values:
        connection.execute(update(users).where(users.c.id == user).values(**values))


def default_visibility(connection: Connection, user: int) -> str | None:
    """Return what new projects of the user are, where nothing else is said; None if not set."""
    query = select(users.c.default_visibility).where(users.c.id == user)
    visibility: str | None = connection.execute(query).scalar()
    return visibility

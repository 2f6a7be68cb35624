"""Who is in a workspace: members, invites, those who wait to be let in."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection

from swanlab.server import audit
from swanlab.server.access import Need, Role, outranks
from swanlab.server.auth import digest
from swanlab.server.db import workspaces
from swanlab.server.db.engine import now
from swanlab.server.db.workspaces import Invited, InviteRow, MemberRow
from swanlab.server.http import Ask, Problem, Route, no_such
from swanlab.server.messages.workspaces import (
    Invitation,
    InviteToken,
    Joined,
    JoinRequest,
    JoinRequests,
    MadeWorkspaceInvite,
    Member,
    MemberEdit,
    Members,
    NewWorkspaceInvite,
    WorkspaceInvite,
    WorkspaceInvites,
)
from swanlab.server.routes.workspaces import WORKSPACE, need_accounts, need_organization

MEMBER = WORKSPACE + "/members/{username}"
INVITES = WORKSPACE + "/invites"
REQUEST = WORKSPACE + "/requests/{username}"
MOST_INVITES = 200
"""Of one workspace at a time."""
_DAY_MS = 24 * 3600 * 1000


def members(ask: Ask[None, None]) -> Members:
    """Return who is in the workspace."""
    with ask.server.db.read() as connection:
        found = workspaces.members_of(connection, ask.workspace.id)
    return Members(members=[_member(one) for one in found])


def edit(ask: Ask[None, MemberEdit]) -> Member:
    """Give a member another role."""
    place = need_organization(ask)
    with ask.server.db.write() as connection:
        found = _held(ask, connection)
        _need_rank(ask, found.role, ask.body.role)
        if found.role == "owner" and ask.body.role != "owner":
            _need_other_owner(connection, place.id)
        workspaces.set_role(connection, place.id, found.user_id, ask.body.role)
        _note(ask, connection, "member.role", found.username, {"role": ask.body.role})
        ask.server.auth.changed(connection)
    return Member(username=found.username, role=ask.body.role, joined_at=found.at)


def remove(ask: Ask[None, None]) -> None:
    """Put a member out of the workspace."""
    place = need_organization(ask)
    with ask.server.db.write() as connection:
        found = _held(ask, connection)
        _need_rank(ask, found.role)
        if found.role == "owner":
            _need_other_owner(connection, place.id)
        workspaces.drop_member(connection, place.id, found.user_id)
        _note(ask, connection, "member.remove", found.username, {"role": found.role})
        ask.server.auth.changed(connection)


def leave(ask: Ask[None, None]) -> None:
    """Leave the workspace; its last owner cannot."""
    place = need_organization(ask)
    with ask.server.db.write() as connection:
        workspaces.lock(connection, place.id)
        found = workspaces.member(connection, place.id, ask.caller.user.username)
        if found is None:
            raise no_such("workspace")
        if found.role == "owner":
            _need_other_owner(connection, place.id)
        workspaces.drop_member(connection, place.id, found.user_id)
        _note(ask, connection, "member.leave", found.username, {"role": found.role})
        ask.server.auth.changed(connection)


def _held(ask: Ask[Any, Any], connection: Connection) -> MemberRow:
    """Return the member in the path; nobody else changes who is in the workspace meanwhile."""
    workspaces.lock(connection, ask.workspace.id)
    found = workspaces.member(connection, ask.workspace.id, ask.part("username"))
    if found is None:
        raise no_such("member")
    return found


def _need_rank(ask: Ask[Any, Any], *roles: Role) -> None:
    mine = ask.admitted.standing.role
    if not all(outranks(None if ask.caller.user.admin else mine, role) for role in roles):
        raise Problem(403, "forbidden", "Only an owner may do this to, or make, an owner.")


def _need_other_owner(connection: Connection, number: int) -> None:
    if workspaces.owners(connection, number) < 2:
        message = "This is the last owner of the workspace: make somebody else an owner first."
        raise Problem(409, "last_owner", message)


def _note(
    ask: Ask[Any, Any], connection: Connection, action: str, who: str, detail: dict[str, Any]
) -> None:
    place = ask.workspace.name
    audit.note(connection, ask.caller.user, action, f"{place}: {who}", detail, workspace=place)


def invites(ask: Ask[None, None]) -> WorkspaceInvites:
    """Return the invites that still hold."""
    with ask.server.db.read() as connection:
        found = workspaces.invites_of(connection, ask.workspace.id)
    return WorkspaceInvites(invites=[_invite(one) for one in found])


def invite(ask: Ask[None, NewWorkspaceInvite]) -> MadeWorkspaceInvite:
    """Make an invite."""
    place, new, user = need_organization(ask), ask.body, ask.caller.user
    token = secrets.token_urlsafe(24)
    with ask.server.db.write() as connection:
        workspaces.lock(connection, place.id)
        if workspaces.count_invites(connection, place.id) >= MOST_INVITES:
            message = f"A workspace has at most {MOST_INVITES} invites: take some back."
            raise Problem(400, "too_many", message)
        number = workspaces.add_invite(
            connection,
            place.id,
            token_hash=digest(token),
            role=new.role,
            approval=new.approval,
            most_uses=new.most_uses,
            made_by=user.id,
            expires_at=now() + new.days * _DAY_MS,
        )
        told = {"role": new.role, "days": new.days, "most_uses": new.most_uses}
        _note(ask, connection, "invite.create", str(number), {**told, "approval": new.approval})
        made = next(one for one in workspaces.invites_of(connection, place.id) if one.id == number)
    return MadeWorkspaceInvite(invite=_invite(made), token=token, path=f"/join#{token}")


def uninvite(ask: Ask[None, None]) -> None:
    """Take an invite back."""
    need_organization(ask)
    number = ask.number("invite")
    with ask.server.db.write() as connection:
        if not workspaces.drop_invite(connection, ask.workspace.id, number):
            raise no_such("invite")
        _note(ask, connection, "invite.delete", str(number), {})


def invitation(ask: Ask[None, InviteToken]) -> Invitation:
    """Tell what an invite invites to."""
    need_accounts(ask)
    with ask.server.db.read() as connection:
        found = workspaces.invited(connection, digest(ask.body.token))
    if found is None:
        raise _no_invite()
    roles = ask.server.admission.grants(ask.anybody).workspaces
    return Invitation(
        workspace=found.workspace.name,
        description=found.workspace.description,
        role=found.role,
        approval=found.approval,
        member=found.workspace.id in roles,
    )


def join(ask: Ask[None, InviteToken]) -> Joined:
    """Come into a workspace by an invite, or ask to be let in."""
    need_accounts(ask)
    with ask.server.db.write() as connection:
        found = workspaces.invited(connection, digest(ask.body.token), lock=True)
        if found is None:
            raise _no_invite()
        place = found.workspace.name
        if _came_in(ask, connection, found):
            workspaces.use_invite(connection, found.id)
            action = "member.ask" if found.approval else "member.join"
            target = f"{place}: {ask.caller.user.username}"
            told = {"role": found.role, "invite": found.id}
            audit.note(connection, ask.caller.user, action, target, told, workspace=place)
            ask.server.auth.changed(connection)
        inside = workspaces.member(connection, found.workspace.id, ask.caller.user.username)
    return Joined(workspace=place, waiting=inside is None)


def _came_in(ask: Ask[Any, Any], connection: Connection, found: Invited) -> bool:
    """Let the caller in, or note that they ask; whether that was new."""
    place, user = found.workspace.id, ask.caller.user
    if workspaces.member(connection, place, user.username) is not None:
        return False
    if found.approval:
        return workspaces.add_request(connection, place, user.id, found.role)
    return workspaces.add_member(connection, place, user.id, found.role)


def _no_invite() -> Problem:
    message = "This invite does not hold, or no longer: ask for another one."
    return Problem(404, "not_found", message)


def requests(ask: Ask[None, None]) -> JoinRequests:
    """Return who waits to be let in."""
    with ask.server.db.read() as connection:
        found = workspaces.requests_of(connection, ask.workspace.id)
    return JoinRequests(
        requests=[
            JoinRequest(username=one.username, role=one.role, asked_at=one.at) for one in found
        ]
    )


def approve(ask: Ask[None, None]) -> Member:
    """Let somebody in who asked."""
    place = need_organization(ask)
    with ask.server.db.write() as connection:
        found = _asked(ask, connection)
        workspaces.add_member(connection, place.id, found.user_id, found.role)
        _note(ask, connection, "member.approve", found.username, {"role": found.role})
        ask.server.auth.changed(connection)
        made = workspaces.member(connection, place.id, found.username)
    if made is None:
        raise no_such("member")
    return _member(made)


def refuse(ask: Ask[None, None]) -> None:
    """Do not let somebody in who asked."""
    place = need_organization(ask)
    with ask.server.db.write() as connection:
        found = _asked(ask, connection)
        workspaces.drop_request(connection, place.id, found.user_id)
        _note(ask, connection, "member.refuse", found.username, {"role": found.role})


def _asked(ask: Ask[Any, Any], connection: Connection) -> MemberRow:
    workspaces.lock(connection, ask.workspace.id)
    waiting = workspaces.requests_of(connection, ask.workspace.id)
    found = next((one for one in waiting if one.username == ask.part("username")), None)
    if found is None:
        raise no_such("request")
    return found


def _member(row: MemberRow) -> Member:
    return Member(username=row.username, role=row.role, joined_at=row.at)


def _invite(row: InviteRow) -> WorkspaceInvite:
    return WorkspaceInvite(
        id=row.id,
        role=row.role,
        approval=row.approval,
        uses=row.uses,
        most_uses=row.most_uses,
        made_by=row.made_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


ROUTES = (
    Route(
        method="GET",
        path=WORKSPACE + "/members",
        need=Need.SEE_WORKSPACE,
        handler=members,
        summary="Who is in a workspace, and as what",
        answer=Members,
    ),
    Route(
        method="PATCH",
        path=MEMBER,
        need=Need.MANAGE_WORKSPACE,
        handler=edit,
        summary="Give a member another role; owners are made and unmade by owners",
        body=MemberEdit,
        answer=Member,
        errors=(409,),
    ),
    Route(
        method="DELETE",
        path=MEMBER,
        need=Need.MANAGE_WORKSPACE,
        handler=remove,
        summary="Put a member out of a workspace",
        status=204,
        errors=(409,),
    ),
    Route(
        method="POST",
        path=WORKSPACE + "/leave",
        need=Need.LEAVE_WORKSPACE,
        handler=leave,
        summary="Leave a workspace; its last owner cannot",
        status=204,
        errors=(409,),
    ),
    Route(
        method="GET",
        path=INVITES,
        need=Need.MANAGE_WORKSPACE,
        handler=invites,
        summary="The invites to a workspace that still hold",
        answer=WorkspaceInvites,
    ),
    Route(
        method="POST",
        path=INVITES,
        need=Need.MANAGE_WORKSPACE,
        handler=invite,
        summary="Make an invite to a workspace; its token is shown once",
        body=NewWorkspaceInvite,
        answer=MadeWorkspaceInvite,
        status=201,
        errors=(409,),
    ),
    Route(
        method="DELETE",
        path=INVITES + "/{invite}",
        need=Need.MANAGE_WORKSPACE,
        handler=uninvite,
        summary="Take an invite to a workspace back",
        status=204,
        errors=(409,),
    ),
    Route(
        method="POST",
        path="/join/look",
        need=Need.PUBLIC,
        handler=invitation,
        summary="What an invite invites to, for who has its token",
        body=InviteToken,
        answer=Invitation,
        errors=(403, 404),
    ),
    Route(
        method="POST",
        path="/join",
        need=Need.ACCOUNT,
        handler=join,
        summary="Come into a workspace by an invite, or ask to be let in",
        body=InviteToken,
        answer=Joined,
        errors=(404,),
    ),
    Route(
        method="GET",
        path=WORKSPACE + "/requests",
        need=Need.MANAGE_WORKSPACE,
        handler=requests,
        summary="Who waits to be let into a workspace",
        answer=JoinRequests,
    ),
    Route(
        method="POST",
        path=REQUEST,
        need=Need.MANAGE_WORKSPACE,
        handler=approve,
        summary="Let somebody in who asked",
        answer=Member,
        errors=(409,),
    ),
    Route(
        method="DELETE",
        path=REQUEST,
        need=Need.MANAGE_WORKSPACE,
        handler=refuse,
        summary="Do not let somebody in who asked",
        status=204,
        errors=(409,),
    ),
)

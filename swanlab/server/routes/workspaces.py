"""Workspaces: the caller's own, organisations, what one prefers."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET
from sqlalchemy import Connection

from swanlab.server import audit, instance
from swanlab.server.access import Need, Role
from swanlab.server.db import runs, workspaces
from swanlab.server.db.workspaces import WorkspaceRow
from swanlab.server.http import Ask, Problem, Route, no_such
from swanlab.server.messages.workspaces import (
    Activities,
    Activity,
    NewWorkspace,
    Preferences,
    PreferencesEdit,
    Workspace,
    WorkspaceEdit,
    WorkspaceRename,
    Workspaces,
)
from swanlab.server.runview import state

WORKSPACE = "/workspaces/{workspace}"
MOST = 100
"""Organisations that one user may own."""
_RECENT = 50


def mine(ask: Ask[None, None]) -> Workspaces:
    """Return the caller's workspaces."""
    user = ask.caller.user.id
    with ask.server.db.read() as connection:
        found = [
            _shown(row, role, workspaces.counts(connection, row.id))
            for row, role in workspaces.of_user(connection, user)
        ]
        default = workspaces.own(connection, user).name
    return Workspaces(workspaces=found, default=default)


def create(ask: Ask[None, NewWorkspace]) -> Workspace:
    """Make an organisation."""
    need_accounts(ask)
    user, new = ask.caller.user, ask.body
    with ask.server.db.write() as connection:
        owned = [one for one in workspaces.of_user(connection, user.id) if one[1] == "owner"]
        if len(owned) > MOST:
            raise Problem(400, "too_many", f"One user can own at most {MOST} organisations.")
        made = None
        if not workspaces.is_taken(connection, new.name):
            made = workspaces.create(
                connection, new.name, user.id, "organization", _text(new.description)
            )
        if made is None:
            raise _taken(new.name)
        audit.note(connection, user, "workspace.create", made.name, workspace=made.name)
        ask.server.auth.changed(connection)
    return _shown(made, "owner", (1, 0))


def workspace(ask: Ask[None, None]) -> Workspace:
    """Return one workspace."""
    return _one(ask, ask.workspace.id)


def edit(ask: Ask[None, WorkspaceEdit]) -> Workspace:
    """Change what is told of the workspace."""
    need_accounts(ask)
    if ask.body.description is not UNSET:
        with ask.server.db.write() as connection:
            workspaces.describe(connection, ask.workspace.id, _text(ask.body.description))
            ask.server.auth.changed(connection)
    return _one(ask, ask.workspace.id)


def rename(ask: Ask[None, WorkspaceRename]) -> Workspace:
    """Give an organisation another name; it is still found by the one it had."""
    place, name = need_organization(ask), ask.body.name
    with ask.server.db.write() as connection:
        if name != place.name:
            if workspaces.is_taken(connection, name, but=place.id):
                raise _taken(name)
            audit.note(
                connection,
                ask.caller.user,
                "workspace.rename",
                place.name,
                {"name": name},
                workspace=place.name,
            )
            workspaces.rename(connection, place, name)
        ask.server.auth.changed(connection)
    ask.server.ingest.renamed()
    return _one(ask, place.id)


def remove(ask: Ask[None, None]) -> None:
    """Delete an organisation without projects."""
    place = need_organization(ask)
    with ask.server.db.write() as connection:
        workspaces.lock(connection, place.id)
        if not workspaces.is_empty(connection, place.id):
            message = (
                "There are projects in this organisation, or in its bin: delete them for good,"
                " or transfer them, first."
            )
            raise Problem(409, "not_empty", message)
        audit.note(connection, ask.caller.user, "workspace.delete", place.name)
        workspaces.remove(connection, place.id)
        ask.server.auth.changed(connection)


def activity(ask: Ask[None, None]) -> Activities:
    """Return the runs of the workspace that were heard of last."""
    heard = ask.server.ingest.keeper.last_heard
    with ask.server.db.read() as connection:
        found = runs.recent(connection, ask.workspace.id, _RECENT)
    return Activities(
        activity=[
            Activity(
                project=one.project,
                run=one.run_id,
                name=one.name,
                state=state(one.state, heard(one.id, one.seen_at)),
                created_at=one.created_at,
                at=heard(one.id, one.seen_at),
            )
            for one in found
        ]
    )


def preferences(ask: Ask[None, None]) -> Preferences:
    """Return what the caller prefers."""
    user = ask.caller.user.id
    with ask.server.db.read() as connection:
        name = workspaces.own(connection, user).name
        visibility = default_visibility(connection, user)
    return Preferences(default_workspace=name, default_visibility=visibility)


def default_visibility(connection: Connection, user: int) -> Literal["private", "public"]:
    """Return what new projects of the user are, where nothing else is said."""
    chosen = workspaces.default_visibility(connection, user)
    if chosen is None:
        return instance.load(connection).default_visibility
    return "public" if chosen == "public" else "private"


def prefer(ask: Ask[None, PreferencesEdit]) -> Preferences:
    """Set where new projects of the caller go, and who may read them."""
    need_accounts(ask)
    body, values = ask.body, dict[str, Any]()
    if body.default_visibility is not UNSET:
        values["default_visibility"] = body.default_visibility
    if body.default_workspace is None:
        values["default_workspace"] = None
    elif body.default_workspace is not UNSET:
        chosen = ask.server.admission.workspace(Need.CREATE, ask.caller, body.default_workspace)
        values["default_workspace"] = chosen.id
    with ask.server.db.write() as connection:
        workspaces.set_default(connection, ask.caller.user.id, values)
        ask.server.auth.changed(connection)
    return preferences(ask)  # type: ignore[arg-type]


def need_accounts(ask: Ask[Any, Any]) -> None:
    """Refuse what a server without accounts has no use for."""
    if ask.server.mode == "watch":
        raise Problem(403, "no_accounts", "This server has no accounts: everyone on it is 'local'.")


def need_organization(ask: Ask[Any, Any]) -> WorkspaceRow:
    """Return the workspace in the path; refuses a personal one, which nobody else comes into."""
    need_accounts(ask)
    if ask.workspace.kind == "personal":
        message = (
            "This is a personal workspace: it has one member and the name of its user. Share single"
            " projects of it with collaborators, or make an organisation."
        )
        raise Problem(409, "personal", message)
    return ask.workspace


def _one(ask: Ask[Any, Any], number: int) -> Workspace:
    with ask.server.db.read() as connection:
        row = workspaces.get(connection, number)
        if row is None:
            raise no_such("workspace")
        counted = workspaces.counts(connection, number)
    return _shown(row, ask.admitted.standing.role, counted)


def _shown(row: WorkspaceRow, role: Role | None, counted: tuple[int, int]) -> Workspace:
    return Workspace(
        name=row.name,
        kind=row.kind,
        description=row.description,
        created_at=row.created_at,
        role=role,
        members=counted[0],
        projects=counted[1],
    )


def _taken(name: str) -> Problem:
    return Problem(409, "taken", f"The name {name!r} is taken: choose another one.")


def _text(text: str | None) -> str | None:
    return (text or "").strip() or None


ROUTES = (
    Route(
        method="GET",
        path="/workspaces",
        need=Need.USER,
        handler=mine,
        summary="The workspaces you are in, your personal one first",
        answer=Workspaces,
    ),
    Route(
        method="POST",
        path="/workspaces",
        need=Need.ACCOUNT,
        handler=create,
        summary="Make an organisation, which you then own",
        body=NewWorkspace,
        answer=Workspace,
        status=201,
        errors=(409,),
    ),
    Route(
        method="GET",
        path=WORKSPACE,
        need=Need.SEE_WORKSPACE,
        handler=workspace,
        summary="One workspace",
        answer=Workspace,
    ),
    Route(
        method="PATCH",
        path=WORKSPACE,
        need=Need.MANAGE_WORKSPACE,
        handler=edit,
        summary="Change the description of a workspace",
        body=WorkspaceEdit,
        answer=Workspace,
    ),
    Route(
        method="POST",
        path=WORKSPACE + "/rename",
        need=Need.OWN_WORKSPACE,
        handler=rename,
        summary="Rename an organisation; its old addresses go on leading to it",
        body=WorkspaceRename,
        answer=Workspace,
        errors=(409,),
    ),
    Route(
        method="DELETE",
        path=WORKSPACE,
        need=Need.OWN_WORKSPACE,
        handler=remove,
        summary="Delete an organisation that has no projects",
        status=204,
        errors=(409,),
    ),
    Route(
        method="GET",
        path=WORKSPACE + "/activity",
        need=Need.SEE_WORKSPACE,
        handler=activity,
        summary="The runs of a workspace that were heard of last",
        answer=Activities,
        etag=True,
    ),
    Route(
        method="GET",
        path="/preferences",
        need=Need.USER,
        handler=preferences,
        summary="Where your new projects go, and who may read them",
        answer=Preferences,
    ),
    Route(
        method="PATCH",
        path="/preferences",
        need=Need.ACCOUNT,
        handler=prefer,
        summary="Set where your new projects go, and who may read them",
        body=PreferencesEdit,
        answer=Preferences,
        errors=(404,),
    ),
)

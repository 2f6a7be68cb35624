"""Workspaces, who is in them, and how one comes in."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from swanlab.server.messages.access import Token
from swanlab.server.messages.message import Message, Text

Role = Literal["owner", "admin", "member", "viewer"]
"""An owner may do all, an admin all but unmake owners, a member writes, a viewer only reads."""
WorkspaceName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,24}$")]


class Workspace(Message, frozen=True):
    """Somebody's personal workspace, or an organisation's."""

    name: str
    kind: Literal["personal", "organization"]
    description: str | None
    created_at: int
    role: Role | None
    """The caller's; null for an admin of the server who is not in it."""
    members: int
    projects: int


class Workspaces(Message, frozen=True):
    """The caller's workspaces; ``default`` is the name of the one that ``~`` stands for."""

    workspaces: list[Workspace]
    default: str


class NewWorkspace(Message, frozen=True):
    """An organisation, of which the caller becomes the owner."""

    name: WorkspaceName
    description: Text | None = None


class WorkspaceEdit(Message, frozen=True):
    """What is not given stays; null clears."""

    description: Text | UnsetType | None = UNSET


class WorkspaceRename(Message, frozen=True):
    """The name it has now goes on leading to it, and stays taken."""

    name: WorkspaceName


class Member(Message, frozen=True):
    username: str
    role: Role
    joined_at: int


class Members(Message, frozen=True):
    members: list[Member]


class MemberEdit(Message, frozen=True):
    role: Role


class WorkspaceInvite(Message, frozen=True):
    """Who has its link may come in, as ``role``; with ``approval`` only when a manager says so.

    Without ``most_uses`` any number may, until ``expires_at``.
    """

    id: int
    role: Role
    approval: bool
    uses: int
    most_uses: int | None
    made_by: str | None
    created_at: int
    expires_at: int


class WorkspaceInvites(Message, frozen=True):
    invites: list[WorkspaceInvite]


class NewWorkspaceInvite(Message, frozen=True):
    role: Literal["admin", "member", "viewer"] = "member"
    days: Annotated[int, Meta(ge=1, le=365)] = 7
    most_uses: Annotated[int, Meta(ge=1, le=100_000)] | None = 1
    """How many may come in by it; null for any number."""
    approval: bool = False


class MadeWorkspaceInvite(Message, frozen=True):
    """The token is shown once; the server keeps only its hash."""

    invite: WorkspaceInvite
    token: str
    path: str
    """Address of its page below the server's root; what stands after the # is not sent to it."""


class InviteToken(Message, frozen=True):
    token: Token


class Invitation(Message, frozen=True):
    """What an invite invites to."""

    workspace: str
    description: str | None
    role: Role
    approval: bool
    member: bool
    """Whether the caller is in the workspace already."""


class Joined(Message, frozen=True):
    workspace: str
    waiting: bool
    """Whether a manager of the workspace has to approve first."""


class JoinRequest(Message, frozen=True):
    username: str
    role: Role
    asked_at: int


class JoinRequests(Message, frozen=True):
    requests: list[JoinRequest]


class Preferences(Message, frozen=True):
    """Where new projects of the caller go, and who may read them, where nothing else is said."""

    default_workspace: str
    default_visibility: Literal["private", "public"]


class PreferencesEdit(Message, frozen=True):
    """What is not given stays; null goes back to the personal workspace."""

    default_workspace: Annotated[str, Meta(min_length=1, max_length=25)] | UnsetType | None = UNSET
    default_visibility: Literal["private", "public"] | UnsetType = UNSET


class Activity(Message, frozen=True):
    """One run of a workspace that the caller may see, as its home lists what happened last."""

    project: str
    run: str
    name: str
    state: Literal["running", "unresponsive", "finished", "crashed", "aborted"]
    created_at: int
    at: int
    """When it was heard of last, or ended."""


class Activities(Message, frozen=True):
    activity: list[Activity]

"""Who may do something in a project beside the members of its workspace, and share links to it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from swanlab.server.messages.message import Line, Message

Share = Literal["read", "write", "manage"]
LinkKind = Literal["view", "embed"]
Token = Annotated[str, Meta(min_length=1, max_length=100, pattern="^[A-Za-z0-9_-]+$")]


class Collaborator(Message, frozen=True):
    username: str
    share: Share
    added_at: int


class Collaborators(Message, frozen=True):
    collaborators: list[Collaborator]


class NewShare(Message, frozen=True):
    """What a user may do in the project: read it, write to it, or manage it."""

    share: Share


class ShareLink(Message, frozen=True):
    """``view`` lets everybody who has it read the project, ``embed`` only see its charts.

    Without ``expires_at`` it holds until it is taken back.
    """

    id: int
    kind: LinkKind
    label: str | None
    made_by: str | None
    created_at: int
    expires_at: int | None


class ShareLinks(Message, frozen=True):
    links: list[ShareLink]


class NewShareLink(Message, frozen=True):
    kind: LinkKind
    label: Line | None = None
    """For whom it is: only those who manage the project see it."""
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None
    """For how long it holds; null until it is taken back."""


class MadeShareLink(Message, frozen=True):
    """The token is shown once; the server keeps only its hash.

    Programs send it in the header ``Swanlab-Share`` or as ``?share=``.
    """

    link: ShareLink
    token: str
    path: str
    """Address of its page below the server's root; what stands after the # is not sent to it."""


class ShareToken(Message, frozen=True):
    token: Token


class Shared(Message, frozen=True):
    """What a share link opens."""

    workspace: str
    project: str
    kind: LinkKind
    expires_at: int | None


class Binned(Message, frozen=True):
    """A deleted project, which can be had back until ``purged_at``."""

    id: int
    workspace: str
    name: str
    runs: int
    deleted_at: int
    deleted_by: str | None
    purged_at: int


class Bin(Message, frozen=True):
    projects: list[Binned]


class Restoring(Message, frozen=True):
    """Another name for the project, where its own is taken."""

    name: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-+.]{1,100}$")] | None = None


class ProjectRename(Message, frozen=True):
    """The address it has now goes on leading to it."""

    name: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-+.]{1,100}$")]


class Transfer(Message, frozen=True):
    """The workspace that the project is to belong to, and under which name (null: its own)."""

    workspace: Annotated[str, Meta(min_length=1, max_length=25)]
    name: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-+.]{1,100}$")] | None = None

"""Who may do what: one table, from which both the check and its tests are made.

Every route names what its caller needs, every need has a rule here, and nothing else decides. What
a caller may not even see is answered exactly like what does not exist (404); what they see but may
not do is refused (403); who has not said who they are is asked to (401).
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

import msgspec

Role = Literal["owner", "admin", "member", "viewer"]
"""Of a member of a workspace."""
Share = Literal["manage", "write", "read"]
"""Of a collaborator of one project."""
Scope = Literal["read", "write", "admin"]
"""Of an API key: how much of what its user may do it may do. A browser's session is ``admin``."""
LinkKind = Literal["view", "embed"]
"""Of a share link: all there is to read, or only what its charts show."""
On = Literal["server", "workspace", "project", "place", "binned"]
Verdict = Literal["yes", "sign_in", "hidden", "no", "scope"]

ROLES: tuple[Role, ...] = ("owner", "admin", "member", "viewer")
SHARES: tuple[Share, ...] = ("manage", "write", "read")
SCOPES: tuple[Scope, ...] = ("read", "write", "admin")
"""From the least."""
LINKS: tuple[LinkKind, ...] = ("view", "embed")


class Need(Enum):
    """What a route needs of the caller; ``RULES`` says who has it."""

    PUBLIC = "nothing"
    LOOK = "to be signed in, unless the server shows public projects to everybody"
    WATCH = "to be signed in or to have a share link, unless everybody may read public projects"
    USER = "to be signed in"
    ACCOUNT = "to be signed in; an API key must be of scope admin"
    ADMIN = "to be an admin of the server"

    SEE_WORKSPACE = "to be a member of the workspace in the path"
    LEAVE_WORKSPACE = "to be a member of the workspace in the path, and no key of lesser scope"
    CREATE = "to be allowed to make projects in the workspace in the path"
    MANAGE_WORKSPACE = "to be allowed to manage the workspace in the path"
    OWN_WORKSPACE = "to be an owner of the workspace in the path"

    SHOW = "to be allowed to see the charts of the project in the path"
    READ = "to be allowed to read the project in the path"
    COPY = "to be signed in, and allowed to read the project in the path"
    STAR = "to be signed in, and allowed to read the project in the path, to mark it"
    WRITE = "to be allowed to write to the project in the path"
    MANAGE = "to be allowed to manage the project in the path"
    SHARE = "to be allowed to say who may do what in the project in the path"
    GIVE = "to be allowed to give the project in the path to another workspace"
    OPEN = "to be allowed to write to the project in the path, or to make it where there is none"
    BINNED = "to be allowed to manage the deleted project in the path"
    PURGE = "to be allowed to delete the deleted project in the path for good"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Who has a need. Any one of the ways will do; the scope of a key narrows them all."""

    on: On
    """What in the path it is about; ``place`` is a project or where there may come to be one."""
    scope: Scope | None
    """The least that an API key must be of; None for what nobody has to sign in for."""
    roles: frozenset[Role] = frozenset()
    shares: frozenset[Share] = frozenset()
    links: frozenset[LinkKind] = frozenset()
    public: Literal["nobody", "users", "everybody"] = "nobody"
    """Who has it in a public project; ``everybody`` only where the server lets strangers read."""
    admins: bool = False
    """Whether admins of the server have it, in organisations; personal workspaces are nobody's
    business."""


def _roles(*of: Role) -> frozenset[Role]:
    return frozenset(of)


_ALL = _roles(*ROLES)
_WRITERS = _roles("owner", "admin", "member")
_MANAGERS = _roles("owner", "admin")
_READ, _WRITE, _MANAGE = (frozenset(SHARES[:count]) for count in (3, 2, 1))

RULES: dict[Need, Rule] = {
    Need.PUBLIC: Rule(on="server", scope=None),
    Need.LOOK: Rule(on="server", scope="read", public="everybody"),
    Need.WATCH: Rule(on="server", scope="read", links=frozenset(LINKS), public="everybody"),
    Need.USER: Rule(on="server", scope="read", public="users"),
    Need.ACCOUNT: Rule(on="server", scope="admin", public="users"),
    Need.ADMIN: Rule(on="server", scope="admin", admins=True),
    Need.SEE_WORKSPACE: Rule(on="workspace", scope="read", roles=_ALL, admins=True),
    Need.LEAVE_WORKSPACE: Rule(on="workspace", scope="admin", roles=_ALL),
    Need.CREATE: Rule(on="workspace", scope="write", roles=_WRITERS),
    Need.MANAGE_WORKSPACE: Rule(on="workspace", scope="admin", roles=_MANAGERS, admins=True),
    Need.OWN_WORKSPACE: Rule(on="workspace", scope="admin", roles=_roles("owner"), admins=True),
    Need.SHOW: Rule(
        on="project",
        scope="read",
        roles=_ALL,
        shares=_READ,
        links=frozenset(LINKS),
        public="everybody",
    ),
    Need.READ: Rule(
        on="project",
        scope="read",
        roles=_ALL,
        shares=_READ,
        links=frozenset({"view"}),
        public="everybody",
    ),
    Need.COPY: Rule(on="project", scope="write", roles=_ALL, shares=_READ, public="users"),
    Need.STAR: Rule(on="project", scope="write", roles=_ALL, shares=_READ, public="users"),
    Need.WRITE: Rule(on="project", scope="write", roles=_WRITERS, shares=_WRITE),
    Need.MANAGE: Rule(on="project", scope="write", roles=_MANAGERS, shares=_MANAGE),
    Need.SHARE: Rule(on="project", scope="admin", roles=_MANAGERS, shares=_MANAGE),
    # Not for collaborators: what they take away, or destroy, the workspace does not get back.
    Need.GIVE: Rule(on="project", scope="admin", roles=_MANAGERS),
    Need.PURGE: Rule(on="binned", scope="admin", roles=_MANAGERS),
    Need.OPEN: Rule(on="place", scope="write", roles=_WRITERS, shares=_WRITE),
    Need.BINNED: Rule(on="binned", scope="write", roles=_MANAGERS, shares=_MANAGE),
}

_VISIBLE: dict[On, Need | None] = {
    "server": None,
    "workspace": Need.SEE_WORKSPACE,
    "project": Need.SHOW,
    "place": Need.SHOW,
    "binned": Need.BINNED,
}
"""What one needs to know that the thing exists."""

PARTS: dict[On, frozenset[str]] = {
    "server": frozenset(),
    "workspace": frozenset({"workspace"}),
    "project": frozenset({"workspace", "project"}),
    "place": frozenset({"workspace", "project"}),
    "binned": frozenset({"binned"}),
}
"""What a path must name for a rule to be asked."""

if set(RULES) != set(Need):
    raise TypeError(f"no rule says who has {sorted(need.name for need in set(Need) - set(RULES))}")


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller is, in respect of one workspace or project."""

    signed_in: bool = False
    scope: Scope = "admin"
    admin: bool = False
    """Whether they are an admin of the server."""
    role: Role | None = None
    share: Share | None = None
    link: LinkKind | None = None
    """Of the link to this very project that came with the request."""
    personal: bool = False
    """Whether the workspace is somebody's personal one."""
    public: bool = False
    """Whether the project is."""
    strangers: bool = False
    """Whether the server lets everybody read public projects."""


def holds(need: Need, who: Standing) -> bool:
    """Whether somebody of this standing has the need, whatever the scope of their key."""
    rule = RULES[need]
    if rule.scope is None or who.link in rule.links:
        return True
    if rule.on == "server":
        return _on_server(rule, who)
    if rule.public == "everybody" and who.public and who.strangers:
        return True
    return who.signed_in and (
        who.role in rule.roles
        or who.share in rule.shares
        or (rule.public != "nobody" and who.public)
        or (rule.admins and who.admin and not who.personal)
    )


def _on_server(rule: Rule, who: Standing) -> bool:
    if not who.signed_in:
        return rule.public == "everybody" and who.strangers
    return rule.public != "nobody" or (rule.admins and who.admin)


def verdict(need: Need, who: Standing) -> Verdict:
    """Return whether somebody of this standing may do what needs ``need``, or how they fail."""
    rule = RULES[need]
    if holds(need, who):
        narrow = who.signed_in and rule.scope is not None
        short = narrow and SCOPES.index(who.scope) < SCOPES.index(rule.scope or "read")
        return "scope" if short else "yes"
    if not who.signed_in:
        return "sign_in"
    seen = _VISIBLE[rule.on]
    return "no" if seen is None or holds(seen, who) else "hidden"


def outranks(mine: Role | None, theirs: Role) -> bool:
    """Whether a manager of ``mine`` may give, change and take the role ``theirs``.

    Owners are made and unmade by owners only. An admin of the server (None) stands above all.
    """
    return mine is None or mine == "owner" or (mine == "admin" and theirs != "owner")

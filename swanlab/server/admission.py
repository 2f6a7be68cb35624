"""Finding out what a caller is to a workspace or project, and letting them in by ``access.RULES``.

What was found out is remembered in memory until something about users, workspaces or projects
changes. A post of a run then costs a few look-ups in dictionaries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from starlette.concurrency import run_in_threadpool

from swanlab.server import instance
from swanlab.server.access import RULES, Need, Standing, holds, verdict
from swanlab.server.auth import OWN, digest, signed_out, too_narrow
from swanlab.server.db import bin as bins
from swanlab.server.db import projects, sharing, workspaces
from swanlab.server.db.bin import BinnedRow
from swanlab.server.db.engine import Database, now
from swanlab.server.db.projects import ProjectRow
from swanlab.server.db.sharing import Grants, OpenLink
from swanlab.server.db.workspaces import WorkspaceRow
from swanlab.server.http import Problem, no_such

if TYPE_CHECKING:
    from starlette.requests import Request

    from swanlab.server.auth import Caller

SHARE_HEADER, SHARE_QUERY = "swanlab-share", "share"
"""Where the token of a share link is sent; the query is for what cannot send headers."""
_REMEMBERED = 10_000
_NOTHING = Grants({}, {})


class Admitted(msgspec.Struct, frozen=True):
    """What was found of the path, and what the caller is to it."""

    standing: Standing
    project: ProjectRow | None = None
    workspace: WorkspaceRow | None = None
    binned: BinnedRow | None = None


class Place(msgspec.Struct, frozen=True):
    """Where a project is, or may be made."""

    workspace: WorkspaceRow
    project: ProjectRow | None


class Admission:
    """What callers are to workspaces and projects. Thread-safe; plain methods block."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.remembers = not db.shared
        """Whether to remember what was found out: not while changes by other servers are missed."""
        self.age = 0
        """Counts the changes that may let somebody in, or keep somebody out."""
        self._grants: dict[int, Grants] = {}
        self._own: dict[int, str] = {}
        self._projects: dict[tuple[str, str], ProjectRow] = {}
        self._workspaces: dict[str, WorkspaceRow] = {}
        self._links: dict[bytes, OpenLink] = {}
        self._open: bool | None = None

    def forget(self) -> None:
        """Look everything up again."""
        self.age += 1
        self._open = None
        for held in (self._grants, self._own, self._projects, self._workspaces, self._links):
            held.clear()

    def remember(self, yes: bool) -> None:
        """Look everything up again, each time unless ``yes``."""
        self.remembers = yes
        self.forget()

    async def admit(self, need: Need, caller: Caller | None, request: Request) -> Admitted:
        """Return what is in the path if the caller may do this, or raise ``Problem``."""
        rule = RULES[need]
        token = share_token(request)
        if rule.on == "server":
            if caller is not None or rule.scope is None:
                standing = self.of(caller, strangers=False)
            else:
                standing = await run_in_threadpool(self._stranger, token)
            _judge(need, standing, "address", request)
            return Admitted(standing)
        parts = request.path_params
        held = self._held(caller, token, parts) if rule.on == "project" else None
        if held is None:
            held = await run_in_threadpool(self._find, need, caller, token, parts)
        _judge(need, held.standing, _WHAT[rule.on], request)
        return held

    def _stranger(self, token: str | None) -> Standing:
        """Return what somebody is to the server who has no account, but may have a link."""
        link = None if token is None else self.link(token)
        return Standing(link=None if link is None else link.kind, strangers=self.strangers())

    def strangers(self) -> bool:
        """Whether everybody may read public projects."""
        held = self._open
        if held is None:
            age = self.age
            with self._db.read() as connection:
                held = instance.load(connection).anonymous_read
            if self._fresh(age):
                self._open = held
        return held

    def _held(
        self, caller: Caller | None, token: str | None, parts: dict[str, str]
    ) -> Admitted | None:
        """Return what is remembered of the project in the path, if all of it is."""
        project = self._projects.get((parts["workspace"], parts["project"]))
        grants = _NOTHING if caller is None else self._grants.get(caller.user.id)
        if project is None or grants is None or (caller is None and self._open is None):
            return None
        link = None
        if token is not None:
            link = self._links.get(digest(token))
            if link is None:
                return None
        strangers = caller is None and self._open is True
        return Admitted(self.of(caller, grants, project, link, strangers=strangers), project)

    def _find(
        self, need: Need, caller: Caller | None, token: str | None, parts: dict[str, str]
    ) -> Admitted:
        on = RULES[need].on
        if on == "binned":
            return self._binned(caller, parts["binned"])
        if on == "workspace":
            return self._workspace(caller, parts["workspace"])
        link = None if token is None else self.link(token)
        if on == "place":
            return self._place(caller, link, parts["workspace"], parts["project"])
        return self._project(caller, link, parts["workspace"], parts["project"])

    def _project(
        self, caller: Caller | None, link: OpenLink | None, workspace: str, name: str
    ) -> Admitted:
        age = self.age
        with self._db.read() as connection:
            if workspace == OWN and caller is not None:
                workspace = workspaces.own(connection, caller.user.id).name
            found = projects.find(connection, workspace, name)
        if found is not None and self._fresh(age):
            self._kept(self._projects)[workspace, name] = found
        return Admitted(self.of(caller, self.grants(caller), found, link), found)

    def _workspace(self, caller: Caller | None, name: str) -> Admitted:
        found = self._workspaces.get(name)
        if found is None:
            age = self.age
            with self._db.read() as connection:
                if name == OWN and caller is not None:
                    found = workspaces.own(connection, caller.user.id)
                else:
                    found = workspaces.find(connection, name)
            if found is not None and self._fresh(age):
                self._kept(self._workspaces)[found.name] = found
        standing = self.of(caller, self.grants(caller), workspace=found)
        return Admitted(standing, workspace=found)

    def _place(
        self, caller: Caller | None, link: OpenLink | None, workspace: str, name: str
    ) -> Admitted:
        held = self._workspace(caller, workspace)
        if held.workspace is None:
            return held
        with self._db.read() as connection:
            found = projects.find_in(connection, held.workspace.id, name)
        if found is None:
            return held
        standing = self.of(caller, self.grants(caller), found, link)
        return Admitted(standing, found, held.workspace)

    def _binned(self, caller: Caller | None, number: str) -> Admitted:
        if caller is None:
            return Admitted(Standing())
        known = number.isascii() and number.isdecimal() and len(number) <= 18
        with self._db.read() as connection:
            found = bins.get(connection, int(number)) if known else None
        project = None if found is None else found.row
        return Admitted(self.of(caller, self.grants(caller), project), binned=found)

    def of(
        self,
        caller: Caller | None,
        grants: Grants = _NOTHING,
        project: ProjectRow | None = None,
        link: OpenLink | None = None,
        workspace: WorkspaceRow | None = None,
        *,
        strangers: bool | None = None,
    ) -> Standing:
        """Return what the caller is to the project, or the workspace, or (neither) the server."""
        if strangers is None:  # only of those matters what strangers may
            strangers = caller is None and self.strangers()
        place = workspace.id if workspace else project.workspace_id if project else 0
        opened = link is not None and project is not None and link.project == project.id
        kind = link.kind if link is not None and opened and _lasts(link) else None
        return Standing(
            signed_in=caller is not None,
            scope="admin" if caller is None else caller.scope,
            admin=caller is not None and caller.user.admin,
            role=grants.workspaces.get(place),
            share=grants.projects.get(project.id) if project is not None else None,
            link=kind,
            personal=workspace.kind == "personal" if workspace else _personal(project),
            public=project is not None and project.visibility == "public",
            strangers=strangers,
        )

    def grants(self, caller: Caller | None) -> Grants:
        """Return what the caller is allowed by name."""
        if caller is None:
            return _NOTHING
        held = self._grants.get(caller.user.id)
        if held is None:
            age = self.age
            with self._db.read() as connection:
                held = sharing.grants(connection, caller.user.id)
            if self._fresh(age):
                self._kept(self._grants)[caller.user.id] = held
        return held

    def link(self, token: str) -> OpenLink | None:
        """Return what a share link opens, None if it does not hold."""
        key = digest(token)
        held = self._links.get(key)
        if held is None:
            age = self.age
            with self._db.read() as connection:
                held = sharing.open_link(connection, key)
            if held is not None and self._fresh(age):
                self._kept(self._links)[key] = held
        return held if held is None or _lasts(held) else None

    def standing(
        self, caller: Caller | None, project: ProjectRow, link: OpenLink | None = None
    ) -> Standing:
        """Return what the caller is to a project."""
        return self.of(caller, self.grants(caller), project, link)

    def may(self, need: Need, caller: Caller, project: ProjectRow) -> bool:
        """Whether the caller may do this in a project."""
        return verdict(need, self.standing(caller, project)) == "yes"

    def project(
        self, need: Need, caller: Caller | None, token: str | None, workspace: str, name: str
    ) -> ProjectRow:
        """Return the project of that address if the caller may do this, or raise ``Problem``."""
        link = None if token is None else self.link(token)
        held = self._project(caller, link, workspace, name)
        _judge(need, held.standing, "project")
        if held.project is None:
            raise no_such("project")
        return held.project

    def place(self, caller: Caller, workspace: str, name: str) -> Place:
        """Return where the caller may write into a project of that name, or make it.

        Raises ``Problem`` where they may not.
        """
        held = self._place(caller, None, workspace, name)
        _judge(Need.OPEN, held.standing, "workspace")
        if held.workspace is None:
            raise no_such("workspace")
        return Place(held.workspace, held.project)

    def workspace(self, need: Need, caller: Caller, name: str) -> WorkspaceRow:
        """Return the workspace of that name if the caller may do this, or raise ``Problem``."""
        held = self._workspace(caller, name)
        _judge(need, held.standing, "workspace")
        if held.workspace is None:
            raise no_such("workspace")
        return held.workspace

    def _fresh(self, age: int) -> bool:
        return self.remembers and age == self.age

    @staticmethod
    def _kept(held: dict) -> dict:  # type: ignore[type-arg]
        if len(held) >= _REMEMBERED:
            held.clear()
        return held


class Sight:
    """What a reader of the live stream may see, while it lasts."""

    def __init__(self, admission: Admission, caller: Caller | None, token: str | None) -> None:
        self._admission, self._caller, self._token = admission, caller, token
        self.renew()

    @property
    def stale(self) -> bool:
        """Whether it may have changed."""
        return self._age != self._admission.age or not self._admission.remembers

    def renew(self) -> None:
        """Find out anew; blocks."""
        self._age = self._admission.age
        self._grants = self._admission.grants(self._caller)
        self._link = None if self._token is None else self._admission.link(self._token)
        self._strangers = self._caller is None and self._admission.strangers()

    def sees(self, project: ProjectRow) -> bool:
        """Whether the reader may see the project, as far as was found out."""
        standing = self._admission.of(
            self._caller, self._grants, project, self._link, strangers=self._strangers
        )
        return holds(Need.SHOW, standing)


_WHAT = {"workspace": "workspace", "project": "project", "place": "workspace", "binned": "project"}


def _personal(project: ProjectRow | None) -> bool:
    return project is not None and project.personal


def _lasts(link: OpenLink) -> bool:
    return link.expires_at is None or link.expires_at > now()


def _judge(need: Need, standing: Standing, what: str, request: Request | None = None) -> None:
    found = verdict(need, standing)
    if found == "yes":
        return
    if found == "sign_in":
        raise signed_out(request)
    if found == "hidden":
        raise no_such(what)
    if found == "scope":
        raise too_narrow(standing.scope, RULES[need].scope or "read")
    if need is Need.ADMIN:
        raise Problem(403, "not_admin", "Only an admin may do this.")
    message = f"You would have {need.value.replace(' in the path', '')}."
    raise Problem(403, "forbidden", message, {"need": need.name.lower()})


def check(need: Need, standing: Standing) -> None:
    """Raise the ``Problem`` of a caller who may see the project or workspace but not do this."""
    _judge(need, standing, "project")


def share_token(request: Request) -> str | None:
    """Return the token of a share link that came with the request."""
    return request.headers.get(SHARE_HEADER) or request.query_params.get(SHARE_QUERY) or None

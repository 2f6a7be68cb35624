"""Workspaces as ``Api`` shows and changes them: their projects, their members, invites to them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from swanlab.api.address import moment
from swanlab.api.page import Page
from swanlab.api.project import (
    Project,
    checked_visibility,
    every_project,
    search_projects,
    sort_projects,
)
from swanlab.client import Client

_TIMES = ("created_at", "joined_at", "expires_at", "asked_at", "deleted_at", "purged_at")


class Workspace:
    """Projects of one user or of an organisation."""

    def __init__(
        self, client: Client, name: str, role: str, workspace_type: str = "PERSON"
    ) -> None:
        self._client = client
        self.name = self.username = name
        self.role = role
        """OWNER, ADMIN, MEMBER or VIEWER where you are in it, VISITOR elsewhere."""
        self.workspace_type = workspace_type
        """PERSON, or TEAM for an organisation."""

    @property
    def _path(self) -> str:
        return f"/workspaces/{quote(self.name, safe='~')}"

    def projects(
        self,
        sort: str | None = None,
        search: str | None = None,
        detail: bool = True,  # noqa: ARG002 - callers give it; there is always everything
        page: int = 1,
        size: int = 20,
        all: bool = False,  # noqa: A002 - the public name
    ) -> Page[Project]:
        """Return the projects you may read: a page of them, or all.

        Args:
            sort: ``name``, ``created_at``, ``updated_at`` (default) or ``runs``; the newest and
                largest come first.
            search: only those with this in their name or description.
            detail: accepted; there is always everything.
            page: number of the page, from 1.
            size: projects on a page.
            all: all at once.
        """
        found = every_project(self._client, self.name)
        return Page(sort_projects(search_projects(found, search), sort), page, size, everything=all)

    def create_project(
        self, name: str, visibility: str | None = None, description: str | None = None
    ) -> Project:
        """Make a project without runs and return it.

        Args:
            name: 1 to 100 letters, digits and ``- _ + .``.
            visibility: ``PRIVATE`` or ``PUBLIC``; default is what you have set for new projects.
            description: what others are told of it.

        Raises:
            InvalidArgument: another visibility.
            ServerError: 409 where there is one of that name, 404 where the workspace is not yours.
        """
        wanted = None if visibility is None else checked_visibility(visibility)
        body = {"name": name, "visibility": wanted, "description": description}
        path = f"/projects/{quote(self.name, safe='')}"
        return Project(self._client, self._client.request("POST", path, body))

    def info(self) -> dict[str, Any]:
        """Return what is told of it: description, your role, how many members and projects."""
        return shown(self._client.request("GET", self._path))

    def update(self, description: str | None) -> dict[str, Any]:
        """Change its description; returns what ``info`` does."""
        return shown(self._client.request("PATCH", self._path, {"description": description}))

    def rename(self, name: str) -> Workspace:
        """Rename an organisation; its old addresses go on leading to it."""
        self._client.request("POST", self._path + "/rename", {"name": name})
        self.name = self.username = name
        return self

    def delete(self, commit: bool = False) -> bool:
        """Delete an organisation without projects if ``commit`` is set; returns whether."""
        if commit:
            self._client.request("DELETE", self._path)
        return commit

    def activity(self) -> list[dict[str, Any]]:
        """Return its runs that were heard of last."""
        found = self._client.request("GET", self._path + "/activity")["activity"]
        return [{**one, "at": moment(one["at"])} for one in map(shown, found)]

    def members(self) -> list[dict[str, Any]]:
        """Return who is in it, and as what."""
        return [*map(shown, self._client.request("GET", self._path + "/members")["members"])]

    def set_role(self, username: str, role: str) -> dict[str, Any]:
        """Give a member the role ``owner``, ``admin``, ``member`` or ``viewer``."""
        body = {"role": role.lower()}
        return shown(self._client.request("PATCH", self._member("members", username), body))

    def remove_member(self, username: str) -> None:
        """Put a member out of it."""
        self._client.request("DELETE", self._member("members", username))

    def leave(self) -> None:
        """Leave it; its last owner cannot."""
        self._client.request("POST", self._path + "/leave")

    def invites(self) -> list[dict[str, Any]]:
        """Return the invites that still hold; no token is in them."""
        return [*map(shown, self._client.request("GET", self._path + "/invites")["invites"])]

    def invite(
        self, role: str = "member", days: int = 7, uses: int | None = 1, approval: bool = False
    ) -> dict[str, Any]:
        """Make an invite; its ``link`` and ``token`` are here, and never told again.

        Args:
            role: ``admin``, ``member`` or ``viewer``.
            days: for how long it holds.
            uses: how many may come in by it; None for any number.
            approval: whether a manager has to let each of them in.
        """
        body = {"role": role.lower(), "days": days, "most_uses": uses, "approval": approval}
        made = self._client.request("POST", self._path + "/invites", body)
        link = self._client.host + made["path"]
        return {"link": link, "token": made["token"], **shown(made["invite"])}

    def take_back_invite(self, number: int) -> None:
        """Take the invite of that number (``id``) back."""
        self._client.request("DELETE", f"{self._path}/invites/{int(number)}")

    def requests(self) -> list[dict[str, Any]]:
        """Return who waits to be let in."""
        return [*map(shown, self._client.request("GET", self._path + "/requests")["requests"])]

    def approve(self, username: str) -> dict[str, Any]:
        """Let somebody in who asked."""
        return shown(self._client.request("POST", self._member("requests", username)))

    def refuse(self, username: str) -> None:
        """Do not let somebody in who asked."""
        self._client.request("DELETE", self._member("requests", username))

    def _member(self, what: str, username: str) -> str:
        return f"{self._path}/{what}/{quote(username, safe='')}"

    def json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "name": self.name,
            "username": self.username,
            "workspace_type": self.workspace_type,
            "role": self.role,
        }

    def __repr__(self) -> str:
        return f"Workspace({self.name}, {self.role})"


def of_row(client: Client, row: dict[str, Any]) -> Workspace:
    """Return the workspace that the server describes so."""
    kind = "TEAM" if row["kind"] == "organization" else "PERSON"
    return Workspace(client, row["name"], (row["role"] or "VISITOR").upper(), kind)


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its times in ISO 8601."""
    return {name: moment(value) if name in _TIMES else value for name, value in row.items()}

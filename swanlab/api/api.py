"""``swanlab.Api``: workspaces, projects and runs of a server, read by a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from swanlab.api.accounts import Accounts
from swanlab.api.address import connect, project_path, split
from swanlab.api.experiment import Experiment
from swanlab.api.filters import Filters
from swanlab.api.page import Page
from swanlab.api.project import Project, User, checked_visibility, every_project
from swanlab.api.rules import Rules
from swanlab.api.workspace import Workspace, of_row, shown
from swanlab.client import run_path
from swanlab.errors import InvalidArgument
from swanlab.records import SYSTEM_PREFIX


class Api:
    """A server and your key for it; for one thread at a time.

    Without arguments it is the server last logged in to. ``swanlab watch`` needs no key:
    ``swanlab.Api(host="http://127.0.0.1:5092")``. What goes wrong is raised as an error of
    ``swanlab.errors``: ``Unreachable``, ``AuthenticationError``, or ``ServerError`` with a
    ``status``, 404 for what does not exist or is not yours.
    """

    def __init__(self, api_key: str | None = None, host: str | None = None) -> None:
        """Find out which server is meant; nothing is sent yet.

        Raises:
            AuthenticationError: no server is known, or the key is malformed.
        """
        self._client = connect(api_key, host)

    @property
    def host(self) -> str:
        """Address of the server."""
        return self._client.host

    @property
    def accounts(self) -> Accounts:
        """Keys, sessions and users, and what admins set."""
        return Accounts(self._client)

    def rules(self, path: str) -> Rules:
        """Return the rules of the project at ``path``, by which the server tells of its runs."""
        return Rules(self._client, *split(path, "project"))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Api:  # noqa: PYI034 - typing has no Self in Python 3.10
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def user(self) -> User:
        """Return who you are."""
        found = self._client.request("GET", "/session")["user"]
        return User(found["username"], found["admin"])

    def self_hosted(self) -> dict[str, Any]:
        """Return the server's address, version and kind: ``server``, or ``watch`` (no accounts)."""
        found = self._client.request("GET", "/health")
        return {"host": self.host, "version": found["version"], "mode": found["mode"]}

    def workspace(self, username: str | None = None) -> Workspace:
        """Return a workspace; default is your own personal one."""
        name = username or self.user().username
        for one in self._mine():
            if one.name == name:
                return one
        return Workspace(self._client, name, "VISITOR")

    def _mine(self) -> list[Workspace]:
        found = self._client.request("GET", "/workspaces")["workspaces"]
        return [of_row(self._client, row) for row in found]

    def workspaces(self, username: str | None = None) -> list[Workspace]:
        """Return the workspaces you are in and those with projects that you may read.

        With ``username`` only that of this name, or none.
        """
        found = {one.name: one for one in self._mine()}
        for project in every_project(self._client):
            name = project.workspace
            found.setdefault(name, Workspace(self._client, name, "VISITOR"))
        return [one for name, one in found.items() if username in (None, name)]

    def create_workspace(self, name: str, description: str | None = None) -> Workspace:
        """Make an organisation, which you then own.

        Raises:
            ServerError: 409 where the name is taken.
        """
        body = {"name": name, "description": description}
        return of_row(self._client, self._client.request("POST", "/workspaces", body))

    def join(self, token: str) -> dict[str, Any]:
        """Come into an organisation by the token or link of an invite.

        ``waiting`` tells whether somebody who manages it has to let you in first.
        """
        return dict(self._client.request("POST", "/join", {"token": token.rpartition("#")[2]}))

    def preferences(self) -> dict[str, Any]:
        """Return where new projects of yours go, and who may read them."""
        return dict(self._client.request("GET", "/preferences"))

    def set_preferences(
        self, workspace: str | None = None, visibility: str | None = None
    ) -> dict[str, Any]:
        """Set where new projects of yours go, and who may read them; None leaves it as it is."""
        body: dict[str, Any] = {}
        if workspace is not None:
            body["default_workspace"] = workspace
        if visibility is not None:
            body["default_visibility"] = checked_visibility(visibility)
        return dict(self._client.request("PATCH", "/preferences", body))

    def bin(self) -> list[dict[str, Any]]:
        """Return the deleted projects that you may have back, the last deleted first."""
        return [*map(shown, self._client.request("GET", "/bin")["projects"])]

    def restore(self, number: int, name: str | None = None) -> Project:
        """Take the project of that number (``id`` in ``bin``) out of the bin.

        Raises:
            ServerError: 409 where its name is taken by now: give it another ``name``.
        """
        path = f"/bin/{int(number)}/restore"
        return Project(self._client, self._client.request("POST", path, {"name": name}))

    def purge(self, number: int, commit: bool = False) -> bool:
        """Delete the project of that number in the bin for good if ``commit`` is set."""
        if commit:
            self._client.request("DELETE", f"/bin/{int(number)}")
        return commit

    def project(self, path: str) -> Project:
        """Return the project at ``workspace/project``; ``project`` is one of your own."""
        row = self._client.request("GET", project_path(*split(path, "project")))
        return Project(self._client, row)

    def projects(
        self,
        path: str | None = None,
        sort: str | None = None,
        search: str | None = None,
        detail: bool = True,
        page: int = 1,
        size: int = 20,
        all: bool = False,  # noqa: A002 - the public name
    ) -> Page[Project]:
        """Return projects of the workspace ``path``, default your own; see ``Workspace``."""
        return self.workspace(path).projects(sort, search, detail, page, size, all)

    def create_project(
        self,
        username: str | None = None,
        name: str = "",
        visibility: str | None = None,
        description: str | None = None,
    ) -> Project:
        """Make a project in the workspace ``username``, default your own; see ``Workspace``."""
        return self.workspace(username).create_project(name, visibility, description)

    def run(self, path: str) -> Experiment:
        """Return the run at ``workspace/project/run``, or ``project/run`` of your own.

        The address of the run's page will do as well.
        """
        workspace, project, run = split(path, "run")
        row = self._client.request("GET", run_path(workspace, project, run))
        return Experiment(self._client, row["workspace"], row["project"], row)

    def runs(
        self,
        path: str,
        filters: Filters | None = None,
        page: int = 1,
        size: int = 20,
        all: bool = False,  # noqa: A002 - the public name
        filter: str | None = None,  # noqa: A002 - the public name
    ) -> Page[Experiment]:
        """Return runs of the project at ``path``, newest first; see ``Project.runs``."""
        return self.project(path).runs(filters, page, size, all, filter)

    def runs_get(self, path: str, ids: Sequence[str]) -> list[Experiment]:
        """Return the runs of these ids in the project at ``path``."""
        return self.project(path).runs_get(ids)

    def columns(self, path: str) -> list[str]:
        """Return the keys of the run at ``path``; ``series`` says more of them."""
        return self.run(path).columns

    def column(self, path: str, key: str) -> dict[str, Any]:
        """Return the summary of the series ``key`` of the run at ``path``.

        Raises:
            InvalidArgument: the run has no such key.
        """
        for one in self.run(path).series(key.startswith(SYSTEM_PREFIX)):
            if one["key"] == key:
                return one
        raise InvalidArgument(f"{path} has no key {key!r}.")

    def series(self, path: str, system: bool = False) -> list[dict[str, Any]]:
        """Return a summary of each series of the run at ``path``."""
        return self.run(path).series(system)

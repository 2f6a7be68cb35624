"""Projects and people as ``Api`` shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import UNSET, UnsetType

from swanlab.api import filters as conditions
from swanlab.api import query
from swanlab.api.address import moment, project_path, split
from swanlab.api.experiment import Experiment
from swanlab.api.page import Page
from swanlab.api.placing import Placed, place
from swanlab.client import Client, run_path
from swanlab.errors import InvalidArgument

_SORTS = ("name", "created_at", "updated_at", "runs")


class Project:
    """One project."""

    def __init__(self, client: Client, row: Mapping[str, Any]) -> None:
        self._client = client
        self._row = dict(row)
        self.workspace = str(row["workspace"])
        self.name = str(row["name"])

    @property
    def project_id(self) -> str:
        """``workspace/project``, by which a project is known."""
        return self.path

    @property
    def path(self) -> str:
        """``workspace/project``."""
        return f"{self.workspace}/{self.name}"

    @property
    def url(self) -> str:
        """Address of the project's page."""
        return f"{self._client.host}/@{self.workspace}/{self.name}"

    @property
    def description(self) -> str | None:
        """What its owner says about it."""
        found: str | None = self._row["description"]
        return found

    @property
    def visibility(self) -> str:
        """PUBLIC or PRIVATE."""
        return str(self._row["visibility"]).upper()

    @property
    def tags(self) -> list[str]:
        """Its tags."""
        return list(self._row["tags"])

    @property
    def starred(self) -> bool:
        """Whether you marked it."""
        return bool(self._row["starred"])

    @property
    def archived(self) -> bool:
        """Whether it is in the archive."""
        return self._row["archived_at"] is not None

    @property
    def access(self) -> str:
        """READ, WRITE or MANAGE: the most that you may do in it."""
        return str(self._row["access"]).upper()

    @property
    def created_at(self) -> str | None:
        """When it was made, ISO 8601 in UTC."""
        return moment(self._row["created_at"])

    @property
    def updated_at(self) -> str | None:
        """When one of its runs was last heard of."""
        return moment(self._row["updated_at"])

    @property
    def count(self) -> dict[str, int]:
        """How many runs there are, and how many of them are running."""
        return {"experiments": self._row["runs"], "running": self._row["running"]}

    def runs(
        self,
        filters: conditions.Filters | None = None,
        page: int = 1,
        size: int = 20,
        all: bool = False,  # noqa: A002 - the public name
        filter: str | None = None,  # noqa: A002 - the public name
    ) -> Page[Experiment]:
        """Return runs, newest first: a page of them, or all.

        Args:
            filters: conditions as data, described at ``swanlab.api.filters``; what they name is a
                run's state, name, labels and so on, its config, or its last values.
            page: number of the page, from 1.
            size: runs on a page.
            all: all at once.
            filter: an expression as the web's filter takes it, which the server answers:
                ``'config.lr < 1e-3 and loss.min < 0.2 and "baseline" in tags'``. Runs pass both.

        Raises:
            InvalidArgument: filters that cannot be used; for an expression it points at the place.
        """
        wanted = conditions.parse(filters)
        passed = None if filter is None else self._passing(query.parse(filter))
        table = self._client.request("GET", project_path(self.workspace, self.name) + "/runs")
        found = []
        for row in table["runs"]:
            if passed is not None and row["id"] not in passed:
                continue
            last = {
                key: float(value)
                for key, value in zip(table["keys"], row.pop("last"), strict=True)
                if value is not None
            }
            run = Experiment(self._client, self.workspace, self.name, row, last)
            if conditions.passes(wanted, run.facts()):
                found.append(run)
        return Page(found, page, size, everything=all)

    def _passing(self, tree: query.Tree) -> frozenset[str]:
        """Return the ids of the runs that pass, as the server finds them."""
        path = project_path(self.workspace, self.name) + "/runs/table"
        found = self._client.request("POST", path, {"filter": tree, "whole": True})
        return frozenset(found["ids"])

    def runs_get(self, ids: Sequence[str]) -> list[Experiment]:
        """Return the runs of these ids, in this order; raises ``ServerError`` for a missing one."""
        found = []
        for run in ids:
            row = self._client.request("GET", run_path(self.workspace, self.name, run))
            found.append(Experiment(self._client, self.workspace, self.name, row))
        return found

    def retention(self, days: int | None = None) -> dict[str, Any]:
        """Return for how many days runs are kept after their end (``days``; None for ever).

        ``due`` counts the runs that the server deletes next by it, or would by the ``days`` given.
        """
        params = {} if days is None else {"days": days}
        path = project_path(self.workspace, self.name) + "/retention"
        return dict(self._client.request("GET", path, params=params))

    def set_retention(self, days: int | None) -> dict[str, Any]:
        """Let the server delete runs ``days`` after their end, those tagged ``keep`` excepted.

        None keeps all for ever, as is the default. Returns what ``retention`` does.
        """
        path = project_path(self.workspace, self.name) + "/retention"
        return dict(self._client.request("PUT", path, {"days": days}))

    def update(
        self,
        *,
        description: str | UnsetType | None = UNSET,
        visibility: str | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
    ) -> Project:
        """Change the project and return it. What is not given stays; None clears the description.

        ``visibility`` is PUBLIC (whoever may sign in reads it) or PRIVATE. Raises ``ServerError``.
        """
        sent: dict[str, Any] = {}
        if description is not UNSET:
            sent["description"] = description
        if isinstance(visibility, str):
            sent["visibility"] = visibility.lower()
        if not isinstance(tags, UnsetType):
            sent["tags"] = list(tags)
        path = project_path(self.workspace, self.name)
        return self._take(self._client.request("PATCH", path, sent))

    def update_runs(
        self,
        ids: Sequence[str],
        *,
        add_tags: Sequence[str] = (),
        remove_tags: Sequence[str] = (),
        group: str | UnsetType | None = UNSET,
        job_type: str | UnsetType | None = UNSET,
    ) -> list[str]:
        """Change many runs in one request; returns the ids of those that do not exist.

        Tags are taken away first, then added; ``group`` and ``job_type`` None clear. At most 10,000
        runs at once. Raises ``ServerError``; then nothing was changed.
        """
        edit = {
            "runs": list(ids),
            "add_tags": list(add_tags),
            "remove_tags": list(remove_tags),
            **({} if group is UNSET else {"group": group}),
            **({} if job_type is UNSET else {"job_type": job_type}),
        }
        path = project_path(self.workspace, self.name) + "/runs/edit"
        return list(self._client.request("POST", path, {"edits": [edit]})["missing"])

    def copy_runs(self, ids: Sequence[str], to: str) -> Placed:
        """Copy runs into the project at ``to``, at most 10,000 at once; see ``Experiment.copy``.

        Those that do not exist or have not ended are named in the answer. Raises ``ServerError``.
        """
        return place(self._client, "copy", (self.workspace, self.name), ids, to)

    def move_runs(self, ids: Sequence[str], to: str) -> Placed:
        """Move runs to the project at ``to``, at most 10,000 at once; see ``Experiment.move``.

        Those that could not be moved are named in the answer. Raises ``ServerError``.
        """
        return place(self._client, "move", (self.workspace, self.name), ids, to)

    def clone(self, to: str, visibility: str = "PRIVATE") -> Project:
        """Make a project at ``to`` (``workspace/project``) with copies of all runs of this one.

        It takes a moment whatever they hold, since no point is copied; see ``Experiment.copy``.
        Runs that have not ended are left out.

        Raises:
            InvalidArgument: another visibility than PRIVATE or PUBLIC.
            ServerError: 409 where there is a project of that name, 404 where the workspace is not
                yours.
        """
        workspace, name = split(to, "project")
        body = {"workspace": workspace, "name": name, "visibility": checked_visibility(visibility)}
        path = project_path(self.workspace, self.name) + "/clone"
        return Project(self._client, self._client.request("POST", path, body)["project"])

    def rename(self, name: str) -> Project:
        """Rename the project; its old address goes on leading to it."""
        return self._take(self._client.request("POST", self._at("rename"), {"name": name}))

    def transfer(self, workspace: str, name: str | None = None) -> Project:
        """Let it belong to another workspace of yours; its old address goes on leading to it."""
        body = {"workspace": workspace, "name": name}
        return self._take(self._client.request("POST", self._at("transfer"), body))

    def archive(self, archived: bool = True) -> Project:
        """Put it into the archive, or take it out; a new run takes it out as well."""
        return self._take(
            self._client.request("PUT" if archived else "DELETE", self._at("archive"))
        )

    def star(self, starred: bool = True) -> Project:
        """Mark it for yourself, or take the mark away."""
        method = "PUT" if starred else "DELETE"
        return self._take(self._client.request(method, self._at("star")))

    def collaborators(self) -> list[dict[str, Any]]:
        """Return who may do something in it beside the members of its workspace."""
        found = self._client.request("GET", self._at("collaborators"))["collaborators"]
        return [{**one, "added_at": moment(one["added_at"])} for one in found]

    def share(self, username: str, share: str = "read") -> dict[str, Any]:
        """Let a user ``read``, ``write`` to or ``manage`` it."""
        path = self._at(f"collaborators/{quote(username, safe='')}")
        made = self._client.request("PUT", path, {"share": share.lower()})
        return {**made, "added_at": moment(made["added_at"])}

    def unshare(self, username: str) -> None:
        """Take from a user what they may do in it alone."""
        self._client.request("DELETE", self._at(f"collaborators/{quote(username, safe='')}"))

    def links(self) -> list[dict[str, Any]]:
        """Return its share links that still hold; no token is in them."""
        return [_link(one) for one in self._client.request("GET", self._at("links"))["links"]]

    def create_link(
        self, kind: str = "view", days: int | None = None, label: str | None = None
    ) -> dict[str, Any]:
        """Make a share link; ``link`` and ``token`` are here, and never told again.

        Args:
            kind: ``view``, to read all of it; ``embed``, to see its charts.
            days: for how long it holds; None until it is taken back.
            label: for whom it is.
        """
        body = {"kind": kind.lower(), "days": days, "label": label}
        made = self._client.request("POST", self._at("links"), body)
        link = self._client.host + made["path"]
        return {"link": link, "token": made["token"], **_link(made["link"])}

    def take_back_link(self, number: int) -> None:
        """Take the share link of that number (``id``) back: it opens nothing any more."""
        self._client.request("DELETE", self._at(f"links/{int(number)}"))

    def _at(self, part: str) -> str:
        return f"{project_path(self.workspace, self.name)}/{part}"

    def _take(self, row: Mapping[str, Any]) -> Project:
        self._row = dict(row)
        self.workspace, self.name = str(row["workspace"]), str(row["name"])
        return self

    def delete(self, commit: bool = False) -> bool:
        """Put the project with all its runs into the bin if ``commit`` is set; returns whether.

        For 30 days ``Api.bin`` lists it, and ``Api.restore`` brings it back.
        """
        if commit:
            self._client.request("DELETE", project_path(self.workspace, self.name))
        return commit

    def delete_runs(self, ids: Sequence[str], commit: bool = False) -> bool:
        """Delete these runs for good if ``commit`` is set; returns whether that was done.

        All of them are looked up first: a wrong id deletes nothing.
        """
        for run in self.runs_get(ids):
            run.delete(commit)
        return commit

    def json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "name": self.name,
            "path": self.path,
            "url": self.url,
            "description": self.description,
            "visibility": self.visibility,
            "tags": self.tags,
            "starred": self.starred,
            "archived": self.archived,
            "access": self.access,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "count": self.count,
        }

    def __repr__(self) -> str:
        return f"Project({self.path}, {self.count['experiments']} runs)"


class User(msgspec.Struct, frozen=True):
    """Who the API key belongs to."""

    username: str
    admin: bool

    @property
    def name(self) -> str:
        """The name that is shown."""
        return self.username

    def json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return msgspec.structs.asdict(self)


def every_project(client: Client, workspace: str | None = None) -> list[Project]:
    """Return all projects that may be read, or those of a workspace, the newest news first."""
    params = None if workspace is None else {"workspace": workspace}
    found = client.request("GET", "/projects", params=params)["projects"]
    return [Project(client, row) for row in found]


def _link(row: Mapping[str, Any]) -> dict[str, Any]:
    times = ("created_at", "expires_at")
    return {name: moment(value) if name in times else value for name, value in row.items()}


def checked_visibility(visibility: str) -> str:
    """Return the visibility as the server takes it; ``InvalidArgument`` for another one."""
    if visibility.upper() not in ("PRIVATE", "PUBLIC"):
        raise InvalidArgument(f"visibility is PRIVATE or PUBLIC, not {visibility!r}.")
    return visibility.lower()


def search_projects(found: list[Project], text: str | None) -> list[Project]:
    """Return those with the text in their name or description."""
    wanted = (text or "").lower()
    return [one for one in found if wanted in f"{one.name} {one.description or ''}".lower()]


def sort_projects(found: list[Project], by: str | None) -> list[Project]:
    """Return them sorted; ``InvalidArgument`` where they cannot be sorted by that."""
    if by is None:
        return found
    if by not in _SORTS:
        raise InvalidArgument(f"projects can be sorted by {', '.join(_SORTS)}, not by {by!r}.")
    if by == "runs":
        return sorted(found, key=lambda one: -one.count["experiments"])
    return sorted(found, key=lambda one: str(getattr(one, by)), reverse=by != "name")

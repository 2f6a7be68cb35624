"""``swanlab.OpenApi``: the reading interface of version 0.6, for programs written against it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from swanlab.api.address import OWN, connect, project_path
from swanlab.api.experiment import Experiment
from swanlab.api.project import Project, every_project
from swanlab.client import run_path
from swanlab.errors import AuthenticationError, InvalidArgument, ServerError

T = TypeVar("T")
log = logging.getLogger("swanlab.api")


@dataclass(frozen=True)
class ApiResponse(Generic[T]):
    """What every call returns: 200 and data, or another code, what went wrong, and no data."""

    code: int
    errmsg: str
    data: T | None


@dataclass(frozen=True)
class ProjectInfo:
    """A project; names as the interface spells them."""

    cuid: str
    name: str
    description: str
    visibility: str
    createdAt: str  # noqa: N815
    updatedAt: str  # noqa: N815
    group: dict[str, str]
    count: dict[str, int]

    def model_dump(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class ExperimentInfo:
    """A run; names as the interface spells them."""

    cuid: str
    name: str
    description: str
    state: str
    show: bool
    createdAt: str  # noqa: N815
    finishedAt: str  # noqa: N815
    user: dict[str, str]
    profile: dict[str, Any]

    def model_dump(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


class OpenApi:
    """Reads and deletes; nothing is raised by a call, its ``code`` says how it went."""

    def __init__(self, api_key: str = "", log_level: str = "info") -> None:
        """Use this key, default the remembered one; failed calls are logged from ``log_level`` on.

        Raises:
            AuthenticationError: no server is known, or the key is malformed.
        """
        level = log_level.upper()
        if level not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
            raise InvalidArgument(f"log_level is debug, info, warning or error, not {log_level!r}.")
        log.setLevel(level)
        self._client = connect(api_key or None, None)
        self._homes: dict[str, tuple[str, str]] = {}

    def _try(self, ask: Callable[[], T]) -> ApiResponse[T]:
        try:
            return ApiResponse(200, "", ask())
        except AuthenticationError as error:
            code, message = 401, str(error)
        except ServerError as error:
            code, message = error.status or 503, str(error)
        log.error("%s", message)
        return ApiResponse(code, message, None)

    def list_workspaces(self) -> ApiResponse[list[dict[str, str]]]:
        """Return your workspaces: name, username and role."""

        def ask() -> list[dict[str, str]]:
            own = self._client.username()
            return [{"name": own, "username": own, "role": "OWNER"}]

        return self._try(ask)

    def list_projects(
        self,
        username: str = "",
        detail: bool = True,  # noqa: ARG002 - callers give it
    ) -> ApiResponse[list[ProjectInfo]]:
        """Return the projects of a workspace, default your own."""

        def ask() -> list[ProjectInfo]:
            workspace = username or self._client.username()
            found = every_project(self._client)
            return [_project(one) for one in found if one.workspace == workspace]

        return self._try(ask)

    def delete_project(self, project: str, username: str = "") -> ApiResponse[dict[str, Any]]:
        """Delete a project and all its runs, for good."""
        path = project_path(username or OWN, project)
        return self._try(lambda: self._client.request("DELETE", path) or {})

    def list_experiments(
        self, project: str, username: str = ""
    ) -> ApiResponse[list[ExperimentInfo]]:
        """Return the runs of a project, newest first; of their profile only the config."""

        def ask() -> list[ExperimentInfo]:
            row = self._client.request("GET", project_path(username or OWN, project))
            found = Project(self._client, row).runs(all=True)
            for one in found:
                self._homes[one.id] = (one.workspace, one.project)
            return [_experiment(one, {"config": one.config}) for one in found]

        return self._try(ask)

    def list_project_exps(
        self, project: str, username: str = ""
    ) -> ApiResponse[list[ExperimentInfo]]:
        """Return what ``list_experiments`` returns; its name in older versions."""
        return self.list_experiments(project, username)

    def get_experiment(
        self, project: str, exp_id: str, username: str = ""
    ) -> ApiResponse[ExperimentInfo]:
        """Return one run with its whole profile."""

        def ask() -> ExperimentInfo:
            found = self._run(project, exp_id, username)
            return _experiment(found, found.profile.json())

        return self._try(ask)

    def delete_experiment(
        self, project: str, exp_id: str, username: str = ""
    ) -> ApiResponse[dict[str, Any]]:
        """Delete a run, for good."""
        path = run_path(username or OWN, project, exp_id)
        return self._try(lambda: self._client.request("DELETE", path) or {})

    def get_summary(
        self, project: str, exp_id: str, username: str = ""
    ) -> ApiResponse[dict[str, dict[str, Any]]]:
        """Return for each key its last value, minimum and maximum with their steps."""
        return self._try(lambda: self._run(project, exp_id, username).summary())

    def get_exp_summary(
        self, project: str, exp_id: str, username: str = ""
    ) -> ApiResponse[dict[str, dict[str, Any]]]:
        """Return what ``get_summary`` returns; its name in older versions."""
        return self.get_summary(project, exp_id, username)

    def get_metrics(self, exp_id: str, keys: str | Sequence[str]) -> ApiResponse[Any]:
        """Return every point of the keys as a DataFrame by step, with columns ``KEY_timestamp``.

        A run is found by its id alone; where several projects have one of that id, list the
        experiments of the project first.
        """
        return self._try(lambda: self._found(exp_id).metrics(keys, all=True))

    def _run(self, project: str, exp_id: str, username: str) -> Experiment:
        row = self._client.request("GET", run_path(username or OWN, project, exp_id))
        self._homes[exp_id] = (row["workspace"], row["project"])
        return Experiment(self._client, row["workspace"], row["project"], row)

    def _found(self, exp_id: str) -> Experiment:
        home = self._homes.get(exp_id)
        if home is not None:
            return self._run(home[1], exp_id, home[0])
        found = []
        for project in every_project(self._client):
            try:
                found.append(self._run(project.name, exp_id, project.workspace))
            except ServerError as error:
                if error.status != 404:
                    raise
        if len(found) == 1:
            return found[0]
        self._homes.pop(exp_id, None)
        many = ", ".join(run.path for run in found)
        if many:
            raise ServerError(f"{exp_id} is the id of several runs: {many}.", status=409)
        raise ServerError(f"There is no run {exp_id}, or it is not yours.", status=404)


def _project(one: Project) -> ProjectInfo:
    return ProjectInfo(
        cuid=one.project_id,
        name=one.name,
        description=one.description or "",
        visibility=one.visibility,
        createdAt=one.created_at or "",
        updatedAt=one.updated_at or "",
        group={"type": "PERSON", "username": one.workspace, "name": one.workspace},
        count=one.count,
    )


def _experiment(one: Experiment, profile: dict[str, Any]) -> ExperimentInfo:
    return ExperimentInfo(
        cuid=one.id,
        name=one.name,
        description=one.description or "",
        state=one.state,
        show=True,
        createdAt=one.created_at or "",
        finishedAt=one.finished_at or "",
        user=one.user,
        profile=profile,
    )

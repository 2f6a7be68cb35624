"""A run as ``Api`` shows it; the API's word for it is experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from swanlab.api import media
from swanlab.api.address import moment, project_path
from swanlab.api.files import File, listed
from swanlab.api.filters import Facts
from swanlab.api.metrics import STEP, Reader, parse_range
from swanlab.api.placing import Action, place_one
from swanlab.api.points import Points, read
from swanlab.api.table import Table, frame
from swanlab.client import Client, run_path
from swanlab.errors import InvalidArgument, ServerError
from swanlab.records import SYSTEM_PREFIX

FORMATS = ("csv", "parquet", "arrow")
LEVELS = {"DEBUG": 10, "INFO": 20, "WARN": 30, "WARNING": 30, "ERROR": 40}
_PAGE = 10_000


class Profile(msgspec.Struct, frozen=True):
    """What the run was given and where it ran."""

    config: dict[str, Any]
    metadata: dict[str, Any]
    requirements: dict[str, str]
    conda: str | None

    def json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return msgspec.structs.asdict(self)


class Experiment:
    """One run. What a list of runs does not say is asked from the server when it is needed."""

    def __init__(
        self,
        client: Client,
        workspace: str,
        project: str,
        row: Mapping[str, Any],
        last: Mapping[str, Any] | None = None,
    ) -> None:
        self._client = client
        self._row = dict(row)
        self._last = last
        self.workspace = workspace
        self.project = project

    @property
    def _at(self) -> str:
        return run_path(self.workspace, self.project, self.id)

    def _whole(self, name: str) -> Any:
        if name not in self._row:
            self.refresh()
        return self._row[name]

    def refresh(self) -> Experiment:
        """Ask the server for the run as it is now, and return it."""
        self._row = dict(self._client.request("GET", self._at))
        self._last = None
        return self

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self._row["id"])

    @property
    def name(self) -> str:
        """The run's name."""
        return str(self._row["name"])

    @property
    def description(self) -> str | None:
        """What its author says about it."""
        found: str | None = self._row["description"]
        return found

    @property
    def state(self) -> str:
        """RUNNING, FINISHED, CRASHED, ABORTED, or UNRESPONSIVE: nobody has heard of it lately."""
        return str(self._row["state"]).upper()

    @property
    def path(self) -> str:
        """``workspace/project/run``."""
        return f"{self.workspace}/{self.project}/{self.id}"

    @property
    def url(self) -> str:
        """Address of the run's page."""
        return f"{self._client.host}/@{self.workspace}/{self.project}/runs/{self.id}"

    @property
    def labels(self) -> list[str]:
        """The run's tags."""
        return list(self._row["tags"])

    @property
    def tags(self) -> list[str]:
        """The run's tags; ``labels`` are the same."""
        return self.labels

    @property
    def group(self) -> str | None:
        """The group it was put into."""
        found: str | None = self._whole("group")
        return found

    @property
    def job_type(self) -> str | None:
        """What kind of job it is within its group."""
        found: str | None = self._whole("job_type")
        return found

    @property
    def user(self) -> dict[str, str]:
        """Whose it is."""
        return {"username": self.workspace, "name": self.workspace}

    @property
    def root_pro_id(self) -> str | None:
        """Project of the run that this one is a clone of: None, there are no clones."""
        return None

    @property
    def root_exp_id(self) -> str | None:
        """The run that this one is a clone of: None, there are no clones."""
        return None

    @property
    def created_at(self) -> str | None:
        """When it began, ISO 8601 in UTC."""
        return moment(self._row["created_at"])

    @property
    def finished_at(self) -> str | None:
        """When it ended, None while it has not."""
        return moment(self._row["finished_at"])

    @property
    def duration(self) -> float:
        """Seconds it took, or has taken so far."""
        return float(self._row["duration"]) / 1000

    @property
    def error(self) -> str | None:
        """What it crashed with."""
        found: str | None = self._whole("error")
        return found

    @property
    def notices(self) -> list[str]:
        """What went wrong while the server received it."""
        return list(self._whole("notices"))

    @property
    def config(self) -> dict[str, Any]:
        """Its hyper-parameters."""
        return dict(self._row["config"])

    @property
    def metadata(self) -> dict[str, Any]:
        """Machine, system, Python, git: what was found out about where it ran."""
        apart = ("packages", "conda")
        found = self._whole("environment")
        return {name: value for name, value in found.items() if name not in apart}

    @property
    def profile(self) -> Profile:
        """Config, metadata, packages and conda environment together."""
        found = self._whole("environment")
        return Profile(
            config=self.config,
            metadata=self.metadata,
            requirements=dict(found.get("packages") or {}),
            conda=found.get("conda"),
        )

    @property
    def columns(self) -> list[str]:
        """The keys it logged, system keys left out."""
        return list(dict.fromkeys(one["key"] for one in self.series()))

    def series(self, system: bool = False) -> list[dict[str, Any]]:
        """Return a summary of each series; with ``system`` those of the hardware as well."""
        found: list[dict[str, Any]] = self._client.request("GET", f"{self._at}/series")["series"]
        return [one for one in found if system or not one["key"].startswith(SYSTEM_PREFIX)]

    def points(
        self, key: str, rank: int = 0, start: int | None = None, end: int | None = None
    ) -> Points:
        """Return every point of one series as logged: arrays of steps, times (ms) and values."""
        return read(self._client, self._at, key, rank, start, end)

    def metrics(
        self,
        keys: Sequence[str] | str | None = None,
        sample: int | None = 1500,
        ignore_timestamp: bool = False,
        all: bool = False,  # noqa: A002 - the public name
        range_query: Mapping[str, Any] | None = None,
        x_axis: str | None = None,
        rank: int = 0,
    ) -> Any:
        """Return points of several keys side by side, as a pandas DataFrame.

        Where pandas is not installed it is a ``Table``. A key that was never logged is an empty
        column.

        Args:
            keys: one key or several; default is all, system keys left out.
            sample: at most so many points of each key, evenly spaced, as they were logged.
            ignore_timestamp: leave out the columns ``KEY_timestamp`` (Unix milliseconds).
            all: every point, whatever ``sample`` says.
            range_query: ``{"type": "step" or "time", "start", "end", "head", "tail", "last"}``.
            x_axis: the index: ``step``, ``time``, ``relative_time`` (seconds), or another key.
            rank: of a run of several processes the one whose points are wanted.
        """
        return frame(self.table(keys, sample, ignore_timestamp, all, range_query, x_axis, rank))

    def table(
        self,
        keys: Sequence[str] | str | None = None,
        sample: int | None = 1500,
        ignore_timestamp: bool = False,
        all: bool = False,  # noqa: A002 - the public name
        range_query: Mapping[str, Any] | None = None,
        x_axis: str | None = None,
        rank: int = 0,
    ) -> Table:
        """Return what ``metrics`` does, as a ``Table`` whether pandas is installed or not."""
        if sample is not None and sample < 1:
            raise InvalidArgument(f"sample begins at 1, not at {sample}.")
        wanted = self.columns if keys is None else [keys] if isinstance(keys, str) else list(keys)
        reader = Reader(self._client, self._at, int(self._row["created_at"]), rank)
        return reader.table(
            list(dict.fromkeys(wanted)),
            parse_range(range_query),
            None if all else sample,
            x_axis or STEP[0],
            times=not ignore_timestamp,
        )

    def summary(self, keys: Sequence[str] | str | None = None) -> dict[str, dict[str, Any]]:
        """Return for each key the last value and its step, minimum, maximum, mean and count.

        Of several ranks it is the lowest.
        """
        wanted = [keys] if isinstance(keys, str) else keys
        found: dict[str, dict[str, Any]] = {}
        for one in sorted(self.series(), key=lambda one: -int(one["rank"])):
            if wanted is None or one["key"] in wanted:
                found[one["key"]] = _summary(one)
        order = self.columns if wanted is None else wanted
        return {key: found[key] for key in order if key in found}

    def logs(
        self, offset: int | None = None, level: str | None = None, limit: int = 1000
    ) -> list[dict[str, Any]]:
        """Return console lines: ``{"line", "time", "level", "stream", "text"}``.

        Args:
            offset: number of the first line; default are the last ones.
            level: DEBUG, INFO, WARN or ERROR: only lines of this level or above.
            limit: at most so many lines are looked at.
        """
        least = _level(level)
        asked: dict[str, Any] = {"limit": max(1, min(limit, _PAGE))}
        if offset is not None:
            asked["first"] = offset
        found = self._client.request("GET", f"{self._at}/logs", None, asked)["lines"]
        return [line for line in found if line["level"] >= least]

    def export_logs(self, start: int = 0, rows: int = 500_000) -> str:
        """Return the text of at most ``rows`` console lines from number ``start`` on."""
        texts: list[str] = []
        while len(texts) < rows:
            page = self.logs(start, limit=min(_PAGE, rows - len(texts)))
            if not page:
                break
            texts += [line["text"] for line in page]
            start = page[-1]["line"] + 1
        return "".join(f"{text}\n" for text in texts)

    def media(self, key: str | None = None, step: int | None = None) -> list[media.Shown]:
        """Return what was logged as media, by key, rank and step: all, of a key, of one step."""
        project = project_path(self.workspace, self.project)
        return media.listed(self._client, self._at, project, self.id, key, step)

    def files(self, pattern: str | None = None) -> list[File]:
        """Return the files kept with the run, by name; ``pattern`` is as in a shell (``*.pt``)."""
        found = listed(self._client, self._at)
        return [one for one in found if pattern is None or fnmatchcase(one.path, pattern)]

    def update(
        self,
        *,
        name: str | UnsetType | None = UNSET,
        description: str | UnsetType | None = UNSET,
        tags: Sequence[str] | UnsetType | None = UNSET,
        group: str | UnsetType | None = UNSET,
        job_type: str | UnsetType | None = UNSET,
        color: str | UnsetType | None = UNSET,
    ) -> Experiment:
        """Change what is said of the run, and return it. What is not given stays; None clears.

        Raises ``ServerError`` (status 403) where you may read but not write.

        Args:
            name: of one line; None gives the name it would have had without one.
            description: any text, shown on the run's page.
            tags: all of them; ``add_tags`` and ``remove_tags`` change some.
            group: what the run belongs to.
            job_type: what kind of job it is within its group.
            color: ``#rrggbb``; None for the one that follows from its number in the project.
        """
        given = {
            "name": name,
            "description": description,
            "tags": tags if isinstance(tags, UnsetType) or tags is None else _tags(tags),
            "group": group,
            "job_type": job_type,
            "color": color,
        }
        sent = {key: value for key, value in given.items() if value is not UNSET}
        self._row.update(self._client.request("PATCH", self._at, sent))
        return self

    def add_tags(self, *tags: str) -> Experiment:
        """Add tags, whatever others do to the run's tags meanwhile; return the run."""
        return self._retag({"add_tags": _tags(tags)})

    def remove_tags(self, *tags: str) -> Experiment:
        """Take tags away; those it does not have are passed over. Return the run."""
        return self._retag({"remove_tags": _tags(tags)})

    def _retag(self, change: dict[str, list[str]]) -> Experiment:
        path = project_path(self.workspace, self.project) + "/runs/edit"
        edit = {"runs": [self.id], **change}
        done = self._client.request("POST", path, {"edits": [edit]})
        if done["missing"]:
            raise ServerError(f"There is no run {self.path}.", status=404, code="not_found")
        self._row.update(self._client.request("GET", self._at))
        return self

    def set_state(self, state: str) -> Experiment:
        """Say how a run ended that nobody hears of: FINISHED, CRASHED or ABORTED.

        A run that is alive is refused (``ServerError``, status 409): it ends where it trains.
        """
        self._row.update(self._client.request("PUT", f"{self._at}/state", {"state": state.lower()}))
        return self

    def stop(self) -> Experiment:
        """Ask the training to end, as by Ctrl-C: it hears of it within half a minute.

        ``refresh()`` tells whether it did. A run that has ended, or is not heard of, is refused
        (``ServerError``, status 409).
        """
        self._row.update(self._client.request("POST", f"{self._at}/stop"))
        return self

    def copy(self, to: str) -> Experiment:
        """Copy the run into the project at ``to`` (``workspace/project``) and return the copy.

        Nothing is copied but the run itself: it shows the points of this one, at once and for as
        long as it stays, whatever becomes of this one. It cannot be resumed. The project is made if
        there is none. Raises ``ServerError`` (status 409) where the run has not ended.
        """
        return self._placed("copy", to)

    def move(self, to: str) -> Experiment:
        """Move the run to the project at ``to`` (``workspace/project``) and return it there.

        The project is made if there is none. Raises ``ServerError``: 403 where you may not write,
        409 where the run has not ended or the project has a run of its id.
        """
        return self._placed("move", to)

    def _placed(self, action: Action, to: str) -> Experiment:
        at = (self.workspace, self.project)
        workspace, project, run = place_one(self._client, action, at, self.id, to)
        row = self._client.request("GET", run_path(workspace, project, run))
        return Experiment(self._client, workspace, project, row)

    @property
    def is_copy(self) -> bool:
        """Whether it shows what another run recorded, and cannot be resumed."""
        return bool(self._whole("copy"))

    @property
    def original(self) -> str | None:
        """Path of the run it was copied from, while that is there and you may read it."""
        found: str | None = self._whole("original")
        return found

    def delete(self, commit: bool = False) -> bool:
        """Delete the run for good if ``commit`` is set; returns whether that was done."""
        if commit:
            self._client.request("DELETE", self._at)
        return commit

    def facts(self) -> Facts:
        """Return what runs are filtered by."""
        stable = {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "state": self.state,
            "labels": self.labels,
            "createdAt": self.created_at,
            "finishedAt": self.finished_at,
            "created_at": self.created_at,
            "finished_at": self.finished_at,
            "duration": self.duration,
        }
        return Facts(stable, self.config, dict(self._last or {}))

    def json(self) -> dict[str, Any]:
        """Return what is known of the run without asking the server again."""
        found = {
            "id": self.id,
            "name": self.name,
            "path": self.path,
            "url": self.url,
            "description": self.description,
            "state": self.state,
            "labels": self.labels,
            "user": self.user,
            "created_at": self.created_at,
            "finished_at": self.finished_at,
            "duration": self.duration,
            "config": self.config,
        }
        return found if self._last is None else {**found, "last": dict(self._last)}

    def __repr__(self) -> str:
        return f"Experiment({self.path}, {self.name!r}, {self.state})"

    def export(
        self,
        path: str | Path,
        keys: Sequence[str] | None = None,
        *,
        format: str | None = None,  # noqa: A002 - what it is called everywhere
        system: bool = False,
    ) -> None:
        """Write all points into a file: one row each with key, rank, step, time and value.

        Args:
            path: of the file; it is replaced when all has come.
            keys: which; default is all that the run logged itself.
            format: ``csv``, ``parquet`` or ``arrow``; default is what the file's name ends in.
            system: those of the hardware as well, where no keys are given.

        Raises:
            InvalidArgument: the format is none of these.
        """
        path = Path(path)
        kind = path.suffix.removeprefix(".").lower() if format is None else format
        if kind not in FORMATS:
            raise InvalidArgument(f"{kind!r} is no format: give one of {', '.join(FORMATS)}.")
        params: dict[str, Any] = {"format": kind, "system": "true" if system else "false"}
        if keys is not None:
            params["keys"] = msgspec.json.encode(list(keys)).decode()
        fresh = path.with_name(path.name + ".part")
        try:
            with fresh.open("wb") as file:
                self._client.save(f"{self._at}/export", params, file)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)

    def write_logs(self, path: str | Path) -> None:
        """Write the whole console, with times and levels, into a file."""
        Path(path).write_bytes(self._client.read(f"{self._at}/logs.txt"))


def _tags(tags: Sequence[str]) -> list[str]:
    if isinstance(tags, str):
        raise InvalidArgument(f"tags are a list of texts, not one text: [{tags!r}].")
    return list(tags)


def _level(name: str | None) -> int:
    if name is None:
        return 0
    found = LEVELS.get(name.upper())
    if found is None:
        raise InvalidArgument(f"{name!r} is no level: give one of {', '.join(LEVELS)}.")
    return found


def _summary(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "step": one["last_step"],
        "value": float(one["last"]),
        "min": {"step": one["min_step"], "value": one["min"]},
        "max": {"step": one["max_step"], "value": one["max"]},
        "mean": one["mean"],
        "count": one["count"],
        "nan": one["nan"],
        "positive_infinity": one["positive_infinity"],
        "negative_infinity": one["negative_infinity"],
    }

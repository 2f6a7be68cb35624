"""Runs: made, gone on with, listed, shown whole."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from swanlab.server.messages.message import Message, Millis, State
from swanlab.server.messages.stops import Stop


class NewRun(Message, frozen=True):
    """Creates the run, or finds it by its ``id``: asking twice changes nothing."""

    id: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^/\\#?%:\x00-\x1f\x7f]+$")]
    name: str | None = None
    description: str | None = None
    tags: list[str] = []
    created_at: Millis | None = None
    options: dict[str, Any] = {}
    must_exist: bool = False
    """Only find the run: when there is none the answer is 404, and nothing is created."""


class RunOpened(Message, frozen=True):
    created: bool
    workspace: str
    project: str
    id: str
    name: str
    path: str
    """Address of the run's page below the server's root: ``/@{workspace}/{project}/runs/{id}``."""
    writers: dict[str, int]
    """Offset that the server expects next, per writer it has heard of."""
    stop: int | None = None
    """When the run was last asked to end (Unix milliseconds): before it was opened this time."""


class Resumable(Message, frozen=True):
    """What one process needs to go on with a run: where its steps and its console stand."""

    name: str
    created_at: int
    config: dict[str, Any]
    steps: dict[str, int]
    """Key to its last step, without system series."""
    lines: int
    """Number of the next console line."""


class Offset(Message, frozen=True):
    offset: int


class Taken(Offset, frozen=True):
    """What was stored of a post, and what its background process is to know."""

    stop: int | None = None
    """When the training was asked to end (Unix milliseconds), None if it was not."""


class RunRow(Message, frozen=True):
    """One row of the runs table. ``last`` is aligned with ``RunTable.keys``; null where not logged.

    A value that is not finite comes as the string ``"NaN"``, ``"Infinity"`` or ``"-Infinity"``.
    """

    id: str
    name: str
    description: str | None
    state: State
    tags: list[str]
    created_at: int
    finished_at: int | None
    duration: int
    config: dict[str, Any]
    number: int
    """Its place among the runs of the project it was made in, from 1; its colour follows from it.
    """
    color: str | None
    """The colour given to ``init()``, as ``#rrggbb``."""
    group: str | None
    job_type: str | None
    last: list[float | str | None]
    has: int | None = None
    """Place in ``RunTable.sets`` of the keys it has; None: not asked for, or too many to tell."""
    ranks: list[int] = []
    """Of its processes; empty where only rank 0 is one."""


class Definition(Message, frozen=True):
    """How the training wants the series shown whose key matches ``key``; null: nothing said.

    ``*`` in ``key`` stands for any text, slashes included; nothing else is special. Each part comes
    from the definition nearest to a key that says it: the key itself, then the pattern with most
    other characters, then the one defined last.
    """

    key: str
    x_axis: str | None
    """Key of the series that is the x axis, or ``_step``, ``_relative_time``, ``_wall_time``."""
    section: str | None
    hidden: bool | None
    step_sync: bool | None


class RunTable(Message, frozen=True):
    """All runs of a project, newest first; system series are left out of ``keys``."""

    keys: list[str]
    keys_total: int
    """Number of keys; greater than that of ``keys`` when a table of all would be too large."""
    definitions: list[Definition]
    """How series are to be shown where several runs are: of each key, as the newest run defined."""
    runs: list[RunRow]
    editable: bool
    """Whether the caller may edit and delete these runs."""
    sets: list[list[int]] = []
    """Which keys runs have, as places in ``keys``; only of a ``light`` table."""


class Configs(Message, frozen=True):
    """The config of every run of a project, by the run's id."""

    configs: dict[str, dict[str, Any]]


class SetAside(Message, frozen=True):
    reason: str
    count: int


class RunRank(Message, frozen=True):
    """One process of a run; ``host`` is empty where nothing is known of it."""

    rank: int
    host: str
    state: State
    error: str | None


class Run(Message, frozen=True):
    """One run, whole: what Overview and Environment show."""

    workspace: str
    project: str
    id: str
    name: str
    description: str | None
    state: State
    tags: list[str]
    created_at: int
    finished_at: int | None
    seen_at: int
    duration: int
    error: str | None
    config: dict[str, Any]
    environment: dict[str, Any]
    options: dict[str, Any]
    number: int
    color: str | None
    set_aside: list[SetAside]
    """Records that were not understood, by reason; everything else of the run was stored."""
    group: str | None
    job_type: str | None
    editable: bool
    """Whether the caller may edit and delete it."""
    notices: list[str]
    """What went wrong while receiving it: damaged bytes, records set aside."""
    definitions: list[Definition] = []
    """In the order in which they were made."""
    ranks: list[RunRank] = []
    """Its processes."""
    copy: bool = False
    """Whether it shows what another run recorded: nothing can be added to it."""
    original: str | None = None
    """``workspace/project/run`` it was copied from, while that is there and may be read."""
    stop: Stop | None = None
    """The last time that somebody asked its training to end."""


class EndedState(Message, frozen=True):
    state: Literal["finished", "crashed", "aborted"]

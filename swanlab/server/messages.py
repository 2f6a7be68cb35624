"""What the HTTP API says: the bodies of ``/api/v1``, from which openapi.json is made.

Times are Unix milliseconds (UTC), durations milliseconds, steps integers in [0, 2**63).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

State = Literal["running", "unresponsive", "finished", "crashed", "aborted"]
"""``unresponsive`` is never stored: a running run that nobody has heard of for a while."""


Millis = Annotated[int, Meta(ge=0, lt=2**53)]
"""Unix time in milliseconds, as a client gives it."""
Step = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all bodies: fields are given by name."""


class ErrorBody(Message, frozen=True):
    """What happened and what to do. ``detail`` holds what a program may need to go on."""

    code: str
    message: str
    detail: dict[str, Any] = {}


class Error(Message, frozen=True):
    """The one shape of every answer of status 400 and above."""

    error: ErrorBody


class Health(Message, frozen=True):
    status: Literal["ok"]
    version: str
    mode: Literal["server", "watch"]


class Credentials(Message, frozen=True):
    username: str
    password: str


class User(Message, frozen=True):
    username: str
    admin: bool


class Session(Message, frozen=True):
    """Who is signed in, and to what kind of server (``watch`` has one nameless user)."""

    user: User
    mode: Literal["server", "watch"]
    version: str


class NewUser(Message, frozen=True):
    username: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,24}$")]
    password: Annotated[str, Meta(min_length=8, max_length=1024)]
    admin: bool = False


class ApiKey(Message, frozen=True):
    """Shown once; the server keeps only its hash."""

    api_key: str


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


class Project(Message, frozen=True):
    workspace: str
    name: str
    description: str | None
    visibility: Literal["private", "public"]
    created_at: int
    updated_at: int
    runs: int
    running: int


class Keeping(Message, frozen=True):
    """For how many days after their end a project keeps its runs; null means for ever.

    Runs tagged ``keep``, and runs that have not ended, stay in any case.
    """

    days: Annotated[int, Meta(ge=1, le=36_500)] | None


class Retention(Keeping, frozen=True):
    """``due`` counts the runs that the next sweep deletes: one comes every hour."""

    due: int


class NewProject(Message, frozen=True):
    """A project without runs; the first run of a name makes one as well."""

    name: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-+.]{1,100}$")]
    description: Annotated[str, Meta(max_length=10_000)] | None = None
    visibility: Literal["private", "public"] = "private"


class Projects(Message, frozen=True):
    projects: list[Project]


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


Stat = Literal["last", "min", "max", "mean", "count"]
Field = Annotated[str, Meta(min_length=1, max_length=4200)]
"""``name``, ``id``, ``state``, ``tags``, ``group``, ``job_type``, ``description``, ``created``,
``duration``, ``config.<path>`` (levels joined by dots) or ``summary.<key>.<stat>``."""


class SummaryColumn(Message, frozen=True):
    key: Annotated[str, Meta(min_length=1, max_length=4096)]
    stat: Stat = "last"


class Condition(Message, frozen=True):
    """One test of a run. What has no such field passes only ``ne`` and ``exists`` false.

    ``in``: the field is one of the list ``value``. ``contains``: a text has ``value`` in it, tags
    have it among them. ``matches``: the regular expression ``value`` is found in the text, or in
    one of the tags, whatever the case; it has no look-around and no back references. Numbers
    compare with numbers, texts with texts; a metric that is not a number (NaN) counts as missing.
    """

    field: Field
    op: Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "matches", "exists"]
    value: Any = None


class Tested(Condition, frozen=True, tag_field="is", tag="test"):
    """A condition as a part of a filter."""


class AllOf(Message, frozen=True, tag_field="is", tag="all"):
    """Every part holds; without parts it does."""

    of: Annotated[list[Where], Meta(max_length=200)]


class AnyOf(Message, frozen=True, tag_field="is", tag="any"):
    """One of the parts holds, or more."""

    of: Annotated[list[Where], Meta(max_length=200)]


class NotOf(Message, frozen=True, tag_field="is", tag="not"):
    """The part does not hold; a run without the field it asks for passes."""

    of: Where


Where = Tested | AllOf | AnyOf | NotOf
"""A filter: at most 200 parts in all, at most 20 within each other."""


class Order(Message, frozen=True):
    """Runs without the field come last, whichever way the others are sorted."""

    field: Field
    descending: bool = False


class RunsQuery(Message, frozen=True):
    """A page of the runs that pass filter and conditions, newest first where nothing else decides.

    With ``whole`` the answer names all of them instead of a page.
    """

    columns: Annotated[list[SummaryColumn], Meta(max_length=1000)] = []
    where: Annotated[list[Condition], Meta(max_length=50)] = []
    filter: Where | None = None
    whole: bool = False
    order: Annotated[list[Order], Meta(max_length=5)] = []
    offset: Annotated[int, Meta(ge=0, lt=2**31)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class RunCells(Message, frozen=True):
    """One run of a page; ``cells`` are aligned with the columns asked for.

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
    cells: list[float | str | None]


class RunsPage(Message, frozen=True):
    total: int
    """Runs that pass the conditions, on all pages together."""
    runs: list[RunCells]
    ids: list[str] = []
    """With ``whole``: all runs that pass, in order."""
    cells: list[list[float | str | None]] = []
    """With ``whole``: per column asked for, the values of the runs in ``ids``."""


ViewName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ViewSpec(Message, frozen=True):
    """What a view shows: the search parameters of the page's address, and its charts' layout."""

    search: dict[str, Any]
    layout: Any = None


class View(Message, frozen=True):
    """A view of a project that was saved under a name. ``author`` is null once there is no such."""

    id: int
    name: str
    author: str | None
    default: bool
    """Whether the project's page opens with it."""
    created_at: int
    updated_at: int
    spec: ViewSpec


class Views(Message, frozen=True):
    """The views of a project by name."""

    views: list[View]
    editable: bool
    """Whether the caller may save and change views here."""


class NewView(Message, frozen=True):
    """At most 256 KiB as JSON."""

    name: ViewName
    spec: ViewSpec
    default: bool = False


class ViewEdit(Message, frozen=True):
    """What is not given stays. At most one view is the default: naming one ends the other."""

    name: ViewName | UnsetType = UNSET
    spec: ViewSpec | UnsetType = UNSET
    default: bool | UnsetType = UNSET


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


_LINE = r"^[^\x00-\x1f\x7f]*$"
Line = Annotated[str, Meta(max_length=256, pattern=_LINE)]
"""A text of one line; space around it is left out."""
Text = Annotated[str, Meta(max_length=65_536, pattern=r"^[^\x00]*$")]
Tags = Annotated[list[Line], Meta(max_length=256)]
RunId = Annotated[str, Meta(min_length=1, max_length=64)]


class RunEdit(Message, frozen=True):
    """What is not given stays; null clears. A run without a name gets the one it would have had."""

    name: Line | UnsetType | None = UNSET
    description: Text | UnsetType | None = UNSET
    tags: Tags | UnsetType | None = UNSET
    group: Line | UnsetType | None = UNSET
    job_type: Line | UnsetType | None = UNSET
    color: (
        Annotated[str, Meta(pattern="^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")] | UnsetType | None
    ) = UNSET


class SomeRuns(Message, frozen=True):
    """One edit of several runs: tags are taken away first, then added."""

    runs: Annotated[list[RunId], Meta(max_length=10_000)]
    add_tags: Tags = []
    remove_tags: Tags = []
    group: Line | UnsetType | None = UNSET
    job_type: Line | UnsetType | None = UNSET


class RunsEdit(Message, frozen=True):
    """Edits of at most 10,000 runs together, one after the other: all are made, or none."""

    edits: Annotated[list[SomeRuns], Meta(max_length=1000)]


class RunIds(Message, frozen=True):
    runs: Annotated[list[RunId], Meta(max_length=1000)]


class RunsDone(Message, frozen=True):
    """``missing`` are ids of runs that do not exist, or no longer."""

    done: int
    missing: list[str]


ProjectName = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-+.]{1,100}$")]


class RunsTo(Message, frozen=True):
    """Runs that are to be copied or moved to a project, which is made if there is none."""

    runs: Annotated[list[RunId], Meta(min_length=1, max_length=10_000)]
    project: ProjectName
    workspace: Annotated[str, Meta(min_length=1, max_length=25)] = "~"
    """One of your own; ``~`` is your first."""


class RunsPlaced(Message, frozen=True):
    """Where the runs are now; those that could not be taken are named, and hold nothing up."""

    workspace: str
    project: str
    runs: dict[str, str]
    """Id of a run to the id that it, or its copy, has there."""
    missing: list[str]
    running: list[str]
    """Those that have not ended."""
    taken: list[str]
    """Those that cannot be moved because the project has a run of that id."""


class NewClone(Message, frozen=True):
    """A project with copies of all runs of another one."""

    name: ProjectName
    workspace: Annotated[str, Meta(min_length=1, max_length=25)] = "~"
    visibility: Literal["private", "public"] = "private"


class Cloned(Message, frozen=True):
    project: Project
    running: list[str]
    """Ids of the runs that have not ended, and were left out."""


class EndedState(Message, frozen=True):
    state: Literal["finished", "crashed", "aborted"]


class ProjectEdit(Message, frozen=True):
    """What is not given stays; null clears the description."""

    description: Text | UnsetType | None = UNSET
    visibility: Literal["private", "public"] | UnsetType = UNSET


class Series(Message, frozen=True):
    """Summary of one series; ``min``/``max`` are over finite values, null when there is none."""

    key: str
    rank: int
    count: int
    first_step: int
    last_step: int
    first_time: int
    last_time: int
    min: float | None
    min_step: int | None
    max: float | None
    max_step: int | None
    mean: float | None
    last: float | str
    nan: int
    positive_infinity: int
    negative_infinity: int


class SeriesList(Message, frozen=True):
    series: list[Series]


class SeriesRef(Message, frozen=True):
    run: str
    key: str
    rank: Annotated[int, Meta(ge=0, lt=2**31)] = 0


class MetricAxis(Message, frozen=True):
    """Another series of the same run as x axis: at every step its last finite value by then."""

    metric: Annotated[str, Meta(min_length=1, max_length=4096)]


class ChartQuery(Message, frozen=True):
    """One chart: its series share one x. The range is ``lo <= x <= hi``; null means the end.

    ``x``: ``step``; ``relative_time``, milliseconds since the run was made; ``wall_time``, Unix
    milliseconds; or a series. The range is in units of that x.
    """

    series: list[SeriesRef]
    x: Literal["step", "relative_time", "wall_time"] | MetricAxis = "step"
    lo: int | float | None = None
    hi: int | float | None = None
    buckets: Annotated[int, Meta(ge=1, le=20_000)] = 1000


class ChartsQuery(Message, frozen=True):
    charts: Annotated[list[ChartQuery], Meta(max_length=1000)]


class ChartSeries(Message, frozen=True):
    """Columns of one series on its chart's ``x``; NaN (JSON: null) where it has nothing finite.

    ``kind == "points"``: only ``last`` is given, the value at that exact x. Times are
    those of the first point in the bucket; so is ``step``, which comes where x is not the step.
    """

    run: str
    key: str
    rank: int
    count: int
    last: list[float | None]
    min: list[float | None] | None = None
    max: list[float | None] | None = None
    mean: list[float | None] | None = None
    time: list[float | None] | None = None
    step: list[float | None] | None = None
    nonfinite: list[tuple[int, int, int, int]] = []
    """Where not all is finite: (index in x, NaN, +Inf, -Inf)."""
    left_out: int = 0
    """Points logged before the series that is the x axis had a value."""
    missing: list[tuple[int, int]] = []
    """First and last step of stored points that are damaged and so left out."""


class Chart(Message, frozen=True):
    """``points``: x are exact. ``buckets``: x are left edges, each bucket ``width`` wide.

    Buckets nobody has a point in are left out. Edges are multiples of ``width``, a power of two.
    An x that is not the step may stand more than once in ``points``, as often as it was logged.
    """

    kind: Literal["points", "buckets"]
    width: float
    x: list[float]
    series: list[ChartSeries]


class Charts(Message, frozen=True):
    charts: list[Chart]


class LogLine(Message, frozen=True):
    line: int
    time: int
    level: int
    stream: int
    text: str


class Logs(Message, frozen=True):
    """Lines ``first <= line``; ``total`` is the number of the newest line + 1."""

    writer: str | None
    writers: list[str]
    total: int
    lines: list[LogLine]


class ConsoleRank(Message, frozen=True):
    """A process that printed something."""

    rank: int
    host: str


class ConsolePart(Message, frozen=True):
    """Where in a console the lines of one writer begin: the process was started (again) there."""

    writer: str
    host: str
    pid: int
    started: int
    """Unix milliseconds."""
    at: int


class Console(Message, frozen=True):
    """Lines of one process. ``line`` is a line's place in the whole of ``total`` places."""

    rank: int | None
    ranks: list[ConsoleRank]
    parts: list[ConsolePart]
    total: int
    lines: list[LogLine]


class ConsoleHits(Message, frozen=True):
    """Places of the lines that match, all there are before ``end``; ask on from there."""

    places: list[int]
    end: int
    total: int


class Hint(Message, frozen=True):
    """One event of the live stream: this run has something new; ask for what you show of it."""

    workspace: str
    project: str
    run: str
    state: State
    kinds: list[Literal["series", "keys", "logs", "run"]]
    """What is new: points, keys not seen before, console lines, anything else of the run."""


Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""SHA-256."""


class File(Message, frozen=True):
    """A file of a run. ``stored`` tells whether it can be fetched; until then it is on its way."""

    path: str
    size: int
    mtime: int
    """When its content changed, on the machine that trained."""
    digest: str | None
    """SHA-256 of what was kept; null while the file was only asked for."""
    policy: str
    kind: str
    stored: bool
    error: str | None
    """Why it could not be kept."""


class Files(Message, frozen=True):
    """Files of a run by name; ``after: next`` asks for more, null when there are none."""

    files: list[File]
    total: int
    bytes: int
    next: str | None


class BlobList(Message, frozen=True):
    digests: Annotated[list[Digest], Meta(max_length=1000)]


class MissingBlobs(Message, frozen=True):
    """Those whose bytes this run still needs, whatever others have sent."""

    missing: list[str]


class BlobSize(Message, frozen=True):
    """All bytes have come: the server checks their hash."""

    size: Annotated[int, Meta(ge=0, le=2**46)]


class Upload(Message, frozen=True):
    """How far an upload came; ``url`` takes the next part by PUT, if it was asked for."""

    offset: int
    url: str | None = None


class BlobState(Message, frozen=True):
    """``stored`` is false while the hash is still being worked out: ask again."""

    stored: bool


class MediaSeries(Message, frozen=True):
    """What one process of a run logged as media under a key."""

    run: str
    key: str
    rank: int
    kind: str
    """``image``, ``audio``, ``text`` and so on."""
    count: int
    """Steps at which there is something."""
    first: int
    last: int
    most: int
    """Items at the step that has most."""


class MediaKeys(Message, frozen=True):
    """By key, then run; ``complete`` is false when there are more than one answer holds."""

    series: list[MediaSeries]
    complete: bool


class MediaRuns(Message, frozen=True):
    runs: Annotated[list[RunId], Meta(min_length=1, max_length=1000)]


class MediaItem(Message, frozen=True):
    """One picture, sound or text. Its bytes are in ``text``, or the blob ``digest`` of the run."""

    format: str
    caption: str | None
    meta: dict[str, Any]
    text: str | None
    digest: str | None
    """SHA-256; null while the bytes are on their way, and where ``text`` is all."""
    size: int
    error: str | None
    """Why the bytes will not come."""
    files: dict[str, str]
    """Blobs that belong to it, by name: masks."""


class MediaEntry(Message, frozen=True):
    """What stands at one step; ``time`` is when it was logged."""

    step: int
    time: int
    kind: str
    items: list[MediaItem]


class MediaWanted(Message, frozen=True):
    """The newest ``limit`` entries of ``lo <= step <= hi`` of one series."""

    run: RunId
    key: Annotated[str, Meta(min_length=1, max_length=4096)]
    rank: Annotated[int, Meta(ge=0, lt=2**31)] = 0
    lo: Step = 0
    hi: Step = 2**63 - 1
    limit: Annotated[int, Meta(ge=1, le=100)] = 1


class MediaQuery(Message, frozen=True):
    wanted: Annotated[list[MediaWanted], Meta(min_length=1, max_length=200)]


class MediaAnswer(Message, frozen=True):
    """For each series asked for, its entries by ascending step; none for one that is not there."""

    found: list[list[MediaEntry]]


class MediaSteps(Message, frozen=True):
    """The steps of a series, ascending: the newest ones when there are very many."""

    steps: list[int]
    complete: bool

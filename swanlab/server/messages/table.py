"""The table of runs: conditions, order, pages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from swanlab.server.messages.message import Message, RunId, State

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


class CellsQuery(Message, frozen=True):
    """Some cells of the table: those of these runs in these columns."""

    runs: Annotated[list[RunId], Meta(max_length=1000)]
    columns: Annotated[list[SummaryColumn], Meta(max_length=1000)]


class Cells(Message, frozen=True):
    """Per column asked for the values of the runs, in the order asked for; null where none is.

    A value that is not finite comes as the string ``"NaN"``, ``"Infinity"`` or ``"-Infinity"``.
    """

    cells: list[list[float | str | None]]

"""The table of runs: which pass the conditions, in which order, and what stands in their cells.

Everything is answered from the rows of the runs and from summaries; no point is read.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from swanlab.server import series
from swanlab.server.http import Problem
from swanlab.server.messages import Condition, RunsQuery, Stat, SummaryColumn
from swanlab.server.metrics.cells import stat
from swanlab.server.runview import duration, state

if TYPE_CHECKING:
    from swanlab.server.joined import Readable

MAX_READ = 2_000_000
"""Cells that one question may have read: runs times different keys it sorts and filters by."""
_MISSING = object()
_NUMBERS = {int, float}
_PLAIN = ("name", "state", "tags", "created", "duration")
_STATS = ("last", "min", "max", "mean", "count")
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}

Values = list[Any]
"""Of one field, a value per run, ``_MISSING`` where there is none."""


class Page(NamedTuple):
    """Numbers of the runs on a page, their cells, and how many runs passed the conditions."""

    numbers: list[int]
    cells: list[list[float | str | None]]
    total: int


def _fields(query: RunsQuery) -> list[str]:
    return [one.field for one in query.where] + [one.field for one in query.order]


def wants_config(query: RunsQuery) -> bool:
    """Whether the configs of all runs are needed to answer."""
    return any(field.startswith("config.") for field in _fields(query))


def answer(
    store: Readable, query: RunsQuery, rows: Sequence[Any], heard: Callable[[int, int], int]
) -> Page:
    """Return a page of ``rows``, which come newest first; raises a 400 ``Problem``.

    ``heard`` says when a run was last heard of, given its number and what is stored.
    """
    fields = _Fields(store, rows, heard)
    fields.read(_fields(query))
    keep = [True] * len(rows)
    for condition in query.where:
        values, test = fields.of(condition.field), _test(condition)
        keep = [held and test(value) for held, value in zip(keep, values, strict=True)]
    chosen = [at for at, held in enumerate(keep) if held]
    for order in reversed(query.order):
        chosen = _sorted(chosen, fields.of(order.field), descending=order.descending)
    page = chosen[query.offset : query.offset + query.limit]
    cells = _cells(store, [rows[at].source for at in page], query.columns)
    return Page([rows[at].id for at in page], cells, len(chosen))


class _Fields:
    """The fields of all runs, each worked out when it is asked for."""

    def __init__(
        self, store: Readable, rows: Sequence[Any], heard: Callable[[int, int], int]
    ) -> None:
        self._store, self._rows, self._heard = store, rows, heard
        self._known: dict[str, Values] = {}
        self._configs: list[Any] | None = None

    def read(self, names: Sequence[str]) -> None:
        """Read all summaries that the fields need at once."""
        wanted = {name: _summary(name) for name in names if name.startswith("summary.")}
        keys = sorted({column.key for column in wanted.values()})
        if len(keys) * len(self._rows) > MAX_READ:
            raise Problem(400, "too_many", "Sort and filter by fewer keys at once.")
        found = self._store.cells([row.source for row in self._rows], keys) if keys else {}
        for name, column in wanted.items():
            values = stat(found[column.key], column.stat)
            self._known[name] = [
                value if value == value else _MISSING  # noqa: PLR0124 - NaN
                for value in values.tolist()
            ]

    def of(self, name: str) -> Values:
        """Return the values of a field."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._make(name)
        return found

    def _make(self, name: str) -> Values:
        rows, heard = self._rows, self._heard
        if name.startswith("config."):
            path = name.removeprefix("config.")
            return [_at(config, path) for config in self._decoded()]
        if name == "state":
            return [state(row.state, heard(row.id, row.seen_at)) for row in rows]
        if name == "duration":
            return [duration(row, heard(row.id, row.seen_at)) for row in rows]
        if name == "tags":
            return [msgspec.json.decode(row.tags) for row in rows]
        if name in _PLAIN:
            return [getattr(row, "created_at" if name == "created" else name) for row in rows]
        raise _bad(
            f"There is no field {name[:100]!r}: it is one of {', '.join(_PLAIN)}, config.<path> "
            "or summary.<key>.<stat>."
        )

    def _decoded(self) -> list[Any]:
        if self._configs is None:
            self._configs = [msgspec.json.decode(row.config) for row in self._rows]
        return self._configs


def _summary(name: str) -> SummaryColumn:
    key, _, which = name.removeprefix("summary.").rpartition(".")
    if not key or which not in _STATS:
        raise _bad(f"{name[:100]!r} does not end in one of .{', .'.join(_STATS)}.")
    return SummaryColumn(key=key, stat=cast("Stat", which))


def _at(config: Any, path: str) -> Any:
    """Walk down a config; a key that itself has dots is found too."""
    if isinstance(config, dict):
        if path in config:
            return config[path]
        head, dot, rest = path.partition(".")
        while dot:
            if head in config:
                found = _at(config[head], rest)
                if found is not _MISSING:
                    return found
            more, dot, rest = rest.partition(".")
            head = f"{head}.{more}"
    return _MISSING


def _test(condition: Condition) -> Callable[[Any], bool]:
    """Return the condition as a function of a field's value."""
    op, value = condition.op, condition.value
    if op == "exists":
        wanted = value is not False
        return lambda found: (found is not _MISSING) == wanted
    if op in ("eq", "ne"):
        return lambda found: _equal(found, value) == (op == "eq")
    if op == "in":
        if not isinstance(value, list):
            raise _bad("The operator 'in' needs a list as its value.")
        return lambda found: any(_equal(found, one) for one in value)
    if op == "contains":
        return lambda found: _contains(found, value)
    compare = _COMPARE[op]
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        raise _bad(f"The operator {op!r} needs a number or a text as its value.")
    if not isinstance(value, str):
        return lambda found: type(found) in _NUMBERS and bool(compare(found, value))
    return lambda found: isinstance(found, str) and bool(compare(found, value))


def _equal(found: Any, value: Any) -> bool:
    if isinstance(found, list) and not isinstance(value, list):
        return any(_equal(one, value) for one in found)
    return _kind(found) == _kind(value) and bool(found == value)


def _contains(found: Any, value: Any) -> bool:
    if isinstance(found, str):
        return isinstance(value, str) and value.casefold() in found.casefold()
    return isinstance(found, list) and any(_equal(one, value) for one in found)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


def _sorted(chosen: list[int], values: Values, *, descending: bool) -> list[int]:
    """Sort stably; numbers before texts before the rest, and what is missing last."""
    have = [at for at in chosen if values[at] is not _MISSING and values[at] is not None]
    if {type(values[at]) for at in have} <= _NUMBERS:
        have.sort(key=values.__getitem__, reverse=descending)  # as below, in a tenth of the time
    else:
        have.sort(key=lambda at: _rank(values[at]), reverse=descending)
    held = set(have)
    return have + [at for at in chosen if at not in held]


def _rank(value: Any) -> tuple[int, Any]:
    kind = _kind(value)
    if kind in ("number", "bool"):
        return 0, value
    if kind == "str":
        return 1, value.casefold()
    return 2, msgspec.json.encode(value)


def _cells(
    store: Readable, sources: list[int], columns: Sequence[SummaryColumn]
) -> list[list[float | str | None]]:
    if not columns:
        return [[] for _ in sources]
    found = store.cells(sources, list(dict.fromkeys(column.key for column in columns)))
    shown: list[list[float | str | None]] = []
    for column in columns:
        records = found[column.key]
        values: NDArray[np.float64] = stat(records, column.stat)
        none = records["points"] == 0
        if column.stat != "last":
            none = none | np.isnan(values)
        shown.append(
            [
                None if absent else series.spelled(value)
                for value, absent in zip(values.tolist(), none.tolist(), strict=True)
            ]
        )
    return [list(row) for row in zip(*shown, strict=True)]


def _bad(message: str) -> Problem:
    return Problem(400, "bad_request", message)

"""The table of runs: which pass the conditions, in which order, and what stands in their cells.

Everything is answered from the rows of the runs and from summaries; no point is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from swanlab.server import series
from swanlab.server.conditions import (
    MISSING,
    Column,
    Floats,
    Mask,
    bad,
    check,
    passing,
    rank,
    tested,
)
from swanlab.server.http import Problem
from swanlab.server.messages.table import RunsQuery, Stat, SummaryColumn
from swanlab.server.metrics.cells import stat
from swanlab.server.runview import duration, state, text

if TYPE_CHECKING:
    from swanlab.server.joined import Readable

MAX_READ = 2_000_000
"""Cells that one question may have read: runs times different keys it sorts and filters by."""
MAX_WHOLE = 1_000_000
"""Cells in the answer to a question for all runs."""
_PLAIN = (
    "name", "id", "state", "tags", "group", "job_type", "description", "created", "duration",
)  # fmt: skip
_STATS = ("last", "min", "max", "mean", "count")
_STORED = {"id": "run_id", "description": "description", "name": "name"}
_NEEDS = {"group": "options", "job_type": "options", "description": "description"}


class Page(NamedTuple):
    """Runs on a page, their cells, and how many runs passed the conditions.

    ``cells`` are by run; where all runs were asked for, by column.
    """

    rows: list[Any]
    cells: list[list[float | str | None]]
    total: int


def _fields(query: RunsQuery) -> list[str]:
    named = [one.field for one in query.where] + [one.field for one in query.order]
    return named + check(query.filter)


def needs(query: RunsQuery) -> set[str]:
    """Return the columns of all runs that are needed beside those that every table needs.

    Raises a 400 ``Problem`` for a filter that is too large.
    """
    fields = _fields(query)
    found = {_NEEDS[field] for field in fields if field in _NEEDS}
    return found | {"config" for field in fields if field.startswith("config.")}


def answer(
    store: Readable, query: RunsQuery, rows: Sequence[Any], heard: Callable[[int, int], int]
) -> Page:
    """Return a page of ``rows``, which come newest first, or all; raises a 400 ``Problem``.

    ``heard`` says when a run was last heard of, given its number and what is stored.
    """
    fields = _Fields(store, rows, heard)
    fields.read(_fields(query))
    chosen = np.flatnonzero(_keep(query, fields, len(rows))).tolist()
    for order in reversed(query.order):
        chosen = _sorted(chosen, fields.of(order.field), descending=order.descending)
    if query.whole:
        if len(chosen) * len(query.columns) > MAX_WHOLE:
            raise Problem(400, "too_many", "Ask for fewer columns of all runs at once.")
        found = [rows[at] for at in chosen]
        cells = columns(store, [row.source for row in found], query.columns)
        return Page(found, cells, len(chosen))
    found = [rows[at] for at in chosen[query.offset : query.offset + query.limit]]
    return Page(found, _cells(store, [row.source for row in found], query.columns), len(chosen))


def _keep(query: RunsQuery, fields: _Fields, count: int) -> Mask:
    keep = np.ones(count, dtype=np.bool_)
    for condition in query.where:
        keep &= tested(condition, fields.of(condition.field))
    if query.filter is not None:
        keep &= passing(query.filter, fields.of, count)
    return keep


class _Fields:
    """The fields of all runs, each worked out when it is asked for."""

    def __init__(
        self, store: Readable, rows: Sequence[Any], heard: Callable[[int, int], int]
    ) -> None:
        self._store, self._rows, self._heard = store, rows, heard
        self._known: dict[str, Column] = {}
        self._configs: list[Any] | None = None

    def read(self, names: Sequence[str]) -> None:
        """Read all summaries that the fields need at once."""
        wanted = {name: _summary(name) for name in names if name.startswith("summary.")}
        keys = sorted({column.key for column in wanted.values()})
        if len(keys) * len(self._rows) > MAX_READ:
            raise Problem(400, "too_many", "Sort and filter by fewer keys at once.")
        found = self._store.cells([row.source for row in self._rows], keys) if keys else {}
        for name, column in wanted.items():
            self._known[name] = stat(found[column.key], column.stat)

    def of(self, name: str) -> Column:
        """Return the values of a field."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._make(name)
        return found

    def _make(self, name: str) -> Column:
        rows, heard = self._rows, self._heard
        if name.startswith("config."):
            path = name.removeprefix("config.")
            return [_at(config, path) for config in self._decoded()]
        if name == "state":
            return [state(row.state, heard(row.id, row.seen_at)) for row in rows]
        if name == "tags":
            return [msgspec.json.decode(row.tags) for row in rows]
        if name == "created":
            return np.array([row.created_at for row in rows], dtype=np.float64)
        if name == "duration":
            lasted = [duration(row, heard(row.id, row.seen_at)) for row in rows]
            return np.array(lasted, dtype=np.float64)
        if name in ("group", "job_type"):
            told = [text(msgspec.json.decode(row.options), name) for row in rows]
            return [MISSING if one is None else one for one in told]
        if name in _STORED:
            stored = [getattr(row, _STORED[name]) for row in rows]
            return [MISSING if one is None else one for one in stored]
        raise bad(
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
        raise bad(f"{name[:100]!r} does not end in one of .{', .'.join(_STATS)}.")
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
                if found is not MISSING:
                    return found
            more, dot, rest = rest.partition(".")
            head = f"{head}.{more}"
    return MISSING


def _sorted(chosen: list[int], values: Column, *, descending: bool) -> list[int]:
    """Sort stably; numbers before texts before the rest, and what is missing last."""
    if isinstance(values, np.ndarray):
        return _sorted_numbers(chosen, values, descending=descending)
    have = [at for at in chosen if values[at] is not MISSING and values[at] is not None]
    have.sort(key=lambda at: rank(values[at]), reverse=descending)
    held = set(have)
    return have + [at for at in chosen if at not in held]


def _sorted_numbers(chosen: list[int], values: Floats, *, descending: bool) -> list[int]:
    if not chosen:
        return chosen
    places = np.array(chosen)
    keys = values[places]
    # NaN comes last either way, and equal ones keep their order.
    order = np.argsort(-keys if descending else keys, kind="stable")
    sorted_places: list[int] = places[order].tolist()
    return sorted_places


def _cells(
    store: Readable, sources: list[int], wanted: Sequence[SummaryColumn]
) -> list[list[float | str | None]]:
    if not wanted:
        return [[] for _ in sources]
    return [list(row) for row in zip(*columns(store, sources, wanted), strict=True)]


def columns(
    store: Readable, sources: list[int], wanted: Sequence[SummaryColumn]
) -> list[list[float | str | None]]:
    """Return per column the values of the runs of these sources."""
    if not wanted or not sources:
        return [[] for _ in wanted]
    found = store.cells(sources, list(dict.fromkeys(column.key for column in wanted)))
    shown: list[list[float | str | None]] = []
    for column in wanted:
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
    return shown

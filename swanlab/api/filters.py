"""Which runs of a project: by what they are called, by their config, by their last values.

A filter is ``{"type": "STABLE" | "CONFIG" | "SCALAR", "key", "op", "value": [...]}``; a run must
pass all of them. Short form: ``{"state": "FINISHED", "config.lr": 0.1, "summary.loss": 0.5}``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from swanlab.errors import InvalidArgument

Filters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Filter(msgspec.Struct, forbid_unknown_fields=True):
    """One condition."""

    key: str
    value: list[Any]
    type: Literal["STABLE", "CONFIG", "SCALAR"] = "STABLE"
    op: Literal["EQ", "NEQ", "GTE", "LTE", "IN", "NOT IN", "CONTAIN"] = "EQ"


class Facts(msgspec.Struct):
    """What of a run can be asked for."""

    stable: dict[str, Any]
    config: dict[str, Any]
    scalars: dict[str, Any]


def parse(given: Filters | None) -> list[Filter]:
    """Return the filters in either form; raises ``InvalidArgument``."""
    if not given:
        return []
    if isinstance(given, Mapping):
        return [_short(name, value) for name, value in given.items()]
    try:
        return [msgspec.convert(_listed(dict(one)), Filter) for one in given]
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        raise InvalidArgument(f"a filter cannot be used: {error}") from error


def _listed(one: dict[str, Any]) -> dict[str, Any]:
    value = one.get("value")
    return one if isinstance(value, list) else {**one, "value": [value]}


def _short(name: str, value: Any) -> Filter:
    values = list(value) if isinstance(value, list | tuple) else [value]
    operation: Literal["EQ", "IN"] = "IN" if len(values) > 1 else "EQ"
    for prefix in ("config.", "summary."):
        if name.startswith(prefix):
            kind: Literal["CONFIG", "SCALAR"] = "CONFIG" if prefix == "config." else "SCALAR"
            return Filter(name.removeprefix(prefix), values, kind, operation)
    return Filter(name, values, "STABLE", operation)


def passes(filters: Sequence[Filter], facts: Facts) -> bool:
    """Whether the run passes all filters; raises ``InvalidArgument`` for a key nobody knows."""
    return all(_passes(one, facts) for one in filters)


def _passes(wanted: Filter, facts: Facts) -> bool:
    if wanted.type == "CONFIG":
        found = _nested(facts.config, wanted.key)
    elif wanted.type == "SCALAR":
        found = facts.scalars.get(wanted.key)
    elif wanted.key in facts.stable:
        found = facts.stable[wanted.key]
    else:
        raise InvalidArgument(
            f"{wanted.key!r} is nothing that runs can be filtered by: give "
            f"{', '.join(facts.stable)}, config.NAME or summary.KEY."
        )
    return _OPERATIONS[wanted.op](found, wanted.value)


def _nested(config: dict[str, Any], key: str) -> Any:
    if key in config:
        return config[key]
    found: Any = config
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _same(found: Any, wanted: Any) -> bool:
    """Whether they are equal, or spelled equally: people write numbers as text."""
    if isinstance(found, list) and not isinstance(wanted, list):
        return any(_same(item, wanted) for item in found)
    return bool(found == wanted) or (found is not None and str(found) == str(wanted))


def _ordered(found: Any, wanted: list[Any], compare: Callable[[Any, Any], bool]) -> bool:
    if found is None or not wanted:
        return False
    try:
        return compare(float(found), float(wanted[0]))
    except (TypeError, ValueError):
        return compare(str(found), str(wanted[0]))


_OPERATIONS: dict[str, Callable[[Any, list[Any]], bool]] = {
    "EQ": lambda found, wanted: any(_same(found, one) for one in wanted),
    "NEQ": lambda found, wanted: not any(_same(found, one) for one in wanted),
    "IN": lambda found, wanted: any(_same(found, one) for one in wanted),
    "NOT IN": lambda found, wanted: not any(_same(found, one) for one in wanted),
    "GTE": lambda found, wanted: _ordered(found, wanted, lambda a, b: bool(a >= b)),
    "LTE": lambda found, wanted: _ordered(found, wanted, lambda a, b: bool(a <= b)),
    "CONTAIN": lambda found, wanted: any(
        str(one).lower() in str(found or "").lower() for one in wanted
    ),
}

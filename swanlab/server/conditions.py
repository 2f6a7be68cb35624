"""Which runs pass a filter: whole columns of values against a tree of conditions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from swanlab.server.http import Problem
from swanlab.server.messages.table import AllOf, AnyOf, Condition, NotOf, Where
from swanlab.server.pattern import Pattern, PatternError

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
MISSING: Final = object()
"""Stands where a run has no such field."""
PARTS, DEPTH = 200, 20
"""What a filter may hold in all, and within each other."""
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}

Column = list[Any] | Floats
"""Of one field, a value per run: numbers (NaN: missing), or anything (``MISSING``)."""


def check(where: Where | None) -> list[str]:
    """Return the fields that the filter asks for; raises a 400 ``Problem`` when it is too large."""
    found: list[str] = []
    for parts, (depth, part) in enumerate(_walk(where), start=1):
        if parts > PARTS or depth > DEPTH:
            message = f"A filter has at most {PARTS} parts, at most {DEPTH} within each other."
            raise Problem(400, "too_many", message)
        if isinstance(part, Condition):
            found.append(part.field)
    return found


def _walk(where: Where | None) -> Iterator[tuple[int, Where]]:
    todo = [] if where is None else [(1, where)]
    while todo:
        depth, part = todo.pop()
        yield depth, part
        if isinstance(part, NotOf):
            todo.append((depth + 1, part.of))
        elif isinstance(part, AllOf | AnyOf):
            todo += [(depth + 1, one) for one in part.of]


def passing(where: Where, column: Callable[[str], Column], count: int) -> Mask:
    """Return which of ``count`` runs pass; ``column`` gives a field's values."""
    if isinstance(where, NotOf):
        return ~passing(where.of, column, count)
    if isinstance(where, AllOf | AnyOf):
        every = isinstance(where, AllOf)
        found = np.full(count, every)
        for part in where.of:
            one = passing(part, column, count)
            found = found & one if every else found | one
        return found
    return tested(where, column(where.field))


def tested(condition: Condition, values: Column) -> Mask:
    """Return for which of the values the condition holds; raises a 400 ``Problem``."""
    if isinstance(values, np.ndarray):
        return _of_numbers(condition, values)
    test = _test(condition)
    return np.fromiter((test(value) for value in values), dtype=np.bool_, count=len(values))


def _of_numbers(condition: Condition, values: Floats) -> Mask:
    """Compare numbers all at once; NaN is missing, and equal to nothing."""
    op, value = condition.op, condition.value
    if op == "exists":
        return ~np.isnan(values) if value is not False else np.isnan(values)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if op in _COMPARE and number:
        compared: Mask = _COMPARE[op](values, float(value))
        return compared
    _test(condition)  # Refuses what makes no sense.
    if op == "in":
        numbers = [one for one in value if _kind(one) == "number"]
        return np.isin(values, np.array(numbers, dtype=np.float64))
    return np.full(len(values), op == "ne")


def _test(condition: Condition) -> Callable[[Any], bool]:
    """Return the condition as a function of a field's value."""
    op, value = condition.op, condition.value
    if op == "exists":
        wanted = value is not False
        return lambda found: (found is not MISSING) == wanted
    if op in ("eq", "ne"):
        return lambda found: _equal(found, value) == (op == "eq")
    if op == "in":
        if not isinstance(value, list):
            raise bad("The operator 'in' needs a list as its value.")
        return lambda found: any(_equal(found, one) for one in value)
    if op == "contains":
        return lambda found: _contains(found, value)
    if op == "matches":
        return _matching(value)
    compare = _COMPARE[op]
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        raise bad(f"The operator {op!r} needs a number or a text as its value.")
    kind = _kind(value)
    return lambda found: _kind(found) == kind and bool(compare(found, value))


def _matching(value: Any) -> Callable[[Any], bool]:
    if not isinstance(value, str):
        raise bad("The operator 'matches' needs a regular expression as its value.")
    try:
        pattern = Pattern(value)
    except PatternError as error:
        raise bad(str(error), "bad_pattern") from error

    def test(found: Any) -> bool:
        texts = found if isinstance(found, list) else [found]
        try:
            return any(isinstance(one, str) and pattern.found(one) for one in texts)
        except PatternError as error:
            raise bad(str(error), "bad_pattern") from error

    return test


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


def rank(value: Any) -> tuple[int, Any]:
    """Return what values are sorted by: numbers before texts before the rest."""
    kind = _kind(value)
    if kind in ("number", "bool"):
        return 0, value
    if kind == "str":
        return 1, value.casefold()
    return 2, repr(value)


def bad(message: str, code: str = "bad_request") -> Problem:
    """Return what is answered to a question that makes no sense."""
    return Problem(400, code, message)

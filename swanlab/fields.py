"""Settings as they are given, nested and by many names, to the options that they set."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from swanlab import settings
from swanlab.errors import InvalidArgument, InvalidType


def flatten(values: Mapping[Any, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings as dotted names to values; None is not a value."""
    flat: dict[str, Any] = {}
    for key, item in values.items():
        name = f"{prefix}{key}"
        if name in settings.GROUPS and isinstance(item, Mapping):
            flat.update(flatten(item, f"{name}."))
        elif item is not None:
            flat[name] = item
    return flat


def options_in(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return option to value out of dotted names to values; other names are left out.

    Raises:
        InvalidType, InvalidArgument: a value that its option cannot have.
    """
    found: dict[str, Any] = {}
    for name, option in settings.OPTIONS.items():
        # Its own name comes first, unless it has a place among the others.
        names = option.fields if name in option.fields else (name, *option.fields)
        for field in names:
            if field in flat:
                found[name] = _checked(field, flat[field], option.kind)
                break
    return found


def is_option(field: str) -> bool:
    """Whether a dotted name is one of an option."""
    return any(field == name or field in option.fields for name, option in settings.OPTIONS.items())


def _checked(field: str, given: Any, kind: str) -> Any:
    """Return ``given`` as what its option is."""
    if kind == "flag":
        made = settings.truth(given)
        if made is None:
            raise InvalidType(f"settings: {field} must be True or False, but got {given!r}.")
        return made
    if kind == "number":
        return _number(field, given)
    if kind == "texts":
        if isinstance(given, str):
            return [part.strip() for part in given.split(",") if part.strip()]
        if not isinstance(given, Sequence):
            raise InvalidType(f"settings: {field} must be a list of strings, but got {given!r}.")
        return [str(item) for item in given]
    if kind == "resume" and isinstance(given, bool):
        return "allow" if given else "never"
    if kind in {"text", "resume"}:
        if not isinstance(given, str | os.PathLike):
            raise InvalidType(f"settings: {field} must be a string, but got {given!r}.")
        return os.fspath(given)
    return given


def _number(field: str, given: Any) -> float | int:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise InvalidType(f"settings: {field} must be a number, but got {given!r}.")
    try:
        number = float(given)
    except ValueError:
        raise InvalidType(f"settings: {field} must be a number, but got {given!r}.") from None
    if not 0 <= number < float("inf"):
        raise InvalidArgument(f"settings: {field} must not be below 0, but got {given!r}.")
    return int(number) if number.is_integer() else number

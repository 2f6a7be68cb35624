"""A user's dictionary to keys and floats: what is accepted, and what users are told."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from swanlab.records import MAX_KEY_LENGTH
from swanlab.sdk.guard import say_once

if TYPE_CHECKING:
    from swanlab.sdk.media.medium import Medium

MAX_STEP = 1 << 63
"""Steps are below this."""

_HOMES_OF_MEDIA = {"swanlab", "builtins", "PIL", "matplotlib", "pyecharts", "plotly"}
"""Packages that a value must come from to be looked at as media; lists are of ``builtins``."""
_EDGES = " \t\r\n./"
_MAX_DEPTH = 16


def clean_key(key: object) -> str | None:
    """Return the key as recorded, or None when nothing is left of it.

    Anything but a string is written as one; blanks, dots and slashes at the ends go; what is too
    long is cut.
    """
    text = key if isinstance(key, str) else str(key)
    text = text.strip(_EDGES)
    if len(text) > MAX_KEY_LENGTH:
        say_once("key:long", f"key {text[:40]!r}… is cut to {MAX_KEY_LENGTH} characters.")
        text = text[:MAX_KEY_LENGTH].rstrip(_EDGES)
    # Lone surrogates cannot be encoded; keep the rest of the key.
    return text.encode("utf-8", "replace").decode() or None


def flatten(data: Mapping[Any, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield (clean key, value) of ``data``; nested dictionaries are joined by ``/``."""
    for key, value in data.items():
        name = clean_key(key)
        if name is None:
            say_once("key:empty", f"key {key!r} is empty; its value is not recorded.")
            continue
        if prefix:
            name = clean_key(f"{prefix}/{name}") or prefix
        if isinstance(value, Mapping) and depth < _MAX_DEPTH:
            yield from flatten(value, name, depth + 1)
        else:
            yield name, value


def sorted_out(data: Mapping[Any, Any]) -> tuple[dict[str, float], dict[str, list[Medium]]]:
    """Return the numbers and the media of ``data``; the rest is dropped and said once per key."""
    numbers: dict[str, float] = {}
    media: dict[str, list[Medium]] = {}
    for name, value in flatten(data):
        found = None if isinstance(value, int | float) else _media(value)
        if found is not None:
            media[name] = found
            continue
        number = to_float(value)
        if number is None:
            kind = type(value).__name__
            say_once(
                f"value:{name}",
                f"log: {name!r} is a {kind}, neither a number nor media; it is not recorded.",
            )
        else:
            numbers[name] = number
    return numbers, media


def _media(value: Any) -> list[Medium] | None:
    """Return the media in a value, if it is any: of our classes or of libraries we know."""
    home = type(value).__module__.partition(".")[0]
    if home not in _HOMES_OF_MEDIA:
        return None
    from swanlab.sdk.media.found import media_of

    return media_of(value)


def to_float(value: Any) -> float | None:
    """Return a number, one-element array or tensor, or numeral as a float; else None."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    except Exception:  # noqa: BLE001 - foreign __float__ raises whatever it likes
        return None


def to_step(step: object) -> int | None:
    """Return a step given by the user, or None (said once) when it is not one.

    Integers of any library and floats without a fraction are steps; 0 ≤ step < 2**63.
    """
    try:
        number = operator.index(step)  # type: ignore[arg-type]
    except TypeError:
        as_float = None if isinstance(step, str) else to_float(step)
        number = int(as_float) if as_float is not None and as_float.is_integer() else -1
    if 0 <= number < MAX_STEP:
        return number
    say_once(
        "step",
        f"log: step must be a whole number from 0 on, but got {step!r}; "
        "such calls are numbered as if no step were given.",
    )
    return None

"""What is worked out of a stored run at the moment somebody looks at it."""

from __future__ import annotations

import re
from typing import Any, Protocol, cast

from swanlab.server.db.engine import now
from swanlab.server.db.runs import RunRow
from swanlab.server.messages.message import State

SILENCE_MS = 3 * 60 * 1000
"""A running run that was not heard of for longer is unresponsive."""


def state(stored: str, heard: int) -> State:
    """Return the state of a run that was last heard of at ``heard`` (Unix milliseconds)."""
    if stored == "running" and now() - heard > SILENCE_MS:
        return "unresponsive"
    return cast("State", stored)


class Lasting(Protocol):
    """A row of which it is known when it began and ended."""

    @property
    def created_at(self) -> int:
        """Unix milliseconds."""
        ...

    @property
    def finished_at(self) -> int | None:
        """Unix milliseconds."""
        ...


def duration(row: Lasting, heard: int) -> int:
    """Return how long the run took, or has taken when it was last heard of (milliseconds)."""
    return max(0, (heard if row.finished_at is None else row.finished_at) - row.created_at)


def notices(row: RunRow) -> list[str]:
    """Return what went wrong while the run was received."""
    found = []
    if row.damaged:
        found.append(f"{row.damaged} bytes of the run's files were damaged and left out.")
    if row.set_aside:
        found.append(f"{row.set_aside} records were not understood and left out.")
    return found


_COLOR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")


def color(options: dict[str, Any]) -> str | None:
    """Return the colour the run was given as ``#rrggbb``; None where it has none we can read."""
    given = text(options, "color")
    if given is None or not _COLOR.fullmatch(given.strip().lower()):
        return None
    digits = given.strip().lower().removeprefix("#")
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def text(options: dict[str, Any], name: str) -> str | None:
    """Return an option that is a text and not empty."""
    value = options.get(name)
    return value if isinstance(value, str) and value else None

"""Run ids, animal names and project names."""

from __future__ import annotations

import os
import re
from pathlib import Path

from swanlab.errors import InvalidArgument, InvalidType

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_ID_REFUSED = re.compile(r"[/\\#?%:\x00-\x1f\x7f]")
_PROJECT_REFUSED = re.compile(r"[^0-9A-Za-z_\-+.]+")
ANIMALS = (
    "swan",
    "rat",
    "ox",
    "tiger",
    "rabbit",
    "dragon",
    "snake",
    "horse",
    "goat",
    "monkey",
    "rooster",
    "dog",
    "pig",
    "cat",
    "elephant",
    "penguin",
    "kangaroo",
    "panda",
    "lion",
    "zebra",
)


def new_run_id() -> str:
    """Return 21 random characters of ``[a-z0-9]``."""
    number = int.from_bytes(os.urandom(16), "big")
    letters = []
    for _ in range(21):
        number, place = divmod(number, 36)
        letters.append(_ALPHABET[place])
    return "".join(letters)


def check_run_id(run_id: object) -> str:
    """Return ``run_id`` if it can be one; raises ``InvalidArgument`` or ``InvalidType``."""
    if not isinstance(run_id, str):
        raise InvalidType(f"id must be a string, but got {type(run_id).__name__}.")
    if not 1 <= len(run_id) <= 64 or _ID_REFUSED.search(run_id) or run_id in {".", ".."}:
        raise InvalidArgument(
            f"id {run_id!r} cannot be used: 1 to 64 characters without / \\ # ? % : are needed."
        )
    return run_id


def run_name(place: int) -> str:
    """Return the default name of the run at ``place`` (from 0) of its project: ``swan-1``."""
    return f"{ANIMALS[place % len(ANIMALS)]}-{place + 1}"


def project_name(project: object | None) -> str:
    """Return a valid project name: what is not allowed becomes ``-``; default is the folder's name.

    Raises:
        InvalidType: ``project`` is not a string.
    """
    if project is None:
        project = Path.cwd().name or "default"
    if not isinstance(project, str):
        raise InvalidType(f"project must be a string, but got {type(project).__name__}.")
    return _PROJECT_REFUSED.sub("-", project.strip())[:100].strip("-") or "default"

"""Ids, names and colours as ``init()`` would give them: ``swanlab.utils.generate_id()``."""

from __future__ import annotations

import colorsys
import random
import secrets
import string

ADJECTIVES = (
    "amber", "bold", "bright", "calm", "clever", "crisp", "eager", "fair", "gentle", "golden",
    "happy", "keen", "kind", "lively", "lucky", "mellow", "merry", "noble", "proud", "quick",
    "quiet", "silver", "steady", "sunny", "swift", "warm", "wise",
)  # fmt: skip
COLORS = (
    "#528d59", "#587ad2", "#c24d46", "#9cbe5d", "#6ebad3", "#dfb142", "#6d4ba4", "#8cc5b7",
    "#892d58", "#40877c", "#d0703c", "#d47694", "#e3b292", "#b15fbb", "#905f4a", "#989fa3",
)  # fmt: skip
"""What runs are drawn in, one after the other."""

_ALPHABET = string.ascii_lowercase + string.digits
_chance = random.SystemRandom()
"""Never the program's own generator: its random numbers stay as they were."""


def generate_id(length: int = 8) -> str:
    """Return ``length`` random characters of ``[a-z0-9]``.

    Raises:
        ValueError: ``length`` is below 1.
    """
    if length < 1:
        raise ValueError(f"length must be at least 1, but got {length}.")
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def generate_name(slug: str | int | None = None) -> str:
    """Return a name for a run.

    Args:
        slug: a number n from 0 gives the name of the n-th run of a project (``swan-1`` for 0);
            left out or ``beauty``, an adjective, an animal and a number by chance.
    """
    from swanlab.sdk.names import ANIMALS, run_name

    if isinstance(slug, int):
        return run_name(slug)
    number = 10 + secrets.randbelow(90)
    return f"{secrets.choice(ADJECTIVES)}-{secrets.choice(ANIMALS)}-{number}"


def generate_color(slug: str | int | None = None) -> str:
    """Return a colour as ``#rrggbb``.

    Args:
        slug: a number n gives the n-th of 16 colours, round and round; left out one of them by
            chance; ``beauty`` any hue, neither pale nor dark.
    """
    if isinstance(slug, int):
        return COLORS[slug % len(COLORS)]
    if slug is None:
        return secrets.choice(COLORS)
    saturation, value = _chance.uniform(0.45, 0.75), _chance.uniform(0.65, 0.9)
    parts = colorsys.hsv_to_rgb(_chance.random(), saturation, value)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)

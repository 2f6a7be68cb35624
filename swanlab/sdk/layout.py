"""A set of keys logged together: its number in the run file and how its values are packed."""

from __future__ import annotations

import struct


class Layout:
    """Immutable; ``pack`` turns one value per name into the bytes of a ``Scalars`` record."""

    __slots__ = ("id", "names", "pack")

    def __init__(self, number: int, names: tuple[str, ...]) -> None:
        """Number ``number`` stands for ``names`` from now on."""
        self.id = number
        self.names = names
        self.pack = struct.Struct(f"<{len(names)}d").pack

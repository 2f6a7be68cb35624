"""Which devices a training may use, by the list in ``CUDA_VISIBLE_DEVICES``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Card(NamedTuple):
    """One GPU, or one MIG slice of a GPU."""

    gpu: int
    uuid: str
    name: str
    slice: int | None = None


def own(cards: list[Card], visible: Mapping[str, str]) -> set[Card] | None:
    """Return the cards that the list names; None where that cannot be known.

    As in CUDA, the list ends at the first entry that names nothing.
    """
    mask = visible.get("CUDA_VISIBLE_DEVICES")
    if mask is None:
        return set(cards)
    named: set[Card] = set()
    for part in mask.split(","):
        entry = part.strip()
        if entry.isdecimal() and not _numbered_as_here(cards, visible):
            return None
        matching = [card for card in cards if _names(entry, card)]
        if not matching:
            break
        named.update(matching)
    # A slice's own GPU is used too, if only in part.
    parents = {card.gpu for card in named}
    return named | {card for card in cards if card.slice is None and card.gpu in parents}


def _names(entry: str, card: Card) -> bool:
    if entry.isdecimal():
        return card.gpu == int(entry)
    if not entry.startswith(("GPU-", "MIG-")):
        return False
    if entry.startswith("GPU-") and card.slice is not None:
        return False
    # The beginning of a UUID is enough for CUDA; slices of old drivers end in "/1/0".
    return card.uuid.startswith(entry)


def _numbered_as_here(cards: list[Card], visible: Mapping[str, str]) -> bool:
    """CUDA numbers the fastest card first, unless told; equal cards by bus, as NVML does."""
    names = {card.name for card in cards if card.slice is None}
    return len(names) <= 1 or visible.get("CUDA_DEVICE_ORDER") == "PCI_BUS_ID"

"""What was logged as media, in the background: compressed where the training had no time to."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

_PIECE = 1 << 20


class Finished(NamedTuple):
    """A file as it will be sent."""

    size: int
    mtime_ns: int
    digest: str
    """SHA-256 as 64 hexadecimal digits."""


def finish(place: Path, *, plain: bool) -> Finished:
    """Compress a picture that was stored plain, in its place, and hash what is there.

    Raises:
        OSError: it cannot be read or written.
    """
    if plain:
        _compress(place)
    digest = hashlib.sha256()
    with place.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
        found = os.fstat(file.fileno())
    return Finished(found.st_size, found.st_mtime_ns, digest.hexdigest())


def _compress(place: Path) -> None:
    """Write the same pixels again, smaller; where that does not work it stays as it is."""
    from PIL import Image

    fresh = place.with_name(f".{place.name}-{os.getpid()}")
    try:
        with Image.open(place) as image:
            image.save(fresh, "PNG", compress_level=6)
        fresh.replace(place)
    except Exception as error:  # noqa: BLE001 - no room, or whatever a broken file makes Pillow raise
        print(f"{place.name} is not compressed: {error}", flush=True)  # noqa: T201 - the log
    finally:
        fresh.unlink(missing_ok=True)

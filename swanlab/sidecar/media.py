"""What was logged as media, in the background: what the training had no time for is done here."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from swanlab import frames
from swanlab.records import AS_GIF, FRAMES, PLAIN

_PIECE = 1 << 20
_LEVEL = 4
"""Of zlib: 6 takes half as long again for one part in a hundred."""


class Unmade(Exception):
    """Nothing can be made of what the training wrote; the message says why."""


class Finished(NamedTuple):
    """A file as it will be sent."""

    size: int
    mtime_ns: int
    digest: str
    """SHA-256 as 64 hexadecimal digits."""
    kind: str
    """Of its record: what it is now."""


def finish(place: Path, kind: str) -> Finished:
    """Do what was left to do with a file, in its place, and hash what is there.

    What is done already, by a process that was killed before it could say so, is not done again.

    Raises:
        OSError: it cannot be read or written.
        Unmade: its frames are damaged.
    """
    if kind == PLAIN:
        _compress(place)
    kind = _encode(place) if kind == FRAMES else "media"
    digest = hashlib.sha256()
    with place.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
        found = os.fstat(file.fileno())
    return Finished(found.st_size, found.st_mtime_ns, digest.hexdigest(), kind)


def _encode(place: Path) -> str:
    """Make a video of raw frames; return its kind."""
    with place.open("rb") as file:
        head = file.read(6)
    if head.startswith(b"GIF8"):
        return AS_GIF if place.suffix != ".gif" else "media"
    clip = frames.clip_at(place)
    if clip is None:
        if frames.is_raw(head):
            raise Unmade("its frames are not whole")
        return "media"
    fresh = place.with_name(f".{os.getpid()}-{place.name}")
    try:
        made = frames.encode(frames.frames_at(place, clip), clip, fresh)
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)
    if made.fault:
        print(f"{place.name}: {made.fault}", flush=True)  # noqa: T201 - the log
    return "media" if made.format == clip.format else AS_GIF


def _compress(place: Path) -> None:
    """Write the same pixels again, smaller; where that does not work it stays as it is."""
    from PIL import Image

    fresh = place.with_name(f".{os.getpid()}-{place.name}")
    try:
        with Image.open(place) as image:
            image.save(fresh, "PNG", compress_level=_LEVEL)
        fresh.replace(place)
    except Exception as error:  # noqa: BLE001 - no room, or whatever a broken file makes Pillow raise
        print(f"{place.name} is not compressed: {error}", flush=True)  # noqa: T201 - the log
    finally:
        fresh.unlink(missing_ok=True)

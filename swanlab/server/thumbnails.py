"""Pictures made smaller for a grid of many, on demand, and kept in memory while they fit."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict

from swanlab.server.download import Stored
from swanlab.server.http import Problem

MEMORY = 64 * 1024 * 1024
"""Bytes of small pictures to keep."""
MAX_PIXELS = 50_000_000
"""Of a picture that is decoded: a small file can claim to be a very large picture."""
MAX_BYTES = 128 * 1024 * 1024
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_AT_ONCE = 2
_QUALITY = 85


class Thumbnails:
    """The small pictures of one server. Thread-safe; methods block."""

    def __init__(self, memory: int = MEMORY) -> None:
        """Keep up to ``memory`` bytes."""
        self._memory = memory
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._made: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._size = 0

    def smaller(self, stored: Stored, side: int) -> Stored:
        """Return the picture with at most ``side`` pixels to a side; a smaller one as it is.

        Raises:
            Problem: it is no picture, or one too large to be decoded here.
        """
        with self._lock:
            made = self._made.get((stored.digest, side))
            if made is not None:
                self._made.move_to_end((stored.digest, side))
        if made is None:
            with self._turns:
                made = _made(stored, side)
            self._keep((stored.digest, side), made)
        if not made:
            return stored
        name = stored.name.rpartition(".")[0] + ".webp"
        return Stored(
            name, len(made), f"{stored.digest}-{side}", lambda start, stop: iter([made[start:stop]])
        )

    def _keep(self, name: tuple[str, int], made: bytes) -> None:
        with self._lock:
            self._size += len(made) - len(self._made.pop(name, b""))
            self._made[name] = made
            while self._size > self._memory and len(self._made) > 1:
                _, gone = self._made.popitem(last=False)
                self._size -= len(gone)


def _made(stored: Stored, side: int) -> bytes:
    """Return the smaller picture as WebP; nothing when it is small enough as it is."""
    from PIL import Image

    if stored.size > MAX_BYTES:
        raise Problem(413, "too_large", f"This picture has {stored.size:,} bytes.")
    data = b"".join(stored.read(0, stored.size))
    try:
        # Its head only: nothing is decoded before the size is known.
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                size = f"{image.width:,} x {image.height:,}"
                raise Problem(413, "too_large", f"A picture of {size} pixels is not made smaller.")
            if max(image.size) <= side or getattr(image, "is_animated", False):
                return b""
            image.draft("RGB", (side, side))
            image.thumbnail((side, side))
            small = image if image.mode in ("RGB", "RGBA") else image.convert("RGBA")
            made = io.BytesIO()
            small.save(made, "WEBP", quality=_QUALITY)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Problem(413, "too_large", f"This picture is not made smaller: {error}") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        message = f"This is no picture that can be made smaller: {error}"
        raise Problem(422, "no_picture", message) from error
    return made.getvalue()

"""Pictures made smaller for a grid of many, on demand, and kept in memory while they fit."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from swanlab.server.download import Stored
from swanlab.server.http import Problem

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

MEMORY = 64 * 1024 * 1024
"""Bytes of small pictures to keep."""
MAX_PIXELS = 50_000_000
"""Of a picture that is decoded: a small file can claim to be a very large picture."""
MAX_BYTES = 128 * 1024 * 1024
LARGE = 4_000_000
"""Pixels of a picture beside which no other such one is decoded: each takes 4 bytes."""
PATIENCE = 10.0
"""Seconds that a request waits for its turn: those of other pages need the threads, too."""
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_AT_ONCE = 2
_PIECE = 64 * 1024
_QUALITY = 85


class Thumbnails:
    """The small pictures of one server. Thread-safe; methods block."""

    def __init__(self, memory: int = MEMORY) -> None:
        """Keep up to ``memory`` bytes."""
        self._memory = memory
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._large = threading.BoundedSemaphore(1)
        self._made: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._size = 0

    def smaller(self, stored: Stored, side: int) -> Stored:
        """Return the picture with at most ``side`` pixels to a side; a smaller one as it is.

        Raises:
            Problem: it is no picture, or one too large to be decoded here, or all are busy.
        """
        with self._lock:
            made = self._made.get((stored.digest, side))
            if made is not None:
                self._made.move_to_end((stored.digest, side))
        if made is None:
            with _turn(self._turns):
                made = self._make(stored, side)
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

    def _make(self, stored: Stored, side: int) -> bytes:
        """Return the smaller picture as WebP; nothing when it is small enough as it is."""
        from PIL import Image

        if stored.size > MAX_BYTES:
            raise Problem(413, "too_large", f"This picture has {stored.size:,} bytes.")
        try:
            # Its head only: nothing more is read, and nothing decoded, before the size is known.
            with Image.open(_File.of(stored), formats=_FORMATS) as image:
                pixels = _pixels(image)
                if max(image.size) <= side or getattr(image, "is_animated", False):
                    return b""
                if pixels > LARGE:
                    with _turn(self._large):
                        return _smaller(image, side)
                return _smaller(image, side)
        except Problem:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Problem(413, "too_large", f"This picture is not made smaller: {error}") from error
        except Exception as error:
            message = f"This is no picture that can be made smaller: {error}"
            raise Problem(422, "no_picture", message) from error


def _pixels(image: ImageFile) -> int:
    """Return how many pixels it says it has; raises ``Problem`` where they are too many."""
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        size = f"{image.width:,} x {image.height:,}"
        raise Problem(413, "too_large", f"A picture of {size} pixels is not made smaller.")
    return pixels


def _smaller(image: ImageFile, side: int) -> bytes:
    image.draft("RGB", (side, side))
    image.thumbnail((side, side))
    small = image if image.mode in ("RGB", "RGBA") else image.convert("RGBA")
    made = io.BytesIO()
    small.save(made, "WEBP", quality=_QUALITY)
    return made.getvalue()


@contextmanager
def _turn(turns: threading.BoundedSemaphore) -> Iterator[None]:
    if not turns.acquire(timeout=PATIENCE):
        message = "Too many pictures are being made smaller; try again."
        raise Problem(503, "busy", message, headers={"retry-after": "2"})
    try:
        yield
    finally:
        turns.release()


class _File(io.RawIOBase):
    """A stored file as Pillow reads it: only those parts that it looks at are fetched."""

    def __init__(self, stored: Stored) -> None:
        self._stored, self._at = stored, 0

    @classmethod
    def of(cls, stored: Stored) -> io.BufferedReader:
        """Return it buffered."""
        return io.BufferedReader(cls(stored), _PIECE)

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go on at another place."""
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._stored.size}[whence]
        self._at = max(0, begin + offset)
        return self._at

    def readinto(self, into: Any) -> int:
        """Read on."""
        stop = min(self._stored.size, self._at + len(into))
        if stop <= self._at:
            return 0
        data = b"".join(self._stored.read(self._at, stop))
        into[: len(data)] = data
        self._at += len(data)
        return len(data)

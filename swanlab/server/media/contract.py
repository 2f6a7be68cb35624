"""What every place for blobs does: files of runs, and media, named by their SHA-256.

A blob comes in parts under the name of an *upload*, which is no business of anybody else's: two
uploads of the same bytes know nothing of each other. ``finish`` checks the hash and makes the bytes
a blob. Blobs never change; whoever counts on one holds a reference in the metadata database.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from swanlab.server.media.shelf import Shelf

PIECE = 1 << 20
"""Bytes that are read or hashed at once."""


class MediaError(Exception):
    """Something that the caller is to be told."""


class WrongOffset(MediaError):
    """A part does not begin where the upload ends; ``expected`` is where that is."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"the upload has {expected} bytes")
        self.expected = expected


class WrongDigest(MediaError):
    """The bytes that came do not have the hash they were announced by; they are thrown away."""


class NoSpace(MediaError):
    """There is no room for the part; nothing of it was kept."""


class Unavailable(MediaError):
    """The place does not answer, or not as it should; the message says why."""


class MediaStore(Protocol):
    """A place for blobs. Thread-safe; its methods block."""

    piece: int
    """Bytes that ``append`` is best called with."""

    def uploaded(self, upload: str) -> int:
        """Return how many bytes of an upload have come; 0 for one that is not known."""
        ...

    def append(self, upload: str, offset: int, part: bytes) -> int:
        """Keep a part that begins at ``offset`` and return how many bytes there are now.

        Raises:
            WrongOffset: the upload does not end there.
            NoSpace: the place is full.
        """
        ...

    def finish(self, upload: str, digest: str, size: int) -> None:
        """Make the upload the blob ``digest``, on the disk when this returns.

        The upload is gone then, and finishing it again raises ``WrongOffset(0)``. A blob that is
        there already is replaced by itself.

        Raises:
            WrongOffset: not all ``size`` bytes have come.
            WrongDigest: they are not what was announced; the upload begins anew.
        """
        ...

    def abandon(self, upload: str) -> None:
        """Forget what has come of an upload."""
        ...

    def sweep(self, before: float) -> int:
        """Forget uploads that got no part since ``before`` (Unix seconds); return how many."""
        ...

    def size(self, digest: str) -> int | None:
        """Return the bytes of a blob, None when it is not there."""
        ...

    def read(self, digest: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes ``start`` to ``stop`` (not included) of a blob in pieces.

        Raises:
            FileNotFoundError: there is no such blob.
        """
        ...

    def delete(self, digest: str) -> None:
        """Remove a blob, if it is there."""
        ...

    def direct_put(self, upload: str, offset: int) -> str | None:
        """Return a URL that takes the part at ``offset`` by PUT for a while, past the server.

        None where there is no such way. What was put counts as if ``append`` had taken it.
        """
        ...

    def direct_get(self, digest: str) -> str | None:
        """Return a URL that gives a blob by GET for a while; None where there is no such way."""
        ...

    def shelf(self) -> Shelf:
        """Return the place for segments of old runs, beside the blobs."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...

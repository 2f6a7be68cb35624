"""Files of runs, and blobs on their way."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from swanlab.server.messages.message import Digest, Message


class File(Message, frozen=True):
    """A file of a run. ``stored`` tells whether it can be fetched; until then it is on its way."""

    path: str
    size: int
    mtime: int
    """When its content changed, on the machine that trained."""
    digest: str | None
    """SHA-256 of what was kept; null while the file was only asked for."""
    policy: str
    kind: str
    stored: bool
    error: str | None
    """Why it could not be kept."""


class Files(Message, frozen=True):
    """Files of a run by name; ``after: next`` asks for more, null when there are none."""

    files: list[File]
    total: int
    bytes: int
    next: str | None


class BlobList(Message, frozen=True):
    digests: Annotated[list[Digest], Meta(max_length=1000)]


class MissingBlobs(Message, frozen=True):
    """Those whose bytes this run still needs, whatever others have sent."""

    missing: list[str]


class BlobSize(Message, frozen=True):
    """All bytes have come: the server checks their hash."""

    size: Annotated[int, Meta(ge=0, le=2**46)]


class Upload(Message, frozen=True):
    """How far an upload came; ``url`` takes the next part by PUT, if it was asked for."""

    offset: int
    url: str | None = None


class BlobState(Message, frozen=True):
    """``stored`` is false while the hash is still being worked out: ask again."""

    stored: bool

"""Blobs in an S3 bucket, or in what speaks like one, through obstore.

A part is an object of its own, ``uploads/<upload>/<offset>``, so any replica can take the next one,
and a client may put it there itself by a presigned URL. ``finish`` reads the parts once, in order,
into ``blobs/ab/cd/<sha256>``, which becomes an object only if the hash is right: what a client
wrote is never served before it was checked, and cannot be changed afterwards.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from swanlab.server.media.contract import PIECE, Unavailable, WrongDigest, WrongOffset
from swanlab.server.media.shelf import checked

PART = 8 * 1024 * 1024
SIGNED_FOR = timedelta(minutes=15)
_MOST_PARTS = 9_000
_APART = 64 * 1024
"""Bytes between two parts of a segment that are rather read as well than asked around."""
_REMEMBERED = 10_000
_NAME = re.compile(r"[0-9A-Za-z_-]{1,128}")
_ATTRIBUTES: Any = {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": "attachment",
}
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")


class ObjectMedia:
    """Blobs below a URL ``s3://bucket/prefix``. See ``MediaStore``."""

    def __init__(self, url: str, *, direct: bool | None = None) -> None:
        """Prepare; credentials, region and endpoint come from the usual ``AWS_`` variables.

        ``direct``: let clients send and fetch by presigned URLs; default is whether the endpoint
        speaks HTTPS, since others are mostly within reach of the server only.
        """
        endpoint = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "")
        plain = endpoint.startswith("http://")
        given: Any = {"endpoint": endpoint} if endpoint else {}
        options: Any = {"allow_http": plain, "timeout": "120s", "connect_timeout": "10s"}
        retry: Any = {"max_retries": 4, "retry_timeout": timedelta(seconds=20)}
        self._store = S3Store.from_url(
            url, config=given, client_options=options, retry_config=retry
        )
        # A chart is waited for, and every wait holds a thread and a connection to the database.
        quick: Any = {**options, "timeout": "20s", "connect_timeout": "3s"}
        once: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=5)}
        self._quick = S3Store.from_url(url, config=given, client_options=quick, retry_config=once)
        self.piece = PART
        self._direct = not plain if direct is None else direct
        self._sizes: dict[str, int] = {}
        """How far uploads are known to be; whoever finds it wrong asks the bucket."""

    def check(self) -> None:
        """Ask the bucket for anything; raises ``Unavailable`` with the reason."""
        with _asking():
            next(iter(obstore.list(self._store, "uploads/", chunk_size=1)), None)

    def uploaded(self, upload: str) -> int:
        """Return how many bytes of an upload have come."""
        size = sum(length for _, length in self._parts(upload))
        if len(self._sizes) >= _REMEMBERED:
            self._sizes.clear()
        self._sizes[upload] = size
        return size

    def append(self, upload: str, offset: int, part: bytes) -> int:
        """Keep a part as an object."""
        path = _part(upload, offset)
        if self._sizes.get(upload) != offset and (have := self.uploaded(upload)) != offset:
            raise WrongOffset(have)
        if part:
            with _asking():
                obstore.put(self._store, path, part, use_multipart=False)
            self._sizes[upload] = offset + len(part)
        return offset + len(part)

    def finish(self, upload: str, digest: str, size: int) -> None:
        """Read the parts into the blob; it is there only if its hash is right."""
        parts = self._parts(upload)
        have = sum(length for _, length in parts)
        if have != size:
            if have > size:
                self.abandon(upload)
                have = 0
            raise WrongOffset(have)
        chunk = max(PART, -(-size // _MOST_PARTS))
        try:
            if not self._copied([path for path, _ in parts], digest, chunk):
                self.abandon(upload)
                raise WrongDigest
        except FileNotFoundError:
            raise WrongOffset(0) from None  # Another replica has finished it in this moment.
        self.abandon(upload)

    def _copied(self, paths: list[str], digest: str, chunk: int) -> bool:
        """Write the parts as the blob; it becomes one only at the end, if the hash is right."""
        found = hashlib.sha256()
        with _asking():
            writer = obstore.open_writer(
                self._store,
                _blob(digest),
                attributes=_ATTRIBUTES,
                buffer_size=chunk,
                max_concurrency=3,
            )
            for path in paths:
                for piece in obstore.get(self._store, path).stream(PIECE):
                    found.update(piece)
                    writer.write(piece)
            if found.hexdigest() != digest:
                return False
            writer.close()
        return True

    def abandon(self, upload: str) -> None:
        """Remove the parts of an upload."""
        self._sizes.pop(upload, None)
        paths = [path for path, _ in self._objects(_folder(upload))]
        if paths:
            with _asking():
                obstore.delete(self._store, paths)

    def sweep(self, before: float) -> int:
        """Remove uploads that got no part since ``before``."""
        newest: dict[str, float] = {}
        with _asking():
            for batch in obstore.list(self._store, "uploads/"):
                for one in batch:
                    upload = one["path"].split("/")[-2]
                    at = one["last_modified"].timestamp()
                    newest[upload] = max(at, newest.get(upload, 0.0))
        old = [upload for upload, at in newest.items() if at < before]
        for upload in old:
            self.abandon(upload)
        return len(old)

    def size(self, digest: str) -> int | None:
        """Return the bytes of a blob, None when it is not there."""
        path = _blob(digest)
        try:
            with _asking():
                return int(obstore.head(self._store, path)["size"])
        except FileNotFoundError:
            return None

    def read(self, digest: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield a part of a blob in pieces; the bucket is asked by this call."""
        path = _blob(digest)
        if start >= stop:
            return iter(())
        with _asking():
            found = obstore.get(self._store, path, options={"range": (start, stop)})
        return (bytes(piece) for piece in found.stream(PIECE))

    def delete(self, digest: str) -> None:
        """Remove a blob, if it is there."""
        path = _blob(digest)
        try:
            with _asking():
                obstore.delete(self._store, path)
        except FileNotFoundError:
            return

    def direct_put(self, upload: str, offset: int) -> str | None:
        """Return a URL that takes the next part by PUT."""
        path = _part(upload, offset)
        return obstore.sign(self._store, "PUT", path, SIGNED_FOR) if self._direct else None

    def direct_get(self, digest: str) -> str | None:
        """Return a URL that gives the blob by GET."""
        path = _blob(digest)
        return obstore.sign(self._store, "GET", path, SIGNED_FOR) if self._direct else None

    def shelf(self) -> ObjectShelf:
        """Return the place for segments, ``segments/`` beside ``blobs/``."""
        return ObjectShelf(self._store, self._quick)

    def close(self) -> None:
        """Connections end with the object."""

    def _objects(self, prefix: str) -> list[tuple[str, int]]:
        with _asking():
            batches = obstore.list(self._store, prefix + "/")
            return [(one["path"], int(one["size"])) for batch in batches for one in batch]

    def _parts(self, upload: str) -> list[tuple[str, int]]:
        """Return the parts that follow one another without a gap, with their lengths.

        Two senders at once may have left parts that overlap: what begins within another is passed.
        """
        found: list[tuple[str, int]] = []
        at = 0
        for path, length in sorted(self._objects(_folder(upload))):
            offset = int(path.rpartition("/")[2])
            if offset == at:
                found.append((path, length))
                at += length
            elif offset > at:
                break
        return found


class ObjectShelf:
    """Segments as objects ``segments/<run>/<random>``. See ``Shelf``."""

    remote = True

    def __init__(self, store: S3Store, quick: S3Store) -> None:
        """``quick`` is the same place, given up sooner: for what somebody waits for."""
        self._store, self._quick = store, quick

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write the object; it is one only when all pieces have come."""
        path = _segment(name)
        with _asking():
            writer = obstore.open_writer(
                self._store, path, attributes=_ATTRIBUTES, buffer_size=PART, max_concurrency=3
            )
        for piece in pieces:
            with _asking():
                writer.write(piece)
        with _asking():
            writer.close()

    def read(self, name: str, parts: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of each part; those that lie side by side are asked for at once."""
        path = _segment(name)
        starts, ends = [start for start, _ in parts], [stop for _, stop in parts]
        with _asking():
            found = obstore.get_ranges(self._quick, path, starts=starts, ends=ends, coalesce=_APART)
            return [bytes(one) for one in found]

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield the whole object; the bucket is asked by this call."""
        path = _segment(name)
        with _asking():
            obstore.head(self._quick, path)  # a bucket that is away is found out sooner
            pieces = iter(obstore.get(self._store, path).stream(PIECE))

        def all_of() -> Iterator[bytes]:
            while True:
                with _asking():
                    piece = next(pieces, None)
                if piece is None:
                    return
                yield bytes(piece)

        return all_of()

    def delete(self, name: str) -> None:
        """Remove the object, if it is there."""
        path = _segment(name)
        try:
            with _asking():
                obstore.delete(self._store, path)
        except FileNotFoundError:
            return


@contextmanager
def _asking() -> Iterator[None]:
    """Let what the bucket does not do be an error of ours; its message has no secrets."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, ValueError, OSError) as error:
        raise Unavailable(_told(error)) from None


def _told(error: Exception) -> str:
    """Return the first line of an error, without what a signed address carries."""
    line = str(error).strip().partition("\n")[0]
    return re.sub(r"\?\S*", "?…", line)[:500] or type(error).__name__


def _segment(name: str) -> str:
    return f"segments/{checked(name)}"


def _folder(upload: str) -> str:
    if _NAME.fullmatch(upload) is None:
        raise ValueError(f"no name of an upload: {upload!r}")
    return f"uploads/{upload}"


def _part(upload: str, offset: int) -> str:
    return f"{_folder(upload)}/{offset:020d}"


def _blob(digest: str) -> str:
    if _NAME.fullmatch(digest) is None:
        raise ValueError(f"no digest: {digest!r}")
    return f"blobs/{digest[:2]}/{digest[2:4]}/{digest}"

"""A stored file as an answer: whole or in part, and never as a page of ours.

What a training saved may be anything, a page with a script too. So a browser is told to save it,
not to show it (``content-disposition``, and a sandbox for whoever shows it all the same). What
could act in our pages, if one of them were tricked into loading it as a script or a style sheet,
comes as plain text.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from swanlab.server.http import Problem, unchanged

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_LONGEST = 18
"""Digits of a number in a range; no blob is as long."""
_BINARY = "application/octet-stream"
_TEXT = "text/plain; charset=utf-8"
_PASSIVE = ("image/", "audio/", "video/", "font/")
_KNOWN = {
    "application/json", "application/pdf", "application/zip", "application/gzip", "text/csv",
    "text/markdown", "text/tab-separated-values", "application/x-tar", "application/x-hdf5",
}  # fmt: skip
_ACTIVE = re.compile(r"text/|[a-z]+/.*(xml|script)|image/svg")


class Stored(msgspec.Struct, frozen=True):
    """A file that can be fetched."""

    name: str
    size: int
    digest: str
    read: Callable[[int, int], Iterator[bytes]]
    """Bytes from the first number up to the second one, in pieces."""


def content_type(name: str) -> str:
    """Return the type to send a file of that name as."""
    kind, encoding = mimetypes.guess_type(name, strict=False)
    if kind is None or encoding is not None:
        return _BINARY
    if _ACTIVE.match(kind) and kind not in _KNOWN:
        return _TEXT
    return kind if kind in _KNOWN or kind.startswith(_PASSIVE) else _BINARY


def answer(request: Request, stored: Stored, *, inside: bool = False) -> Response:
    """Return the answer to a GET or HEAD of this file.

    ``inside``: it is part of one of our pages, a picture or a sound. Its name tells its content,
    so that it need not be asked for twice.
    """
    tag = f'"{stored.digest}"'
    name = _disposition(stored.name.rpartition("/")[2])
    headers = {
        "etag": tag,
        "accept-ranges": "bytes",
        "cache-control": "private, max-age=31536000, immutable" if inside else "private, no-cache",
        "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "content-disposition": name.replace("attachment", "inline", 1) if inside else name,
    }
    if unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    start, stop = _wanted(request, stored, tag)
    status = 200
    if (start, stop) != (0, stored.size):
        status = 206
        headers["content-range"] = f"bytes {start}-{stop - 1}/{stored.size}"
    headers["content-length"] = str(stop - start)
    kind = content_type(stored.name)
    if inside and stored.name.endswith(".svg"):
        kind = "image/svg+xml"  # Inside an <img> it is a picture; on its own, the sandbox holds.
    if request.method == "HEAD":
        return Response(None, status, headers, media_type=kind)
    return StreamingResponse(stored.read(start, stop), status, headers, media_type=kind)


def _wanted(request: Request, stored: Stored, tag: str) -> tuple[int, int]:
    """Return where the wanted part begins and ends; what is not understood means all of it."""
    whole = (0, stored.size)
    found = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if found is None or request.headers.get("if-range", tag) != tag:
        return whole
    first, last = found.groups()
    if not (first or last) or len(first) > _LONGEST or len(last) > _LONGEST:
        return whole
    if not first:
        start, stop = max(0, stored.size - int(last)), stored.size
    else:
        start, stop = int(first), min(int(last) + 1, stored.size) if last else stored.size
        if last and int(last) < start:
            return whole
    if start >= stop:
        headers = {"content-range": f"bytes */{stored.size}"}
        raise Problem(416, "no_such_part", f"The file has {stored.size} bytes.", headers=headers)
    return start, stop


def _disposition(name: str) -> str:
    plain = re.sub(r"[^ !#-\[\]-~]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

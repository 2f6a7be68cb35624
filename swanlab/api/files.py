"""The files of a run, to be listed and fetched."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import msgspec

from swanlab.api.address import moment
from swanlab.client import Client
from swanlab.errors import ServerError, Unreachable

_PIECE = 1 << 20
_TRIES = 5


class _Row(msgspec.Struct, frozen=True):
    path: str
    size: int
    mtime: int
    digest: str | None
    policy: str
    kind: str
    stored: bool
    error: str | None


class File:
    """One file of a run. ``stored`` tells whether it can be fetched, or is still on its way."""

    def __init__(self, client: Client, at: str, row: dict[str, Any]) -> None:
        self._client, self._at = client, at
        self._row = msgspec.convert(row, _Row)

    @property
    def path(self) -> str:
        """Its name within the run, with ``/``."""
        return self._row.path

    @property
    def size(self) -> int:
        """Bytes."""
        return self._row.size

    @property
    def digest(self) -> str | None:
        """SHA-256 of what is in it; None while it was only asked for."""
        return self._row.digest

    @property
    def modified_at(self) -> str | None:
        """When it changed on the machine that trained, ISO 8601 in UTC."""
        return moment(self._row.mtime) if self._row.mtime else None

    @property
    def policy(self) -> str:
        """``live``, ``now`` or ``end``, as ``swanlab.save`` was told."""
        return self._row.policy

    @property
    def stored(self) -> bool:
        """Whether the server has it."""
        return self._row.stored

    @property
    def error(self) -> str | None:
        """Why it could not be kept."""
        return self._row.error

    def read(self) -> bytes:
        """Return what is in it, whole; for large files there is ``download``."""
        return self._client.read(f"{self._at}/files/content", {"path": self.path})

    def download(self, to: str | os.PathLike[str] = ".", replace: bool = True) -> Path:
        """Write it below the folder ``to`` under its name, and return where.

        An interrupted download goes on where it was; what arrives is checked against the hash.

        Raises:
            FileExistsError: it is there and ``replace`` is not set.
            ServerError: the file is not with the server, or what comes is not what was sent.
        """
        place = _below(Path(to), self.path)
        if place.exists() and not replace:
            raise FileExistsError(f"{place} is there already; pass replace=True to write over it.")
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f".{place.name[:80]}.{os.getpid()}.part")
        try:
            for attempt in range(1, _TRIES + 1):
                try:
                    self._fetch(fresh)
                    break
                except Unreachable:
                    if attempt == _TRIES:
                        raise
            _check(fresh, self._row)
            fresh.replace(place)
        finally:
            fresh.unlink(missing_ok=True)
        return place

    def _fetch(self, fresh: Path) -> None:
        with fresh.open("ab") as file:
            if file.tell() < self.size or not self.size:
                content, name = f"{self._at}/files/content", {"path": self.path}
                self._client.fetch(content, name, file, self.digest or "")

    def json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "path": self.path,
            "size": self.size,
            "digest": self.digest,
            "modified_at": self.modified_at,
            "policy": self.policy,
            "stored": self.stored,
            "error": self.error,
        }

    def __repr__(self) -> str:
        return f"File({self.path!r}, {self.size:,} bytes)"


def _below(folder: Path, name: str) -> Path:
    """Return where a file of that name goes; a name that leads out of the folder is refused."""
    parts = PurePosixPath(name).parts
    windows = PureWindowsPath(name)
    out = name.startswith("/") or windows.drive or "\\" in name or "\x00" in name
    if out or not parts or any(part in ("..", ".") for part in name.split("/")):
        raise ServerError(f"the server names a file {name!r}, which leads out of {folder}.")
    return folder.joinpath(*parts)


def _check(path: Path, row: _Row) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    if digest.hexdigest() != row.digest:
        raise ServerError(f"{row.path} was replaced since it was listed: ask for files() again.")


def listed(client: Client, at: str) -> list[File]:
    """Return the files of the run at a path of the API."""
    found: list[File] = []
    after: str | None = ""
    while after is not None:
        page = client.request("GET", f"{at}/files", None, {"after": after, "limit": 10_000})
        found += [File(client, at, row) for row in page["files"]]
        after = page["next"]
    return found

"""What a run logged as media, to be listed and fetched."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from swanlab.api.address import moment
from swanlab.client import Client
from swanlab.errors import InvalidArgument, ServerError

_AT_ONCE = 100
_LAST_STEP = 2**63 - 1
_TOO_LARGE = 413
_NAME = re.compile(r"[^0-9A-Za-z_.-]+")


class Shown:
    """One picture, sound, text or chart of a run."""

    def __init__(
        self, client: Client, at: str, series: dict[str, Any], entry: dict[str, Any], index: int
    ) -> None:
        self._client, self._at = client, at
        self._row: dict[str, Any] = entry["items"][index]
        self.key: str = series["key"]
        self.rank: int = series["rank"]
        self.step: int = entry["step"]
        self.kind: str = entry["kind"]
        """``image``, ``audio``, ``text`` and so on."""
        self.index = index
        """Its place among what was logged under the key at the step, from 0."""
        self.logged_at: str | None = moment(entry["time"])
        """ISO 8601 in UTC."""

    @property
    def format(self) -> str:
        """How it is encoded: ``png``, ``wav``, ``json``."""
        return str(self._row["format"])

    @property
    def caption(self) -> str | None:
        """What was written below it."""
        caption: str | None = self._row["caption"]
        return caption

    @property
    def meta(self) -> dict[str, Any]:
        """What is known of it: width and height, boxes, sample rate."""
        return dict(self._row["meta"])

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self._row["size"])

    @property
    def digest(self) -> str | None:
        """SHA-256 of its bytes; None for a short text, and while the bytes are on their way."""
        digest: str | None = self._row["digest"]
        return digest

    @property
    def stored(self) -> bool:
        """Whether it can be read, or is still on its way."""
        return self._row["text"] is not None or self.digest is not None

    @property
    def error(self) -> str | None:
        """Why its bytes will not come."""
        error: str | None = self._row["error"]
        return error

    @property
    def parts(self) -> list[str]:
        """Names of what belongs to it, masks or media in cells, for ``read(part)``."""
        return list(self._row["files"])

    def read(self, part: str | None = None) -> bytes:
        """Return its bytes, or those of a part, as they were logged.

        Raises:
            ServerError: they are not with the server, or what comes is not what was sent.
        """
        text = self._row["text"]
        if part is None and text is not None:
            return str(text).encode()
        digest = self.digest if part is None else self._row["files"].get(part)
        if digest is None:
            reason = self.error or "its bytes are not with the server"
            raise ServerError(f"{self!r} cannot be read: {reason}.")
        data = self._client.read(f"{self._at}/media/{digest}")
        if hashlib.sha256(data).hexdigest() != digest:
            raise ServerError(f"{self!r}: what came is not what was sent.")
        return data

    def download(self, to: str | os.PathLike[str] = ".", replace: bool = True) -> Path:
        """Write it into the folder ``to``, below folders named as its key; return where.

        Raises:
            FileExistsError: it is there and ``replace`` is not set.
            ServerError: as of ``read``.
        """
        folders = [_plain(part) for part in self.key.split("/")]
        rank = f"-rank{self.rank}" if self.rank else ""
        name = f"{self.kind}-step{self.step}{rank}-{self.index}.{_plain(self.format)}"
        place = Path(to).joinpath(*folders, _plain(name))
        if place.exists() and not replace:
            raise FileExistsError(f"{place} is there already; pass replace=True to write over it.")
        data = self.read()
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f".{place.name[:80]}.{os.getpid()}.part")
        try:
            fresh.write_bytes(data)
            fresh.replace(place)
        finally:
            fresh.unlink(missing_ok=True)
        return place

    def to_pil(self) -> Any:
        """Return it as a picture of Pillow; only for images."""
        if self.kind != "image":
            raise InvalidArgument(f"{self!r} is no image.")
        from PIL import Image

        return Image.open(io.BytesIO(self.read()))

    def json(self) -> dict[str, Any]:
        """Return what is known of it as plain data."""
        return {
            "key": self.key,
            "step": self.step,
            "rank": self.rank,
            "index": self.index,
            "kind": self.kind,
            "format": self.format,
            "caption": self.caption,
            "size": self.size,
            "digest": self.digest,
            "stored": self.stored,
            "error": self.error,
        }

    def __repr__(self) -> str:
        return f"Shown({self.key!r}, step={self.step}, {self.kind}, {self.size:,} bytes)"


def _plain(name: str) -> str:
    """Return a name that is one of a file on any system, and leads nowhere else."""
    plain = _NAME.sub("_", name)[:100]
    return plain if plain.strip(".") else "_"


def listed(
    client: Client, at: str, project: str, run: str, key: str | None, step: int | None
) -> list[Shown]:
    """Return the media of the run at a path of the API, by key, rank and step."""
    known = client.request("POST", f"{project}/media/keys", {"runs": [run]})["series"]
    found: list[Shown] = []
    for one in known:
        if key is None or one["key"] == key:
            for entry in _entries(client, project, one, step):
                places = range(len(entry["items"]))
                found += [Shown(client, at, one, entry, index) for index in places]
    return found


def _entries(
    client: Client, project: str, series: dict[str, Any], step: int | None
) -> Iterator[dict[str, Any]]:
    """The entries of a series by ascending step, asked for from the last one back."""
    pages: list[list[dict[str, Any]]] = []
    lo, hi, limit = (0, _LAST_STEP, _AT_ONCE) if step is None else (step, step, 1)
    while lo <= hi:
        wanted = {"run": series["run"], "key": series["key"], "rank": series["rank"]}
        body = {"wanted": [{**wanted, "lo": lo, "hi": hi, "limit": limit}]}
        try:
            page = client.request("POST", f"{project}/media/entries", body)["found"][0]
        except ServerError as error:
            if error.status != _TOO_LARGE or limit == 1:
                raise
            limit = max(1, limit // 4)
            continue
        pages.append(page)
        if len(page) < limit:
            break
        hi = page[0]["step"] - 1
    for page in reversed(pages):
        yield from page

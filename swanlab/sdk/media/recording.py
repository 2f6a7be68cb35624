"""Media into the run: the bytes as a file beside the run file, then the record that names it.

The file is complete before the record is written, so that what the record names is there whoever
is killed when. Compressing, encoding, hashing and sending are for the background process. Only the
record needs the writer's lock: other threads do not wait for a picture to be written.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from swanlab import settings
from swanlab.frames import HEAD_SIZE, MAX_BYTES
from swanlab.records import FRAMES, MAX_ENTRY, MAX_INLINE, MEDIA, File, Item, Media, encode
from swanlab.sdk.guard import say_once
from swanlab.sdk.media.medium import BadMedia, Medium, Piece

if TYPE_CHECKING:
    from swanlab.sdk.writer import RunWriter

INLINE = {"txt", "json"}
"""Formats that the browser need not fetch as a file."""
_MOST_INLINE = MAX_ENTRY // 2
"""Bytes of texts in one record; those behind them are files."""
_NAME = re.compile(r"[^0-9A-Za-z_.-]+")


class Limits(NamedTuple):
    """What a run takes of media; asked for once, since a look costs as much as a small picture."""

    batch: int
    size: int

    @classmethod
    def of(cls, writer: RunWriter) -> Limits:
        """Return those of a writer: the settings as they were at its first media."""
        if writer.limits is None:
            number = settings.number
            writer.limits = cls(int(number("media_batch")), int(number("media_size")))
        return writer.limits


class _Place(NamedTuple):
    """Where the media of one key and call go."""

    writer: RunWriter
    limits: Limits
    key: str
    step: int
    """Only for the names of files: another thread may log the key before this call records it."""


def prepared(writer: RunWriter, found: dict[str, list[Medium]], step: int | None) -> list[Entry]:
    """Write the files of media that one call of ``log`` holds; what fails is said and left out."""
    entries, limits = [], Limits.of(writer)
    for key, media in found.items():
        at = writer.steps.last(key) + 1 if step is None else step
        entry = Entry(_Place(writer, limits, key, at), media[0].kind)
        for medium in _few(key, media, limits.batch):
            entry.add(medium)
        if entry.items:
            entries.append(entry)
    return entries


def _few(key: str, media: list[Medium], most: int) -> list[Medium]:
    """Return the media of one kind, as many as are taken at once; the rest is said."""
    kind = media[0].kind
    same = [one for one in media if one.kind == kind]
    if len(same) < len(media):
        say_once(f"media:mixed:{key}", f"log: {key!r} mixes kinds; only the {kind}s are recorded.")
    if len(same) > most:
        say_once(
            f"media:many:{key}",
            f"log: {key!r} has {len(same):,} {kind}s in one call; the first {most:,} are recorded. "
            "Raise the limit by SWANLAB_MEDIA_BATCH.",
        )
    return same[:most]


class Entry:
    """What one call logged under one key: its files are written, its record is to come."""

    def __init__(self, place: _Place, kind: str) -> None:
        """Nothing is written yet."""
        self._place, self._kind = place, kind
        self.files: list[File] = []
        self.items: list[Item] = []
        self._size = self._inline = 0

    def record(self, step: int | None) -> None:
        """Record it at ``step``, or at the key's next one. The writer's lock is held."""
        writer, key = self._place.writer, self._place.key
        at = writer.steps.last(key) + 1 if step is None else step
        writer.steps.known({key: at})
        writer.put_all([*self.files, Media(key, at, writer.elapsed(), self._kind, self.items)])

    def add(self, medium: Medium) -> None:
        """Write a medium's files and note it; what cannot be is said."""
        key = self._place.key
        try:
            item, files = self._written(medium)
        except BadMedia as error:
            say_once(f"media:{key}:{error}", f"log: {key!r} is not recorded: {error}.")
        except OSError as error:
            reason = error.strerror or error
            say_once("media:disk", f"log: {key!r} cannot be written ({reason}); it is left out.")
        except Exception as error:  # noqa: BLE001 - encoders of other libraries fail as they like
            reason = f"{type(error).__name__}: {error}"
            say_once(f"media:{key}:{reason}", f"log: {key!r} is not recorded: {reason}.")
        else:
            self.items.append(item)
            self.files += files

    def _written(self, medium: Medium) -> tuple[Item, list[File]]:
        if medium.fault is not None:
            raise BadMedia(medium.fault)
        piece = medium.piece()
        inline = self._stands_inline(piece)
        data = piece.content if inline and isinstance(piece.content, bytes) else b""
        meta = dict(piece.meta)
        item = Item(piece.format, "", data, medium.caption, meta)
        size = len(encode(item))
        if self._size + size > MAX_ENTRY:
            raise BadMedia(
                f"boxes, captions and the like have over {MAX_ENTRY:,} bytes in one call"
            )
        more = {name: _write(self._place, medium.kind, one) for name, one in piece.more}
        if more:
            meta["files"] = {name: file.path for name, file in more.items()}
        files = list(more.values())
        if not inline:
            files.append(_write(self._place, medium.kind, piece))
            item = Item(piece.format, files[-1].path, b"", medium.caption, meta)
        self._size += size + sum(len(file.path) + 64 for file in files)
        self._inline += len(data)
        return item, files

    def _stands_inline(self, piece: Piece) -> bool:
        if piece.format not in INLINE or not isinstance(piece.content, bytes):
            return False
        return len(piece.content) <= min(MAX_INLINE, _MOST_INLINE - self._inline)


def _write(at: _Place, kind: str, piece: Piece) -> File:
    """Write a file below ``media``; return what is noted of it."""
    folder = at.writer.path.parent / "media"
    ending = _NAME.sub("", piece.format)[:16] or "bin"
    name = f"{kind}-step{at.step}-{at.writer.name[-8:]}-{next(at.writer.made)}.{ending}"
    place = folder / name
    # Frames become a small part of what they are, and a clip has its own limit.
    largest = MAX_BYTES + HEAD_SIZE if piece.state == FRAMES else at.limits.size
    try:
        size = _put(place, piece.content, largest)
    except FileNotFoundError:
        folder.mkdir(exist_ok=True)
        size = _put(place, piece.content, largest)
    return File(at.writer.elapsed(), MEDIA + name, size=size, policy="now", kind=piece.state)


def _put(place: Path, content: bytes | memoryview | Path, largest: int) -> int:
    """Write a file; return its size. What was written of one that fails is removed."""
    size = content.stat().st_size if isinstance(content, Path) else len(content)
    if size > largest:
        raise BadMedia(f"it has {size:,} bytes, over the limit of {largest:,} (SWANLAB_MEDIA_SIZE)")
    try:
        with place.open("xb", buffering=0) as file:
            if isinstance(content, Path):
                with content.open("rb") as source:
                    shutil.copyfileobj(source, file)
            else:
                left = memoryview(content)
                while left:
                    left = left[file.write(left) :]
    except FileExistsError:
        raise
    except OSError:
        place.unlink(missing_ok=True)
        raise
    return size

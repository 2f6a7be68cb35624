"""Copying a server's data while it serves, and putting a copy back.

Each database is copied as of one moment by SQLite's online backup: all of it is read in one
transaction, while the server goes on writing. The order makes the copies fit each other:

1. the metric stores, so that every point acknowledged before the backup began is in them;
2. the metadata, which is written before the points it belongs to: it knows every run the stores
   hold, and all that copies of runs read. What was deleted in between is dropped from the copies
   of the stores;
3. the media folder, whose files are written before anything names them and never change. What is
   still being uploaded is left out.

The target holds the databases in a folder that is new each time, the media beside it, and
``manifest.json``, which is replaced at the end: whenever a backup is cut short, the one before it
is whole. What did not change since then is not copied again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import msgspec

import swanlab
from swanlab.server.db.engine import FILE_NAME, now
from swanlab.server.db.migrations import MIGRATIONS
from swanlab.server.lock import InUse, Lock
from swanlab.server.metrics.schema import VERSION

MANIFEST, MEDIA, METRICS = "manifest.json", "media", "metrics"
UNFINISHED = "uploads"
"""Folder of the media that are still coming; their senders begin again."""
FORMAT = 1
_SETTLED_NS = 2_000_000_000
"""A file touched later than so long before it was looked at may change without a trace."""
_PIECE = 1024 * 1024


class Refused(Exception):
    """What was asked for would lose something, or cannot be done; the message says what to do."""


class Copied(msgspec.Struct, frozen=True):
    """One file: where it lies in a data folder, and what it must be made of."""

    path: str
    bytes: int
    sha256: str
    seen: list[int] = []
    """Size and time of the file it was copied from, and of its log; empty where they don't tell."""


class Manifest(msgspec.Struct, frozen=True):
    """What one backup holds. Times are Unix milliseconds."""

    format: int
    swanlab: str
    began: int
    ended: int
    server: int
    """When the server's first account was made: two servers have different ones."""
    generation: int
    metadata_version: int
    metrics_version: int
    projects: int
    runs: int
    files: list[Copied]
    media: list[Copied]


class Report(msgspec.Struct, frozen=True):
    """What a backup did, beside its manifest."""

    manifest: Manifest
    copied: int
    unchanged: int
    """Bytes that were copied, and that the target had already."""
    elsewhere: int = 0
    """Runs whose points are in segments that are not in the data folder, and so not copied."""


def back_up(data_dir: Path, to: Path) -> Report:
    """Copy what the server in ``data_dir`` holds into ``to``; it may serve meanwhile.

    Raises ``Refused``, ``OSError``, ``sqlite3.Error``. What failed leaves the former backup whole.
    """
    if not (data_dir / FILE_NAME).is_file():
        raise Refused(f"{data_dir} holds no server's data: give its --data-dir.")
    if _within(to, data_dir) or _within(data_dir, to):
        raise Refused(f"{to} and the data in {data_dir} must not hold each other.")
    former = _former(to)
    to.mkdir(parents=True, exist_ok=True)
    to.chmod(0o700)  # it holds the hashes of passwords and keys
    try:
        lock = Lock(to)
    except InUse as error:
        raise Refused(f"Another backup into {to} is running.") from error
    try:
        return _Backup(data_dir, to, former).run()
    finally:
        lock.release()


class _Backup:
    def __init__(self, data_dir: Path, to: Path, former: Manifest | None) -> None:
        self._from, self._to, self._former = data_dir, to, former
        self._generation = 1 if former is None else former.generation + 1
        self._place = to / f"data-{self._generation}"
        self._copied = self._unchanged = 0

    def run(self) -> Report:
        began = now()
        self._clear(keep=self._former)
        (self._place / METRICS).mkdir(parents=True)
        try:
            stores = list(self._stores())
            metadata = self._database(FILE_NAME)
            facts = self._facts()
            matched = [self._match(copied, facts) for copied in stores]
            media = list(self._media())
        except BaseException:
            shutil.rmtree(self._place, ignore_errors=True)
            raise
        manifest = Manifest(
            format=FORMAT,
            swanlab=swanlab.__version__,
            began=began,
            ended=now(),
            server=facts.server,
            generation=self._generation,
            metadata_version=facts.version,
            metrics_version=VERSION,
            projects=facts.projects,
            runs=facts.runs,
            files=[*(one for one in matched if one is not None), metadata],
            media=media,
        )
        _write_manifest(self._to, manifest)
        self._clear(keep=manifest)
        elsewhere = sum(self._elsewhere(copied, _by_path(media)) for copied in manifest.files)
        return Report(manifest, self._copied, self._unchanged, elsewhere)

    def _elsewhere(self, copied: Copied, media: Mapping[str, Copied]) -> int:
        """Count the segments that the copy of a store names and that were not copied.

        What was in the folder when the store was copied stays for a day.
        """
        if copied.path == FILE_NAME:
            return 0
        with closing(sqlite3.connect(self._place / copied.path)) as connection:
            known = "SELECT count(*) FROM sqlite_master WHERE name = 'segment'"
            if not connection.execute(known).fetchone()[0]:
                return 0  # of an older format
            names = [row[0] for row in connection.execute("SELECT name FROM segment")]
        return sum(f"{MEDIA}/segments/{name}" not in media for name in names)

    def _stores(self) -> Iterator[Copied]:
        for path in sorted((self._from / METRICS).glob("[0-9]*.db")):
            try:
                yield self._database(f"{METRICS}/{path.name}")
            except sqlite3.OperationalError:
                if path.exists():
                    raise
                (self._place / METRICS / path.name).unlink(missing_ok=True)  # its project went now

    def _database(self, path: str) -> Copied:
        """Copy a database, or take over the copy that is still true."""
        source, target = self._from / path, self._place / path
        seen = _seen(source)
        held = _by_path(self._former.files if self._former else []).get(path)
        if held is not None and seen and held.seen == seen and self._former is not None:
            _take_over(self._to / f"data-{self._former.generation}" / path, target)
            self._unchanged += held.bytes
            return held
        _copy_database(source, target)
        size = target.stat().st_size
        self._copied += size
        return Copied(path, size, _sum(target), seen)

    def _facts(self) -> _Facts:
        facts = _facts(self._place / FILE_NAME)
        if self._former is not None and self._former.server != facts.server:
            raise Refused(f"{self._to} holds the backup of another server: choose another.")
        return facts

    def _match(self, copied: Copied, facts: _Facts) -> Copied | None:
        """Drop from the copy of a store what the copy of the metadata no longer knows.

        That was deleted while the backup ran. None when all of it was.
        """
        target = self._place / copied.path
        known = facts.sources.get(int(target.stem))
        if known is None:
            target.unlink()
            return None
        with closing(sqlite3.connect(target)) as connection:
            held = {int(row[0]) for row in connection.execute("SELECT run FROM ledger")}
        if held <= known:
            return copied
        from swanlab.server.metrics.store import open_store

        store = open_store(target)
        for run in held - known:
            store.delete(run)
        store.close()
        return Copied(copied.path, target.stat().st_size, _sum(target))

    def _media(self) -> Iterator[Copied]:
        held = _by_path(self._former.media if self._former else [])
        for source in sorted((self._from / MEDIA).rglob("*")):
            path = source.relative_to(self._from).as_posix()
            target = self._to / path
            if path.startswith(f"{MEDIA}/{UNFINISHED}/") or not _is_plain(source):
                continue
            size = source.stat().st_size
            if path in held and held[path].bytes == size and target.is_file():
                self._unchanged += size
                yield held[path]
                continue
            try:
                copied = _copy(source, target)
            except FileNotFoundError:
                continue  # its run was deleted just now
            self._copied += copied[0]
            yield Copied(path, *copied)

    def _clear(self, *, keep: Manifest | None) -> None:
        """Remove what no manifest names: older generations, what a backup cut short left."""
        number = 0 if keep is None else keep.generation
        for folder in self._to.glob("data-*"):
            if folder.name != f"data-{number}":
                shutil.rmtree(folder)
        known = _by_path(keep.media if keep else [])
        for path in (self._to / MEDIA).rglob("*"):
            if path.is_file() and path.relative_to(self._to).as_posix() not in known:
                path.unlink()


class _Facts(msgspec.Struct, frozen=True):
    """What the copied metadata says."""

    version: int
    server: int
    projects: int
    runs: int
    sources: dict[int, set[int]]
    """Those that runs read, by home; that of every project is there."""


def _facts(metadata: Path) -> _Facts:
    with closing(sqlite3.connect(metadata)) as connection:
        (version,) = connection.execute("SELECT max(number) FROM migrations").fetchone()
        (server,) = connection.execute("SELECT coalesce(min(created_at), 0) FROM users").fetchone()
        (runs,) = connection.execute("SELECT count(*) FROM runs").fetchone()
        sources: dict[int, set[int]] = {
            number: set() for (number,) in connection.execute("SELECT id FROM projects")
        }
        projects = len(sources)
        # A server that runs may not have been started again since this program was updated.
        new = connection.execute("SELECT name FROM sqlite_master WHERE name = 'sources'").fetchone()
        read = "SELECT home, id FROM sources WHERE id IN (SELECT source FROM runs)"
        for home, source in connection.execute(read if new else "SELECT project_id, id FROM runs"):
            sources.setdefault(home, set()).add(source)
    return _Facts(version, server, projects, runs, sources)


def restore(source: Path, data_dir: Path) -> Manifest:
    """Put the backup in ``source`` into ``data_dir``, which must be empty or missing.

    Every file is checked. Raises ``Refused``, ``OSError``; then nothing is left in ``data_dir``.
    """
    manifest = read_manifest(source)
    if manifest is None:
        raise Refused(f"{source} holds no backup: there is no {MANIFEST}.")
    known = (len(MIGRATIONS), VERSION)
    if manifest.metadata_version > known[0] or manifest.metrics_version > known[1]:
        raise Refused(
            f"The backup was made by swanlab {manifest.swanlab}, which is newer than this one"
            f" ({swanlab.__version__}): update swanlab first."
        )
    if data_dir.exists() and any(data_dir.iterdir()):
        raise Refused(f"{data_dir} is not empty: give an empty or a new folder as --data-dir.")
    data_dir.mkdir(parents=True, exist_ok=True)
    data_dir.chmod(0o700)
    lock = Lock(data_dir)
    try:
        for place, copied in _in_order(source, manifest):
            made = _copy(place / copied.path, data_dir / copied.path)
            if made != (copied.bytes, copied.sha256):
                raise Refused(f"{place / copied.path} is not what was backed up: it is damaged.")  # noqa: TRY301 - undone below like any error
    except BaseException:
        for path in data_dir.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        raise
    finally:
        lock.release()
    return manifest


def _in_order(source: Path, manifest: Manifest) -> Iterator[tuple[Path, Copied]]:
    """Yield what to restore, the metadata last: without it no server takes the rest for whole."""
    for copied in manifest.media:
        yield source, copied
    for copied in sorted(manifest.files, key=lambda one: one.path == FILE_NAME):
        yield source / f"data-{manifest.generation}", copied


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of the backup in ``folder``, None when there is none."""
    try:
        text = (folder / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError as error:
        raise Refused(f"{folder / MANIFEST} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise Refused(f"{folder} was written by another version of swanlab: update this one.")
    for copied in (*manifest.files, *manifest.media):
        if Path(copied.path).is_absolute() or ".." in Path(copied.path).parts:
            raise Refused(f"{folder / MANIFEST} names a file outside of the backup.")
    return manifest


def _former(to: Path) -> Manifest | None:
    manifest = read_manifest(to)
    if manifest is None and to.exists() and any(to.iterdir()) and not _cut_short(to):
        raise Refused(f"{to} is not empty and holds no backup: choose another folder.")
    return manifest


def _cut_short(to: Path) -> bool:
    """Whether there is only what a first backup that did not come to its end left behind."""
    ours = {"data-1", MEDIA, "server.lock", f".{MANIFEST}"}
    return {path.name for path in to.iterdir()} <= ours and (to / "server.lock").exists()


def _write_manifest(to: Path, manifest: Manifest) -> None:
    fresh = to / f".{MANIFEST}"
    with fresh.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(to / MANIFEST)
    _sync(to)


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database as of one moment; the program that serves it goes on writing."""
    read_only = f"{source.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(read_only, uri=True, timeout=60)) as held,
        closing(sqlite3.connect(target)) as copy,
    ):
        held.backup(copy)
    _sync(target)
    _sync(target.parent)


def _copy(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file durably; returns its size and SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True)
    found, size = hashlib.sha256(), 0
    with source.open("rb") as reading, target.open("wb") as writing:
        while piece := reading.read(_PIECE):
            found.update(piece)
            size += len(piece)
            writing.write(piece)
        writing.flush()
        os.fsync(writing.fileno())
    return size, found.hexdigest()


def _take_over(held: Path, target: Path) -> None:
    try:
        os.link(held, target)
    except OSError:  # no hard links on this file system
        _copy(held, target)


def _seen(database: Path) -> list[int]:
    """Return what changes with every commit; empty when a change might leave no trace."""
    found = []
    for path in (database, database.with_name(database.name + "-wal")):
        told = path.stat() if path.exists() else None
        if told is not None and told.st_size:  # an empty log is left by whoever reads
            if now() * 1_000_000 - told.st_mtime_ns < _SETTLED_NS:
                return []
            found += [told.st_size, told.st_mtime_ns]
    return found


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and not path.name.startswith(".")


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        found = hashlib.sha256()
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _sync(path: Path) -> None:
    if sys.platform == "win32" and path.is_dir():
        return  # a folder cannot be opened there
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _by_path(files: list[Copied]) -> Mapping[str, Copied]:
    return {one.path: one for one in files}


def _within(inner: Path, outer: Path) -> bool:
    return inner.resolve().is_relative_to(outer.resolve())

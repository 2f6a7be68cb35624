"""Files that the training asked to keep: copied into the run folder and noted by their hash.

A copy is made before anything is sent, so that what is sent is what was there at one moment, and
the training may write on, replace or delete its file meanwhile. On a file system that can (btrfs,
XFS, APFS by its own copy) the copy shares the blocks of the file and takes no room.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
import threading
import time
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import msgspec

from swanlab import runfile
from swanlab.records import FRAMES, MEDIA, File
from swanlab.sidecar import media
from swanlab.sidecar.journal import Journal, SidecarFile, Wish

FOLDER = "files"
LIVE_SECONDS = 1.0
_SHARE = 10
"""A live file is read again only after so many times as long as reading it took."""
_TRIES = 3
_PIECE = 1 << 20
RESERVE = 1 << 30
"""Bytes of the disk that copies leave free: the training has its own files to write."""
_FICLONE = 0x40049409
_NICE = 10
"""A tenth of a core where the training wants all of them."""


class Unreadable(Exception):
    """A file that cannot be kept; the message says why."""


class Keeper:
    """Keeps the files of one run folder, on a thread of its own once it is started."""

    def __init__(
        self,
        run_dir: Path,
        journal: Journal,
        own: SidecarFile,
        largest: int,
        reserve: int = RESERVE,
    ) -> None:
        """``own`` takes the records; ``largest`` and ``reserve`` are in bytes."""
        self._reserve = reserve
        self._run_dir, self._journal, self._own, self._largest = run_dir, journal, own, largest
        self._news = threading.Event()
        self._closing = False
        self._next: dict[str, float] = {}
        self._media = 0
        """How many of the journal's media were seen to."""
        self._seen: dict[str, tuple[int, int]] = {}
        """Path to size and time of change (ns) when it was last read or tried."""
        self._thread = threading.Thread(target=self._work, name="files", daemon=True)

    def start(self) -> None:
        """Begin to look; what was asked for before is looked at now."""
        self._thread.start()
        self._news.set()

    def look(self) -> None:
        """There is something new in the run files."""
        self._news.set()

    def close(self) -> None:
        """The training has ended: keep what changed last, and what was to be kept at the end."""
        self._closing = True
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()
        self._look(ended=True)

    def _look(self, *, ended: bool) -> None:
        try:
            self._journal.catch_up()
            self.tick(ended=ended)
        except OSError as error:
            print(f"cannot look after files: {error}", flush=True)  # noqa: T201 - the log

    def _work(self) -> None:
        _step_back()
        while not self._closing:
            live = any(wish.file.policy == "live" for wish in self._journal.wishes().values())
            self._news.wait(LIVE_SECONDS if live or self._media else None)
            self._news.clear()
            if not self._closing:
                self._look(ended=False)

    def tick(self, *, ended: bool, until: float | None = None, only_media: bool = False) -> None:
        """Keep every file whose turn it is.

        ``until`` (Unix seconds): a file that changed later belongs to somebody else by now.
        """
        for wish in self._journal.media[self._media :]:
            if _open(self._journal, wish):
                self._keep_media(wish)
            self._media += 1
        for path, wish in () if only_media else sorted(self._journal.wishes().items()):
            if self._closing and not ended:
                return
            last = self._journal.kept(path)
            if self._due(wish, last, ended=ended):
                self._keep(wish, last, until)

    def _due(self, wish: Wish, last: Wish | None, *, ended: bool) -> bool:
        policy = wish.file.policy
        if policy == "end" and not ended:
            return False
        if policy == "now":
            return last is None or last.at < wish.at
        if not ended and time.monotonic() < self._next.get(wish.file.path, 0.0):
            return False
        if not ended and last is not None and last.file.digest == (self._journal.sending or "-"):
            return False  # A file that changes all the time would never arrive.
        try:
            found = _source(wish.file).stat()
        except OSError:
            # A live file between two versions is looked for again; at the end it is said.
            return last is None or last.at < wish.at if ended else False
        known = self._seen.get(wish.file.path)
        if known is not None:
            return known != (found.st_size, found.st_mtime_ns)
        if last is None or last.file.error:
            return True
        return (last.file.size, last.file.mtime) != (found.st_size, found.st_mtime_ns // 1_000_000)

    def _keep_media(self, wish: Wish) -> None:
        """What was logged as media lies in its place already, and nobody changes it."""
        asked, at = wish.file, self._own.elapsed()
        try:
            place = kept_at(self._run_dir, asked.path)
            done = media.finish(place, asked.kind)
            asked = msgspec.structs.replace(asked, kind=done.kind)
            found: dict[str, str | int | bytes] = {
                "size": done.size,
                "mtime": done.mtime_ns // 1_000_000,
                "digest": done.digest,
            }
        except (OSError, Unreadable, media.Unmade) as error:
            print(f"{asked.path} is not kept: {error}", flush=True)  # noqa: T201 - the log
            if isinstance(error, media.Unmade):
                asked = msgspec.structs.replace(asked, kind="media")
            found = {"error": str(getattr(error, "strerror", None) or error)}
        self._note(asked, at, **found)

    def _keep(self, wish: Wish, last: Wish | None, until: float | None) -> None:
        asked, began, at = wish.file, time.monotonic(), self._own.elapsed()
        fresh = self._run_dir / f".files-{os.getpid()}-{threading.get_ident()}"
        try:
            found, digest, copied = self._read(asked, fresh, until)
            # At once, or what was sent of the version before could remove this one.
            with self._journal.lock:
                self._put(kept_at(self._run_dir, asked.path), fresh if copied else None)
                source = b"" if copied else asked.source
                mtime = found.st_mtime_ns // 1_000_000
                self._note(asked, at, size=found.st_size, mtime=mtime, digest=digest, source=source)
            self._seen[asked.path] = (found.st_size, found.st_mtime_ns)
        except (OSError, Unreadable) as error:
            reason = str(getattr(error, "strerror", None) or error)
            if last is None or last.file.error != reason:
                print(f"{asked.path} is not kept: {reason}", flush=True)  # noqa: T201 - the log
                if last is None or last.at < wish.at:
                    self._note(asked, at, error=reason)
        finally:
            fresh.unlink(missing_ok=True)
        took = time.monotonic() - began
        self._next[asked.path] = time.monotonic() + max(LIVE_SECONDS, _SHARE * took)

    def _note(self, asked: File, at: int, **found: str | int | bytes) -> None:
        self._own.put(
            File(t=at, path=asked.path, policy=asked.policy, kind=asked.kind, **found)  # type: ignore[arg-type]
        )
        self._journal.catch_up()

    def _read(
        self, asked: File, fresh: Path, until: float | None
    ) -> tuple[os.stat_result, str, bool]:
        """Copy the file to ``fresh``; return what it is, its hash and whether there was room.

        Without room it is only hashed, and what is sent is the file itself.
        """
        kept_at(self._run_dir, asked.path)  # A bad name is refused before the work.
        limits, source = Limits(self._largest, until, self._reserve), _source(asked)
        for attempt in range(1, _TRIES + 1):
            before, digest, copied = _read(source, fresh, limits)
            if attempt == _TRIES or _same(before, source.stat()):
                break
        return before, digest, copied

    @staticmethod
    def _put(place: Path, fresh: Path | None) -> None:
        """Put the copy in its place; without one, what was kept before goes all the same."""
        if fresh is None:
            place.unlink(missing_ok=True)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh.replace(place)


class Limits(NamedTuple):
    """What is not read: longer files, and those changed after ``until`` (Unix seconds)."""

    largest: int
    until: float | None
    reserve: int


def kept_at(run_dir: Path, name: str) -> Path:
    """Return where a file of that name is kept; raises ``Unreadable`` for a name that leads out."""
    folder = "media" if name.startswith(MEDIA) else FOLDER
    parts = name.removeprefix(MEDIA).split("/")
    if not name or any(part in ("", ".", "..") or "\x00" in part for part in parts):
        raise Unreadable(f"{name!r} is no name of a file")
    return run_dir.joinpath(folder, *parts)


def _step_back() -> None:
    """Let this thread, and the encoders it starts, have what the training leaves of the cores."""
    if sys.platform == "linux":  # Elsewhere it would be the whole process.
        own = threading.get_native_id()
        if os.getpriority(os.PRIO_PROCESS, own) < _NICE:
            os.setpriority(os.PRIO_PROCESS, own, _NICE)


def _source(file: File) -> Path:
    return Path(os.fsdecode(file.source))


def _same(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns, before.st_ino) == (
        after.st_size,
        after.st_mtime_ns,
        after.st_ino,
    )


def _read(source: Path, fresh: Path, limits: Limits) -> tuple[os.stat_result, str, bool]:
    # Not to wait for the other end, should it have become a pipe.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with FileIO(os.open(source, flags)) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable("it is not a file")
        if found.st_size > limits.largest:
            raise Unreadable(
                f"it has {found.st_size:,} bytes, over the limit of {limits.largest:,}"
            )
        if limits.until is not None and found.st_mtime > limits.until:
            raise Unreadable("it was changed after the training had ended")
        with FileIO(fresh, "w+") as copy:
            shared = _share(file, copy)
            free = shutil.disk_usage(fresh.parent).free
            room = shared or free > found.st_size + limits.reserve
            target = copy if room and not shared else None
            digest = _sum(copy if shared else file, target, found.st_size)
    return found, digest, room


def _share(file: FileIO, copy: FileIO) -> bool:
    """Let the copy share the blocks of the file, where the file system can."""
    if sys.platform != "linux":
        return False
    import fcntl

    try:
        fcntl.ioctl(copy.fileno(), _FICLONE, file.fileno())
    except OSError:
        return False
    return True


def _sum(file: FileIO, copy: FileIO | None, size: int) -> str:
    """Hash the first ``size`` bytes, writing them to ``copy``; raises ``Unreadable`` if cut."""
    digest, left = hashlib.sha256(), size
    piece = memoryview(bytearray(_PIECE))
    while left > 0:
        count = file.readinto(piece[: min(left, _PIECE)])
        if not count:
            raise Unreadable("it became shorter while it was read")
        digest.update(piece[:count])
        if copy is not None:
            written = 0
            while written < count:
                written += copy.write(piece[written:count])
        left -= count
    return digest.hexdigest()


def settle(
    run_dir: Path, journal: Journal, own: SidecarFile, largest: int, *, only_media: bool
) -> None:
    """Keep what a killed background process did not, as far as it is still what the run left.

    ``only_media``: this is another machine, where files of the training would be other files.
    """
    last_word = max(path.stat().st_mtime for path in runfile.files(run_dir))
    keeper = Keeper(run_dir, journal, own, largest)
    keeper.tick(ended=True, until=last_word + 2, only_media=only_media)


def unsettled(journal: Journal, *, only_media: bool = False) -> bool:
    """Whether a file was asked for that nobody has read since."""
    wishes = [*journal.media, *(() if only_media else journal.wishes().values())]
    return any(_open(journal, wish) for wish in wishes)


def _open(journal: Journal, wish: Wish) -> bool:
    """Whether it is to be seen to. Frames that found no room are tried by every process anew."""
    last = journal.kept(wish.file.path)
    if last is None or last.at < wish.at:
        return True
    return last.file.kind == FRAMES and bool(last.file.error)

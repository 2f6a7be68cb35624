"""This process's run file: interned, framed records; one system call per call of the user."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from swanlab import records, runfile
from swanlab.records import MAX_LAYOUTS, Console, Finish, Header, Key, Scalars
from swanlab.sdk import values
from swanlab.sdk.former import Follower
from swanlab.sdk.guard import say_once
from swanlab.sdk.layout import Layout
from swanlab.sdk.steps import Steps

if TYPE_CHECKING:
    from swanlab.sdk.media.medium import Medium
    from swanlab.sdk.media.recording import Entry, Limits
    from swanlab.sdk.turns import Turns

_encode = records.encode
_frame = runfile.frame
_head = runfile.HEAD.pack
_now = time.time_ns
_MAX_KEYS_PER_RECORD = 65_536


class RunWriter:
    """Writes one run file from any thread of one process.

    ``size`` is the number of bytes written; ``dropped`` the calls lost to a failing disk.
    """

    def __init__(self, folder: Path, header: Header, parent: RunWriter | None = None) -> None:
        """Create ``<folder>/<writer>.swanlab``; raises ``OSError``.

        With ``parent``, the writer that this forked process inherited, the file is made by the
        first record: most children of a training never log.
        """
        self.name = header.writer
        self.lock = threading.RLock()
        self._started = header.started
        self.path = folder / (header.writer + runfile.SUFFIX)
        self.turns: Turns | None = None
        """What is shared with forked children; None until the first fork."""
        self._shared: Turns | None = parent.turns if parent is not None else None
        self._file: runfile.Writer | _LaterFile
        if parent is None:
            self._file = runfile.Writer(self.path)
        else:
            self._file = _LaterFile(self, _frame(_encode(header)))
        self._write = self._file.append
        self._keys: dict[str, int] = {}
        self._by_given: dict[tuple[Any, ...], Layout] = {}
        self._slots: list[tuple[Any, ...]] = []
        self._turn = 0
        self.steps = Steps()
        self.made = itertools.count()
        """Numbers the files of media of this writer."""
        self.limits: Limits | None = None
        """Of media, once there are any."""
        self.when_filed: Callable[[], None] | None = None
        """Called when media were recorded: the background process is to look."""
        if parent is None:
            self._append(_frame(_encode(header)))
        else:
            self._inherit(parent)

    @property
    def size(self) -> int:
        """Bytes written."""
        return self._file.size

    @property
    def dropped(self) -> int:
        """Calls lost to a failing disk."""
        return self._file.failed

    def elapsed(self) -> int:
        """Milliseconds since the header's start."""
        return _now() // 1_000_000 - self._started

    def log(self, data: Mapping[Any, Any], step: int | None) -> None:
        """Record the numbers of ``data`` at ``step``, or at each key's next step.

        The usual call (keys seen before, plain numbers) is dealt with here to its end, in one
        function: a call costs more than any of its lines.
        """
        given = tuple(data)
        with self.lock:
            if step is None and self.turns is not None:
                if self._log_in_turn(given, data, self.turns):
                    return
                packed = None
            else:
                layout = self._by_given.get(given)
                try:
                    packed = layout.pack(*data.values()) if layout is not None else None
                except Exception:  # noqa: BLE001 - not all are plain numbers: look at each
                    packed = None
                if packed is not None and layout is not None:
                    if step is None:
                        step = self.steps.next(layout)
                        if step is None:
                            self._log_groups(layout, packed)
                            return
                    else:
                        self.steps.given(layout, step)
                    t = _now() // 1_000_000 - self._started
                    payload = _encode(Scalars(layout.id, step, t, packed))
                    if not self._write(_head(len(payload), crc32(payload)) + payload):
                        self._say_failed()
                    return
        self._log_any(data, step)

    def _log_any(self, data: Mapping[Any, Any], step: int | None) -> None:
        """Record numbers and media, each as what it is."""
        plain, media = values.sorted_out(data)
        self._record(plain, self._prepared(media, step), step)

    def _prepared(self, media: dict[str, list[Medium]], step: int | None) -> list[Entry]:
        """Write the files of media; without the lock, which nobody is to wait for so long."""
        if not media:
            return []
        from swanlab.sdk.media.recording import prepared

        return prepared(self, media, step)

    def _record(self, plain: dict[str, float], entries: list[Entry], step: int | None) -> None:
        """Record what was sorted out and prepared."""

        def record() -> None:
            self._log_plain(plain, step)
            for entry in entries:
                entry.record(step)

        with self.lock:
            if step is None and self.turns is not None:
                self._in_turn(self.turns, record)
            else:
                record()
        if self.when_filed is not None and any(entry.files for entry in entries):
            self.when_filed()

    def _inherit(self, parent: RunWriter) -> None:
        """Number steps on from where the parent process stood at the fork."""
        self.steps, self.turns = parent.steps, parent.turns
        if self.turns is None:
            return
        follower = Follower(parent.path)
        follower.offset = parent.size
        follower.keys = list(parent._keys)
        follower.layouts = {
            layout.id: [parent._keys[name] for name in layout.names]
            for layout in parent._by_given.values()
        }
        self.turns.in_child(follower)

    def _log_in_turn(self, given: tuple[Any, ...], data: Mapping[Any, Any], turns: Turns) -> bool:
        """Record plain numbers of a known layout in turn; False when they are something else."""
        layout = self._by_given.get(given)
        if layout is None:
            return False
        try:
            packed = layout.pack(*data.values())
        except Exception:  # noqa: BLE001 - not all are plain numbers: look at each
            return False
        self._in_turn(turns, lambda: self._log_packed(layout, packed, None))
        return True

    def _in_turn(self, turns: Turns, record: Callable[[], None]) -> None:
        """Record at the next step of a series that parent and children share."""
        self.turns = None
        try:
            if self._shared is not None:
                turns.begin()
            if not turns.needed:
                record()
                return
            with turns:
                turns.learn(self.path, self.steps)
                record()
        finally:
            self.turns = turns

    def _log_packed(self, layout: Layout, packed: bytes, step: int | None) -> None:
        at = self.steps.next(layout) if step is None else step
        if at is None:
            self._log_groups(layout, packed)
            return
        if step is not None:
            self.steps.given(layout, at)
        self._append(_frame(_encode(Scalars(layout.id, at, self.elapsed(), packed))))

    def _log_plain(self, plain: dict[str, float], step: int | None) -> None:
        """Record clean keys and floats whose layout may be new."""
        names = tuple(plain)
        for start in range(0, len(names), _MAX_KEYS_PER_RECORD):
            part = names[start : start + _MAX_KEYS_PER_RECORD]
            layout = self._layout(part)
            if layout is not None:
                self._log_packed(layout, layout.pack(*(plain[name] for name in part)), step)

    def _log_groups(self, layout: Layout, packed: bytes) -> None:
        """The keys stand at different steps: one record per step, in one write."""
        t = self.elapsed()
        frames = []
        for step, positions in self.steps.groups(layout.names).items():
            part = self._layout(tuple(layout.names[position] for position in positions))
            if part is None:
                return
            cells = b"".join(packed[8 * position : 8 * position + 8] for position in positions)
            frames.append(_frame(_encode(Scalars(part.id, step, t, cells))))
        self._append(b"".join(frames))

    def _layout(self, names: tuple[str, ...]) -> Layout | None:
        """Return the layout of ``names``, defining it in the file first when it is new.

        It is registered only after its definition is in the file: a call from a signal handler in
        between must not refer to what no reader knows.
        """
        known = self._by_given.get(names)
        if known is not None:
            return known
        old, fresh = self._keys, [name for name in names if name not in self._keys]
        new = {name: len(old) + place for place, name in enumerate(fresh)}
        numbers = [new[name] if name in new else old[name] for name in names]
        number = self._turn % MAX_LAYOUTS
        frames = [_frame(_encode(Key(name))) for name in fresh]
        frames.append(_frame(_encode(records.Layout(number, numbers))))
        if not self._append(b"".join(frames)):
            return None
        old.update(new)
        self._turn += 1
        layout = Layout(number, names)
        if number < len(self._slots):
            self._by_given.pop(self._slots[number], None)
            self._slots[number] = names
        else:
            self._slots.append(names)
        self._by_given[names] = layout
        return layout

    def console(self, line: int, level: int, stream: int, text: str) -> None:
        """Record one line of output."""
        with self.lock:
            self._append(_frame(_encode(Console(line, self.elapsed(), level, stream, text))))

    def put(self, record: records.Record) -> None:
        """Record anything else."""
        payload = _encode(record)
        if len(payload) > runfile.MAX_PAYLOAD:
            kind = type(record).__name__.lower()
            say_once(f"large:{kind}", f"a {kind} of {len(payload):,} bytes is too large; left out.")
            return
        with self.lock:
            self._append(_frame(payload))

    def put_all(self, found: Sequence[records.Record]) -> None:
        """Record what belongs together, by one write where it fits."""
        payloads = [_encode(record) for record in found]
        if max(map(len, payloads)) > runfile.MAX_PAYLOAD:
            for record in found:
                self.put(record)
            return
        with self.lock:
            self._append(b"".join(map(_frame, payloads)))

    def finish(self, state: str, error: str | None) -> None:
        """Record the end and put the file on the disk."""
        self.put(Finish(self.elapsed(), state, error))
        with self.lock:
            if not self._file.sync():
                self._say_failed()

    def file_made(self) -> None:
        """Tell the processes we take turns with that our file is there now."""
        if self._shared is not None:
            self._shared.file_made()

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self._file.close()

    def _append(self, frames: bytes) -> bool:
        if self._write(frames):
            return True
        self._say_failed()
        return False

    def _say_failed(self) -> None:
        error = self._file.error
        reason = (error.strerror or error) if error else "unknown"
        say_once(
            "disk",
            f"cannot write {self._file.path}: {reason}. The training goes on; what is logged until "
            "the disk takes data again is lost.",
        )


class _LaterFile:
    """A run file that is made when the first frames are written to it."""

    def __init__(self, writer: RunWriter, first: bytes) -> None:
        self.path = writer.path
        self._writer = writer
        self._first = first
        self._file: runfile.Writer | None = None
        self._failed = 0
        self._error: OSError | None = None

    def append(self, frames: bytes) -> bool:
        """Write frames, the header before the first ones."""
        if self._file is not None:
            return self._file.append(frames)
        try:
            self._file = runfile.Writer(self.path)
        except OSError as error:
            self._failed += 1
            self._error = error
            return False
        self._writer.file_made()
        return self._file.append(self._first + frames)

    @property
    def size(self) -> int:
        """Bytes written."""
        return self._file.size if self._file is not None else 0

    @property
    def failed(self) -> int:
        """Calls lost."""
        return self._failed + (self._file.failed if self._file is not None else 0)

    @property
    def error(self) -> OSError | None:
        """The last error."""
        return self._file.error if self._file is not None and self._file.error else self._error

    def sync(self) -> bool:
        """Ask the system to put the file on the disk, if there is one."""
        return self._file is None or self._file.sync()

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()


def writer_name(role: str) -> str:
    """Return a new name for a writer: role, process id and 8 random hexadecimal digits."""
    return f"{role}-{os.getpid()}-{os.urandom(4).hex()}"

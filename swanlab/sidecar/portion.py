"""A part of a recorded run, by steps or by time, as a run folder of its own."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from swanlab import records, runfile
from swanlab.errors import InvalidArgument, InvalidType
from swanlab.records import Header

_PIECE = 4 << 20


class Portion(NamedTuple):
    """What is taken of a run; both ends belong to it, None is open."""

    start_step: int | None = None
    end_step: int | None = None
    start_time: float | None = None
    """Unix time in seconds."""
    end_time: float | None = None

    def whole(self) -> bool:
        """Whether nothing is left out."""
        return all(end is None for end in self)

    def takes(self, step: int | None, at: float) -> bool:
        """Whether what was recorded ``at`` (Unix seconds), maybe at a step, belongs to it."""
        if self.start_time is not None and at < self.start_time:
            return False
        if self.end_time is not None and at > self.end_time:
            return False
        if step is None:
            return True
        low, high = self.start_step, self.end_step
        return (low is None or step >= low) and (high is None or step <= high)


def moment(given: Any) -> float | None:
    """Return a time as Unix seconds: a number of them, ISO text, or a datetime.

    A time without a zone is of this machine's.

    Raises:
        InvalidArgument: text that is no time.
        InvalidType: of another type.
    """
    if given is None or (isinstance(given, int | float) and not isinstance(given, bool)):
        return given
    if isinstance(given, dt.datetime):
        return given.timestamp()
    if not isinstance(given, str):
        raise InvalidType(f"a time is Unix seconds, ISO text or a datetime, but got {given!r}.")
    try:
        return float(given)
    except ValueError:
        pass
    try:
        return dt.datetime.fromisoformat(given).timestamp()
    except ValueError:
        raise InvalidArgument(
            f"{given!r} is no time: give Unix seconds or such as 2026-01-31T18:30."
        ) from None


def copy(run_dir: Path, target: Path, portion: Portion) -> None:
    """Write the portion of the run in ``run_dir`` into the folder ``target``.

    Its writers have names of their own, so that the rest of the run can be sent later: a server
    keeps one place per writer. What is sent twice then is one point there.
    """
    mark = f"{crc32(repr(portion).encode()):08x}"
    for path in runfile.files(run_dir):
        # The steps of hardware are milliseconds: only times choose among its samples.
        of_steps = path.name.startswith("trainer-")
        chosen = portion if of_steps else portion._replace(start_step=None, end_step=None)
        _copy_file(path, target / f"{path.stem}-{mark}{runfile.SUFFIX}", chosen)
    for folder in run_dir.iterdir():
        if folder.is_dir():
            _refer(folder, target / folder.name)


def _refer(folder: Path, link: Path) -> None:
    """Make what belongs to the run beside its records reachable from the portion."""
    try:
        link.symlink_to(folder.resolve(), target_is_directory=True)
    except OSError:  # Windows lets only some users make links.
        shutil.copytree(folder, link)


def _copy_file(path: Path, target: Path, portion: Portion) -> None:
    offset, started = 0, 0
    with target.open("wb") as out:
        while data := runfile.read(path, offset, _PIECE):
            span = runfile.scan(data, complete=len(data) < _PIECE)
            if not span.end:
                data = runfile.read(path, offset, runfile.MAX_PAYLOAD + _PIECE)
                span = runfile.scan(data, complete=True)
            offset += span.end
            for payload in span.payloads:
                record = _decoded(payload)
                if isinstance(record, Header):
                    started = record.started
                    renamed = msgspec.structs.replace(record, writer=target.stem)
                    out.write(runfile.frame(records.encode(renamed)))
                elif _belongs(record, started, portion):
                    out.write(runfile.frame(payload))


def _decoded(payload: bytes) -> Any:
    try:
        return records.decode(payload)
    except (msgspec.MsgspecError, ValueError):
        return None  # Of a newer format: it is kept as it is.


def _belongs(record: Any, started: int, portion: Portion) -> bool:
    step = getattr(record, "step", None)
    if step is None and not isinstance(record, records.Console):
        return True
    return portion.takes(step, (started + record.t) / 1000)

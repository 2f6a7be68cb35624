"""What wandb wrote on this machine: ``run-*.wandb`` in its run folders.

A file is a LevelDB log (https://github.com/google/leveldb/blob/main/doc/log_format.md) behind seven
bytes of its own; the records are ``Record`` of wandb_internal.proto.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from swanlab.convert import protobuf
from swanlab.convert.recording import About, Converted, Recording, Target, is_wanted
from swanlab.errors import InvalidArgument

_BLOCK = 32768
_HEAD = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_START = b":W&B"


def convert(folder: Path, target: Target, run_dir: str | None = None) -> Iterator[Converted]:
    """Convert the runs in ``folder`` (``wandb``), or only that in its folder ``run_dir``.

    Raises:
        InvalidArgument: there is none.
        SwanLabError: a run cannot be recorded or sent.
    """
    place = folder / run_dir if run_dir else folder
    seen: set[Path] = set()
    for path in sorted(place.rglob("run-*.wandb")):
        real = path.resolve()
        if real not in seen:  # latest-run is a link
            seen.add(real)
            found = _convert(real, target)
            if found is not None:
                yield found
    if not seen:
        raise InvalidArgument(f"{place} holds no run of wandb.")


def _convert(path: Path, target: Target) -> Converted | None:
    recording: Recording | None = None
    state, error, at = "crashed", "The record ends before the run did.", 0.0
    for record in records(path):
        for number, message in protobuf.fields(record):
            if not isinstance(message, bytes):
                continue
            if number == 17 and recording is None:
                about = _about(message)
                if not is_wanted(target, about.id):
                    return None
                recording, at = Recording(target, about), float(about.created)
            elif recording is None:
                continue
            elif number == 5:
                recording.config(_config(message))
            elif number == 2:
                at = _history(recording, message, at)
            elif number == 18:
                code = protobuf.integer(message, 1)
                state = "crashed" if code else "success"
                error = f"exit code {code}" if code else ""
    return None if recording is None else recording.finish(state, error or None, at)


def _about(run: bytes) -> About:
    start = protobuf.one(run, 17)
    seconds, nanos = protobuf.integer(start, 1), protobuf.integer(start, 2)
    run_id = protobuf.text(run, 1)
    return About(
        id=run_id,
        project=protobuf.text(run, 3) or "uncategorized",
        created=seconds * 1000 + nanos // 1_000_000,
        name=protobuf.text(run, 8) or None,
        description=protobuf.text(run, 9) or None,
        tags=[tag.decode("utf-8", "replace") for tag in protobuf.every(run, 10)],
        config=_config(protobuf.one(run, 4)),
        group=protobuf.text(run, 6) or None,
        job_type=protobuf.text(run, 7) or None,
    )


def _config(message: bytes) -> dict[str, Any]:
    found = {}
    for item in protobuf.every(message, 1):
        key = _key(item)
        if not key.startswith("_wandb"):
            found[key] = _value(item)
    return found


def _key(item: bytes) -> str:
    nested = [part.decode("utf-8", "replace") for part in protobuf.every(item, 2)]
    return "/".join(nested) or protobuf.text(item, 1)


def _value(item: bytes) -> Any:
    try:
        return json.loads(protobuf.one(item, 16) or "null")
    except ValueError:
        return None  # Written by halves.


def _history(recording: Recording, message: bytes, at: float) -> float:
    """Record one step; return when it was logged (Unix milliseconds)."""
    row = {_key(item): _value(item) for item in protobuf.every(message, 1)}
    step = row.get("_step", protobuf.integer(protobuf.one(message, 2), 1))
    at = float(row.get("_timestamp") or at / 1000) * 1000
    recording.log(numbers(row), int(step), at)
    return at


def numbers(row: dict[str, Any]) -> dict[str, Any]:
    """Return what of a row of wandb's history are numbers of the user's, nested ones included."""
    found: dict[str, Any] = {}
    for key, item in row.items():
        if key.startswith("_"):
            continue
        if isinstance(item, dict) and "_type" not in item:
            found.update({f"{key}/{inner}": each for inner, each in numbers(item).items()})
        elif isinstance(item, int | float):
            found[key] = item
        elif item in ("NaN", "Infinity", "-Infinity"):
            found[key] = float(item)
    return found


def records(path: Path) -> Iterator[bytes]:
    """Yield the records of one file; a torn end is where it ends.

    Raises:
        InvalidArgument: it is no file of wandb's.
    """
    data = path.read_bytes()
    if data[:4] != _START:
        raise InvalidArgument(f"{path} is no file of wandb's.")
    at, parts = 7, b""
    while at + _HEAD.size <= len(data):
        left = _BLOCK - at % _BLOCK
        if left < _HEAD.size:
            at += left
            continue
        _, length, kind = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        piece = data[at : at + length]
        if kind not in (_FULL, _FIRST, _MIDDLE, _LAST) or len(piece) < length:
            return
        at += length
        parts = piece if kind in (_FULL, _FIRST) else parts + piece
        if kind in (_FULL, _LAST):
            yield parts

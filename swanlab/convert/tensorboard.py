"""TensorBoard's event files: every folder with some is a run.

A file is a sequence of TFRecords: u64 length, u32 masked CRC-32C of it, the message, u32 masked
CRC-32C of that. The messages are ``Event`` of tensorflow/core/util/event.proto.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from swanlab.convert import protobuf
from swanlab.convert.recording import About, Converted, Recording, Target, is_wanted
from swanlab.errors import InvalidArgument

_HEAD = struct.Struct("<QI")
_FLOAT, _DOUBLE, _INT32, _INT64 = 1, 2, 3, 9
_PACKED = {_FLOAT: ("f", 5), _DOUBLE: ("d", 6)}
_CONTENT = {_FLOAT: "f", _DOUBLE: "d", _INT32: "i", _INT64: "q"}
_MOST = 1 << 30
"""Bytes of one event; a longer one is damage."""


class Event(NamedTuple):
    """One event of a file: when (Unix seconds), at which step, and its scalars."""

    at: float
    step: int
    values: dict[str, float]
    hparams: dict[str, Any]


def convert(folder: Path, target: Target) -> Iterator[Converted]:
    """Convert every run below ``folder``, each named by its place in it.

    Raises:
        InvalidArgument: there is no event file.
        SwanLabError: a run cannot be recorded or sent.
    """
    places = sorted({path.parent for path in folder.rglob("*tfevents*") if path.is_file()})
    if not places:
        raise InvalidArgument(f"{folder} holds no event file of TensorBoard.")
    for place in places:
        run_id = hashlib.sha256(str(place.resolve()).encode()).hexdigest()[:21]
        if is_wanted(target, run_id):
            found = _convert(place, folder, run_id, target)
            if found is not None:
                yield found


def _convert(place: Path, folder: Path, run_id: str, target: Target) -> Converted | None:
    files = sorted(path for path in place.glob("*tfevents*") if path.is_file())
    first = next((event for path in files for event in events(path)), None)
    if first is None:
        return None  # Nothing was written to it.
    name = place.resolve().name if place == folder else place.relative_to(folder).as_posix()
    project = folder.resolve().name
    created = int(first.at * 1000)
    recording = Recording(target, About(run_id, project, created, name))
    at = first.at
    for path in files:
        for event in events(path):
            recording.log(event.values, event.step, event.at * 1000)
            recording.config(event.hparams)
            at = max(at, event.at)
    return recording.finish("success", at=at * 1000)


def events(path: Path) -> Iterator[Event]:
    """Yield the events of one file; a torn end is where it ends."""
    with path.open("rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            length, _ = _HEAD.unpack(head)
            message = file.read(length) if length < _MOST else b""
            if len(message) < length or len(file.read(4)) < 4:
                return
            try:
                yield _event(message)
            except ValueError:
                continue  # Damaged: the next record still has its own length.


def _event(message: bytes) -> Event:
    values: dict[str, float] = {}
    hparams: dict[str, Any] = {}
    for value in protobuf.every(protobuf.one(message, 5), 1):
        tag = protobuf.text(value, 1)
        plugin = protobuf.one(protobuf.one(value, 9), 1)
        if protobuf.text(plugin, 1) == "hparams":
            hparams.update(_hparams(protobuf.one(plugin, 2)))
            continue
        number = protobuf.double(value, 2)
        if number is None and protobuf.text(plugin, 1) == "scalars":
            number = _tensor(protobuf.one(value, 8))
        if number is not None and not tag.startswith("_hparams_/"):
            values[tag] = number
    return Event(protobuf.double(message, 1) or 0.0, protobuf.integer(message, 2), values, hparams)


def _tensor(tensor: bytes) -> float | None:
    """Return the number of a tensor that holds one."""
    kind = protobuf.integer(tensor, 1)
    content = protobuf.one(tensor, 4)
    if kind in _CONTENT and len(content) == struct.calcsize("<" + _CONTENT[kind]):
        return float(struct.unpack("<" + _CONTENT[kind], content)[0])
    if kind in _PACKED:
        letter, field = _PACKED[kind]
        packed = protobuf.one(tensor, field)
        if len(packed) == struct.calcsize("<" + letter):
            return float(struct.unpack("<" + letter, packed)[0])
    return None


def _hparams(content: bytes) -> dict[str, Any]:
    """Return the hyper-parameters of ``HParamsPluginData``: a map to ``google.protobuf.Value``."""
    found: dict[str, Any] = {}
    for entry in protobuf.every(protobuf.one(content, 3), 1):
        value = protobuf.one(entry, 2)
        for number, item in protobuf.fields(value):
            if number == 2:
                found[protobuf.text(entry, 1)] = protobuf.double(value, 2)
            elif number == 3:
                found[protobuf.text(entry, 1)] = protobuf.text(value, 3)
            elif number == 4:
                found[protobuf.text(entry, 1)] = bool(item)
    return found

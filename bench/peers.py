"""What is measured: ours and its peers. Runs inside each peer's own environment.

A peer is loaded, begun (which returns its ``log`` and ``finish``) and, after its process has ended,
counted: how many of the logged numbers its files hold.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

Log = Callable[[dict[str, float], int], Any]
Begun = tuple[Log, Callable[[], Any]]

PREFIX = "train/"
"""Of every key that the measurements log; nothing else a peer records is counted."""


@dataclass(frozen=True)
class Peer:
    """``requires`` are pip requirements; ``env`` is added to the environment of its processes."""

    name: str
    module: str
    requires: tuple[str, ...]
    begin: Callable[[Path, str, str], Begun]
    """(folder, name of the run, mode) to ``log`` and ``finish``; the first call loads the rest."""
    count: Callable[[Path], int]
    env: Callable[[Path], dict[str, str]] = lambda _: {}
    rows: tuple[str, ...] | None = None
    """Those it is measured in; None for all."""

    def image(self, pixels: Any) -> Any:
        """Return what the peer's ``log`` takes as a picture: the array where it has no class."""
        kind = getattr(self.load(), "Image", None)
        return pixels if kind is None else kind(pixels)

    def load(self) -> Any:
        """Import the module."""
        return import_module(self.module)


# ----------------------------------------------------------------------------- ours


def _begin_ours(folder: Path, run: str, mode: str) -> Begun:
    import swanlab

    swanlab.init(project="bench", experiment_name=run, mode=mode, logdir=str(folder / "swanlog"))
    return swanlab.log, swanlab.finish


def _count_ours(folder: Path) -> int:
    from swanlab import runfile

    found = 0
    for run_dir in (folder / "swanlog").glob("run-*"):
        found += sum(_numbers(path.read_bytes()) for path in runfile.files(run_dir))
    return found


def _numbers(data: bytes) -> int:
    """Numbers under ``PREFIX`` in one run file; a torn tail is left out, damage is an error."""
    from swanlab import records, runfile

    span = runfile.scan(data)
    if span.damaged:
        raise ValueError(f"{span.damaged} bytes of a run file are damaged")
    names: list[str] = []
    widths: dict[int, int] = {}
    found = 0
    for payload in span.payloads:
        record = records.decode(payload)
        match record:
            case records.Scalars():
                found += widths[record.layout]
            case records.Key():
                names.append(record.name)
            case records.Layout():
                ours = sum(names[number].startswith(PREFIX) for number in record.keys)
                widths[record.id] = ours
            case _:
                pass
    return found


# -------------------------------------------------------------------------- trackio


def _begin_trackio(_folder: Path, run: str, _mode: str) -> Begun:
    import trackio

    trackio.init(project="bench", name=run, embed=False)
    return trackio.log, trackio.finish


def _count_trackio(folder: Path) -> int:
    """What its database holds, and what its pending files would add to it."""
    found = 0
    for path in (folder / "trackio").glob("*.db"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT metrics FROM metrics")
            found += sum(_prefixed(json.loads(text)) for (text,) in rows)
    for path in (folder / "trackio").rglob("*.jsonl"):
        for line in path.read_text().splitlines():
            found += _prefixed(json.loads(line).get("metrics", {}))
    return found


def _prefixed(names: dict[str, Any]) -> int:
    return sum(name.startswith(PREFIX) for name in names)


# ---------------------------------------------------------------------------- wandb


def _begin_wandb(folder: Path, run: str, _mode: str) -> Begun:
    import wandb

    begun = wandb.init(project="bench", name=run, dir=str(folder), mode="offline")
    return begun.log, begun.finish


def _count_wandb(folder: Path) -> int:
    from wandb.proto import wandb_internal_pb2

    found = 0
    for path in (folder / "wandb").glob("offline-run-*/*.wandb"):
        for payload in _log_records(path.read_bytes()):
            record = wandb_internal_pb2.Record.FromString(payload)
            if record.WhichOneof("record_type") == "history":
                items = record.history.item
                found += sum((one.key or one.nested_key[0]).startswith(PREFIX) for one in items)
    return found


def _log_records(data: bytes) -> Iterator[bytes]:
    """Records of a LevelDB log behind a 7-byte file header: blocks of 32 KiB, parts joined."""
    block, head = 32768, struct.Struct("<IHB")
    at, parts = head.size, []
    while at + head.size <= len(data):
        left = block - at % block
        if left < head.size:
            at += left
            continue
        _, length, kind = head.unpack_from(data, at)
        stop = at + head.size + length
        if kind == 0 or stop > len(data):
            return
        parts.append(data[at + head.size : stop])
        at = stop
        if kind in (1, 4):  # whole, or the last part of one
            yield b"".join(parts)
            parts.clear()


# -------------------------------------------------------------------- SwanLab 0.10.3


def _begin_swanlab(folder: Path, run: str, _mode: str) -> Begun:
    import swanlab

    swanlab.init(
        project="bench", experiment_name=run, mode="offline", logdir=str(folder / "swanlog")
    )
    return swanlab.log, swanlab.finish


def _count_swanlab(folder: Path) -> int:
    from swanlab.proto.swanlab.record.v1.record_pb2 import Record
    from swanlab.sdk.internal.core_python.store import DataStoreReader

    found = 0
    for path in (folder / "swanlog").rglob("*.swanlab"):
        reader = DataStoreReader()
        reader.open(path)
        for payload in reader:
            record = Record()
            record.ParseFromString(payload)
            if record.WhichOneof("record_type") == "scalar":
                found += record.scalar.key.startswith(PREFIX)
    return found


# ---------------------------------------------------------------------- tensorboardX


def _begin_tensorboard(folder: Path, run: str, _mode: str) -> Begun:
    from tensorboardX import SummaryWriter

    writer = SummaryWriter(str(folder / "runs" / run))

    def log(data: dict[str, Any], step: int) -> None:
        for name, value in data.items():
            if hasattr(value, "shape"):
                writer.add_image(name, value, step, dataformats="HWC")
            else:
                writer.add_scalar(name, value, step)

    return log, writer.close


def _count_tensorboard(folder: Path) -> int:
    """What its event files hold: length, its checksum, the event, its checksum, and so on."""
    from tensorboardX.proto.event_pb2 import Event

    found = 0
    for path in (folder / "runs").rglob("events.out.tfevents.*"):
        data, at = path.read_bytes(), 0
        while at + 12 <= len(data):
            (length,) = struct.unpack_from("<Q", data, at)
            event = Event.FromString(data[at + 12 : at + 12 + length])
            found += sum(value.tag.startswith(PREFIX) for value in event.summary.value)
            at += 12 + length + 4
    return found


OURS = Peer("ours", "swanlab", (), _begin_ours, _count_ours)
TRACKIO = Peer(
    "trackio",
    "trackio",
    ("trackio",),
    _begin_trackio,
    _count_trackio,
    lambda folder: {
        "TRACKIO_DIR": str(folder / "trackio"),
        "HF_HOME": str(folder / "hf"),
        "HF_HUB_OFFLINE": "1",
    },
)
WANDB = Peer(
    "wandb",
    "wandb",
    ("wandb", "pillow"),
    _begin_wandb,
    _count_wandb,
    lambda folder: {
        "WANDB_MODE": "offline",
        "WANDB_DIR": str(folder),
        "WANDB_SILENT": "true",
    },
)
SWANLAB = Peer(
    "swanlab-0.10.3",
    "swanlab",
    ("swanlab==0.10.3", "pillow"),
    _begin_swanlab,
    _count_swanlab,
)
TENSORBOARD = Peer(
    "tensorboard",
    "tensorboardX",
    ("tensorboardX", "pillow"),
    _begin_tensorboard,
    _count_tensorboard,
    rows=("images",),
)

PEERS = {peer.name: peer for peer in (OURS, TRACKIO, WANDB, SWANLAB, TENSORBOARD)}

"""Reads a run folder back, record by record, for the tests."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swanlab import records, runfile
from swanlab.records import (
    Config,
    Console,
    Environment,
    File,
    Finish,
    Header,
    Key,
    Layout,
    Media,
    Resume,
    Scalars,
    Start,
)


@dataclass
class Recorded:
    """What the run files of one folder hold."""

    points: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    lines: dict[int, Console] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, Any] = field(default_factory=dict)
    headers: list[Header] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    finishes: list[Finish] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    bytes: int = 0

    @property
    def text(self) -> list[str]:
        return [line.text for _, line in sorted(self.lines.items())]


def recorded(run_dir: str | Path, role: str = "trainer") -> Recorded:
    """Return what the files of ``role`` in ``run_dir`` hold; damage fails the test."""
    result = Recorded()
    for path in runfile.files(Path(run_dir)):
        if path.name.startswith(role):
            span = runfile.scan(path.read_bytes(), complete=True)
            assert not span.damaged, path
            result.bytes += path.stat().st_size
            _take(result, [records.decode(payload) for payload in span.payloads])
    return result


def _take(result: Recorded, found: list[Any]) -> None:  # noqa: C901, PLR0912 - one case a record
    keys: list[str] = []
    layouts: dict[int, list[int]] = {}
    for record in found:
        match record:
            case Key():
                keys.append(record.name)
            case Layout():
                layouts[record.id] = record.keys
            case Scalars():
                numbers = layouts[record.layout]
                values = struct.unpack(f"<{len(numbers)}d", record.values)
                for number, value in zip(numbers, values, strict=True):
                    result.points.setdefault(keys[number], []).append((record.step, value))
            case Console():
                result.lines[record.line] = record
            case Config():
                result.config.update(record.values)
                for name in record.removed:
                    result.config.pop(name, None)
            case Environment():
                result.environment.update(record.values)
            case Header():
                result.headers.append(record)
            case Start():
                result.starts.append(record)
            case Finish():
                result.finishes.append(record)
            case File():
                result.files.append(record)
            case Media():
                result.media.append(record)
            case Resume():
                pass

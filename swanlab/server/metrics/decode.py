"""Takes a writer's posts apart: scalars into arrays, console lines, and what concerns the run.

Scalars are joined per layout, so that a post of many steps costs one array and not one object per
point. What makes no sense is counted, left out, and never holds up what follows.
"""

from __future__ import annotations

import time
from collections import Counter

import msgspec
import numpy as np

from swanlab import records, runfile
from swanlab.server.metrics.contract import Batch, Block, Decoded, Ints, Layout, Line, Writer

STEPS = 1 << 63
_TIME_LIMIT = 1 << 53
"""Times beyond what a float64 holds exactly are cut to it: a broken clock must not lose a point."""


def decode_batch(batch: Batch, writer: Writer) -> Decoded:
    """Decode the frames of ``batch``, written by ``writer`` as it stood at the batch's offset."""
    span = runfile.scan(batch.frames, complete=True)
    reader = _Reader(writer)
    decode = records.decode
    for payload in span.payloads:
        try:
            record = decode(payload)
        except (msgspec.ValidationError, msgspec.DecodeError, RecursionError):
            reader.unknown += 1
            continue
        if type(record) is records.Scalars:
            reader.scalars(record)
        else:
            reader.other(record, payload)
    reader.flush()
    return reader.result(batch, span.damaged)


def replay(writer: Writer, definitions: bytes) -> Writer:
    """Return ``writer`` with the keys and layouts that ``definitions`` (frames) add to it."""
    reader = _Reader(writer)
    for payload in runfile.scan(definitions, complete=True).payloads:
        reader.other(records.decode(payload), payload)
    return reader.writer(writer.offset)


def definitions(writer: Writer) -> bytes:
    """Return frames that, replayed on a new writer, give the keys and layouts of ``writer``."""
    keys = (records.Key(name) for name in writer.keys)
    layouts = (records.Layout(i, list(layout.numbers)) for i, layout in writer.layouts.items())
    return b"".join(runfile.frame(records.encode(record)) for record in (*keys, *layouts))


class _Open:
    """Scalars of one layout, gathered until they become a block."""

    __slots__ = ("keys", "layout", "size", "steps", "times", "values")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.keys = frozenset(layout.numbers)
        self.size = 8 * len(layout.numbers)
        self.steps: list[int] = []
        self.times: list[int] = []
        self.values: list[bytes] = []


class _Reader:
    """Goes through the records of one batch in order."""

    def __init__(self, writer: Writer) -> None:
        self.rank = writer.rank
        self.started = writer.started
        self.before = writer
        self.keys: tuple[str, ...] | list[str] = writer.keys
        self.layouts = writer.layouts
        self.open: dict[int, _Open] = {}
        self.blocks: list[Block] = []
        self.lines: dict[int, records.Console] = {}
        self.records: list[object] = []
        self.definitions: list[bytes] = []
        self.refused: Counter[str] = Counter()
        self.unknown = 0
        self.points = 0
        self.last_step = -1

    def scalars(self, record: records.Scalars) -> None:
        """Put one step to those of its layout, or refuse it."""
        rows = self.open.get(record.layout) or self._begin(record.layout)
        if rows is None:
            self.refused["scalars of an unknown layout"] += 1
        elif len(record.values) != rows.size:
            self.refused["scalars whose values do not match their layout"] += 1
        elif not 0 <= record.step < STEPS:
            self.refused["scalars whose step is out of range"] += 1
        else:
            rows.steps.append(record.step)
            rows.times.append(record.t)
            rows.values.append(record.values)

    def _begin(self, number: int) -> _Open | None:
        layout = self.layouts.get(number)
        if layout is None:
            return None
        rows = _Open(layout)
        if any(rows.keys & other.keys for other in self.open.values()):
            # The order of two blocks that share a key decides which value of a step is the last.
            self.flush()
        self.open[number] = rows
        return rows

    def other(self, record: records.Record, payload: bytes) -> None:
        """Deal with one record that is not scalars."""
        if isinstance(record, records.Console):
            self.lines[record.line] = record
        elif isinstance(record, records.Key):
            if not isinstance(self.keys, list):
                self.keys = list(self.keys)
            self.keys.append(record.name[: records.MAX_KEY_LENGTH])
            self.definitions.append(payload)
        elif isinstance(record, records.Layout):
            self._layout(record)
            self.definitions.append(payload)
        else:
            if isinstance(record, records.Header):
                self.flush()
                self.rank = min(max(record.rank, 0), (1 << 31) - 1)
                self.started = min(max(record.started, 0), _TIME_LIMIT)
            self.records.append(record)

    def _layout(self, record: records.Layout) -> None:
        self.flush()
        if self.layouts is self.before.layouts:
            self.layouts = dict(self.layouts)
        self.layouts.pop(record.id, None)
        numbers = tuple(record.keys)
        if not numbers or not 0 <= record.id < records.MAX_LAYOUTS:
            self.refused["layouts without keys or out of range"] += 1
        elif len(set(numbers)) < len(numbers) or not 0 <= min(numbers) <= max(numbers) < len(
            self.keys
        ):
            self.refused["layouts of unknown or repeated keys"] += 1
        else:
            names = tuple(self.keys[number] for number in numbers)
            self.layouts[record.id] = Layout(numbers, names)

    def flush(self) -> None:
        """Turn the gathered scalars into blocks, in the order in which their layouts came."""
        for rows in self.open.values():
            if rows.steps:
                self._block(rows)
        self.open.clear()

    def _block(self, rows: _Open) -> None:
        width = len(rows.layout.numbers)
        steps = np.array(rows.steps, dtype=np.int64)
        values = np.frombuffer(b"".join(rows.values), dtype="<f8").reshape(-1, width)
        self.blocks.append(Block(rows.layout, steps, self._times(rows.times), values))
        self.points += values.size
        if not all(name.startswith(records.SYSTEM_PREFIX) for name in rows.layout.names):
            self.last_step = max(self.last_step, int(steps.max()))

    def _times(self, times: list[int]) -> Ints:
        if self.started is None:
            # The header was damaged: the first point was logged about now.
            self.started = max(0, int(time.time() * 1000) - max(times[0], 0))
        if min(times) + self.started < 0 or max(times) + self.started > _TIME_LIMIT:
            times = [min(max(t, -self.started), _TIME_LIMIT - self.started) for t in times]
        return np.array(times, dtype=np.int64) + self.started

    def writer(self, offset: int) -> Writer:
        """Return the writer's state behind what was read."""
        return Writer(offset, self.rank, self.started, tuple(self.keys), self.layouts)

    def line(self, record: records.Console) -> Line:
        """Return a console record with its time made absolute and its numbers in range."""
        when = min(max((self.started or 0) + record.t, 0), _TIME_LIMIT)
        # U+0000 cannot be stored by every engine.
        text = record.text.replace("\0", "\N{REPLACEMENT CHARACTER}")
        return Line(record.line, when, record.level, record.stream, text)

    def result(self, batch: Batch, damaged: int) -> Decoded:
        """Return all that was found in ``batch``."""
        good: list[Line] = []
        for record in self.lines.values():
            if 0 <= record.line < 1 << 31 and max(abs(record.level), abs(record.stream)) < 1 << 15:
                good.append(self.line(record))
            else:
                self.refused["console lines out of range"] += 1
        return Decoded(
            batch=batch,
            blocks=self.blocks,
            lines=good,
            records=self.records,
            points=self.points,
            last_step=self.last_step,
            new_keys=len(self.keys) - len(self.before.keys),
            damaged=damaged,
            unknown=self.unknown,
            refused=dict(self.refused),
            definitions=b"".join(map(runfile.frame, self.definitions)),
            after=self.writer(batch.offset + len(batch.frames)),
        )

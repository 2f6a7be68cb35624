"""A run file's writer that also tells callbacks: made only when one of them wants to know."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swanlab.records import Header
from swanlab.sdk import values
from swanlab.sdk.callback import ColumnInfo, Line, MetricInfo, Point, Shown
from swanlab.sdk.console import STDERR
from swanlab.sdk.hooks import Hooks
from swanlab.sdk.writer import RunWriter

if TYPE_CHECKING:
    from swanlab.sdk.media.medium import Medium


class _Seen:
    """What is known of one key so far."""

    def __init__(self, column: ColumnInfo) -> None:
        self.column = column
        self.num = 0
        self.min = math.inf
        self.max = -math.inf

    def take(self, value: float) -> dict[str, Any]:
        """Count one value; return the summary."""
        self.num += 1
        if math.isfinite(value):
            self.min, self.max = min(self.min, value), max(self.max, value)
        if self.min > self.max:
            return {"num": self.num, "min": None, "max": None}
        return {"num": self.num, "min": self.min, "max": self.max}


class ObservedWriter(RunWriter):
    """Records as ``RunWriter`` does, and tells ``hooks`` of every call."""

    def __init__(
        self, hooks: Hooks, folder: Path, header: Header, parent: RunWriter | None = None
    ) -> None:
        """Create ``<folder>/<writer>.swanlab``; raises ``OSError``."""
        self._folder = folder
        self._hooks = hooks
        self._seen: dict[str, _Seen] = {}
        self._recording = False
        super().__init__(folder, header, parent)

    def log(self, data: Mapping[Any, Any], step: int | None) -> None:
        """Record the numbers of ``data``; callbacks are told outside of the lock."""
        with self.lock:
            if self._recording:  # From within: by ourselves or a signal handler.
                super().log(data, step)
                return
        self._hooks.tell("on_log", data, step)
        plain, media = values.sorted_out(data)
        if not plain and not media:
            return
        entries = self._prepared(media, step)
        with self.lock:
            self._recording = True
            try:
                self._record(plain, entries, step)
            finally:
                self._recording = False
            names = [*plain, *media]
            at = {name: self.steps.last(name) if step is None else step for name in names}
        now = time.time_ns() // 1_000_000
        points = [Point(name, at[name], value, now) for name, value in plain.items()]
        for point in points:
            self._tell_point(point)
        self._hooks.tell("on_scalar_flush", points)
        if media:
            self._tell_media(media, at, now)

    def _tell_media(self, media: dict[str, list[Medium]], at: dict[str, int], now: int) -> None:
        good = {name: [one for one in some if one.fault is None] for name, some in media.items()}
        shown = [Shown(name, at[name], some, now) for name, some in good.items() if some]
        if shown:
            self._hooks.tell("on_media_flush", shown)

    def console(self, line: int, level: int, stream: int, text: str) -> None:
        """Record one line of output."""
        super().console(line, level, stream, text)
        if self._hooks.wants("on_log_flush"):
            name = "stderr" if stream == STDERR else "stdout"
            now = time.time_ns() // 1_000_000
            self._hooks.tell("on_log_flush", [Line(line, level, name, text, now)])

    def _tell_point(self, point: Point) -> None:
        with self.lock:
            seen = self._seen.get(point.key)
            fresh = seen is None
            if seen is None:
                section = point.key.partition("/")[0] if "/" in point.key else None
                column = ColumnInfo(point.key, str(len(self._seen)), point.key, section)
                seen = self._seen[point.key] = _Seen(column)
            summary = seen.take(point.value)
        if fresh:
            self._hooks.tell("on_column_create", seen.column)
        if self._hooks.wants("on_metric_create"):
            self._hooks.tell("on_metric_create", self._metric(point, seen.column, summary))

    def _metric(self, point: Point, column: ColumnInfo, summary: dict[str, Any]) -> MetricInfo:
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(point.timestamp / 1000))
        return MetricInfo(
            column_info=column,
            metric={"index": point.step, "data": point.value, "create_time": created},
            metric_summary=summary,
            metric_step=point.step,
            metric_epoch=summary["num"],
            swanlab_logdir=str(self._folder.parent),
            swanlab_media_dir=str(self._folder / "media"),
        )

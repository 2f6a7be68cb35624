"""What the table shows: figures, budgets, the words where there is no figure, and the file."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.tree import CORE

Key = tuple[str, str]
"""Figure (``row.name``) and peer."""


@dataclass(frozen=True)
class Figure:
    """One line of the table. Without a budget it explains another line."""

    key: str
    title: str
    unit: str
    budget: float | None = None
    at_least: bool = False

    def over(self, value: float) -> bool:
        """Whether a value of ours breaks the budget."""
        if self.budget is None:
            return False
        return value < self.budget if self.at_least else value > self.budget


FIGURES = (
    Figure("log10.p50", "`log()` of 10 scalars, p50", "µs", 5),
    Figure("log10.p99", "`log()` of 10 scalars, p99", "µs", 25),
    Figure("log1000.p50", "`log()` of 1,000 scalars, p50", "µs", 300),
    Figure("fill.total", "1 M points (100 keys x 10,000), loop + finish", "s", 0.8),
    Figure("fill.finish", "- of it `finish()`", "s"),
    Figure("fill.kept", "- found in the files afterwards", "%", 100, at_least=True),
    Figure("images.each_ms", "200 images of 256 x 256, on the training thread, each", "ms", 1),
    Figure("images.p50_ms", "- of it half take at most", "ms"),
    Figure("images.finish", "- `finish()` behind them", "s"),
    Figure("images.cpu", "- CPU of all processes, import to last helper", "s"),
    Figure("images.drained", "- until the last helper has gone", "s"),
    Figure("images.bytes", "- KiB on disk each", "KiB"),
    Figure("pace.by_loop_us", "CPU of all processes per step of 20 scalars in a loop", "µs", 25),
    Figure("pace.direct_us", "- the same, counted where it is spent", "µs"),
    Figure("pace.inside_us", "- of it in this thread, inside `log()`", "µs"),
    Figure("pace.threads_us", "- of it in other threads of the training", "µs"),
    Figure("pace.others_us", "- of it in other processes, while the loop runs", "µs"),
    Figure("pace.whole_us", "- all a run of 2,000 steps costs, import to last helper", "µs"),
    Figure("pace.step_ms", "- CPU of a step without a tracker", "ms"),
    Figure("pace.drift_us", "- drift of that step, before to after: the noise", "µs"),
    Figure("crowd.total", "20 processes x 50 keys x 500 steps, start to end", "s", 3),
    Figure("crowd.kept", "- found in the files afterwards", "%", 100, at_least=True),
    Figure("crowd.drained", "- until the last helper has gone", "s"),
    Figure("fill.bytes", "bytes on disk per scalar, 100 keys a call", "B", 12),
    Figure("log10.bytes", "bytes on disk per scalar, 10 keys a call", "B", 12),
    Figure("log1.bytes", "bytes on disk per scalar, 1 key a call", "B", 12),
    Figure("import.ms", "import, over bare Python", "ms", 60),
    Figure("start.init", "`init()`, the first of a process", "ms", 25),
    Figure("start.both", "- with the import before it", "ms"),
    Figure("start.finish", "`finish()` of a tiny run", "ms", 10),
    Figure("crash.kept", "kept after SIGKILL, 10,000 calls x 100 keys", "%", 100, at_least=True),
    Figure("ingest.rate", "ingest over HTTP, of a core of the server", "M points/s", 1.5, True),
    Figure("ingest.wall", "- by the clock, sender on the same core", "M points/s"),
    Figure("chart.10000.ms", "one chart over HTTP, 10 k points", "ms", 5),
    Figure("chart.1000000.ms", "one chart over HTTP, 1 M points", "ms", 5),
    Figure("chart.10000000.ms", "one chart over HTTP, 10 M points", "ms", 10),
    Figure("chart.10000.cold", "- first answer of a new server, 10 k", "ms"),
    Figure("chart.10000.cpu", "- CPU of the server a request, 10 k", "ms"),
    Figure("chart.1000000.cold", "- first answer of a new server, 1 M", "ms"),
    Figure("chart.1000000.cpu", "- CPU of the server a request, 1 M", "ms"),
    Figure("chart.10000000.cold", "- first answer of a new server, 10 M", "ms"),
    Figure("chart.10000000.cpu", "- CPU of the server a request, 10 M", "ms"),
    Figure("chart.10000.spike", "- spike of one step drawn, 10 k", "of 1", 1, at_least=True),
    Figure("chart.1000000.spike", "- spike of one step drawn, 1 M", "of 1", 1, at_least=True),
    Figure("chart.10000000.spike", "- spike of one step drawn, 10 M", "of 1", 1, at_least=True),
)  # fmt: skip

_SLOWER = (
    "The budgets were set where trackio took 14 µs and SwanLab 0.10.3 26 µs for the first row; the "
    "same programs in the same row above say how much slower the machine was this time."
)
REASONS = {
    "log10.p50": "About a fifth is the system call that writes; the rest is a tuple of the keys, "
    "packing, encoding, a checksum and five Python frames. " + _SLOWER,
    "ingest.rate": "By profile no single part stands out: about half is the store (encoding chunks "
    "and roll-ups, SQLite), the rest HTTP, decompression and handing over between the event loop "
    "and the committing thread, paid per post of 1,000 points. " + _SLOWER,
    "start.init": "Ours loads its modules when they are first used, so that the first `init()` "
    "pays for what `import` put off; the line below it, both together, is the one to compare. Most "
    "of it is the import of msgspec, which loads typing_extensions and inspect where it finds "
    "them.",
    "images.each_ms": "A mean by the clock: the background process compresses what was logged on "
    "the same core meanwhile; half of the calls take less than the line below says.",
    "log1.bytes": "The frame (8 bytes) and the record around the values (about 10) are paid once a "
    "call, so a call with one key pays them alone; from five keys on it is below 12.",
    "pace.by_loop_us": "A difference of two loops, whose noise is the line *drift*; what is really "
    "spent is the line below it. Inside `log()`, code and data must come back into caches that the "
    "step has emptied, so a call costs several times what it does in a tight loop. The background "
    "process starts inside the loop and looks once at hardware, git and packages: over 2,000 steps "
    "that start weighs most, over a longer run nothing.",
    "crowd.total": "All 20 background processes start on the one core too, and each costs more "
    "than the logging of its run.",
    "chart.10000.ms": "The whole request through Python's HTTP client; the line *CPU of the "
    "server* tells what the server spends.",
    "chart.1000000.ms": "The buckets are narrower than a chunk and wider than a roll-up group, so "
    "the roll-ups of all 250 chunks are unpacked one by one; 10 M points are answered from the "
    "chunks' headers alone. The rest is HTTP and its client.",
    "chart.10000000.ms": "The whole request through Python's HTTP client; the line *CPU of the "
    "server* tells what the server spends.",
}
"""Why a budget is missed, where that is understood. Shown only when it is."""

NO_READER = "no local reader"
MISSING: dict[Key, str] = {
    ("chart", "wandb"): NO_READER,
    ("chart", "swanlab-0.10.3"): NO_READER,
    ("chart.10000000", "ours"): "not in --quick",
    ("chart.10000000", "trackio"): "not tried",
    ("ingest", "trackio"): "not measured ¹",
    ("ingest", "wandb"): "server not public",
    ("ingest", "swanlab-0.10.3"): "server not public",
    ("", "tensorboard"): "only pictures are measured",
}
"""Why there is no figure, by the beginning of its key."""

QUOTED = (
    "¹ Of servers that take points in over HTTP, MLflow 3.17 was measured on a machine of this "
    "class on 22 November 2026: 3,400 points/s. Charts of 1 M points there: TensorBoard 50 ms, "
    "Aim 77 ms, MLflow 1,940 ms, all three without the spike; SwanLab's former local board "
    "20,000 ms, with it. These are quoted, not measured here."
)


@dataclass
class Results:
    """Every value measured, and what was said where there is none."""

    values: dict[Key, list[float]] = field(default_factory=dict)
    failures: dict[Key, str] = field(default_factory=dict)

    def add(self, row: str, peer: str, figures: dict[str, float | list[float]]) -> None:
        """Keep the figures of one measurement."""
        for name, value in figures.items():
            more = value if isinstance(value, list) else [value]
            self.values.setdefault((f"{row}.{name}", peer), []).extend(more)

    def fail(self, row: str, peer: str, why: str) -> None:
        """Keep the reason of a measurement that gave nothing."""
        self.failures[row, peer] = why


def shown(value: float) -> str:
    """Return a figure with three digits that count."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def cell(results: Results, figure: Figure, peer: str) -> str:
    """Return median (min-max), or why there is none."""
    values = results.values.get((figure.key, peer))
    if values:
        low, middle, high = (
            shown(one) for one in (min(values), statistics.median(values), max(values))
        )
        return middle if low == high else f"{middle} ({low} to {high})"
    row = figure.key.split(".")[0]
    if (row, peer) in results.failures:
        return f"failed: {results.failures[row, peer]}".replace("|", "/")
    said = [
        why for (key, who), why in MISSING.items() if who == peer and figure.key.startswith(key)
    ]
    return said[-1] if said else "-"


def budget(figure: Figure) -> str:
    """Return the budget as it is written."""
    if figure.budget is None:
        return ""
    return f"{'≥' if figure.at_least else '≤'} {figure.budget:g}"


def table(results: Results, peers: dict[str, str], rows: set[str]) -> Iterator[str]:
    """Yield the lines of the table; ``peers`` is name to title."""
    yield f"| what | unit | budget | {' | '.join(peers.values())} |"
    yield "|---" * (3 + len(peers)) + "|"
    for figure in FIGURES:
        if figure.key.split(".")[0] in rows:
            cells = [cell(results, figure, peer) for peer in peers]
            yield f"| {figure.title} | {figure.unit} | {budget(figure)} | {' | '.join(cells)} |"


def over_budget(results: Results, rows: set[str]) -> Iterator[str]:
    """Yield a line for each budget that ours misses, and for each that has no figure."""
    for figure in FIGURES:
        if figure.budget is None or figure.key.split(".")[0] not in rows:
            continue
        values, name = results.values.get((figure.key, "ours")), figure.title.removeprefix("- ")
        if not values:
            yield f"- **{name}**: no figure: {cell(results, figure, 'ours')}."
        elif figure.over(statistics.median(values)):
            found = f"{shown(statistics.median(values))} {figure.unit}".strip()
            why = REASONS.get(figure.key, "Not understood yet.")
            yield f"- **{name}**: {found}, budget {budget(figure)}. {why}"


def machine() -> Iterator[str]:
    """Yield what this machine is."""
    cpu = _field("/proc/cpuinfo", "model name") or platform.machine()
    memory = int((_field("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 2**20
    yield f"- Machine: {cpu}, {os.cpu_count()} cores, {memory:.0f} GiB of memory"
    yield f"- System: {platform.system()} {platform.release()}, Python {platform.python_version()}"
    yield f"- Everything measured runs on core {CORE} alone; what drives it keeps to the others."


def load() -> str:
    """Return the load averages of now."""
    return " ".join(f"{one:.2f}" for one in os.getloadavg())


def today() -> str:
    """Return the date and time in UTC."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())


def _field(path: str, name: str) -> str | None:
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None

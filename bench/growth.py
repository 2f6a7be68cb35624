"""How a chart's time grows with points, runs and keys; and DuckDB's on the same points."""

from __future__ import annotations

import importlib
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from bench import bulk
from bench.places import Places, used_bytes
from swanlab.server.db.postgres import is_url
from swanlab.server.metrics.contract import Ref
from swanlab.server.metrics.store import Store, open_store

BUCKETS = 1000
Line = tuple[str, str]


def measure(read: Callable[[], object], repeat: int = 7) -> tuple[float, float]:
    """Return (first, median of the others) in milliseconds by the clock."""
    taken = []
    for _ in range(repeat):
        begun = time.perf_counter()
        read()
        taken.append((time.perf_counter() - begun) * 1e3)
    return taken[0], statistics.median(taken[1:])


def said(read: Callable[[], object]) -> str:
    first, usual = measure(read)
    return f"{usual:.1f} ms (first {first:.1f})"


def chart(store: Store, run: int, key: str = "loss") -> Callable[[], object]:
    return lambda: store.buckets([Ref(run, key)], None, None, BUCKETS)


def points(places: Places, most: int) -> list[Line]:
    """One series of 10 k points up to ``most``, and a whole store of that many."""
    lines = []
    size = 10_000
    while size <= most:
        place = places.new(f"points-{size}")
        store = open_store(place)
        begun, busy = time.perf_counter(), time.process_time()
        bulk.fill(store, 1, ["loss"], size)
        clock, cpu = time.perf_counter() - begun, time.process_time() - busy
        store.close()
        store = open_store(place)
        rate = f"{size / cpu / 1e6:.2f} M points/s of processor time, {clock:.1f} s by the clock"
        each = used_bytes(place) / size
        warm = said(chart(store, 1))
        memory = psutil.Process().memory_info().rss / 2**20
        lines.append((f"points: one series of {size:,}", f"{warm}, {_cold(store, place)}"))
        lines.append(
            (
                f"- written in bulk, {size:,}",
                f"{rate}, {each:.1f} bytes a point; {memory:.0f} MB of this process after reading",
            )
        )
        store.close()
        places.drop(place)
        size *= 10
    return lines


def _cold(store: Store, place: str) -> str:
    """Say how long a chart takes when the system holds nothing of the store."""
    if is_url(place):
        return "cold not measured"
    store.close()
    with Path(place).open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    again = open_store(place)
    begun = time.perf_counter()
    chart(again, 1)()
    taken = (time.perf_counter() - begun) * 1e3
    again.close()
    return f"cold {taken:.1f} ms"


def runs(places: Places, most: int) -> list[Line]:
    """One chart of 100 runs in a store of more and more of them, 1,000 points each."""
    lines = []
    store = open_store(places.new("runs"))
    made, count = 0, 100
    while count <= most:
        for run in range(made + 1, count + 1):
            bulk.fill(store, run, ["loss"], 1000, run)
        made = count
        refs = [Ref(run, "loss") for run in range(1, count + 1, count // 100)]
        lines.append(
            (
                f"runs: chart of 100 among {count:,}",
                said(lambda refs=refs: store.buckets(refs, None, None, BUCKETS)),
            )
        )
        count *= 10
    store.close()
    return lines


def keys(places: Places, most: int) -> list[Line]:
    """One chart of a run of more and more keys, 1,000 points each up to 10,000 keys."""
    lines = []
    store = open_store(places.new("keys"))
    count, run = 10, 0
    while count <= most:
        run += 1
        names = [f"layer/{number}" for number in range(count)]
        bulk.fill(store, run, names, 1000 if count <= 10_000 else 10, run)
        key = names[count // 2]
        lines.append((f"keys: one chart of a run of {count:,}", said(chart(store, run, key))))
        count *= 10
    store.close()
    return lines


def duckdb(folder: Path, size: int) -> list[Line]:
    """The same points as rows in DuckDB, and the query that makes the same chart of them."""
    try:
        module: Any = importlib.import_module("duckdb")
    except ImportError:
        return [("DuckDB on the same points", "not measured: duckdb is not installed")]
    connection = module.connect(str(folder / "rows.duckdb"))
    connection.execute(
        "CREATE TABLE p (run BIGINT, key INT, step BIGINT, time BIGINT, value DOUBLE)"
    )
    begun = time.perf_counter()
    for at, times, values in bulk.portions(1, size, 0):
        part = {"step": at, "time": times, "value": values[:, 0].copy()}  # noqa: F841 - by name
        connection.execute("INSERT INTO p SELECT 1, 1, step, time, value FROM part")
    connection.execute("CHECKPOINT")
    wrote = time.perf_counter() - begun
    width = max(1, 1 << (size // BUCKETS).bit_length())
    query = (
        "SELECT step // ? AS b, min(value), max(value), avg(value), arg_max(value, step), count(*)"
        " FROM p WHERE run = 1 AND key = 1 GROUP BY b ORDER BY b"
    )
    read = said(lambda: connection.execute(query, [width]).fetchnumpy())
    connection.close()
    stored = sum(path.stat().st_size for path in folder.glob("rows.duckdb*"))
    return [
        (f"DuckDB {module.__version__}: one series of {size:,}", read),
        ("- written", f"{wrote:.1f} s, {stored / size:.1f} bytes a point"),
    ]

"""Measures the metric store: how fast it takes points in, and how fast it answers.

Usage: ``python -m bench.bench_store [--quick] [--folder DIR] [--only write|read|growth|table|clone]
[--points 1e9] [--database sqlite|postgresql] [--database-url URL] [--write]``. Prints a Markdown
table, a row as soon as it is known; ``--write`` puts it into a section of ``RESULTS.md`` as well.
``--points`` is how far the growth goes; a billion takes 10 GB and half an hour. Times of writing
are processor time of this one process, so that neighbours on the machine matter little; times of
reading are the median of several reads by the clock, the first one apart. A cold read is the first
one after the system has dropped the store's file from memory.

With ``--database postgresql`` a server is started for it, one that waits for its disk; with a
database URL the stores are databases of that PostgreSQL server, made beside the one named. They are
dropped in the end. Its own processor time is not counted; the times by the clock have it. The
Python API and DuckDB are measured on SQLite only, DuckDB where it is installed, up to 100 M points.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np

if not __package__:  # run as a script: its neighbours, but no other swanlab than the installed one
    sys.path.append(str(Path(__file__).parents[1]))

from bench import bulk, growth, many, sections, table
from bench.clones import clones
from bench.places import Places, used_bytes
from swanlab import records, runfile
from swanlab.server.metrics.contract import Batch, Query, Ref
from swanlab.server.metrics.store import Store, open_store
from tests.postgres import Postgres


def frame(record: records.Record) -> bytes:
    return runfile.frame(records.encode(record))


def opening(keys: list[str]) -> bytes:
    head = frame(records.Header(1, "r", "w", 0, 1_760_000_000_000, 1, "host", "trainer"))
    names = b"".join(frame(records.Key(key)) for key in keys)
    return head + names + frame(records.Layout(0, list(range(len(keys)))))


def curve(rng: np.random.Generator, steps: int, keys: int) -> np.ndarray:
    """Noisy decays, born as float32 like what a training prints."""
    x = np.arange(steps)[:, None] / max(steps, 1)
    noise = rng.normal(0, 0.02, (steps, keys))
    return (np.exp(-3 * x) + noise).astype("<f4").astype("<f8")


def post(values: np.ndarray, first: int, rng: np.random.Generator) -> bytes:
    times = (first + np.arange(len(values))) * 7 + rng.integers(0, 3, len(values))
    return b"".join(
        frame(records.Scalars(0, first + i, int(times[i]), values[i].tobytes()))
        for i in range(len(values))
    )


class Feed:
    """A run's posts, made before the clock starts."""

    def __init__(self, run: int, keys: list[str], steps: int, per_post: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        values = curve(rng, steps, len(keys))
        self.batches: list[Batch] = []
        offset, frames = 0, opening(keys)
        for first in range(0, steps, per_post):
            frames += post(values[first : first + per_post], first, rng)
            self.batches.append(Batch(run, "w", offset, frames))
            offset += len(frames)
            frames = b""


def ingest(store: Store, feeds: list[Feed], group: int) -> None:
    """Append the posts of all runs in turns, ``group`` to a transaction, and seal what is due."""
    turns = [b for turn in zip(*(feed.batches for feed in feeds), strict=True) for b in turn]
    for at in range(0, len(turns), group):
        store.append(turns[at : at + group])
        for run in store.due():
            store.seal(run)
    for feed in feeds:
        store.seal(feed.batches[0].run, force=True)


def write_rate(places: Places, runs: int, keys: int, steps: int, per_post: int) -> tuple[str, str]:
    place = places.new(f"write-{runs}-{keys}-{per_post}")
    store = open_store(place)
    names = [f"k/{i}" for i in range(keys)]
    feeds = [Feed(run, names, steps, per_post, run) for run in range(1, runs + 1)]
    points = runs * keys * steps
    clock, cpu = time.perf_counter(), time.process_time()
    ingest(store, feeds, 50)
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    store.close()
    size = used_bytes(place)
    name = f"write {points / 1e6:.0f} M points, {runs} runs x {keys} keys, {per_post} steps a post"
    return name, (
        f"{points / cpu / 1e6:.2f} M points/s of processor time, "
        f"{points / clock / 1e6:.2f} by the clock, {size / points:.1f} bytes a point"
    )


def load(store: Store, run: int, keys: list[str], steps: int, seed: int = 0) -> None:
    """Fill a run by large posts."""
    per_post = max(1, 200_000 // len(keys))
    ingest(store, [Feed(run, keys, steps, per_post, seed)], 1)


def timed(read: Callable[[], object], repeat: int = 7) -> str:
    clock, cpu = [], []
    for _ in range(repeat):
        start, busy = time.perf_counter(), time.process_time()
        read()
        clock.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - busy) * 1000)
    return (
        f"{statistics.median(clock[1:]):.1f} ms by the clock (first {clock[0]:.1f}), "
        f"{statistics.median(cpu[1:]):.1f} ms of processor time, at best {min(cpu):.1f}"
    )


def reads(places: Places, quick: bool) -> list[tuple[str, str]]:
    place = places.new("reads")
    store = open_store(place)
    long = 1_000_000 if quick else 10_000_000
    for run, steps in ((1, 10_000), (2, 1_000_000), (3, long)):
        load(store, run, ["loss"], steps)
    for run in range(100, 200):
        load(store, run, ["loss"], 1_000, run)
    for run in range(200, 300):
        load(store, run, ["loss"], 10_000 if quick else 100_000, run)
    page = [f"page/{i}" for i in range(300)]
    load(store, 300, page, 10_000)
    metrics = [f"metric/{i}" for i in range(100)]
    for run in range(1000, 2000):
        load(store, run, metrics, 3, run)
    store.close()
    store = open_store(place)
    many = [Ref(run, "loss") for run in range(100, 200)]
    more = [Ref(run, "loss") for run in range(200, 300)]
    charts = [Query([Ref(300, key)], None, None, 1000) for key in page]
    half = [Query([Ref(300, key)], None, None, 500) for key in page]
    zoom = 1 << 16
    return [
        (
            "one chart, 10 k points",
            timed(lambda: store.buckets([Ref(1, "loss")], None, None, 1000)),
        ),
        ("one chart, 1 M points", timed(lambda: store.buckets([Ref(2, "loss")], None, None, 1000))),
        (
            f"one chart, {long / 1e6:.0f} M points",
            timed(lambda: store.buckets([Ref(3, "loss")], None, None, 1000)),
        ),
        (
            "zoom into 65 k of it",
            timed(lambda: store.buckets([Ref(3, "loss")], zoom, 2 * zoom - 1, 1000)),
        ),
        ("100 series x 1 k", timed(lambda: store.buckets(many, None, None, 1000))),
        (
            f"100 series x {10 if quick else 100} k",
            timed(lambda: store.buckets(more, None, None, 1000)),
        ),
        ("300 charts x 10 k, 1000 buckets", timed(lambda: store.charts(charts))),
        ("300 charts x 10 k, 500 buckets", timed(lambda: store.charts(half))),
        ("table of 1,000 runs x 100 keys", timed(lambda: store.summaries(range(1000, 2000)))),
        ("read 1 M points back", timed(lambda: store.points(Ref(2, "loss"), None, None))),
    ]


def by_api(folder: Path) -> list[tuple[str, str]]:
    """1 M points of one key, read back by ``swanlab.Api`` from a server process."""
    from bench.bench_ingest import sign_in, start
    from swanlab.api import Api
    from swanlab.server.db import projects, runs
    from swanlab.server.messages.runs import NewRun
    from swanlab.server.state import Server

    server = Server(folder / "data", "server")
    server.auth.new_user("admin", "a long password", admin=True)
    with server.db.write() as connection:
        project = projects.create(connection, "admin", "api")
        row, _ = runs.open_run(connection, project.id, NewRun(id="long"))
    bulk.fill(server.stores.of(project.id), row.id, ["loss"], 1_000_000)
    server.close()
    process, url, _ = start(str(folder))
    try:
        with Api(sign_in(url), url) as api:
            run = api.run("admin/api/long")
            line = timed(lambda: run.metrics(["loss"], all=True), 4)
    finally:
        process.terminate()
        process.wait()
    return [("read 1 M points back by the Python API", line)]


def _parts(
    places: Places, only: str | None, *, quick: bool, most: int
) -> Iterator[Callable[[], list[tuple[str, str]]]]:
    scale = 1 if quick else 4
    shapes = [(5, 100, 2000, 10), (50, 100, 200, 10), (5, 1, 40_000, 1000), (2, 1000, 500, 10)]
    if only in (None, "write"):
        for runs, keys, steps, per_post in shapes:
            yield lambda: [write_rate(places, runs, keys, steps * scale, per_post)]  # noqa: B023
    if only in (None, "read"):
        yield lambda: reads(places, quick)
        if not places.shared:
            yield lambda: by_api(places.folder)
    if only in (None, "table"):
        yield lambda: many.table(places, 1_000 if quick else many.RUNS)
    if only in (None, "clone"):
        yield lambda: clones(places.folder / "clones", 100 if quick else 1_000)
    if only in (None, "growth"):
        yield lambda: growth.points(places, most)
        yield lambda: growth.runs(places, 1_000 if quick else 10_000)
        yield lambda: growth.keys(places, 1_000 if quick else 100_000)
        if not places.shared:
            yield lambda: growth.duckdb(places.folder, min(most, 100_000_000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", choices=["write", "read", "growth", "table", "clone"])
    parser.add_argument("--points", type=float, default=1e7)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--database-url", help="postgresql://…; its user may create databases")
    parser.add_argument("--write", action="store_true", help="write a section of RESULTS.md")
    options = parser.parse_args()
    begun = f"{table.today()}, load {table.load()}"
    lines = []
    for line in _lines(options):
        print(line, flush=True)
        lines.append(line)
    if options.write:
        database = "postgresql" if options.database_url else options.database
        title = f"`bench_store.py --only {options.only or 'all'}`, {database}"
        command = " ".join(["python -m bench.bench_store", *sys.argv[1:]])
        head = sections.where(begun, database, command)
        sections.put(sections.RESULTS, title, [*head, "", *lines])


def _lines(options: argparse.Namespace) -> Iterator[str]:
    """Yield the rows of the table as they are measured."""
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder))
        url = options.database_url
        if url is None and options.database == "postgresql":
            postgres = stack.enter_context(closing(Postgres(durable=True)))
            url = postgres.url("postgres")
        places = stack.enter_context(closing(Places(Path(name), url)))
        yield "| what | measured |"
        yield "|---|---|"
        for part in _parts(places, options.only, quick=options.quick, most=int(options.points)):
            for what, figure in part():
                yield f"| {what} | {figure} |"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield f"| most memory of this process, posts made beforehand included | {peak:.0f} MB |"


if __name__ == "__main__":
    main()

"""50 runs x 100 keys x 10 steps/s for minutes over HTTP, with dashboards reading all the time.

Usage: ``python -m bench.sustained [--minutes 10] [--database sqlite|postgresql] [--scale 1]
[--write]``.

The senders are few processes: each run is written as the SDK writes it and sent by the background
process' own loop on a connection of its own, but as a thread, since 50 trainings and 50 sidecars
would be measured here instead of the server. Dashboards ask every second for charts of several
runs, charts of one run and the table of runs, and keep a live stream open. Two probes wait for new
points and note how long after ``log()`` they are readable; what the probe's own question takes is
in it. In the end every point is read back and compared. The exit status is 1 if a point is not
there once with its value, if a request was answered 429 or 5xx, if the lag was ever above 2 s, or
if memory grew by more than a tenth in the second half; with ``--lenient`` the last two are only
said. ``--scale 0.1`` has 5 runs instead of 50. Linux only.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from bench import compare, sections, senders, table
from bench.compare import Tally
from bench.readers import Audience, Seen, read
from bench.senders import PROJECT, Gate, Load, Sent
from bench.stage import Stage
from swanlab.client import Client, run_path
from swanlab.credentials import Login

RUNS, KEYS, RATE = 50, 100, 10.0
HIGHEST_LAG = 2.0
HIGHEST_GROWTH = 0.1


class Watched:
    """Processor time and memory of processes over time."""

    def __init__(self, stage: Stage) -> None:
        (server,) = stage.servers
        assert server.process is not None
        self._server = psutil.Process(server.process.pid)
        self._database = psutil.Process(stage.postgres.pid) if stage.postgres else None
        self._idle = self._server.memory_info().rss / 2**20
        self._memory: list[tuple[float, float]] = []
        self._cpu = self._spent()
        self._begun = self._ended = time.time()

    def _spent(self) -> tuple[float, float]:
        times = self._server.cpu_times()
        return times.user + times.system, _tree_cpu(self._database) if self._database else 0.0

    def watch(self, begin: float, seconds: float) -> None:
        """Look once a second for ``seconds`` from Unix time ``begin`` on."""
        time.sleep(max(0.0, begin - time.time()))
        self._cpu, self._begun = self._spent(), time.time()
        while time.time() < begin + seconds:
            self._memory.append((time.time() - begin, self._server.memory_info().rss / 2**20))
            time.sleep(1.0)
        before, after = self._cpu, self._spent()
        self._ended = time.time()
        self._cpu = after[0] - before[0], after[1] - before[1]

    def cpu(self) -> tuple[float, float]:
        """Return cores kept busy by the server and by the database server."""
        seconds = self._ended - self._begun
        return self._cpu[0] / seconds, self._cpu[1] / seconds

    def memory(self) -> dict[str, float]:
        """Return MiB: idle, at the start, middle and end, the slope of the second half a minute."""
        when, used = np.array(self._memory).T
        second = when >= when[-1] / 2
        slope = np.polyfit(when[second], used[second], 1)[0] * 60 if second.sum() > 2 else 0.0
        tenth = max(1, len(used) // 10)
        return {
            "idle": self._idle,
            "start": float(np.median(used[:tenth])),
            "middle": float(np.median(used[second][:tenth])),
            "end": float(np.median(used[-tenth:])),
            "slope": float(slope),
        }


def _tree_cpu(process: psutil.Process) -> float:
    """Seconds of a process, of its children, and of those that have ended."""
    found = process.cpu_times()
    spent = found.user + found.system + found.children_user + found.children_system
    for child in process.children():
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue  # it has ended since, and is in its parent's time
        spent += times.user + times.system
    return float(spent)


@dataclass
class Found:
    """All that was measured."""

    runs: int
    steps: int
    sent: list[Sent]
    seen: Seen
    watched: Watched
    tally: Tally


def play(options: argparse.Namespace, folder: Path, stage: Stage) -> Found:
    """Send and read for the time asked for, then compare."""
    host = stage.servers[0].host
    login = Login(host, stage.log_in(host), "admin")
    runs, steps = max(2, round(RUNS * options.scale)), round(options.minutes * 60 * RATE)
    spawn = multiprocessing.get_context("spawn")
    sent_by, seen_by = spawn.Queue(), spawn.Queue()
    gate, stop = Gate(spawn.Queue(), spawn.Value("d", 0.0)), folder / "stop"
    key, seconds = login.api_key, steps / RATE
    load = Load(host, key, folder / "runs", KEYS, steps, RATE, 60.0, gate)
    audience = Audience(host, key, runs, KEYS, options.dashboards, seconds, stop, gate)
    count = min(options.senders, runs)
    workers = [
        spawn.Process(target=senders.send, args=(load, list(range(n, runs, count)), sent_by))
        for n in range(count)
    ]
    workers.append(spawn.Process(target=read, args=(audience, seen_by)))
    for worker in workers:
        worker.start()
    watched = Watched(stage)
    watched.watch(gate.open(len(workers)), seconds)
    seen = seen_by.get(timeout=180)
    sent = [sent_by.get(timeout=180) for _ in range(count)]
    stop.touch()
    for worker in workers:
        worker.join(60)
    print("All is sent; reading every point back.", flush=True)
    return Found(runs, steps, sent, seen, watched, check(login, runs, steps))


def check(login: Login, runs: int, steps: int) -> Tally:
    """Compare every point with what the server answers."""
    tally = Tally()
    with ThreadPoolExecutor(4) as threads:
        for one in threads.map(lambda run: _check_run(login, run, steps), range(runs)):
            tally.add(one)
    return tally


def _check_run(login: Login, run: int, steps: int) -> Tally:
    tally, at = Tally(), np.arange(steps)
    path = run_path("admin", PROJECT, senders.run_id(run))
    client = Client(login.host, login.api_key, timeout=60)
    state = client.request("GET", path)["state"]
    if state != "finished":
        tally.fault(f"{path} is {state}")
    said = compare.summaries(client, path)
    for key in range(KEYS):
        name, values = senders.key_name(key), senders.values(run, key, at)
        tally.add(compare.series(client, path, name, at, values, (), said.get(name)))
    client.close()
    return tally


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "none"
    p50, p99 = np.percentile(seconds, [50, 99]) * 1000
    return f"{p50:,.0f} / {p99:,.0f} / {max(seconds) * 1000:,.0f} ms ({len(seconds):,})"


def report(found: Found) -> Iterator[tuple[str, str]]:
    """Yield the lines of the table."""
    posts, reads = Counter[str](), found.seen.statuses
    latencies: list[float] = []
    for one in found.sent:
        posts.update(one.statuses)
        latencies += one.latencies
    points, tally = found.runs * KEYS * found.steps, found.tally
    memory, (server, database) = found.watched.memory(), found.watched.cpu()
    yield "load", f"{found.runs} runs x {KEYS} keys x {RATE:g} steps/s, {found.steps:,} steps"
    yield "points sent", f"{points:,}"
    yield (
        "points lost / doubled / of another value",
        f"{tally.lost:,} / {tally.doubled:,} / {tally.wrong + tally.strange:,}",
    )
    yield "lag, p50 / p99 / max (probes)", _spread(found.seen.lags)
    yield "posts, p50 / p99 / max (count)", _spread(latencies)
    for what, seconds in sorted(found.seen.latencies.items()):
        yield f"{what}, p50 / p99 / max (count)", _spread(seconds)
    yield "posts by status", ", ".join(f"{k}: {v:,}" for k, v in sorted(posts.items()))
    yield "reads not answered 200", f"{reads.total() - reads['200']:,}"
    yield "live streams opened, hints", f"{found.seen.streams}, {found.seen.hints:,}"
    yield (
        "memory of the server, idle / start / middle / end",
        " / ".join(f"{memory[name]:.0f}" for name in ("idle", "start", "middle", "end"))
        + f" MiB, {memory['slope']:+.2f} MiB a minute in the second half",
    )
    yield "cores kept busy by the server", f"{server:.2f}"
    if database:
        yield "cores kept busy by PostgreSQL", f"{database:.2f}"
    senders_cpu = sum(one.cpu for one in found.sent) / (found.steps / RATE)
    readers_cpu = found.seen.cpu / (found.steps / RATE)
    yield "cores kept busy by senders, by dashboards", f"{senders_cpu:.2f}, {readers_cpu:.2f}"
    yield "latest that a sender wrote a step", f"{max(s.late for s in found.sent) * 1000:.0f} ms"


def judge(found: Found) -> tuple[list[str], list[str]]:
    """Return what may never be, and what is not as it must be on a machine that is fit for it."""
    statuses = sum((one.statuses for one in found.sent), Counter[str]()) + found.seen.statuses
    never = list(found.tally.faults)
    bad = {k: v for k, v in statuses.items() if k in {"429", "failed"} or k >= "500"}
    if bad:
        never.append(f"answers that were refused or failed: {bad}")
    if unsent := sum(one.unsent for one in found.sent):
        never.append(f"{unsent} runs were not sent whole in time")
    missed, lag = [], max(found.seen.lags, default=float("inf"))
    if lag > HIGHEST_LAG:
        missed.append(f"lag up to {lag:.2f} s, at most {HIGHEST_LAG:g} s is allowed")
    memory = found.watched.memory()
    if memory["end"] > memory["middle"] * (1 + HIGHEST_GROWTH):
        missed.append(f"memory grew from {memory['middle']:.0f} to {memory['end']:.0f} MiB")
    return never, missed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the 50 runs")
    parser.add_argument("--senders", type=int, default=2, help="processes that send")
    parser.add_argument("--dashboards", type=int, default=3)
    parser.add_argument("--lenient", action="store_true", help="lag and memory are only said")
    parser.add_argument("--write", action="store_true", help="write a section of RESULTS.md")
    parser.add_argument("--folder", type=Path, help="to work in; it is kept")
    return parser.parse_args()


def main() -> int:
    """Run it; returns the exit status."""
    options, begun = _options(), f"{table.today()}, load {table.load()}"
    folder = options.folder or Path(tempfile.mkdtemp(prefix="swanlab-sustained-"))
    for name in [name for name in os.environ if name.startswith("SWANLAB_")]:
        del os.environ[name]
    os.environ["SWANLAB_SAVE_DIR"] = str(folder / "home")
    stage = Stage(folder, options.database, 1, durable=True)
    try:
        version = stage.version()
        found = play(options, folder, stage)
    finally:
        stage.close()
    never, missed = judge(found)
    lines = ["| what | measured |", "|---|---|", *(f"| {a} | {b} |" for a, b in report(found))]
    lines += ["", *(f"- {one}" for one in (*never, *missed) or ["Everything is as it must be."])]
    print(*lines, sep="\n")
    if options.write:
        command = f"python -m bench.sustained {' '.join(sys.argv[1:])}"
        head = sections.where(begun, version, command)
        sections.put(sections.RESULTS, f"`sustained.py`, {options.database}", [*head, "", *lines])
    if options.folder is None:
        shutil.rmtree(folder)
    return 1 if never or (missed and not options.lenient) else 0


if __name__ == "__main__":
    sys.exit(main())

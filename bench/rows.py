"""The rows of the table: how each is measured for one peer, once.

A measurement returns figures by name, in the unit they are shown in. It raises ``Failed`` with a
line that can be shown in place of the figures.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import environments
from bench.peers import Peer
from bench.tree import Tree

WORKER = Path(__file__).with_name("worker.py")
_FOREIGN = ("SWANLAB_", "WANDB_", "TRACKIO_", "PYTHON", "VIRTUAL_ENV", "HF_")
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Figures = dict[str, float]


class Failed(Exception):
    """A peer did not do what was measured; the text says how."""


@dataclass
class Bench:
    """Where this session keeps its things, and what it saw of the machine."""

    root: Path
    quick: bool
    round: int = 0
    elapsed: float = 0.0
    foreign: float = 0.0
    notes: list[str] = field(default_factory=list)

    def fresh(self, row: str, peer: Peer) -> Path:
        """Return an empty folder for one measurement; the one before it is removed."""
        folder = self.root / "data" / f"{row}-{peer.name}"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "home").mkdir(parents=True)
        return folder

    def tree(self, peer: Peer, folder: Path) -> Tree:
        """Return an empty process tree with the peer's environment."""
        env = {name: text for name, text in os.environ.items() if not name.startswith(_FOREIGN)}
        env |= dict.fromkeys(_ONE_THREAD, "1")
        env |= {"HOME": str(folder / "home"), "XDG_CACHE_HOME": str(folder / "home" / "cache")}
        return Tree(folder, env | peer.env(folder))

    def argv(self, case: str, peer: Peer, folder: Path, **given: Any) -> list[str]:
        """Return the command of one worker."""
        python = environments.python(self.root, peer)
        return [str(python), str(WORKER), case, peer.name, str(folder), json.dumps(given)]

    def run(self, case: str, peer: Peer, folder: Path, **given: Any) -> dict[str, Any]:
        """Run one worker and everything it starts to the end; returns its result.

        ``cpu`` (seconds of all processes) and ``drained`` (seconds until the last helper had gone,
        counted from the worker's end) are added.
        """
        tree, begun = self.tree(peer, folder), time.perf_counter()
        codes = tree.wait([tree.start(self.argv(case, peer, folder, **given))], 300)
        ended = time.perf_counter()
        clean = tree.drain()
        self.seen(time.perf_counter() - begun, tree)
        if codes is None:
            raise Failed("not done after 300 s")
        result = results(folder)
        if not result:
            raise Failed(last_line(folder / "worker.log") or f"exit code {codes[0]}")
        if not clean:
            self.notes.append(f"{peer.name}, {case}: a helper had not ended after 60 s; killed")
        return {**result[0], "cpu": tree.cpu, "drained": time.perf_counter() - ended}

    def count(self, peer: Peer, folder: Path) -> int:
        """Return how many of the logged numbers the peer's files hold."""
        tree = self.tree(peer, folder)
        pid = tree.start(self.argv("count", peer, folder, index=999), "count.log")
        codes = tree.wait([pid], 300)
        tree.drain()
        if codes != [0]:
            raise Failed(f"could not be read back: {last_line(folder / 'count.log')}")
        return int(json.loads((folder / "result-999.json").read_text())["found"])

    def seen(self, elapsed: float, tree: Tree) -> None:
        """Add to the account of what others took from the core."""
        self.elapsed += elapsed
        self.foreign += tree.foreign()


def results(folder: Path) -> list[dict[str, Any]]:
    """Return what the workers left."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("result-*.json"))]


def last_line(path: Path) -> str:
    """Return the last line of a log, shortened to fit a table."""
    lines = path.read_text(errors="replace").split("\n") if path.exists() else []
    return next((line.strip()[:160] for line in reversed(lines) if line.strip()), "")


def size(folder: Path) -> int:
    """Bytes of the peer's files: all but its home and what the workers wrote."""
    skip = folder / "home"
    paths = (path for path in folder.rglob("*") if path.is_file() and skip not in path.parents)
    return sum(
        path.stat().st_size
        for path in paths
        if path.parent != folder or path.suffix not in (".json", ".log")
    )


def log(bench: Bench, peer: Peer, *, keys: int, calls: int) -> Figures:
    folder = bench.fresh(f"log{keys}", peer)
    found = bench.run("log", peer, folder, keys=keys, calls=calls)
    per_scalar = size(folder) / found["logged"]
    return {"p50": found["p50_us"], "p99": found["p99_us"], "bytes": per_scalar}


def fill(bench: Bench, peer: Peer) -> Figures:
    folder = bench.fresh("fill", peer)
    found = bench.run("fill", peer, folder, keys=100, calls=10_000)
    figures = {name: found[name] for name in ("total", "loop", "finish")}
    if bench.round == 0:
        figures["kept"] = 100 * bench.count(peer, folder) / found["logged"]
    return {**figures, "bytes": size(folder) / found["logged"]}


def images(bench: Bench, peer: Peer) -> Figures:
    folder = bench.fresh("images", peer)
    found = bench.run("images", peer, folder, count=200, side=256)
    figures = {name: found[name] for name in ("p50_ms", "each_ms", "finish", "cpu", "drained")}
    return {**figures, "bytes": size(folder) / found["logged"] / 1024}


def pace(bench: Bench, peer: Peer) -> Figures:
    folder, steps = bench.fresh("pace", peer), 2000
    given = {"steps": steps, "around": 1000, "keys": 20, "driver": os.getpid()}
    found = bench.run("pace", peer, folder, **given)
    names = ("step_ms", "by_loop_us", "direct_us", "inside_us", "threads_us", "others_us")
    figures = {name: found[name] for name in (*names, "drift_us")}
    return {**figures, "whole_us": (found["cpu"] - found["untracked"]) / steps * 1e6}


def crowd(bench: Bench, peer: Peer, *, processes: int = 20) -> Figures:
    folder = bench.fresh("crowd", peer)
    tree, begun = bench.tree(peer, folder), time.perf_counter()
    given = {"keys": 50, "calls": 500}
    pids = [
        tree.start(bench.argv("crowd", peer, folder, index=index, **given), f"worker-{index}.log")
        for index in range(processes)
    ]
    until = time.monotonic() + 120
    while len(list(folder.glob("ready-*"))) < processes and time.monotonic() < until:
        time.sleep(0.05)
    start = time.perf_counter()
    (folder / "go").touch()
    codes = tree.wait(pids, 180)
    ended = time.perf_counter()
    tree.drain()
    drained = time.perf_counter()
    bench.seen(drained - begun, tree)
    if codes is None:
        raise Failed(f"{len(results(folder))} of {processes} processes done after 180 s")
    asked = processes * given["keys"] * given["calls"]
    return {
        "total": ended - start,
        "drained": drained - start,
        "kept": 100 * bench.count(peer, folder) / asked,
    }


def imports(bench: Bench, peer: Peer) -> Figures:
    """Wall time of an interpreter that imports the peer, less that of one that does nothing."""
    folder = bench.fresh("import", peer)
    spent: dict[str, list[float]] = {"pass": [], f"import {peer.module}": []}
    python = str(environments.python(bench.root, peer))
    for turn in range(8):
        for code, times in spent.items():
            tree, begun = bench.tree(peer, folder), time.perf_counter()
            codes = tree.wait([tree.start([python, "-c", code])], 60)
            if turn:  # the first finds cold files
                times.append(time.perf_counter() - begun)
            if codes != [0]:
                raise Failed(last_line(folder / "worker.log"))
            tree.drain()
            bench.seen(time.perf_counter() - begun, tree)
    bare, loaded = (sorted(times)[len(times) // 2] for times in spent.values())
    return {"ms": (loaded - bare) * 1e3}


def start(bench: Bench, peer: Peer) -> Figures:
    folder = bench.fresh("start", peer)
    found = bench.run("start", peer, folder)
    return {name: found[name] * 1e3 for name in ("init", "both", "finish")}


def crash(bench: Bench, peer: Peer) -> Figures:
    folder = bench.fresh("crash", peer)
    found = bench.run("crash", peer, folder, keys=100, calls=10_000)
    return {"kept": 100 * bench.count(peer, folder) / found["logged"]}


ROWS: dict[str, Callable[[Bench, Peer], Figures]] = {
    "import": imports,
    "start": start,
    "log10": lambda bench, peer: log(bench, peer, keys=10, calls=20_000),
    "log1000": lambda bench, peer: log(bench, peer, keys=1000, calls=200),
    "log1": lambda bench, peer: log(bench, peer, keys=1, calls=20_000),
    "fill": fill,
    "images": images,
    "pace": pace,
    "crowd": crowd,
    "crash": crash,
}
"""Measured in every round for every peer. ``chart`` and ``ingest`` are measured once."""

"""The timed processes: ``python worker.py CASE PEER FOLDER [JSON]``, run by the peer's interpreter.

Started by its path, so that nothing of the checkout but this folder can be imported. Each case
returns what goes into ``FOLDER/result-<index>.json``; times are seconds unless named otherwise.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from peers import PEERS, PREFIX, Log, Peer

MATRIX = 576
"""Side of the float32 product that stands for a training step of about 3 ms."""


def names(count: int) -> list[str]:
    """Keys as a training names them."""
    return [f"{PREFIX}metric_{index:04d}" for index in range(count)]


def case_log(peer: Peer, folder: Path, *, keys: int, calls: int) -> dict[str, Any]:
    """Every call timed by itself; the dictionary is built before each, as a training does."""
    peer.load()
    log, finish = peer.begin(folder, "run", "offline")
    known, clock = names(keys), time.perf_counter_ns
    spent: list[int] = []
    note = spent.append
    for step in range(calls):
        data = {name: step * 0.5 + index for index, name in enumerate(known)}
        before = clock()
        log(data, step)
        note(clock() - before)
    finish()
    spent.sort()
    at = {"p50_us": 0.5, "p99_us": 0.99}
    found = {name: spent[min(calls - 1, int(part * calls))] / 1e3 for name, part in at.items()}
    return {**found, "logged": keys * calls}


def case_fill(peer: Peer, folder: Path, *, keys: int, calls: int) -> dict[str, Any]:
    """A loop that does nothing but log, and ``finish()``; building the dictionaries included."""
    peer.load()
    log, finish = peer.begin(folder, "run", "offline")
    known = names(keys)
    begun = time.perf_counter()
    for step in range(calls):
        log({name: step * 0.5 + index for index, name in enumerate(known)}, step)
    looped = time.perf_counter()
    finish()
    ended = time.perf_counter()
    spent = {"loop": looped - begun, "finish": ended - looped, "total": ended - begun}
    return {**spent, "logged": keys * calls}


def case_images(peer: Peer, folder: Path, *, count: int, side: int) -> dict[str, Any]:
    """One picture of noise and of a gradient a call, as generators put them out; each is timed."""
    import numpy as np

    peer.load()
    log, finish = peer.begin(folder, "run", "offline")
    noise = np.random.default_rng(0)
    slope = np.linspace(0, 200, side, dtype="f4")[:, None, None]
    spent: list[int] = []
    for step in range(count):
        pixels = (slope + noise.random((side, side, 3)) * 55).astype("u1")
        before = time.perf_counter_ns()
        log({PREFIX + "seen": peer.image(pixels)}, step)
        spent.append(time.perf_counter_ns() - before)
    looped = time.perf_counter()
    finish()
    ended = time.perf_counter()
    spent.sort()
    each = {"p50_ms": spent[count // 2] / 1e6, "each_ms": sum(spent) / count / 1e6}
    return {**each, "finish": ended - looped, "logged": count}


def case_start(peer: Peer, folder: Path) -> dict[str, Any]:
    """The first ``init()`` of a process, a few steps, ``finish()``."""
    before = time.perf_counter()
    peer.load()
    begun = time.perf_counter()
    log, finish = peer.begin(folder, "run", "local")
    ready = time.perf_counter()
    for step in range(10):
        log({PREFIX + "loss": 1.0 / (step + 1), PREFIX + "acc": step / 10}, step)
    looped = time.perf_counter()
    finish()
    ended = time.perf_counter()
    spent = {"init": ready - begun, "both": ready - before, "finish": ended - looped}
    return {**spent, "logged": 20}


def case_crash(peer: Peer, folder: Path, *, keys: int, calls: int) -> dict[str, Any]:
    """Killed by SIGKILL right behind the last call."""
    peer.load()
    log, _ = peer.begin(folder, "run", "offline")
    known = names(keys)
    for step in range(calls):
        log({name: step * 0.5 + index for index, name in enumerate(known)}, step)
    write(folder, 0, {"logged": keys * calls})
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def case_crowd(peer: Peer, folder: Path, *, index: int, keys: int, calls: int) -> dict[str, Any]:
    """One of many processes on one store; all begin when ``go`` appears."""
    peer.load()
    known = names(keys)
    (folder / f"ready-{index}").touch()
    while not (folder / "go").exists():
        time.sleep(0.02)
    log, finish = peer.begin(folder, f"run-{index:02d}", "offline")
    for step in range(calls):
        log({name: step + place * 0.5 for place, name in enumerate(known)}, step)
    finish()
    return {"logged": keys * calls}


def case_spike(peer: Peer, folder: Path, *, points: int, spike: int) -> dict[str, Any]:
    """One long series with one step that stands out, for the charts."""
    peer.load()
    log, finish = peer.begin(folder, f"run-{points}", "local")
    key = PREFIX + "loss"
    begun = time.perf_counter()
    for step in range(points):
        log({key: 1000.0 if step == spike else 1.0 / (1 + step * 1e-4)}, step)
    finish()
    return {"logged": points, "seconds": time.perf_counter() - begun}


# --------------------------------------------------------- CPU of a tracker in a loop


def case_pace(
    peer: Peer, folder: Path, *, steps: int, around: int, keys: int, driver: int
) -> dict[str, Any]:
    """CPU that a tracker adds to a loop of numpy, found in two ways.

    ``by_loop``: CPU of all processes in the loop with the tracker, less that of the same loop
    without it, before and after in this process. ``direct``: CPU of this thread inside ``log()``,
    of all other threads here, and of all other processes. ``whole``: import, ``init()`` and
    ``finish()`` of this process too (the caller adds the helpers' rest).
    """
    import numpy as np

    matrix = np.random.default_rng(0).standard_normal((MATRIX, MATRIX)).astype("f4")
    known = [f"{PREFIX}m{index:02d}" for index in range(keys)]

    def loop(count: int, log: Log | None) -> int:
        """Run ``count`` steps; nanoseconds of this thread inside ``log``."""
        inside, clock = 0, time.thread_time_ns
        for step in range(count):
            value = float((matrix @ matrix)[0, 0])
            data = {name: value + place for place, name in enumerate(known)}
            if log is not None:
                before = clock()
                log(data, step)
                inside += clock() - before
        return inside

    loop(50, None)
    before = _mine()
    begun = time.perf_counter()
    loop(around, None)
    wall = time.perf_counter() - begun
    at_load = _mine()
    peer.load()
    log, finish = peer.begin(folder, "run", "offline")
    others, start = _others(driver), _mine()
    thread = time.thread_time()
    inside = loop(steps, log) / 1e9
    thread = time.thread_time() - thread
    mine = _mine() - start
    others = _others(driver) - others
    finish()
    finished = _mine()
    loop(around, None)
    after = _mine()
    per_step = (at_load - before + after - finished) / (2 * around)
    return {
        "step_ms": per_step * 1e3,
        "step_wall_ms": wall / around * 1e3,
        "drift_us": abs((after - finished) - (at_load - before)) / around * 1e6,
        "by_loop_us": ((mine + others) / steps - per_step) * 1e6,
        "direct_us": (inside + (mine - thread) + others) / steps * 1e6,
        "inside_us": inside / steps * 1e6,
        "threads_us": (mine - thread) / steps * 1e6,
        "others_us": others / steps * 1e6,
        "untracked": before + (at_load - before) + (after - finished) + per_step * steps,
        "logged": keys * steps,
    }


def _mine() -> float:
    """CPU seconds of this process and of its children that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def _others(driver: int) -> float:
    """CPU seconds of the driver's living descendants, this process apart."""
    found, parents = 0.0, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(entry)
            if fields:
                parents[int(entry.name)] = (int(fields[1]), int(fields[13]) + int(fields[14]))
    tick = os.sysconf("SC_CLK_TCK")
    for pid, (_, ended) in parents.items():
        above = pid
        while above in parents and above != driver:
            above = parents[above][0]
        if above == driver and pid not in (driver, os.getpid()):
            found += _cpu_clock(pid) + ended / tick
    return found


def _stat(entry: Path) -> list[str]:
    """Fields of ``/proc/<pid>/stat`` from the state on; empty when the process is gone."""
    try:
        return (entry / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _cpu_clock(pid: int) -> float:
    """CPU seconds of a process by its own clock: nanoseconds, where ``/proc`` has 10 ms."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


CASES: dict[str, Callable[..., dict[str, Any]]] = {
    "log": case_log,
    "fill": case_fill,
    "images": case_images,
    "start": case_start,
    "crash": case_crash,
    "crowd": case_crowd,
    "spike": case_spike,
    "pace": case_pace,
}


def write(folder: Path, index: int, result: dict[str, Any]) -> None:
    """Leave the result where the driver looks for it."""
    (folder / f"result-{index}.json").write_text(json.dumps(result))


def main() -> None:
    """Run one case, or count what a peer's files hold."""
    case, name, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    given = json.loads(sys.argv[4]) if len(sys.argv) > 4 else {}
    peer = PEERS[name]
    if case == "count":
        result = {"found": peer.count(folder)}
    else:
        result = CASES[case](peer, folder, **given)
    write(folder, given.get("index", 0), result)


if __name__ == "__main__":
    main()

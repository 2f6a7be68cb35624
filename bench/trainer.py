"""A training that logs values known beforehand, and notes outside of itself how far it came.

Run by ``chaos.py``: ``python -m bench.trainer NUMBER STEPS RATE NOTE``. The note is a shared memory
map of a file, so that what it says outlives the death of this process at any moment.
"""

from __future__ import annotations

import mmap
import sys
import time
from pathlib import Path
from typing import Any

PHASE, ATTEMPTED, RETURNED, STOP = range(4)
"""Cells of a note: how far the run is; steps for which ``log()`` was called, and has returned; and
whether the training is asked to end."""
BEGUN, FINISHING, FINISHED = 1, 2, 3
"""Phases: ``init()`` has returned, ``finish()`` was called, ``finish()`` has returned."""
DENSE = 6
SPARSE = 7
"""The last key is logged every so many steps, the others at each."""
PROJECT = "chaos"


def new_note(path: Path) -> memoryview:
    """Make a note of a training that has not begun."""
    path.write_bytes(bytes(32))
    return open_note(path)


def open_note(path: Path) -> memoryview:
    """Return the cells of a note, shared with whoever else opens it."""
    with path.open("r+b") as file:
        return memoryview(mmap.mmap(file.fileno(), 32)).cast("q")


def run_id(number: int) -> str:
    """Return the id of a run."""
    return f"run-{number}"


def keys() -> list[str]:
    """Return the names of the keys that every run logs."""
    return [f"dense/{key}" for key in range(DENSE)] + ["sparse"]


def every(key: int) -> int:
    """Return at every how many steps a key is logged."""
    return SPARSE if key == DENSE else 1


def value(run: int, key: int, step: Any) -> Any:
    """Return what is logged, the same number of one step and of an array of steps."""
    return run + key / 10 + step * 1e-6


def train(number: int, steps: int, rate: float, note: memoryview) -> None:
    """Log up to ``steps`` steps, ``rate`` a second, until asked to stop.

    A training that was killed goes on behind the last step for which it called ``log()``.
    """
    import swanlab

    names, first = keys(), note[ATTEMPTED]
    swanlab.init(project=PROJECT, id=run_id(number), mode="cloud", resume="allow")
    note[PHASE] = BEGUN
    begun = time.monotonic()
    for step in range(first, steps):
        if note[STOP]:
            break
        row = {name: value(number, key, step) for key, name in enumerate(names)}
        if step % SPARSE:
            del row[names[DENSE]]
        note[ATTEMPTED] = step + 1
        swanlab.log(row, step=step)
        note[RETURNED] = step + 1
        time.sleep(max(0.0, begun + (step + 1 - first) / rate - time.monotonic()))
    note[PHASE] = FINISHING
    swanlab.finish()
    note[PHASE] = FINISHED


if __name__ == "__main__":
    train(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), open_note(Path(sys.argv[4])))

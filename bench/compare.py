"""What a server answers, beside what is known to have been logged: exact, point by point."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swanlab.api import points
from swanlab.client import Client


@dataclass
class Tally:
    """Points that were acknowledged, and what became of them."""

    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    strange: int = 0
    """Points that nobody logged."""
    faults: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another one's in."""
        for name in ("acknowledged", "lost", "doubled", "wrong", "strange"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults

    def fault(self, what: str) -> None:
        """Note what is not as it must be."""
        self.faults.append(what)


def series(
    client: Client,
    path: str,
    key: str,
    steps: NDArray[np.int64],
    values: NDArray[np.float64],
    maybe: Collection[int],
    summary: dict[str, Any] | None,
) -> Tally:
    """Compare one series of the run at ``path`` below ``/api/v1`` with what was logged.

    Args:
        client: to ask the server by.
        path: of the run.
        key: of the series, of rank 0.
        steps: that must be there, ascending.
        values: at these steps, bit by bit.
        maybe: steps that may be there or not: the training was killed while logging them.
        summary: what the list of series says of this one; None if it does not name it.
    """
    found = points.read(client, path, key)
    tally = Tally(acknowledged=len(steps))
    once, at, times = np.unique(found.steps, return_index=True, return_counts=True)
    tally.doubled = int(np.sum(times - 1))
    there = np.isin(steps, once)
    tally.lost = int(np.sum(~there))
    right = found.values[at[np.searchsorted(once, steps[there])]] == values[there]
    tally.wrong = int(np.sum(~right))
    allowed = np.append(steps, np.array([*maybe], np.int64))
    tally.strange = int(np.sum(~np.isin(once, allowed)))
    for name in ("lost", "doubled", "wrong", "strange"):
        if number := getattr(tally, name):
            tally.fault(f"{path} {key}: {number:,} points {name}")
    # The summary is kept apart from the points, and would count what was stored twice.
    counted = summary["count"] if summary else 0
    if counted != len(once):
        tally.doubled += max(0, counted - len(once))
        tally.fault(f"{path} {key}: counted as {counted:,} points, there are {len(once):,}")
    if summary and len(once) and not np.isclose(summary["mean"], found.values.mean(), rtol=1e-9):
        tally.fault(f"{path} {key}: mean said to be {summary['mean']}, is {found.values.mean()}")
    return tally


def summaries(client: Client, path: str) -> dict[str, dict[str, Any]]:
    """Return what the server says of each series of a run, by its key."""
    found = client.request("GET", f"{path}/series")["series"]
    return {one["key"]: one for one in found if one["rank"] == 0}

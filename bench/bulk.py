"""Fills a store in bulk, through the code that seals: what a billion points came in by, in minutes.

Only the way in is left out (posts, decoding, batches): chunks, roll-ups, headers and summaries are
made and written as a server makes and writes them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sqlalchemy as sa

from swanlab.server.metrics import rows, schema, seal
from swanlab.server.metrics.engine import write
from swanlab.server.metrics.store import Store
from swanlab.server.metrics.tail import Rows, View

PORTION = 1 << 20
"""Points to a seal."""
STARTED = 1_760_000_000_000
PEAK = 1000.0
"""What a step that stands out has."""


def curve(rng: np.random.Generator, first: int, count: int, keys: int, total: int) -> np.ndarray:
    """Noisy decays, born as float32 like what a training prints."""
    x = np.arange(first, first + count)[:, None] / max(total, 1)
    noise = rng.normal(0, 0.02, (count, keys))
    return (np.exp(-3 * x) + noise).astype("<f4").astype("<f8")


def portions(keys: int, steps: int, seed: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield (steps, times, values) of a run, a portion at a time."""
    rng = np.random.default_rng(seed)
    size = max(1, PORTION // keys)
    for first in range(0, steps, size):
        count = min(size, steps - first)
        at = np.arange(first, first + count)
        times = STARTED + at * 7 + rng.integers(0, 3, count)
        yield at, times, curve(rng, first, count, keys, steps)


def fill(
    store: Store, run: int, names: list[str], steps: int, seed: int = 0, peak: int | None = None
) -> None:
    """Give ``run`` so many steps of all names; it must be new. At step ``peak`` all stand out."""
    engine = store._engine  # noqa: SLF001 - a way in of its own
    with write(engine) as connection:
        connection.execute(sa.insert(schema.ledger), rows.Ledger(run)._asdict())
    ledger = rows.Ledger(run)
    for at, times, values in portions(len(names), steps, seed):
        values[at == peak] = PEAK
        order = np.zeros(len(at), dtype=np.int64)
        view = View([Rows(tuple(names), 0, at, times, values, order, True)], {})
        with engine.connect() as connection:
            plan = seal.plan(connection, ledger, view)
        with write(engine) as connection:
            if not seal.commit(connection, plan):
                raise RuntimeError(f"somebody else wrote run {run}")
        ledger = ledger._replace(seals=ledger.seals + 1, series=plan.series)

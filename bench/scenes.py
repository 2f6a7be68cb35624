"""What the pages show that are measured: projects of a size that people have, made in bulk.

A curve is made once: ours gets it through ``bulk``, and the same numbers lie in files for peers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from bench import bulk
from swanlab.server.db import projects, schema
from swanlab.server.metrics import codec, rows
from swanlab.server.metrics import schema as metrics
from swanlab.server.metrics.engine import write
from swanlab.server.metrics.store import Store
from swanlab.server.state import Server
from tests.serving import PASSWORD

WORKSPACE = "admin"
HOUR = 3_600_000


@dataclass(frozen=True)
class Scene:
    """A project: so many runs of so many series of so many steps."""

    name: str
    runs: int
    keys: int
    steps: int
    prefixes: int
    """Sections that the keys fall into."""
    configs: int = 0
    peak: int | None = None
    """A step at which all series stand out."""

    def key_names(self) -> list[str]:
        """Return the keys, spread over the prefixes."""
        each = -(-self.keys // self.prefixes)
        return [f"part{i // each:03d}/metric{i % each:03d}" for i in range(self.keys)]

    def run_names(self) -> list[str]:
        """Return what the runs are called, ids too."""
        return [f"run-{number:05d}" for number in range(self.runs)]


PAGE = Scene("page", 1, 300, 2_000, 10)
COMPARED = Scene("compared", 100, 60, 300, 5)
TABLE = Scene("table", 10_000, 173, 3, 8, configs=20)
"""With the run's own name, tags, group, description, state, age and duration: 200 columns."""
KEYS = Scene("keys", 5, 10_000, 20, 200)
SECTIONS = Scene("sections", 1, 10_000, 2, 10_000)
"""As ``KEYS``, but each key in a section of its own: the worst that names can do."""
SHARED = (PAGE, COMPARED)
"""Which peers are given too."""


def seed(data: Path, scenes: list[Scene]) -> None:
    """Make a server's data directory that holds the scenes."""
    server = Server(data, "server")
    try:
        server.auth.new_user(WORKSPACE, PASSWORD, admin=True)
        for scene in scenes:
            _fill(server, scene)
    finally:
        server.close()


def _fill(server: Server, scene: Scene) -> None:
    with server.db.write() as connection:
        project = projects.create(connection, WORKSPACE, scene.name)
        found = [_run(scene, project.id, *one) for one in enumerate(scene.run_names())]
        connection.execute(sa.insert(schema.runs), found)
        query = sa.select(schema.runs.c.id).where(schema.runs.c.project_id == project.id)
        numbers = [row.id for row in connection.execute(query.order_by(schema.runs.c.number))]
        own = [{"id": number, "home": project.id} for number in numbers]
        connection.execute(sa.insert(schema.sources), own)
        connection.execute(sa.update(schema.runs).values(source=schema.runs.c.id))
    store = server.stores.of(project.id)
    if scene is TABLE:
        _summaries(store, scene, numbers)
        return
    for place, number in enumerate(numbers):
        bulk.fill(store, number, scene.key_names(), scene.steps, place, scene.peak)


def _run(scene: Scene, project: int, number: int, name: str) -> dict[str, object]:
    chance = np.random.default_rng(number)
    config = {f"option{i}": round(float(chance.random()), 4) for i in range(scene.configs)}
    made = bulk.STARTED + number * 60_000
    return {
        "project_id": project,
        "run_id": name,
        "name": name,
        "tags": '["base"]' if number % 10 == 0 else "[]",
        "state": "finished",
        "state_at": made + HOUR,
        "created_at": made,
        "finished_at": made + HOUR,
        "seen_at": made + HOUR,
        "config": json.dumps(config),
        "environment": "{}",
        "options": "{}",
        "damaged": 0,
        "set_aside": 0,
        "number": number + 1,
    }


def _summaries(store: Store, scene: Scene, numbers: list[int]) -> None:
    """Give the first run points, and the others its summaries with values of their own.

    A table reads nothing else of a run; sealing 10,000 runs would take minutes.
    """
    first, *others = numbers
    bulk.fill(store, first, scene.key_names(), scene.steps)
    engine = store._engine  # noqa: SLF001 - a way in of its own
    with engine.connect() as connection:
        (page,) = rows.pages(connection, [first])
        ledger = rows.ledgers(connection, [first])[first]
    names = rows.encode_names(page.names)
    chance = np.random.default_rng(1)
    with write(engine) as connection:
        for part in rows.portions(others, 500):
            connection.execute(
                sa.insert(metrics.ledger), [ledger._replace(run=run)._asdict() for run in part]
            )
            connection.execute(
                sa.insert(metrics.series),
                [
                    {"run": run, "page": 0, "names": names, "summaries": _moved(page, chance)}
                    for run in part
                ],
            )


def _moved(page: rows.Page, chance: np.random.Generator) -> bytes:
    """Return the summaries of a page, each shifted by as much as chance says."""
    found = page.summaries.copy()
    shift = chance.random(len(found))
    for name in ("low", "high", "last_value"):
        found[name] += shift
    found["total"] += shift * found["points"]
    return codec.encode_page(found.tobytes())


def values(scene: Scene, run: int) -> Iterator[np.ndarray]:
    """Yield portions of what ``_fill`` gives a run: rows of steps, columns of keys."""
    for _, _, portion in bulk.portions(scene.keys, scene.steps, run):
        yield portion


def write_down(folder: Path, scene: Scene) -> None:
    """Put a scene into files that a program without this package can read."""
    folder.mkdir(parents=True)
    names = {"project": scene.name, "keys": scene.key_names(), "runs": scene.run_names()}
    (folder / "names.json").write_text(json.dumps(names))
    every = [np.concatenate(list(values(scene, run))) for run in range(scene.runs)]
    np.save(folder / "values.npy", np.stack(every))

"""What moving the points of an old run takes off the database, and what reading them costs then.

``python -m bench.cold``; in a bucket with ``--media-url s3://…`` and the usual variables.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from bench.bench_store import load, timed
from bench.places import used_bytes
from swanlab.server.media.address import open_media
from swanlab.server.metrics import schema
from swanlab.server.metrics.cold import Cold
from swanlab.server.metrics.contract import Query, Ref
from swanlab.server.metrics.store import Store, open_store

RUNS = {
    "1 key x 1 M": (["loss"], 1_000_000),
    "100 keys x 10 k": ([f"k/{i}" for i in range(100)], 10_000),
    "100 keys x 1 k": ([f"k/{i}" for i in range(100)], 1_000),
}
_TABLES = (schema.chunk, schema.rollup, schema.pack, schema.head, schema.series, schema.segment)


def weights(store: Store, points: int) -> str:
    """Return the bytes a point of every kind of blob."""
    found = []
    with store._engine.connect() as connection:  # noqa: SLF001 - what it measures is inside
        for table in _TABLES:
            for column in table.c:
                if isinstance(column.type, sa.LargeBinary):
                    size = connection.scalar(sa.select(sa.func.sum(sa.func.length(column)))) or 0
                    found.append(f"{table.name}.{column.name} {size / points:.3f}")
    return ", ".join(found)


def show(name: str, folder: Path, url: str | None) -> None:
    """Measure one run."""
    keys, steps = RUNS[name]
    points, place = len(keys) * steps, folder / "metrics.db"
    media = open_media(url, folder)
    store = open_store(place, Cold(media.shelf(), folder / "cache" / "segments"))
    load(store, 1, keys, steps)
    store.compact(1)
    store.reclaim()
    charts = [Query([Ref(1, key)], None, None, 1000) for key in keys]
    zoom = [Query([Ref(1, key)], steps // 3, steps // 3 + 500, 1000) for key in keys]
    print(f"## {name}: {points:,} points")
    print("blobs, bytes a point:", weights(store, points))
    for query, what in ((charts, "all charts, whole"), (zoom, "all charts, 500 steps")):
        print(f"- {what}, in the database: {timed(lambda query=query: store.charts(query))}")
    store.close()
    before = used_bytes(str(place))
    cold = Cold(media.shelf(), folder / "cache" / "segments")
    store = open_store(place, cold)
    begun = time.perf_counter()
    assert store.freeze(1)
    print(f"- moved in {time.perf_counter() - begun:.2f} s")
    for query, what in ((charts, "all charts, whole"), (zoom, "all charts, 500 steps")):
        print(f"- {what}, moved: {timed(lambda query=query: store.charts(query))};", end=" ")
        print(f"{cold.fetched:,} bytes fetched so far")
    store.close()
    left = used_bytes(str(place))
    print(f"- the database: {before / points:.2f} to {left / points:.2f} bytes a point")
    store = open_store(place, cold)
    print(f"- the segment: {store.frozen()[1] / points:.2f} bytes a point")
    begun = time.perf_counter()
    assert store.thaw(1)
    print(f"- brought back in {time.perf_counter() - begun:.2f} s")
    store.close()


def main() -> None:
    """Measure every kind of run, in a folder that goes afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media-url")
    url = parser.parse_args().media_url
    for name in RUNS:
        with tempfile.TemporaryDirectory() as folder:
            show(name, Path(folder), url)


if __name__ == "__main__":
    main()

"""The points of one series as they were sealed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sqlalchemy as sa

from swanlab.server.metrics import aggregate, codec, cold, rows, schema
from swanlab.server.metrics.charts import Source
from swanlab.server.metrics.tail import Arrays

_NO_HEADERS = np.zeros(0, dtype=aggregate.HEADER)


def sealed(
    connection: sa.Connection,
    place: cold.Cold | None,
    source: Source,
    first: int,
    last: int,
    limit: int | None,
) -> Iterator[Arrays]:
    """Yield the chunks of a series that overlap the range; no more than hold ``limit`` points.

    Raises ``codec.DamagedError``, and what ``cold`` raises where they are in a segment.
    """
    if source.sid is None:
        return
    pages = rows.heads(connection, [(source.run, source.sid)])
    found = aggregate.concatenate([rows.headers(page[3]) for page in pages] or [_NO_HEADERS])
    found = found[(found["last"] >= first) & (found["first"] <= last)]
    if limit is not None:
        # Points of the first chunk may lie before the range, so it does not count.
        held = np.cumsum(found["points"][1:], dtype=np.int64)
        found = found[: 2 + int(np.searchsorted(held, limit))]
    if not len(found):
        return
    memo: codec.Memo = {}
    column, series, starts = schema.chunk.c.data, (source.run, source.sid), found["start"].tolist()
    blobs = {
        (run, sid, start): data
        for run, sid, start, data in rows.between(
            connection, column, [series], starts[0], starts[-1]
        )
    }
    wanted = [(*series, start) for start in starts]
    cold.fill(place, connection, column, blobs, wanted)
    for chunk in wanted:
        yield Arrays(*codec.decode_chunk(blobs.get(chunk, b""), memo))

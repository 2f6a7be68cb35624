"""Series that share their steps are packed, and looked at, together: as each would be alone."""

from __future__ import annotations

import numpy as np
import pytest

from swanlab.server.metrics import aggregate, grid, merge
from swanlab.server.metrics.contract import Block, Layout
from swanlab.server.metrics.tail import Arrays, Tail

WHOLE = grid.Window(0, grid.BITS, 0, 0)
KEYS = ("a", "b", "c")


def sheet(count: int, series: int) -> Arrays:
    rng = np.random.default_rng(count)
    steps = np.cumsum(rng.integers(1, 9, count))
    values = rng.normal(0, 1e3, (series, count))
    values[0] = values[0].astype("f4")  # that one is stored in half the bytes
    values[1] = np.round(values[1], -3)  # the greatest value of this one comes several times
    return Arrays(steps, steps * 7 + rng.integers(0, 3, count), values)


def filled(regions: list[tuple[merge.Region, Arrays | None]]) -> list[list[merge.Piece]]:
    return merge.fill(regions, merge.Packer())


@pytest.mark.parametrize("count", [1, 100, 256, 300, 4096])
def test_chunks_packed_together_are_the_bytes_of_each_packed_alone(count):
    points = sheet(count, 5)
    together = merge.Packer().pack_rows(WHOLE, points)
    alone = [merge.Packer().pack(WHOLE, points._replace(values=row)) for row in points.values]
    assert together == alone


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_a_series_that_is_not_finite_does_not_change_those_beside_it(odd):
    points = sheet(600, 4)
    points.values[2, 300:] = odd
    rows = [points._replace(values=row.copy()) for row in points.values]
    old = [sheet(500, 4)._replace(values=row) for row in sheet(500, 4).values]
    regions = [
        (merge.Region(0, grid.BITS, row, 0), before) for row, before in zip(rows, old, strict=True)
    ]
    shared = (old[0].steps, old[0].times)
    alike = [(region, before and Arrays(*shared, before.values)) for region, before in regions]
    assert filled(alike) == [filled([one])[0] for one in regions]


def block(first: int, count: int) -> Block:
    rng = np.random.default_rng(first)
    steps = np.arange(first, first + count)
    values = rng.normal(0, 1, (count, len(KEYS)))
    values[rng.random(values.shape) < 0.1] = np.nan
    return Block(Layout((0, 1, 2), KEYS), steps, steps * 5, values)


def test_what_is_known_of_a_tail_as_it_grows_is_that_of_all_its_points():
    looked_at, fresh = Tail(0), Tail(0)
    for seq in range(1, 40):
        one = block(seq * 10, 10)
        looked_at.add(seq, 0, [one])
        fresh.add(seq, 0, [one])
        before = looked_at.view(0, summarised=True)
        kept = before.points(("b", 0)).values.copy()
        names, found = before.summaries()
        assert names == [(key, 0) for key in KEYS]
        steps, times, values = (
            fresh.view(0).points(("a", 0)).steps,
            fresh.view(0).points(("a", 0)).times,
            np.stack([fresh.view(0).points((key, 0)).values for key in KEYS], axis=1),
        )
        expected = aggregate.summaries(steps, times, values)
        for name in aggregate.SUMMARY.names or ():
            np.testing.assert_allclose(found[name], expected[name], rtol=1e-12, err_msg=name)
        looked_at.add(seq + 100, 0, [])  # a batch without points moves nothing
        looked_at.top = seq
        np.testing.assert_array_equal(before.points(("b", 0)).values, kept)


def test_a_tail_whose_beginning_is_sealed_tells_only_of_the_rest():
    tail = Tail(0)
    for seq in range(1, 11):
        tail.add(seq, 0, [block(seq * 10, 10)])
    tail.view(0, summarised=True)
    assert tail.view(4).points(("a", 0)).steps.tolist() == list(range(50, 110))
    tail.drop(4)
    _, found = tail.view(4, summarised=True).summaries()
    assert found["points"].tolist() == [60, 60, 60]
    tail.add(11, 0, [block(3, 1)])  # a late step: no longer ascending
    assert tail.view(4).points(("a", 0)).steps.tolist() == [3, *range(50, 110)]

"""``swanlab.Histogram``: values counted where they are logged, or counts as they were."""

from __future__ import annotations

import json

import numpy as np
import pytest

import swanlab
from tests.sdk.media.conftest import Tensor


def test_values_are_counted_as_numpy_counts_them(book):
    values = np.random.default_rng(0).normal(size=(10, 100))
    counts, edges = np.histogram(values, 16)
    for given in (values, values.tolist(), Tensor(values)):
        found = json.loads(book.one(swanlab.Histogram(given, num_bins=16, caption="w")).data)
        assert found == {
            "counts": counts.tolist(), "edges": edges.tolist(), "apart": [0, 0, 0],
        }  # fmt: skip


def test_what_is_not_finite_is_counted_apart(book):
    values = [1.0, 2.0, np.nan, np.inf, np.inf, -np.inf, np.nan, np.nan]
    found = json.loads(book.one(swanlab.Histogram(values)).data)
    assert (sum(found["counts"]), found["apart"]) == (2, [3, 2, 1])
    assert len(found["counts"]) == 64


def test_counts_of_numpy(book):
    found = json.loads(book.one(swanlab.Histogram(np_histogram=np.histogram([1, 2, 2], 2))).data)
    assert found["counts"] == [1, 2]
    again = swanlab.Histogram(swanlab.Histogram(np_histogram=([1, 2], [0, 1, 2]), caption="w"))
    assert book.one(again).caption == "w"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"sequence": []}, "no finite value"),
        ({"sequence": [np.nan]}, "no finite value"),
        ({"sequence": [1], "num_bins": 0}, "num_bins"),
        ({"sequence": [1], "num_bins": 513}, "num_bins"),
        ({"sequence": ["a"]}, "no array of numbers"),
        ({"np_histogram": ([1, 2], [0, 1])}, "one edge more"),
        ({"np_histogram": ([-1], [0, 1])}, "from 0 on"),
        ({"np_histogram": ([1, 1], [0, 2, 1])}, "ascend"),
        ({"np_histogram": ([1], [0, np.inf])}, "finite"),
        ({"np_histogram": 5}, "TypeError"),
    ],
)
def test_what_cannot_be_taken_is_said_and_only_it_left_out(refused, given, why):
    assert why in refused(swanlab.Histogram(**given))

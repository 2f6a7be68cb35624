"""Raw points over HTTP: every bit, in pages of bounded size."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from tests.server.wire import STARTED, frame, header, keys, scalars

COLUMNS = {"steps": "<i8", "times": "<i8", "values": "<f8"}


def read(client, run, **asked):
    answer = client.get(f"{run}/points", params={"key": "loss", **asked})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/octet-stream"
    body = answer.content
    (size,) = struct.unpack_from("<I", body)
    header = json.loads(body[4 : 4 + size])
    found = {
        one["name"]: np.frombuffer(body, "<" + one["type"], header["count"], one["at"]).tolist()
        for one in header["columns"]
    }
    assert all(one["at"] % 8 == 0 for one in header["columns"])
    assert {one["name"]: "<" + one["type"] for one in header["columns"]} == COLUMNS
    return found, header["next"]


@pytest.fixture
def series(sender):
    sender.send(keys("loss") + b"".join(scalars(step, step / 3) for step in range(10)))


def test_points_have_steps_times_and_values(alice, run, series):
    found, following = read(alice, run)
    assert found["steps"] == list(range(10))
    assert found["values"] == [step / 3 for step in range(10)]
    assert following is None


def test_times_are_unix_milliseconds(alice, run, sender):
    sender.send(frame(header()) + keys("loss") + scalars(5, 1.0, t=7))
    assert read(alice, run)[0]["times"] == [STARTED + 7]


def test_a_page_says_where_the_next_one_begins(alice, run, series):
    assert read(alice, run, limit=4)[1] == 4
    assert read(alice, run, limit=4, lo=4)[0]["steps"] == [4, 5, 6, 7]
    assert read(alice, run, limit=4, lo=8) == (
        {"steps": [8, 9], "times": read(alice, run)[0]["times"][8:], "values": [8 / 3, 3.0]},
        None,
    )


def test_the_last_step_there_can_be_has_no_next_one(alice, run, sender):
    sender.send(keys("loss") + scalars(2**63 - 1, 1.0))
    assert read(alice, run, limit=1)[1] is None


def test_a_range_includes_both_ends(alice, run, series):
    assert read(alice, run, lo=3, hi=5)[0]["steps"] == [3, 4, 5]


def test_what_was_never_logged_has_no_points(alice, run, series):
    assert read(alice, run, key="acc")[0]["steps"] == []
    assert read(alice, run, rank=1)[0]["steps"] == []


def test_a_missing_run_and_a_bad_question_are_refused(alice, run):
    assert alice.get(f"{run}x/points", params={"key": "loss"}).status_code == 404
    for wrong in ({}, {"key": ""}, {"key": "a", "limit": 0}, {"key": "a", "lo": -1}):
        assert alice.get(f"{run}/points", params=wrong).status_code == 400

"""Definitions of series: merged as they come, bounded, shown with the run, gone with it."""

from __future__ import annotations

import pytest

from swanlab import records, runfile
from swanlab.records import Define
from swanlab.server.db import definitions
from tests.server.wire import frame, header, keys, scalars


@pytest.fixture
def say(sender, alice, run):
    """Send definitions, and return those of the run and its notices."""
    sender.send(frame(header()))

    def send(*found: Define) -> tuple[list[dict], list[str]]:
        sender.send(frame(*found))
        body = alice.get(run).json()
        return body.get("definitions", []), body["notices"]

    return send


def parts(one: dict) -> tuple:
    return tuple(one[name] for name in ("key", "x_axis", "section", "hidden", "step_sync"))


def test_the_run_shows_what_was_defined_late_or_early(say, sender, alice, run):
    assert say(Define("val/*", x_axis="epoch"))[0]
    sender.send(keys("val/loss") + scalars(0, 1.0))
    found, notices = say(Define("val/loss", section="Main", hidden=True, step_sync=False))
    assert [parts(one) for one in found] == [
        ("val/*", "epoch", None, None, None),
        ("val/loss", None, "Main", True, False),
    ]
    assert notices == []


def test_a_second_definition_adds_to_the_first_and_overwrite_replaces_it(say):
    say(Define("a", x_axis="epoch", section="S"), Define("b"))
    found, _ = say(Define("a", section="T", hidden=True))
    assert [parts(one) for one in found] == [
        ("b", None, None, None, None),
        ("a", "epoch", "T", True, None),
    ]
    found, _ = say(Define("a", hidden=False, overwrite=True))
    assert parts(found[-1]) == ("a", None, None, False, None)


def test_taking_the_same_records_again_changes_nothing(server, say, alice, run):
    records_of_a_post = [
        Define("a", x_axis="x"),
        Define("a", section="s"),
        Define("b", hidden=True),
    ]
    before, _ = say(*records_of_a_post)
    with server.db.write() as connection:
        for record in records_of_a_post:
            assert definitions.take(connection, 1, record)
    assert alice.get(run).json()["definitions"] == before


@pytest.mark.parametrize(
    "bad",
    [Define(""), Define("a" * 513), Define("a", x_axis="b" * 513), Define("a", section="c" * 513),
     Define("a\0b"), Define("a", section="\0")],
)  # fmt: skip
def test_a_definition_out_of_bounds_is_set_aside_and_the_rest_kept(say, bad):
    found, notices = say(Define("good"), bad, Define("later"))
    assert [one["key"] for one in found] == ["good", "later"]
    assert notices == ["1 records were not understood and left out."]


def test_a_definition_of_a_wrong_shape_is_set_aside(say, sender, alice, run):
    for wrong in ([10, 7], [10], [10, "a", 5], [10, "a", None, None, "yes"]):
        sender.send(runfile.frame(records.encode(wrong)))
    found, notices = say(Define("good", hidden=True))
    assert [one["key"] for one in found] == ["good"]
    assert notices == ["4 records were not understood and left out."]


def test_a_run_keeps_so_many_and_no_more(say, monkeypatch):
    monkeypatch.setattr(records, "MAX_DEFINITIONS", 5)
    found, notices = say(*(Define(f"k{number}") for number in range(8)), Define("k0", hidden=True))
    assert sorted(one["key"] for one in found) == ["k0", "k1", "k2", "k3", "k4"]
    assert parts(found[-1])[::3] == ("k0", True)
    assert notices == ["3 records were not understood and left out."]


def test_definitions_go_with_their_run(say, server, alice, run):
    say(Define("a", x_axis="x"))
    assert alice.delete(run).status_code == 204
    with server.db.read() as connection:
        assert definitions.of_run(connection, 1) == []
    assert alice.post("/projects/alice/demo/runs", json={"id": "r1"}).status_code == 200
    assert alice.get(run).json().get("definitions", []) == []

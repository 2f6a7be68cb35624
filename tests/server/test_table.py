"""The table by pages: filtered and sorted by anything that is known of a run."""

from __future__ import annotations

import pytest

from swanlab import records
from tests.server.wire import Sender, frame, header, keys, scalars

TABLE = "/projects/alice/demo/runs/table"


@pytest.fixture
def runs(alice):
    """Five runs, oldest first: r0 to r4; r3 has no metrics, r4's loss ends in NaN."""
    for number in range(5):
        body = {"id": f"r{number}", "name": f"Run {number}", "created_at": 1000 + number,
                "tags": ["even" if number % 2 == 0 else "odd"]}  # fmt: skip
        assert alice.post("/projects/alice/demo/runs", json=body).status_code in (200, 201)
        sender = Sender(alice, f"/projects/alice/demo/runs/r{number}")
        config = {"lr": 0.1 * number, "model": {"name": f"m{number % 2}"}, "a.b": number}
        frames = frame(header(run=f"r{number}"), records.Config(0, config, []))
        if number != 3:
            frames += keys("loss", "acc/top.1") + scalars(0, 10.0 + number, float(number))
            frames += scalars(1, float("nan") if number == 4 else 5.0 - number, 1.0)
        sender.send(frames + (frame(records.Finish(5, "success")) if number < 2 else b""))
    return alice


def ids(client, **query):
    answer = client.post(TABLE, json=query)
    assert answer.status_code == 200, answer.text
    return [run["id"] for run in answer.json()["runs"]]


def where(client, *found):
    conditions = [dict(zip(("field", "op", "value"), one, strict=False)) for one in found]
    return ids(client, where=conditions)


def test_without_a_question_all_runs_come_newest_first(runs):
    answer = runs.post(TABLE, json={}).json()
    assert answer["total"] == 5
    assert [run["id"] for run in answer["runs"]] == ["r4", "r3", "r2", "r1", "r0"]
    assert answer["runs"][0]["config"]["model"] == {"name": "m0"}


def test_columns_are_summaries_of_any_kind(runs):
    stats = ["last", "min", "max", "mean", "count"]
    columns = [{"key": "loss", "stat": stat} for stat in stats] + [{"key": "none"}]
    rows = runs.post(TABLE, json={"columns": columns}).json()["runs"]
    cells = {run["id"]: run["cells"] for run in rows}
    assert cells["r0"] == [5.0, 5.0, 10.0, 7.5, 2, None]
    assert cells["r4"] == ["NaN", 14.0, 14.0, 14.0, 2, None]
    assert cells["r3"] == [None] * 6


@pytest.mark.parametrize(
    ("field", "up"),
    [
        ("summary.loss.last", ["r2", "r1", "r0", "r4", "r3"]),
        ("summary.loss.max", ["r0", "r1", "r2", "r4", "r3"]),
        ("summary.acc/top.1.min", ["r0", "r4", "r2", "r1", "r3"]),
        ("config.lr", ["r0", "r1", "r2", "r3", "r4"]),
        ("config.a.b", ["r0", "r1", "r2", "r3", "r4"]),
        ("config.model.name", ["r4", "r2", "r0", "r3", "r1"]),
        ("name", ["r0", "r1", "r2", "r3", "r4"]),
        ("created", ["r0", "r1", "r2", "r3", "r4"]),
    ],
)
def test_runs_are_sorted_by_any_field_and_those_without_it_come_last(runs, field, up):
    assert ids(runs, order=[{"field": field}]) == up
    down = ids(runs, order=[{"field": field, "descending": True}])
    if field == "summary.loss.last":
        assert down == ["r0", "r1", "r2", "r4", "r3"]
    elif field == "config.model.name":
        assert down == ["r3", "r1", "r4", "r2", "r0"]
    elif field in ("created", "name", "config.lr", "config.a.b"):
        assert down == up[::-1]


def test_a_second_order_decides_where_the_first_does_not(runs):
    order = [{"field": "config.model.name"}, {"field": "summary.loss.max", "descending": True}]
    assert ids(runs, order=order) == ["r4", "r2", "r0", "r1", "r3"]


def test_conditions_are_on_any_field_and_all_hold(runs):
    assert where(runs, ("summary.loss.last", "lt", 4.5)) == ["r2", "r1"]
    assert where(runs, ("summary.loss.last", "exists", False)) == ["r4", "r3"]
    assert where(runs, ("summary.loss.last", "ne", 5)) == ["r4", "r3", "r2", "r1"]
    assert where(runs, ("state", "eq", "finished"), ("tags", "contains", "odd")) == ["r1"]
    assert where(runs, ("state", "in", ["running"])) == ["r4", "r3", "r2"]
    assert where(runs, ("name", "contains", "RUN 3")) == ["r3"]
    assert where(runs, ("config.model.name", "eq", "m1"), ("config.lr", "ge", 0.2)) == ["r3"]
    assert where(runs, ("created", "le", 1001)) == ["r1", "r0"]
    assert where(runs, ("config.model", "lt", 3)) == []


def is_(field, op, value=None):
    return {"is": "test", "field": field, "op": op, "value": value}


def both(*parts):
    return {"is": "all", "of": parts}


def either(*parts):
    return {"is": "any", "of": parts}


def no(part):
    return {"is": "not", "of": part}


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        (both(), ["r4", "r3", "r2", "r1", "r0"]),
        (either(), []),
        (either(is_("name", "eq", "Run 3"), is_("summary.loss.last", "eq", 5)), ["r3", "r0"]),
        (no(is_("summary.loss.last", "lt", 4.5)), ["r4", "r3", "r0"]),
        (both(no(is_("tags", "contains", "odd")), is_("config.lr", "gt", 0)), ["r4", "r2"]),
        (no(either(is_("id", "in", ["r0", "r1"]), no(is_("summary.loss.max", "exists")))),
         ["r4", "r2"]),
        (is_("summary.loss.min", "in", [4, 3.0, "x"]), ["r2", "r1"]),
        (is_("summary.loss.min", "ne", "x"), ["r4", "r3", "r2", "r1", "r0"]),
        (is_("duration", "ge", 0), ["r4", "r3", "r2", "r1", "r0"]),
        (is_("created", "lt", 1002), ["r1", "r0"]),
        (is_("name", "matches", "^run [0-2]$"), ["r2", "r1", "r0"]),
        (is_("tags", "matches", "ev.n"), ["r4", "r2", "r0"]),
        (is_("summary.loss.min", "matches", "4"), []),
        (is_("group", "eq", "g1"), ["r3", "r1"]),
        (is_("job_type", "exists", False), ["r4", "r3", "r2", "r1", "r0"]),
        (is_("description", "contains", "SECOND"), ["r1"]),
    ],
)  # fmt: skip
def test_filters_are_joined_by_and_or_not(runs, tree, found):
    runs.patch("/projects/alice/demo/runs/r1", json={"description": "the second"})
    edits = [{"runs": ["r1", "r3"], "group": "g1"}]
    runs.post("/projects/alice/demo/runs/edit", json={"edits": edits})
    assert ids(runs, filter=tree) == found


def test_all_runs_come_at_once_as_ids_and_columns(runs):
    query = {
        "whole": True,
        "filter": no(is_("name", "eq", "Run 1")),
        "order": [{"field": "summary.loss.min", "descending": True}],
        "columns": [{"key": "loss", "stat": "min"}, {"key": "none"}],
    }
    answer = runs.post(TABLE, json=query).json()
    assert answer == {
        "total": 4,
        "runs": [],
        "ids": ["r4", "r0", "r2", "r3"],
        "cells": [[14.0, 5.0, 3.0, None], [None] * 4],
    }


def nested(depth):
    tree = is_("name", "eq", "x")
    for _ in range(depth):
        tree = no(tree)
    return tree


@pytest.mark.parametrize(
    "tree",
    [
        nested(25),
        both(*[either(*[is_("name", "eq", "x")] * 100)] * 3),
        both(*[is_("name", "eq", "x")] * 201),
        is_("nonsense", "eq", 1),
        is_("name", "matches", "("),
        is_("name", "matches", 5),
        is_("name", "matches", "((a{90}){90}){90}"),
        {"is": "maybe", "of": []},
    ],
    ids=range(8),
)
def test_a_filter_that_is_too_much_or_none_is_refused(runs, tree):
    answer = runs.post(TABLE, json={"filter": tree})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_a_filter_nested_beyond_reason_is_refused(runs):
    depth = 20_000
    text = '{"is":"not","of":' * depth + '{"is":"all","of":[]}' + "}" * depth
    headers = {"content-type": "application/json"}
    answer = runs.post(TABLE, content='{"filter":' + text + "}", headers=headers)
    assert answer.status_code == 400


def test_pages_follow_each_other(runs):
    pages = [runs.post(TABLE, json={"offset": at, "limit": 2}).json() for at in (0, 2, 4, 6)]
    assert [page["total"] for page in pages] == [5] * 4
    assert [[r["id"] for r in page["runs"]] for page in pages] == [
        ["r4", "r3"], ["r2", "r1"], ["r0"], [],
    ]  # fmt: skip


def test_sealed_and_unsealed_points_answer_alike_and_new_ones_at_once(runs, server):
    query = {"columns": [{"key": "loss", "stat": "max"}], "order": [{"field": "summary.loss.max"}]}
    before = runs.post(TABLE, json=query).json()
    store = server.stores.of(1)
    for run in store.runs():
        store.seal(run, force=True)
    for _ in range(2):  # read, then remembered
        assert runs.post(TABLE, json=query).json()["runs"] == before["runs"]
    late = Sender(runs, "/projects/alice/demo/runs/r0", "late")
    late.send(frame(header(writer="late")) + keys("loss") + scalars(9, 99.0))
    assert ids(runs, order=[{"field": "summary.loss.max", "descending": True}])[0] == "r0"
    for run in store.runs():
        store.seal(run, force=True)
    assert ids(runs, order=[{"field": "summary.loss.max", "descending": True}])[0] == "r0"


def test_the_lowest_rank_stands_for_a_key(runs):
    other = Sender(runs, "/projects/alice/demo/runs/r0", "second")
    other.send(frame(header(writer="second", rank=1)) + keys("loss") + scalars(0, -1.0))
    rows = runs.post(TABLE, json={"columns": [{"key": "loss", "stat": "min"}]}).json()["runs"]
    assert rows[-1]["cells"] == [5.0]


@pytest.mark.parametrize(
    "query",
    [
        {"order": [{"field": "nonsense"}]},
        {"order": [{"field": "summary.loss"}]},
        {"where": [{"field": "name", "op": "lt"}]},
        {"where": [{"field": "name", "op": "in", "value": "a"}]},
        {"where": [{"field": "name", "op": "like", "value": "a"}]},
        {"limit": 10_000},
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_a_reason(runs, query):
    answer = runs.post(TABLE, json=query)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_an_unchanged_table_is_not_sent_again(runs):
    first = runs.post(TABLE, json={})
    again = runs.post(TABLE, json={}, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code in (200, 304)
    assert first.headers["cache-control"] == "private, no-cache"


def test_strangers_may_not_ask(runs, as_user):
    assert as_user("bob").post(TABLE, json={}).status_code == 404


def test_a_light_table_says_who_has_which_keys_and_leaves_configs_and_values_out(runs):
    table = runs.get("/projects/alice/demo/runs", params={"light": True}).json()
    assert set(table["keys"]) == {"loss", "acc/top.1"}
    assert table["keys_total"] == 2
    has = {
        run["id"]: {table["keys"][place] for place in table["sets"][run["has"]]}
        for run in table["runs"]
    }
    assert has == {f"r{n}": set() if n == 3 else {"loss", "acc/top.1"} for n in range(5)}
    assert len(table["sets"]) == 2  # what runs have in common is said once
    assert all(run["config"] == {} and run["last"] == [] for run in table["runs"])
    whole = runs.get("/projects/alice/demo/runs").json()
    told = ("id", "name", "state", "tags", "number", "color", "created_at", "ranks")
    for light, full in zip(table["runs"], whole["runs"], strict=True):
        assert [light[name] for name in told] == [full[name] for name in told]
    assert whole["sets"] == []
    assert whole["runs"][0]["config"]["a.b"] == 4


def test_keys_are_known_before_and_after_points_are_sealed(runs, server):
    def light():
        return runs.get("/projects/alice/demo/runs", params={"light": True}).json()

    before = light()
    for home in {row.home for row in rows_of(server)}:
        store = server.stores.of(home)
        for run in store.runs():
            store.seal(run, force=True)
    assert light() == before


def rows_of(server):
    from swanlab.server.db import projects, runs

    with server.db.read() as connection:
        place = projects.find(connection, "alice", "demo")
        return runs.of_project(connection, place.id)


def test_cells_come_for_some_runs_and_columns_in_the_order_asked_for(runs):
    asked = {
        "runs": ["r4", "gone", "r0", "r3"],
        "columns": [{"key": "loss"}, {"key": "loss", "stat": "max"}, {"key": "none"}],
    }
    cells = runs.post("/projects/alice/demo/runs/cells", json=asked).json()["cells"]
    assert cells == [["NaN", None, 5.0, None], [14.0, None, 10.0, None], [None] * 4]
    none = {"runs": [], "columns": [{"key": "loss"}]}
    assert runs.post("/projects/alice/demo/runs/cells", json=none).json() == {"cells": [[]]}


def test_configs_come_by_run(runs):
    configs = runs.get("/projects/alice/demo/configs").json()["configs"]
    assert list(configs) == ["r4", "r3", "r2", "r1", "r0"]
    assert configs["r1"] == {"lr": 0.1, "model": {"name": "m1"}, "a.b": 1}

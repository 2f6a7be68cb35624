"""Charts over HTTP: the packed frame says what the JSON says; tables, runs and console lines."""

from __future__ import annotations

import json
import math
import struct

import msgspec
import numpy as np
import pytest

from swanlab.server import frame as packed
from swanlab.server.messages.charts import Charts
from tests.server.wire import STARTED, Sender, frame, header, keys, scalars

CHARTS = "/projects/alice/demo/charts"


def unpack(data: bytes) -> list[dict]:
    """Read the frame as its description says."""
    (length,) = struct.unpack_from("<I", data)
    charts = json.loads(data[4 : 4 + length])["charts"]
    for chart in charts:
        x = chart["x"]
        count = x["n"]
        assert x["at"] % 8 == 0
        chart["x"] = np.frombuffer(data, "<f8", count, x["at"])
        for series in chart["series"]:
            for name, place in series["columns"].items():
                assert place["at"] % 8 == 0
                series[name] = np.frombuffer(data, "<" + place["type"], count, place["at"])
    return charts


def ask(client, *refs, **query) -> dict:
    series = [{"run": run, "key": key} for run, key in refs]
    return client.post(CHARTS, json={"charts": [{"series": series, **query}]})


@pytest.fixture
def logged(sender):
    values = [math.sin(step / 50) for step in range(3000)]
    values[1234] = 1e6
    values[77], values[78], values[2999] = math.nan, math.inf, -math.inf
    body = b"".join(scalars(step, value, 1e9 + step / 3000) for step, value in enumerate(values))
    sender.send(frame(header()) + keys("loss", "big") + body)
    return np.array(values)


@pytest.mark.parametrize("buckets", [1, 7, 100, 5000])
def test_the_packed_frame_and_json_say_the_same(logged, alice, buckets):
    refs = [("r1", "loss"), ("r1", "big"), ("r1", "missing"), ("missing", "loss")]
    (got,) = unpack(ask(alice, *refs, buckets=buckets).content)
    body = {"charts": [{"series": [{"run": r, "key": k} for r, k in refs], "buckets": buckets}]}
    answer = alice.post(CHARTS, json=body, headers={"accept": "application/json"})
    (said,) = msgspec.json.decode(answer.content, type=Charts).charts
    assert (got["kind"], got["width"], got["x"].tolist()) == (said.kind, said.width, said.x)
    for one, other in zip(got["series"], said.series, strict=True):
        assert one["count"] == other.count
        assert [tuple(place) for place in one["nonfinite"]] == other.nonfinite
        for name in one["columns"]:
            want = np.array(getattr(other, name), dtype=float)
            np.testing.assert_allclose(one[name], want, rtol=1e-6, equal_nan=True)


def test_a_spike_of_one_step_is_drawn_at_every_zoom(logged, alice):
    for buckets in (1, 2, 3, 10, 100, 1000):
        (chart,) = unpack(ask(alice, ("r1", "loss"), buckets=buckets).content)
        (series,) = chart["series"]
        place = int(np.nanargmax(series["max"]))
        assert series["max"][place] == 1e6
        assert chart["x"][place] <= 1234 < chart["x"][place] + chart["width"]
        assert len(chart["x"]) <= buckets


def test_few_points_come_as_they_were_logged(logged, alice):
    (chart,) = unpack(ask(alice, ("r1", "loss"), lo=70, hi=90, buckets=100).content)
    (series,) = chart["series"]
    assert chart["kind"] == "points"
    assert chart["x"].tolist() == list(range(70, 91))
    assert list(series["columns"]) == ["last", "time"]
    assert series["nonfinite"] == [[7, 1, 0, 0], [8, 0, 1, 0]]
    np.testing.assert_allclose(series["last"][:7], logged[70:77], rtol=1e-6)
    assert series["time"].tolist() == [STARTED + step for step in range(70, 91)]


def test_a_series_that_float32_would_flatten_comes_in_float64(logged, alice):
    (chart,) = unpack(ask(alice, ("r1", "loss"), ("r1", "big"), buckets=10).content)
    loss, big = chart["series"]
    assert loss["columns"]["mean"]["type"] == "f4"
    assert big["columns"]["mean"]["type"] == "f8"
    assert (np.diff(big["last"]) > 0).all()


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (0.0, 0.0, "f4"),
        (0.5, 0.5, "f4"),
        (0.1, 0.1, "f8"),
        (-1.0, 1.0, "f4"),
        (1e39, 2e39, "f8"),
        (1e-40, 2e-40, "f8"),
        (1.0, 1.00001, "f8"),
        (math.nan, math.nan, "f4"),
    ],
)
def test_the_width_of_columns_follows_the_range(low, high, kind):
    assert packed._kind(np.array([low]), np.array([high])) == kind


def test_an_unchanged_chart_is_not_sent_again(logged, alice, sender):
    first = ask(alice, ("r1", "loss"), buckets=10)
    body = {"charts": [{"series": [{"run": "r1", "key": "loss"}], "buckets": 10}]}
    same = {"if-none-match": first.headers["etag"]}
    assert alice.post(CHARTS, json=body, headers=same).status_code == 304
    alice.post("/projects/alice/demo/runs", json={"id": "other"})
    assert alice.post(CHARTS, json=body, headers=same).status_code == 304
    sender.send(scalars(3000, 0.0, 0.0))
    assert alice.post(CHARTS, json=body, headers=same).status_code == 200


def test_too_much_at_once_is_refused(alice, run):
    chart = {"series": [{"run": "r1", "key": str(number)} for number in range(300)]}
    body = {"charts": [{**chart, "buckets": 20_000}]}
    answer = alice.post(CHARTS, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "too_many")


def test_no_charts_are_no_charts(alice, run):
    assert unpack(alice.post(CHARTS, json={"charts": []}).content) == []


def test_summaries_tell_finite_from_other_values(logged, alice, run):
    loss = next(one for one in alice.get(f"{run}/series").json()["series"] if one["key"] == "loss")
    finite = logged[np.isfinite(logged)]
    assert (loss["count"], loss["last_step"], loss["last"]) == (3000, 2999, "-Infinity")
    assert (loss["nan"], loss["positive_infinity"], loss["negative_infinity"]) == (1, 1, 1)
    assert (loss["max"], loss["max_step"]) == (1e6, 1234)
    assert loss["mean"] == pytest.approx(finite.mean())


def test_the_table_shows_last_values_newest_run_first(alice, sender):
    sender.send(frame(header()) + keys("loss", "__swanlab__.cpu.pct", "acc"))
    sender.send(scalars(0, 1.0, 50.0, math.nan))
    path = "/projects/alice/demo/runs"
    later = {"id": "r2", "name": "second", "tags": ["x"], "created_at": 2**45}
    assert alice.post(path, json=later).json()["name"] == "second"
    other = Sender(alice, f"{path}/r2")
    other.send(frame(header(run="r2")) + keys("new") + scalars(5, 2.0))
    table = alice.get(path).json()
    assert table["keys"] == ["loss", "acc", "new"]
    assert [row["id"] for row in table["runs"]] == ["r2", "r1"]
    assert [row["last"] for row in table["runs"]] == [[None, None, 2.0], [1.0, "NaN", None]]


def test_the_lowest_rank_speaks_for_a_key_in_the_table(alice, run):
    for rank in (2, 1, 3):
        writer = f"trainer-{rank}"
        body = frame(header(writer=writer, rank=rank)) + keys("loss") + scalars(0, float(rank))
        Sender(alice, run, writer).send(body)
    assert alice.get("/projects/alice/demo/runs").json()["runs"][0]["last"] == [1.0]


def test_runs_without_a_name_get_one_by_their_number(alice):
    names = [
        alice.post("/projects/~/demo/runs", json={"id": str(number)}).json()["name"]
        for number in range(3)
    ]
    assert names == ["swan-1", "rat-2", "ox-3"]
    again = alice.post("/projects/~/demo/runs", json={"id": "1", "name": "other"}).json()
    assert (again["created"], again["name"]) == (False, "rat-2")


@pytest.mark.parametrize(
    "run_id", ["", "a/b", "a\\b", "a#b", "a?b", "a%b", "a:b", "a\nb", "x" * 65]
)
def test_bad_run_ids_are_refused(alice, run_id):
    assert alice.post("/projects/~/demo/runs", json={"id": run_id}).status_code == 400


@pytest.mark.parametrize("run_id", ["x" * 64, "a b", "é", "a.b-c_d@e", "~"])
def test_good_run_ids_are_found_again(alice, run_id):
    path = alice.post("/projects/~/demo/runs", json={"id": run_id}).json()["path"]
    assert path == f"/@alice/demo/runs/{run_id}"
    assert alice.get(f"/projects/alice/demo/runs/{run_id}").json()["id"] == run_id


@pytest.mark.parametrize("project", ["a b", "x" * 101, "ü"])
def test_bad_project_names_are_refused(alice, project):
    assert alice.post(f"/projects/~/{project}/runs", json={"id": "r"}).status_code == 400


def test_console_lines_come_by_number_or_from_the_end(alice, run, sender):
    from swanlab.records import Console

    lines = [Console(number, number, 20, 1, f"line {number}") for number in range(30)]
    sender.send(frame(header(), *lines, Console(29, 99, 40, 2, "line 29, replaced")))
    logs = alice.get(f"{run}/logs", params={"limit": 2}).json()
    assert (logs["writer"], logs["writers"], logs["total"]) == ("trainer-1", ["trainer-1"], 30)
    assert [one["text"] for one in logs["lines"]] == ["line 28", "line 29, replaced"]
    assert (logs["lines"][1]["level"], logs["lines"][1]["time"]) == (40, STARTED + 99)
    some = alice.get(f"{run}/logs", params={"first": 3, "limit": 2}).json()["lines"]
    assert [one["line"] for one in some] == [3, 4]
    text = alice.get(f"{run}/logs.txt")
    assert text.headers["content-type"].startswith("text/plain")
    assert len(text.text.splitlines()) == 30
    assert text.text.endswith("ERROR line 29, replaced\n")


def test_projects_count_their_runs(alice, run):
    alice.post("/projects/~/demo/runs", json={"id": "r2"})
    (project,) = alice.get("/projects").json()["projects"]
    assert (project["name"], project["runs"], project["running"]) == ("demo", 2, 2)
    assert alice.get("/projects/alice/demo").json() == project

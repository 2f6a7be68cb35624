"""``swanlab.Api`` reads what was recorded, from a server with accounts and from one without."""

from __future__ import annotations

import inspect
import math
import subprocess
import sys

import numpy as np
import pytest

import swanlab
from swanlab.api import Api
from swanlab.api.points import read
from swanlab.api.table import Table
from swanlab.client import Client
from swanlab.errors import AuthenticationError, InvalidArgument, ServerError, Unreachable
from tests.serving import Serving, wait_for

LOSS = [(step, 1 / (step + 1)) for step in range(100)]
ODD = [(0, float("nan")), (3, 0.1 + 0.2), (2**62, float("inf")), (2**62 + 1, -1e300)]


@pytest.fixture(scope="module")
def names():
    return iter(range(1000))


@pytest.fixture
def project(names):
    """A project name that no other test uses."""
    return f"cats-{next(names)}"


def test_a_run_says_what_it_is(api, record, project):
    path = record(
        project, "r1", {"loss": LOSS, "__swanlab__.cpu.pct": [(0, 5.0)]},
        config={"lr": 0.1, "model": {"layers": 3}, "nothing": None}, tags=["a", "b"],
        environment={"python": {"version": "3.11"}, "packages": {"numpy": "2.0"}},
        options={"group": "g", "job_type": "train"},
    )  # fmt: skip
    run = api.run(path)
    assert (run.id, run.state, run.labels) == ("r1", "FINISHED", ["a", "b"])
    assert (run.group, run.job_type) == ("g", "train")
    assert run.config == {"lr": 0.1, "model": {"layers": 3}, "nothing": None}
    assert run.profile.json() == {
        "config": run.config, "metadata": {"python": {"version": "3.11"}},
        "requirements": {"numpy": "2.0"}, "conda": None,
    }  # fmt: skip
    assert run.created_at == "2023-11-14T22:13:20.000Z"
    assert run.finished_at == "2023-11-14T22:14:20.000Z"
    assert run.duration == 60
    assert run.url == f"{api.host}/@admin/{project}/runs/r1"
    assert run.columns == ["loss"]
    assert [one["key"] for one in run.series(system=True)] == ["loss", "__swanlab__.cpu.pct"]
    assert (run.user["username"], run.error, run.notices) == ("admin", None, [])


def test_every_way_to_write_a_path_finds_the_run(api, record, project):
    path = record(project, "r1")
    for written in (path, f"{project}/r1", f"/{path}/", api.run(path).url):
        assert api.run(written).path == f"admin/{project}/r1"
    assert api.project(project).path == f"admin/{project}"
    for wrong in ("", "a", "a//b", "a/b/c/d"):
        with pytest.raises(InvalidArgument):
            api.run(wrong)


def test_points_come_back_to_the_last_bit(api, record, project):
    run = api.run(record(project, "r1", {"odd": ODD}))
    points = run.points("odd")
    assert points.steps.tolist() == [step for step, _ in ODD]
    want = np.array([value for _, value in ODD])
    assert points.values.view(np.int64).tolist() == want.view(np.int64).tolist()
    assert run.points("odd", start=1, end=2**62).steps.tolist() == [3, 2**62]
    assert len(run.points("nothing").steps) == 0


@pytest.mark.parametrize("limit", [1, 499, 500, 1000, None])
def test_a_series_of_several_pages_is_whole(api, lab, record, limit):
    series = [(step * 3, math.sin(step)) for step in range(1000)]
    path = record("long", "r1", {"x": series})
    client = Client(lab.host, lab.api_key)
    at = "/projects/{}/{}/runs/{}".format(*path.split("/"))
    steps, _, values = read(client, at, "x", limit=limit)
    assert list(zip(steps.tolist(), values.tolist(), strict=True)) == series
    assert read(client, at, "x", 0, 3, 2994, limit).steps.tolist() == list(range(3, 2995, 3))


def test_ranks_are_read_apart(api, record, project):
    record(project, "r1", {"x": [(0, 1.0)]}, end=None)
    run = api.run(record(project, "r1", {"x": [(0, 2.0)]}, rank=1))
    assert run.points("x", rank=1).values.tolist() == [2]
    assert run.metrics("x", rank=1)["x"].tolist() == [2]
    assert run.summary("x")["x"]["value"] == 1


def test_metrics_are_a_frame_with_a_row_for_every_step(api, record, project):
    run = api.run(record(project, "r1", {"loss": LOSS, "acc": [(0, 0.5), (50, 0.9)]}))
    frame = run.metrics(["loss", "acc"])
    assert frame.index.name == "step"
    assert list(frame.columns) == ["loss", "loss_timestamp", "acc", "acc_timestamp"]
    assert frame["loss"].tolist() == [value for _, value in LOSS]
    assert frame["loss_timestamp"].iloc[1] - frame["loss_timestamp"].iloc[0] == 1000
    assert frame["acc"].dropna().to_dict() == {0: 0.5, 50: 0.9}
    assert list(run.metrics(ignore_timestamp=True).columns) == ["loss", "acc"]
    assert run.metrics("missing", ignore_timestamp=True)["missing"].tolist() == []


def test_a_sample_keeps_logged_points_with_the_first_and_the_last(api, record, project):
    run = api.run(record(project, "r1", {"loss": LOSS}))
    sample = run.metrics("loss", sample=10, ignore_timestamp=True)["loss"]
    assert len(sample) == 10
    assert set(sample.items()) <= set(LOSS)
    assert (sample.index[0], sample.index[-1]) == (0, 99)
    assert len(run.metrics("loss", sample=10, all=True)) == 100
    with pytest.raises(InvalidArgument):
        run.metrics("loss", sample=0)


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        ({"start": 90, "end": 92}, [90, 91, 92]),
        ({"start": -5, "end": 1}, [0, 1]),
        ({"end": -1}, []),
        ({"start": 5, "end": 4}, []),
        ({"head": 2}, [0, 1]),
        ({"tail": 2}, [98, 99]),
        ({"last": 3}, [97, 98, 99]),
        ({"start": 10, "head": 1}, [10]),
        ({"type": "time", "start": 1_700_000_098_000}, [98, 99]),
        ({"type": "time", "last": 1000}, [99]),
    ],
)
def test_a_range_chooses_points(api, record, asked, steps):
    run = api.run(record("ranges", "r1", {"loss": LOSS}))
    assert run.metrics("loss", range_query=asked).index.tolist() == steps


def test_a_range_that_cannot_be_is_an_error(api, record, project):
    run = api.run(record(project, "r1", {"loss": LOSS}))
    for wrong in ({"type": "week"}, {"start": "x"}, {"begin": 1}):
        with pytest.raises(InvalidArgument):
            run.metrics("loss", range_query=wrong)


def test_the_x_axis_may_be_time_or_another_key(api, record, project):
    run = api.run(record(project, "r1", {"loss": LOSS[:3], "epoch": [(0, 0.0), (2, 1.0)]}))
    assert run.metrics("loss", x_axis="time").index.tolist() == [
        1_700_000_000_000 + step * 1000 for step in range(3)
    ]
    assert run.metrics("loss", x_axis="relative_time").index.tolist() == [0, 1, 2]
    frame = run.metrics(["loss", "epoch"], x_axis="epoch", ignore_timestamp=True)
    assert (frame.index.name, frame.index.tolist()) == ("epoch", [0, 1])
    assert frame["loss"].tolist() == [LOSS[0][1], LOSS[2][1]]


def test_without_pandas_the_table_is_ours(api, record, project, monkeypatch):
    run = api.run(record(project, "r1", {"a": [(0, 1.0), (2, 3.0)], "b": [(0, 5.0)]}))
    monkeypatch.setitem(sys.modules, "pandas", None)
    table = run.metrics(ignore_timestamp=True)
    assert isinstance(table, Table)
    assert (len(table), table.columns, list(table)) == (2, ["a", "b"], ["a", "b"])
    assert table["a"].tolist() == [1, 3]
    assert next(table.rows()) == {"step": 0, "a": 1.0, "b": 5.0}


def test_a_summary_has_the_extremes_and_their_steps(api, record, project):
    run = api.run(record(project, "r1", {"loss": LOSS, "odd": ODD}))
    assert run.summary("loss") == {
        "loss": {
            "step": 99, "value": 0.01, "min": {"step": 99, "value": 0.01},
            "max": {"step": 0, "value": 1.0}, "mean": pytest.approx(sum(v for _, v in LOSS) / 100),
            "count": 100, "nan": 0, "positive_infinity": 0, "negative_infinity": 0,
        }
    }  # fmt: skip
    assert list(run.summary()) == ["loss", "odd"]
    assert (run.summary()["odd"]["nan"], run.summary()["odd"]["positive_infinity"]) == (1, 1)


def test_logs_can_be_read_from_a_line_and_level_on(api, record, project, tmp_path):
    run = api.run(record(project, "r1", lines=["one", "bad two", "three", "four"]))
    assert [line["text"] for line in run.logs()] == ["one", "bad two", "three", "four"]
    assert [line["line"] for line in run.logs(offset=2)] == [2, 3]
    assert [line["text"] for line in run.logs(limit=1)] == ["four"]
    assert [line["text"] for line in run.logs(level="error")] == ["bad two"]
    assert run.export_logs(start=1, rows=2) == "bad two\nthree\n"
    run.write_logs(tmp_path / "log")
    assert (tmp_path / "log").read_text().startswith("2023-11-14T22:13:20.000Z INFO one\n")
    with pytest.raises(InvalidArgument):
        run.logs(level="loud")


def test_projects_and_workspaces_are_listed_in_pages(api, record, project):
    for number in range(3):
        record(f"{project}-{number}", "r1")
    found = api.projects(search=project, sort="name", size=2)
    assert ([one.name for one in found], found.total, found.pages) == (
        [f"{project}-0", f"{project}-1"], 3, 2,
    )  # fmt: skip
    assert [one.name for one in api.projects(search=project, sort="name", page=2, size=2)] == [
        f"{project}-2"
    ]
    assert len(api.projects(search=project, all=True)) == 3
    assert [one.name for one in api.workspaces()] == ["admin"]
    assert (api.workspace().role, api.workspace("bob").role) == ("OWNER", "VISITOR")
    assert (api.user().username, api.user().admin) == ("admin", True)
    one = api.project(f"{project}-0")
    assert (one.visibility, one.count) == ("PRIVATE", {"experiments": 1, "running": 0})
    for wrong in ({"page": 0}, {"size": 0}, {"sort": "luck"}):
        with pytest.raises(InvalidArgument):
            api.projects(**wrong)


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (None, ["b", "a"]),
        ({"state": "CRASHED"}, ["b"]),
        ({"config.lr": "0.1"}, ["a"]),
        ({"config.model.layers": 3, "labels": "x"}, ["a"]),
        ([{"type": "SCALAR", "key": "loss", "op": "LTE", "value": [0.5]}], ["a"]),
        ([{"type": "SCALAR", "key": "loss", "op": "GTE", "value": 0.5}], ["b"]),
        ([{"type": "CONFIG", "key": "lr", "op": "IN", "value": [0.1, 0.2]}], ["b", "a"]),
        ([{"type": "STABLE", "key": "id", "op": "NOT IN", "value": ["a"]}], ["b"]),
        ([{"key": "labels", "op": "CONTAIN", "value": ["X"]}], ["a"]),
        ([{"key": "state", "op": "NEQ", "value": ["CRASHED"]}], ["a"]),
        ({"config.missing": 1}, []),
    ],
)
def test_filters_choose_runs(api, record, filters, ids):
    path = "filtered"
    record(path, "a", {"loss": [(0, 0.1)]}, config={"lr": 0.1, "model": {"layers": 3}}, tags=["x"])
    record(path, "b", {"loss": [(0, 0.9)]}, config={"lr": 0.2}, end="crashed")
    assert [run.id for run in api.runs(path, filters, all=True)] == ids


@pytest.mark.parametrize(
    ("expression", "ids"),
    [
        ("config.lr < 0.15 and loss.min < 0.2", ["a"]),
        ('not ("x" in tags) or state = finished', ["b", "a"]),
        ("loss.max > 5", []),
    ],
)
def test_an_expression_chooses_runs_on_the_server(api, record, expression, ids):
    path = "expressed"
    record(path, "a", {"loss": [(0, 0.1)]}, config={"lr": 0.1}, tags=["x"])
    record(path, "b", {"loss": [(0, 0.9)]}, config={"lr": 0.2}, end="crashed")
    assert [run.id for run in api.runs(path, filter=expression)] == ids
    both = api.runs(path, {"state": "CRASHED"}, filter=expression)
    assert [run.id for run in both] == [one for one in ids if one == "b"]


def test_an_expression_with_a_mistake_is_refused_before_the_server_is_asked(api, record, project):
    record(project, "a")
    with pytest.raises(InvalidArgument, match="number"):
        api.runs(project, filter="loss < abc")
    with pytest.raises(ServerError, match="expression"):
        api.runs(project, filter='name ~ "(?=a)"')


def test_a_filter_that_cannot_be_is_an_error(api, record, project):
    record(project, "a")
    for wrong in ({"mood": 1}, [{"key": "id", "op": "LIKE", "value": []}], [{"value": [1]}], "x"):
        with pytest.raises(InvalidArgument):
            api.runs(project, wrong)


def test_runs_are_deleted_only_when_committed(api, record, project):
    for run in ("a", "b", "c"):
        record(project, run, {"loss": LOSS})
    assert not api.run(f"{project}/a").delete()
    assert api.run(f"{project}/a").delete(commit=True)
    with pytest.raises(ServerError) as raised:
        api.project(project).delete_runs(["b", "missing"], commit=True)
    assert raised.value.status == 404
    assert [run.id for run in api.runs(project)] == ["c", "b"]
    assert api.project(project).delete(commit=True)
    with pytest.raises(ServerError):
        api.project(project)


def test_a_deleted_run_leaves_nothing_to_a_new_one_of_its_name(api, record, project):
    record(project, "a", {"loss": LOSS})
    api.project(project).delete(commit=True)
    record(project, "a", {"acc": [(7, 1.0)]})
    run = api.run(f"{project}/a")
    assert (run.columns, run.points("acc").steps.tolist()) == (["acc"], [7])


def test_errors_are_of_our_tree(api, lab):
    with pytest.raises(ServerError) as raised:
        api.run("nobody/nothing/none")
    assert raised.value.status == 404
    with pytest.raises(AuthenticationError):
        Api("short", lab.host)
    with pytest.raises(AuthenticationError):
        Api("x" * 21, lab.host).user()
    with pytest.raises(AuthenticationError):
        Api(host=lab.host).user()
    with pytest.raises(AuthenticationError):
        Api()
    with pytest.raises(Unreachable):
        Api("x" * 21, "http://127.0.0.1:9").user()


def test_watch_needs_no_key_and_deletes_nothing(tmp_path):
    run = swanlab.init(project="cats", mode="local", config={"lr": 0.1})
    for step in range(10):
        swanlab.log({"loss": step})
    swanlab.finish()
    watch = Serving(tmp_path / "watch", "watch", str(run.dir.rpartition("/")[0])).start()
    try:
        with Api(host=watch.host) as api:
            wait_for(lambda: len(api.projects()) and api.runs("cats", {"state": "FINISHED"}).total)
            found = api.run(f"cats/{run.id}")
            assert found.points("loss").steps.tolist() == list(range(10))
            assert (found.config, found.workspace) == ({"lr": 0.1}, "local")
            for delete in (found.delete, api.project("cats").delete):
                with pytest.raises(ServerError, match="delete its folder"):
                    delete(commit=True)
    finally:
        watch.stop()


def test_a_run_of_the_sdk_is_read_back(lab, api, monkeypatch):
    monkeypatch.setenv("SWANLAB_API_KEY", lab.api_key)
    monkeypatch.setenv("SWANLAB_API_HOST", lab.host)
    run = swanlab.init(project="sdk", config={"lr": 0.1}, mode="cloud")
    for step in range(20):
        swanlab.log({"loss": step / 7})
    swanlab.finish()
    with swanlab.Api() as own:
        assert own.run(f"sdk/{run.id}").metrics("loss")["loss"].tolist() == [
            step / 7 for step in range(20)
        ]


def test_the_signatures_are_those_that_programs_use():
    def names(function):
        return list(inspect.signature(function).parameters)[1:]

    from swanlab.api.experiment import Experiment
    from swanlab.api.project import Project
    from swanlab.api.workspace import Workspace

    assert names(Api.__init__) == ["api_key", "host"]
    wanted = ["sort", "search", "detail", "page", "size", "all"]
    assert names(Api.projects) == ["path", *wanted]
    assert names(Workspace.projects) == wanted
    assert names(Api.runs)[:2] == ["path", "filters"]
    assert names(Api.runs_get) == ["path", "ids"]
    assert names(Project.delete_runs) == ["ids", "commit"]
    assert names(Experiment.metrics)[:6] == [
        "keys", "sample", "ignore_timestamp", "all", "range_query", "x_axis",
    ]  # fmt: skip
    assert inspect.signature(Experiment.metrics).parameters["sample"].default == 1500
    assert names(Experiment.logs)[:2] == ["offset", "level"]
    assert inspect.signature(Experiment.export_logs).parameters["rows"].default == 500_000


def test_importing_the_sdk_does_not_import_the_api():
    code = "import sys, swanlab; swanlab.init; print('swanlab.api' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_project_is_made_once_and_runs_go_into_it(api, record, project):
    made = api.create_project(name=project, visibility="PUBLIC", description="All cats.")
    assert (made.path, made.visibility, made.description) == (
        f"admin/{project}",
        "PUBLIC",
        "All cats.",
    )
    assert made.count == {"experiments": 0, "running": 0}
    with pytest.raises(ServerError, match="already") as refused:
        api.workspace().create_project(project)
    assert refused.value.status == 409
    record(project, "r1", {"loss": LOSS})
    assert [run.id for run in api.project(f"admin/{project}").runs()] == ["r1"]
    assert api.project(f"admin/{project}").visibility == "PUBLIC"


def test_a_project_of_a_bad_name_or_in_a_foreign_workspace_is_refused(api):
    for arguments in ({"name": "two words"}, {"name": ""}, {"name": "x", "username": "nobody"}):
        with pytest.raises(ServerError):
            api.create_project(**arguments)
    with pytest.raises(InvalidArgument, match="PRIVATE or PUBLIC"):
        api.create_project(name="x", visibility="secret")


def test_keys_are_listed_and_looked_up_by_their_older_names(api, record, project):
    path = record(project, "r1", {"loss": LOSS, "__swanlab__.cpu.pct": [(0, 5.0)]})
    assert api.columns(path) == ["loss"]
    assert api.column(path, "loss")["count"] == len(LOSS)
    assert api.column(path, "__swanlab__.cpu.pct")["last"] == 5.0
    with pytest.raises(InvalidArgument, match="no key 'acc'"):
        api.column(path, "acc")


def test_what_is_said_of_a_run_is_changed_and_read_back(api, record):
    run = api.run(record("edits", "one", options={"group": "old"}, tags=["a"]))
    run.update(name="best", description="no warm-up", tags=["a", "b"], color="#0072b2")
    again = api.run(run.path)
    assert (again.name, again.description, again.tags) == ("best", "no warm-up", ["a", "b"])
    assert again.group == "old"
    again.update(description=None, group=None, job_type="eval")
    run.add_tags("c").remove_tags("a", "z")
    assert (run.description, run.group, run.job_type) == (None, None, "eval")
    assert run.tags == ["b", "c"]
    with pytest.raises(InvalidArgument, match="not one text"):
        run.update(tags="keep")


def test_the_state_of_a_run_is_put_right_unless_it_is_alive(api, record):
    ended = api.run(record("edits", "ended", end="crashed"))
    assert ended.set_state("FINISHED").state == "FINISHED"
    alive = api.run(record("edits", "alive", end=None))
    with pytest.raises(ServerError, match="alive") as refused:
        alive.set_state("ABORTED")
    assert refused.value.status == 409


def test_many_runs_and_their_project_are_changed(api, record):
    for name in ("x", "y"):
        record("edits", name, tags=["old"])
    project = api.project("edits")
    missing = project.update_runs(["x", "y", "z"], add_tags=["new"], remove_tags=["old"], group="g")
    assert missing == ["z"]
    assert [(run.tags, run.group) for run in project.runs_get(["x", "y"])] == [(["new"], "g")] * 2
    project.update(description="Trials.", visibility="PUBLIC")
    assert (project.description, api.project("edits").visibility) == ("Trials.", "PUBLIC")


def test_runs_are_copied_and_moved_and_projects_cloned(api, record, project):
    points = {"loss": [(0, 1.0), (1, 2.0)]}
    for run in ("a", "b"):
        record(project, run, points, lines=["hello"])
    record(project, "busy", points, end=None)
    found = api.project(project)
    copy = api.run(f"{project}/a").copy(f"{project}-copies")
    assert (copy.path, copy.is_copy) == (f"admin/{project}-copies/a", True)
    assert copy.original == f"admin/{project}/a"
    assert copy.points("loss").values.tolist() == [1.0, 2.0]
    assert [line["text"] for line in copy.logs()] == ["hello"]
    placed = found.copy_runs(["a", "b", "none", "busy"], f"{project}-copies")
    assert (placed.project, set(placed.runs)) == (f"{project}-copies", {"a", "b"})
    assert (placed.missing, placed.running, placed.taken) == (["none"], ["busy"], [])
    assert placed.runs["a"] != "a"
    busy, gone = (api.run(f"{project}/{run}") for run in ("busy", "b"))
    moved = api.run(f"{project}/b").move(f"admin/{project}-moved")
    assert (moved.path, moved.is_copy, moved.original) == (f"admin/{project}-moved/b", False, None)
    assert {one.id for one in found.runs(all=True)} == {"a", "busy"}
    for run, status, code in ((busy, 409, "running"), (gone, 404, "not_found")):
        with pytest.raises(ServerError) as refused:
            run.move(f"{project}-moved")
        assert (refused.value.status, refused.value.code) == (status, code)
    record(project, "b", points)
    with pytest.raises(ServerError, match="has a run b already") as refused:
        api.run(f"{project}/b").move(f"{project}-moved")
    assert refused.value.code == "taken"
    clone = found.clone(f"admin/{project}-clone", "PUBLIC")
    assert (clone.visibility, clone.count["experiments"]) == ("PUBLIC", 2)
    assert found.delete(commit=True)
    assert api.run(f"{project}-clone/b").points("loss").values.tolist() == [1.0, 2.0]
    for name in ("copies", "moved", "clone"):
        api.project(f"{project}-{name}").delete(commit=True)

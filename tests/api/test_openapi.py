"""``swanlab.OpenApi`` as programs written for version 0.6 call it."""

from __future__ import annotations

import inspect

import pytest

import swanlab
from swanlab.errors import AuthenticationError, InvalidArgument


@pytest.fixture
def old(lab, monkeypatch):
    monkeypatch.setenv("SWANLAB_API_HOST", lab.host)
    return swanlab.OpenApi(api_key=lab.api_key, log_level="critical")


def test_workspaces_projects_and_experiments_are_listed(old, record):
    record("old-list", "r1", config={"lr": 0.1})
    assert old.list_workspaces().data == [{"name": "admin", "username": "admin", "role": "OWNER"}]
    (project,) = [one for one in old.list_projects().data if one.name == "old-list"]
    assert (project.visibility, project.count["experiments"]) == ("PRIVATE", 1)
    assert old.list_projects(username="nobody").data == []
    (run,) = old.list_experiments("old-list", username="admin").data
    assert (run.cuid, run.state, run.profile) == ("r1", "FINISHED", {"config": {"lr": 0.1}})
    assert old.list_project_exps("old-list").data == [run]
    assert run.model_dump()["createdAt"] == "2023-11-14T22:13:20.000Z"


def test_one_experiment_has_its_profile_and_summary(old, record):
    record("old-one", "r1", {"loss": [(0, 2.0), (5, 1.0)]}, environment={"os": {"name": "L"}})
    answer = old.get_experiment(project="old-one", exp_id="r1")
    assert (answer.code, answer.errmsg) == (200, "")
    assert answer.data.profile["metadata"] == {"os": {"name": "L"}}
    loss = old.get_summary(project="old-one", exp_id="r1").data["loss"]
    assert (loss["step"], loss["value"]) == (5, 1.0)
    assert (loss["min"], loss["max"]) == ({"step": 5, "value": 1.0}, {"step": 0, "value": 2.0})
    assert old.get_exp_summary("old-one", "r1").data["loss"] == loss


def test_metrics_are_found_by_the_id_alone(old, record):
    record("old-metrics", "only-here", {"loss": [(0, 2.0), (5, 1.0)]})
    frame = old.get_metrics("only-here", "loss").data
    assert frame["loss"].to_dict() == {0: 2.0, 5: 1.0}
    assert list(frame.columns) == ["loss", "loss_timestamp"]


def test_an_id_of_several_projects_is_not_guessed(old, record):
    for project in ("twin-a", "twin-b"):
        record(project, "twin", {"loss": [(0, 1.0 if project == "twin-a" else 2.0)]})
    assert old.get_metrics("twin", ["loss"]).code == 409
    old.list_experiments("twin-b")
    assert old.get_metrics("twin", ["loss"]).data["loss"].tolist() == [2.0]


def test_what_goes_wrong_is_a_code(old, record, lab):
    record("old-gone", "r1")
    assert old.get_experiment("old-gone", "missing").code == 404
    assert old.get_metrics("missing", ["loss"]).code == 404
    assert old.delete_experiment("old-gone", "r1").code == 200
    assert old.delete_experiment("old-gone", "r1").code == 404
    assert old.delete_project("old-gone").code == 200
    answer = old.list_experiments("old-gone")
    assert (answer.code, answer.data) == (404, None)
    assert "There is no such project" in answer.errmsg
    assert swanlab.OpenApi("x" * 21, "critical").list_workspaces().code == 401


def test_without_a_server_or_with_a_bad_level_it_cannot_be_made(monkeypatch):
    with pytest.raises(AuthenticationError):
        swanlab.OpenApi()
    with pytest.raises(InvalidArgument):
        swanlab.OpenApi(log_level="loud")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("list_workspaces", []),
        ("list_projects", ["username", "detail"]),
        ("delete_project", ["project", "username"]),
        ("list_experiments", ["project", "username"]),
        ("get_experiment", ["project", "exp_id", "username"]),
        ("delete_experiment", ["project", "exp_id", "username"]),
        ("get_summary", ["project", "exp_id", "username"]),
        ("get_metrics", ["exp_id", "keys"]),
    ],
)
def test_the_signatures_are_those_of_the_old_version(name, wanted):
    method = getattr(swanlab.OpenApi, name)
    assert list(inspect.signature(method).parameters)[1:] == wanted
    assert list(inspect.signature(swanlab.OpenApi).parameters) == ["api_key", "log_level"]

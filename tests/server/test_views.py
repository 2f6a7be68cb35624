"""Views of a project: saved by its members, seen by its readers."""

from __future__ import annotations

import pytest

VIEWS = "/projects/alice/demo/views"
SPEC = {"search": {"sort": "-last.loss", "filter": "loss < 1"}, "layout": {"any": ["thing", 1.5]}}


@pytest.fixture
def project(alice):
    assert alice.post("/projects/alice", json={"name": "demo"}).status_code == 201
    return alice


def save(client, name, **given):
    answer = client.post(VIEWS, json={"name": name, "spec": SPEC, **given})
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(client):
    return [(one["name"], one["default"]) for one in client.get(VIEWS).json()["views"]]


def test_a_view_comes_back_as_it_was_saved(project):
    assert project.get(VIEWS).json() == {"views": [], "editable": True}
    made = save(project, " best runs ")
    assert made["name"] == "best runs"
    assert made["author"] == "alice"
    assert made["spec"] == SPEC
    assert project.get(VIEWS).json()["views"] == [made]
    other = {"search": {"q": "swan"}, "layout": None}
    edited = project.patch(f"{VIEWS}/{made['id']}", json={"spec": other, "name": "swans"}).json()
    assert (edited["name"], edited["spec"]) == ("swans", other)
    assert edited["updated_at"] >= made["updated_at"]
    assert project.delete(f"{VIEWS}/{made['id']}").status_code == 204
    assert project.get(VIEWS).json()["views"] == []
    assert project.patch(f"{VIEWS}/{made['id']}", json={"name": "x"}).status_code == 404
    assert project.delete(f"{VIEWS}/{made['id']}").status_code == 404


def test_one_view_at_most_is_the_default(project):
    first, second = save(project, "b", default=True), save(project, "A")
    assert listed(project) == [("A", False), ("b", True)]
    project.patch(f"{VIEWS}/{second['id']}", json={"default": True})
    assert listed(project) == [("A", True), ("b", False)]
    project.patch(f"{VIEWS}/{first['id']}", json={"default": False})
    assert listed(project) == [("A", True), ("b", False)]
    project.patch(f"{VIEWS}/{second['id']}", json={"default": False})
    assert listed(project) == [("A", False), ("b", False)]


def test_a_name_is_of_one_view(project):
    first, second = save(project, "one"), save(project, "two")
    assert project.post(VIEWS, json={"name": "one", "spec": SPEC}).status_code == 409
    assert project.patch(f"{VIEWS}/{second['id']}", json={"name": "one"}).status_code == 409
    assert project.patch(f"{VIEWS}/{first['id']}", json={"name": "one"}).status_code == 200
    assert listed(project) == [("one", False), ("two", False)]


def test_views_are_bounded(project):
    large = {"search": {"q": "x" * 300_000}}
    assert project.post(VIEWS, json={"name": "large", "spec": large}).status_code == 413
    assert project.post(VIEWS, json={"name": "y" * 101, "spec": SPEC}).status_code == 400
    assert project.post(VIEWS, json={"name": "  ", "spec": SPEC}).status_code == 400
    assert project.post(VIEWS, json={"name": "none"}).status_code == 400
    for number in range(200):
        save(project, f"view {number}")
    assert project.post(VIEWS, json={"name": "one more", "spec": SPEC}).status_code == 400


def test_readers_see_the_views_of_a_public_project_and_change_none(project, as_user):
    made = save(project, "best")
    bob = as_user("bob")
    assert bob.get(VIEWS).status_code == 404
    project.patch("/projects/alice/demo", json={"visibility": "public"})
    seen = bob.get(VIEWS).json()
    assert seen == {"views": [made], "editable": False}
    assert bob.post(VIEWS, json={"name": "mine", "spec": SPEC}).status_code == 403
    assert bob.patch(f"{VIEWS}/{made['id']}", json={"name": "mine"}).status_code == 403
    assert bob.delete(f"{VIEWS}/{made['id']}").status_code == 403
    assert project.get(VIEWS).json()["views"] == [made]


def test_a_view_is_found_in_its_own_project_only(project):
    made = save(project, "best")
    assert project.post("/projects/alice", json={"name": "other"}).status_code == 201
    other = "/projects/alice/other/views"
    assert project.get(other).json()["views"] == []
    for path in (f"{other}/{made['id']}", f"{VIEWS}/abc", f"{VIEWS}/{'9' * 30}"):
        assert project.patch(path, json={"name": "moved"}).status_code == 404
        assert project.delete(path).status_code == 404
    assert listed(project) == [("best", False)]


def test_views_go_with_their_project(project, server):
    save(project, "best")
    assert project.delete("/projects/alice/demo").status_code == 204
    assert project.post("/projects/alice", json={"name": "demo"}).status_code == 201
    assert project.get(VIEWS).json()["views"] == []

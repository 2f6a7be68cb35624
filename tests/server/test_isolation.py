"""No route lets one user see or change what is another's; the routes come from the document."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest
import zstandard

from swanlab.records import MEDIA, File, Finish, Item, Media
from swanlab.server import openapi
from swanlab.server.http import API, Need, Route
from tests.server.wire import Sender, frame, header, hold

OPERATIONS = [
    (method.upper(), path.removeprefix(API), operation)
    for path, methods in openapi.document()["paths"].items()
    for method, operation in methods.items()
]
PUBLIC = {
    ("GET", "/health"),
    ("GET", "/health/live"),
    ("GET", "/openapi.json"),
    ("POST", "/session"),
}
IN_PROJECT = [one for one in OPERATIONS if "{project}" in one[1]]
HELLO = b"hello"
DIGEST = sha256(HELLO).hexdigest()
BODIES = {
    "NewRun": {"id": "r1"},
    "Keeping": {"days": 30},
    "RunsQuery": {},
    "NewView": {"name": "mine", "spec": {"search": {}}},
    "ViewEdit": {"name": "changed"},
    "NewProject": {"name": "dogs"},
    "RunEdit": {"name": "mine", "tags": ["changed"]},
    "RunsEdit": {"edits": [{"runs": ["r1"], "add_tags": ["changed"]}]},
    "RunIds": {"runs": ["r1"]},
    "EndedState": {"state": "aborted"},
    "ProjectEdit": {"description": "changed"},
    "MediaRuns": {"runs": ["r1"]},
    "MediaQuery": {"wanted": [{"run": "r1", "key": "seen"}]},
    "ChartsQuery": {"charts": [{"series": [{"run": "r1", "key": "loss"}]}]},
    "NewUser": {"username": "eve", "password": "a long password"},
    "CellsQuery": {"runs": ["r1"], "columns": [{"key": "loss"}]},
    "StopAnswered": {"asked_at": 1, "answer": "interrupted"},
    "RunsTo": {"runs": ["r1"], "project": "elsewhere"},
    "NewClone": {"name": "cloned"},
    "BlobList": {"digests": [DIGEST]},
    "BlobSize": {"size": len(HELLO)},
    "Credentials": {"username": "eve", "password": "a long password"},
}
QUERIES = {"writer": "w", "offset": 0, "key": "loss", "size": len(HELLO), "path": "a.txt"}


def names(operations):
    return [f"{method} {path}" for method, path, _ in operations]


def ask(client, method, path, operation, project="demo"):
    """A request that would be good if it came from the owner."""
    path = path.format(workspace="alice", project=project, run="r1", digest=DIGEST, view=1)
    required = {
        one["name"]: QUERIES[one["name"]]
        for one in operation["parameters"]
        if one["in"] == "query" and one["required"]
    }
    content = operation.get("requestBody", {}).get("content", {})
    sent = {}
    if "application/json" in content:
        name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        sent["json"] = BODIES[name]
    elif "application/octet-stream" in content:
        sent["content"] = HELLO
    elif content:
        sent["content"] = zstandard.compress(frame(header(writer="w")))
    return client.request(method, path, params=required, **sent)


@pytest.fixture
def secret(alice, run):
    """A private project of alice with something in it."""
    hold(alice, run, HELLO)
    view = {"name": "first", "spec": {"search": {"sort": "name"}}}
    assert alice.post("/projects/alice/demo/views", json=view).status_code == 200
    Sender(alice, run).send(
        frame(
            header(),
            File(0, "a.txt", len(HELLO), 0, DIGEST),
            File(0, f"{MEDIA}a.png", len(HELLO), 0, DIGEST),
            Media("seen", 0, 0, "image", [Item("png", f"{MEDIA}a.png")]),
            Finish(1, "success"),
        )
    )
    return run


@pytest.mark.parametrize(("method", "path", "operation"), IN_PROJECT, ids=names(IN_PROJECT))
def test_another_user_meets_what_is_private_as_if_it_were_not_there(
    secret, as_user, method, path, operation
):
    bob = as_user("bob")
    private = ask(bob, method, path, operation)
    missing = ask(bob, method, path, operation, project="missing")
    assert private.status_code == 404
    assert private.content == missing.content
    ignored = {"x-request-id"}
    assert {k: v for k, v in private.headers.items() if k not in ignored} == {
        k: v for k, v in missing.headers.items() if k not in ignored
    }


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=names(OPERATIONS))
def test_nobody_gets_anything_but_what_is_public(secret, nobody, method, path, operation):
    answer = ask(nobody, method, path, operation)
    if (method, path) in PUBLIC - {("POST", "/session")}:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path", "operation"), IN_PROJECT, ids=names(IN_PROJECT))
def test_the_owner_gets_an_answer_from_the_same_requests(secret, alice, method, path, operation):
    # The run has ended, and nobody asked it to: that too is told to nobody but its owner.
    good = (409,) if path.endswith(("/stop", "/stop/answer")) else (200, 201, 204)
    assert ask(alice, method, path, operation).status_code in good


def test_lists_name_only_what_the_caller_may_read(secret, as_user):
    assert as_user("bob").get("/projects").json() == {"projects": []}


def all_of(alice, run):
    paths = (run, f"{run}/series", "/projects/alice/demo/views")
    return [alice.get(path).json() for path in paths]


def test_nothing_of_alice_changed_after_bob_tried_everything(secret, alice, as_user):
    before = all_of(alice, secret)
    bob = as_user("bob")
    for method, path, operation in IN_PROJECT:
        ask(bob, method, path, operation)
    assert all_of(alice, secret) == before


def test_every_operation_says_what_it_needs():
    public = {(m, p) for m, p, operation in OPERATIONS if not operation["security"]}
    assert public == PUBLIC


def test_a_route_that_does_not_say_what_it_needs_cannot_be_made():
    said = {"method": "GET", "path": "/x", "handler": len, "summary": "x"}
    with pytest.raises(TypeError):
        Route(**said)
    with pytest.raises(TypeError):
        Route(**said, need=None)
    assert Route(**said, need=Need.USER)


def test_the_document_names_every_part_of_every_path():
    for _, path, operation in OPERATIONS:
        named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path))

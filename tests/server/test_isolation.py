"""Requests that are good from the owner change nothing when others send them.

Who may do what at all is asked in ``test_access.py``, of every route.
"""

from __future__ import annotations

import re
from hashlib import sha256

import pytest
import zstandard

from swanlab.records import MEDIA, File, Finish, Item, Media
from swanlab.server import openapi
from swanlab.server.http import API
from tests.server.wire import Sender, frame, header, hold

OPERATIONS = [
    (method.upper(), path.removeprefix(API), operation)
    for path, methods in openapi.document()["paths"].items()
    for method, operation in methods.items()
]
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
    "CellsQuery": {"runs": ["r1"], "columns": [{"key": "loss"}]},
    "StopAnswered": {"asked_at": 1, "answer": "interrupted"},
    "RunsTo": {"runs": ["r1"], "project": "elsewhere"},
    "NewClone": {"name": "cloned"},
    "NewRule": {"name": "mine", "event": "crashed", "email": True},
    "RuleEdit": {"name": "changed"},
    "BlobList": {"digests": [DIGEST]},
    "BlobSize": {"size": len(HELLO)},
    "NewShare": {"share": "read"},
    "NewShareLink": {"kind": "view"},
    "ProjectRename": {"name": "renamed"},
    "Transfer": {"workspace": "alice", "name": "elsewhere"},
}
QUERIES = {"writer": "w", "offset": 0, "key": "loss", "size": len(HELLO), "path": "a.txt"}


def names(operations):
    return [f"{method} {path}" for method, path, _ in operations]


def ask(client, method, path, operation, project="demo"):
    """A request that would be good if it came from the owner."""
    parts = {"run": "r1", "digest": DIGEST, "view": 1, "username": "carol", "link": 1, "rule": 1}
    path = path.format(workspace="alice", project=project, **parts)
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
def secret(alice, run, as_user):
    """A private project of alice with something in it."""
    hold(alice, run, HELLO)
    as_user("carol")
    path = "/projects/alice/demo"
    assert alice.put(f"{path}/collaborators/carol", json={"share": "read"}).status_code == 200
    assert alice.post(f"{path}/links", json={"kind": "view"}).status_code == 201
    view = {"name": "first", "spec": {"search": {"sort": "name"}}}
    assert alice.post("/projects/alice/demo/views", json=view).status_code == 200
    rule = BODIES["NewRule"]
    assert alice.post("/projects/alice/demo/rules", json=rule).status_code == 200
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
def test_the_owner_gets_an_answer_from_the_same_requests(secret, alice, method, path, operation):
    # The run has ended, and nobody asked it to: that too is told to nobody but its owner.
    good = (409,) if path.endswith(("/stop", "/stop/answer")) else (200, 201, 204)
    assert ask(alice, method, path, operation).status_code in good


def test_lists_name_only_what_the_caller_may_read(secret, as_user):
    assert as_user("bob").get("/projects").json() == {"projects": []}


def all_of(alice, run):
    here = "/projects/alice/demo"
    paths = (
        run,
        f"{run}/series",
        here,
        *(f"{here}/{of}" for of in ("views", "links", "collaborators")),
    )
    return [alice.get(path).json() for path in paths]


def test_nothing_of_alice_changed_after_bob_tried_everything(secret, alice, as_user):
    before = all_of(alice, secret)
    bob = as_user("bob")
    for method, path, operation in IN_PROJECT:
        ask(bob, method, path, operation)
    assert all_of(alice, secret) == before


def test_the_document_names_every_part_of_every_path():
    for _, path, operation in OPERATIONS:
        named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path))

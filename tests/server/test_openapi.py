"""The document, and what a fuzzer that reads it finds."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import schemathesis
import zstandard
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from swanlab.server import openapi
from swanlab.server.http import API

SLOW = (f"{API}/users", f"{API}/session")
"""Where the server makes a hash that takes long on purpose."""
OPERATIONS = [
    (path, method)
    for path, methods in openapi.document()["paths"].items()
    for method in methods
    if path != f"{API}/live"  # it never ends
]
# Last those that delete what the others ask for, or leave it, and the one that ends the key in use.
OPERATIONS.sort(
    key=lambda one: (
        one[0] == f"{API}/instance/settings",  # a provider made up there answers nothing: 502
        one[0].startswith(f"{API}/keys"),
        (one[1] == "delete" and "{" in one[0]) or one[0].endswith("/leave"),
    )
)
SECRET = "seen by zoe alone"
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@schemathesis.serializer("application/zstd")
def zstd(_context, value):
    """Bytes as they come, or packed: both arrive at the server."""
    data = value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
    return zstandard.compress(data) if len(data) % 2 else data


def test_the_command_prints_the_document_the_server_answers_with(nobody):
    printed = subprocess.run(
        [sys.executable, "-m", "swanlab.server.openapi"],
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    assert json.loads(printed) == nobody.get("/openapi.json").json()


@pytest.mark.parametrize("who", ["nobody", "member", "admin"])
def test_no_request_the_document_allows_or_forbids_makes_the_server_fail(nobody, as_user, who):
    alice, zoe = as_user("alice", admin=True), as_user("zoe")
    zoe.post("/projects/zoe/own/runs", json={"id": "r1", "name": SECRET, "tags": [SECRET]})
    zoe.patch("/projects/zoe/own", json={"description": SECRET})
    alice.post("/workspaces", json={"name": "lab"})
    assert alice.post("/projects/lab/demo/runs", json={"id": "r1"}).status_code == 200
    clients = {"nobody": nobody, "admin": alice, "member": as_user("bob")}
    token = alice.post("/workspaces/lab/invites", json={}).json()["token"]
    assert clients["member"].post("/join", json={"token": token}).status_code == 200
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", _started(nobody.app))
    headers = {} if who == "nobody" else dict(clients[who].headers)
    seen = set()
    for path, method in OPERATIONS:
        few = who == "nobody" or path in SLOW
        operation = schema[path][method]
        closed = who == "nobody" and {} not in (operation.definition.raw["security"] or [{}])
        _fuzz(operation, headers, seen, count=3 if few else 12, closed=closed)
    assert ({200, 401, 404} if who == "nobody" else {200, 204, 400, 404}) <= seen


def _started(app):
    """The application without its lifespan, which the fuzzer would run through with every call."""

    async def started(scope, receive, send):
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})

    return started


def _fuzz(operation, headers, seen, count, *, closed):
    """Ask so often; ``closed`` is what only answers those who sign in."""

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def attack(case):
        for name in ("workspace", "project", "run", "digest"):
            if name in case.path_parameters and len(case.path_parameters[name]) % 2:
                known = {"workspace": "lab", "project": "demo", "run": "r1", "digest": "0" * 64}
                case.path_parameters[name] = known[name]
        answer = case.call(headers=headers)
        seen.add(answer.status_code)
        assert not closed or answer.status_code == 401
        assert SECRET.encode() not in answer.content
        case.validate_response(answer, checks=CHECKS)

    attack()

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
# Last those that delete what the others ask for, and the one that ends the key in use.
OPERATIONS.sort(key=lambda one: (one[0] == f"{API}/keys", one[1] == "delete" and "{" in one[0]))
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


@pytest.mark.parametrize("signed_in", [False, True])
def test_no_request_the_document_allows_or_forbids_makes_the_server_fail(
    nobody, as_user, signed_in
):
    alice = as_user("alice", admin=True)
    assert alice.post("/projects/~/demo/runs", json={"id": "r1"}).status_code == 200
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", _started(nobody.app))
    headers = dict(alice.headers) if signed_in else {}
    seen = set()
    for path, method in OPERATIONS:
        few = not signed_in or path in SLOW
        _fuzz(schema[path][method], headers, seen, count=3 if few else 15)
    if signed_in:
        assert {200, 204, 400, 404} <= seen
    else:
        assert seen <= {200, 400, 401, 415, 429}


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


def _fuzz(operation, headers, seen, count):
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
                known = {
                    "workspace": "alice", "project": "demo", "run": "r1", "digest": "0" * 64
                }  # fmt: skip
                case.path_parameters[name] = known[name]
        answer = case.call(headers=headers)
        seen.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    attack()

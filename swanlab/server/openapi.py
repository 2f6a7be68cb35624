"""The OpenAPI document, made from the route table; ``python -m`` this module prints it."""

from __future__ import annotations

import re
import sys
from typing import Any

import msgspec

import swanlab
from swanlab.server.access import RULES
from swanlab.server.admission import SHARE_HEADER, SHARE_QUERY
from swanlab.server.http import API, JSON, Need, Route
from swanlab.server.messages.message import Error
from swanlab.server.routes import ROUTES

_REFS = "#/components/schemas/{name}"
_MEANINGS = {
    304: "Nothing has changed",
    400: "Something in the request is not valid; the message names it",
    401: "Nobody is signed in, or the password is wrong",
    403: "The caller may not do this",
    404: "There is no such thing, or it is not the caller's",
    406: "The server is not installed with what this needs",
    409: "It clashes with what is there",
    413: "The body is too large",
    415: "The body is of the wrong type",
    416: "The body has no such part",
    421: "The server is not called by that name",
    422: "The bytes are not those that were announced; send them anew",
    429: "Too much at once; try again after the seconds in Retry-After",
    500: "The server failed",
    502: "What the server asked elsewhere failed",
    503: "Something the server needs does not answer; try again later",
    507: "The server's disk is full; nothing was stored",
}
_PARTS = {
    "workspace": "Name of a workspace; `~` is your default one",
    "link": "Number of a share link",
    "binned": "Number of a deleted project",
    "project": "Name of a project",
    "run": "Id of a run",
    "view": "Number of a saved view",
    "username": "Name of a user",
    "rule": "Number of a rule",
    "key": "Number of an API key",
    "session": "Number of a session",
    "invite": "Number of an invite",
    "digest": "SHA-256 of a blob, 64 hexadecimal digits in lower case",
}


def document() -> dict[str, Any]:
    """Return the document as plain data."""
    kinds: set[type[msgspec.Struct]] = {Error}
    kinds.update(kind for route in ROUTES for kind in (route.body, route.answer) if kind)
    _, components = msgspec.json.schema_components(
        sorted(kinds, key=lambda kind: kind.__name__), ref_template=_REFS
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(API + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "SwanLab server", "version": swanlab.__version__},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "swanlab_session"},
                "key": {"type": "http", "scheme": "bearer"},
                "share": {"type": "apiKey", "in": "header", "name": SHARE_HEADER},
                "shared": {"type": "apiKey", "in": "query", "name": SHARE_QUERY},
            },
        },
    }


def encoded() -> bytes:
    """Return the document as JSON."""
    return msgspec.json.encode(document())


def statuses(route: Route) -> list[int]:
    """Return the statuses of the errors that the route may answer with."""
    found = {421, 500, 503, 507, *route.errors}
    if route.need is not Need.PUBLIC:
        found.add(401)
    if RULES[route.need].on != "server" or route.need is Need.ADMIN or route.method != "GET":
        found.add(403)
    if "{" in route.path:
        found.add(404)
    if route.body or route.query or route.raw_limit:
        found.add(400)
    if route.body or route.raw_limit:
        found.add(413)
    if route.body:
        found.add(415)
    if route.need in (Need.OPEN, Need.CREATE):
        found.add(400)
    return sorted(found)


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _identity(route),
        "summary": route.summary,
        "description": f"The caller needs {route.need.value}.",
        "parameters": [*_path(route), *_query(route)],
        "security": _security(route),
        "responses": {
            str(route.status): _answer(route),
            **({"304": {"description": _MEANINGS[304]}} if route.etag else {}),
            **({"307": {"description": "It can be had there"}} if route.ranges else {}),
            **({"206": {**_answer(route), "description": "The part"}} if route.ranges else {}),
            **{str(status): _error(status) for status in statuses(route)},
        },
    }
    if route.body is not None:
        schema = {"$ref": _REFS.format(name=route.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    elif route.raw_limit is not None:
        content = {route.raw_media: {"schema": {"type": "string", "format": "binary"}}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _security(route: Route) -> list[dict[str, list[str]]]:
    rule = RULES[route.need]
    if rule.scope is None:
        return []
    ways: list[dict[str, list[str]]] = [{"session": []}, {"key": []}]
    if rule.links:
        ways += [{"share": []}, {"shared": []}]
    return [*ways, {}] if rule.public == "everybody" else ways


def _identity(route: Route) -> str:
    words = re.sub(r"\{(\w+)\}", r"\1", route.path)
    return route.method.lower() + re.sub(r"[^A-Za-z0-9]+", "_", words)


def _answer(route: Route) -> dict[str, Any]:
    if route.status == 204:
        return {"description": "Done"}
    if route.status == 303:
        return {"description": "It goes on there"}
    content: dict[str, Any] = {}
    if route.media != JSON:
        content |= {
            name: {"schema": {"type": "string"}} for name in (route.media, *route.more_media)
        }
    if route.answer is not None:
        content[JSON] = {"schema": {"$ref": _REFS.format(name=route.answer.__name__)}}
    return {"description": "Done", "content": content or {JSON: {"schema": {"type": "object"}}}}


def _error(status: int) -> dict[str, Any]:
    schema = {"$ref": _REFS.format(name=Error.__name__)}
    return {"description": _MEANINGS[status], "content": {JSON: {"schema": schema}}}


def _path(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PARTS[name],
            "schema": {"type": "string", "minLength": 1},
        }
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    _, components = msgspec.json.schema_components([route.query], ref_template=_REFS)
    schema = components[route.query.__name__]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": field,
        }
        for name, field in schema["properties"].items()
    ]


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.format(encoded(), indent=2).decode() + "\n")

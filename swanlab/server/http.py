"""From a declared route to an answer: who asks, what they sent, what they get.

Every route says what it needs of the caller, and that is checked before its handler sees anything.
All errors leave in one shape. Handlers are plain functions (run in a thread) or coroutines (run on
the event loop); they get an ``Ask`` and return a message, a ``Response``, or None for 204.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import blake2b
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from swanlab.server.access import PARTS, RULES, verdict
from swanlab.server.access import Need as Need  # noqa: PLC0414 - routes take it from here
from swanlab.server.messages.message import Error, ErrorBody
from swanlab.server.metrics.codec import DamagedError

if TYPE_CHECKING:
    from swanlab.server.admission import Admitted
    from swanlab.server.auth import Caller
    from swanlab.server.db.bin import BinnedRow
    from swanlab.server.db.projects import ProjectRow
    from swanlab.server.db.workspaces import WorkspaceRow
    from swanlab.server.state import Server

API = "/api/v1"
JSON = "application/json"
MAX_BODY = 1024 * 1024

log = logging.getLogger("swanlab.server")

Q = TypeVar("Q")
B = TypeVar("B")


class Problem(Exception):
    """An answer of status 400 or above."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        detail: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = ErrorBody(code=code, message=message, detail=detail or {})
        self.headers = dict(headers or {})


class Ask(Generic[Q, B]):
    """One request, checked: the caller may do this, and query and body are of their types."""

    def __init__(
        self, request: Request, server: Server, caller: Caller | None, admitted: Admitted
    ) -> None:
        self.request = request
        self.server = server
        self.anybody = caller
        """Who asks, if somebody is signed in."""
        self.admitted = admitted
        self.query: Q
        self.body: B

    @property
    def caller(self) -> Caller:
        """Who asks; only for routes that need somebody."""
        if self.anybody is None:
            raise Problem(401, "signed_out", "Sign in, or send an API key.")
        return self.anybody

    @property
    def project(self) -> ProjectRow:
        """The project in the path; only for routes that need one."""
        if self.admitted.project is None:
            raise no_such("project")
        return self.admitted.project

    @property
    def workspace(self) -> WorkspaceRow:
        """The workspace in the path; only for routes that are about one."""
        if self.admitted.workspace is None:
            raise no_such("workspace")
        return self.admitted.workspace

    @property
    def binned(self) -> BinnedRow:
        """The deleted project in the path; only for routes that are about one."""
        if self.admitted.binned is None:
            raise no_such("project")
        return self.admitted.binned

    @property
    def user_id(self) -> int | None:
        """Number of who asks, if somebody is signed in."""
        return None if self.anybody is None else self.anybody.user.id

    def may(self, need: Need) -> bool:
        """Whether the caller also has another need in what the path names."""
        return verdict(need, self.admitted.standing) == "yes"

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        """Return a part of the path that is a number; a 404 ``Problem`` where it is none."""
        text = self.part(name)
        if not text.isascii() or not text.isdecimal() or len(text) > 18:
            raise no_such(name)
        return int(text)


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the route table; what it does not say here it cannot do."""

    method: str
    path: str
    need: Need
    handler: Callable[[Ask[Any, Any]], Any]
    summary: str
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | None = None
    raw_limit: int | None = None
    """Takes bytes up to this many instead of a JSON body; the handler reads them itself."""
    raw_media: str = "application/zstd"
    """Content type of those bytes."""
    answer: type[msgspec.Struct] | None = None
    status: int = 200
    media: str = JSON
    """Content type of the answer; ``answer`` in JSON may come beside another one."""
    more_media: tuple[str, ...] = ()
    """Content types that the caller may ask for instead."""
    errors: tuple[int, ...] = ()
    """Statuses that only this route gives."""
    etag: bool = False
    ranges: bool = False
    """Answers a part of the body when asked by ``Range``."""

    def __post_init__(self) -> None:
        if not isinstance(self.need, Need):
            raise TypeError(f"{self.method} {self.path} does not say what it needs")
        missing = PARTS[RULES[self.need].on] - set(re.findall(r"\{(\w+)\}", self.path))
        if missing:
            raise TypeError(f"{self.method} {self.path} names no {', '.join(sorted(missing))}")


def mount(routes: Sequence[Route]) -> list[StarletteRoute]:
    """Return the routes for the ASGI router."""
    return [
        StarletteRoute(API + route.path, _endpoint(route), methods=[route.method])
        for route in routes
    ]


def _endpoint(route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        request.scope["template"] = API + route.path
        try:
            return await _serve(route, request)
        except Problem as problem:
            return refuse(problem)
        except ClientDisconnect:
            return Response(status_code=400)
        except DamagedError as error:
            log.error("%s %s: %s", request.method, request.url.path, error)  # noqa: TRY400 - no trace
            return refuse(_damaged(error))
        except Exception as error:  # noqa: BLE001 - reported, and answered as what it is
            return refuse(_failed(request, error))

    return endpoint


async def _serve(route: Route, request: Request) -> Response:
    server: Server = request.app.state.server
    caller = await server.auth.identify(request)
    if caller is not None:
        request.scope["user"] = caller.user.username
    admitted = await server.admission.admit(route.need, caller, request)
    ask: Ask[Any, Any] = Ask(request, server, caller, admitted)
    if route.query is not None:
        ask.query = _query(request, route.query)
    if route.body is not None:
        ask.body = _decode(await read_body(request, MAX_BODY), request, route.body)
    if iscoroutinefunction(route.handler):
        result = await route.handler(ask)
    else:
        result = await run_in_threadpool(route.handler, ask)
    return _finish(route, request, result)


def _finish(route: Route, request: Request, result: Any) -> Response:
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status_code=204)
    content = msgspec.json.encode(result)
    headers = {"cache-control": "no-store"}
    if route.etag:
        tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
        headers = {"cache-control": "private, no-cache", "etag": tag}
        if unchanged(request, tag):
            return Response(status_code=304, headers=headers)
    return Response(content, route.status, headers, media_type=JSON)


def unchanged(request: Request, tag: str) -> bool:
    """Whether the caller has this version already."""
    given = request.headers.get("if-none-match")
    return given is not None and tag in (item.strip() for item in given.split(","))


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body of at most ``limit`` bytes."""
    too_large = Problem(413, "too_large", f"The body may have at most {limit} bytes.")
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise too_large
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise too_large
    return bytes(body)


def _decode(body: bytes, request: Request, kind: type[msgspec.Struct]) -> msgspec.Struct:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != JSON:
        raise Problem(415, "not_json", f"Send the body as {JSON}.")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(error, "The body") from error


def _query(request: Request, kind: type[msgspec.Struct]) -> msgspec.Struct:
    try:
        return msgspec.convert(dict(request.query_params), kind, strict=False)
    except msgspec.ValidationError as error:
        raise bad_request(error, "The query") from error


def bad_request(error: Exception, what: str) -> Problem:
    """Say which field is wrong, and how."""
    text, _, place = str(error).partition(" - at ")
    path = place.strip("`") or "$"
    return Problem(400, "bad_request", f"{what} is not valid at {path}: {text}", {"path": path})


def no_such(what: str) -> Problem:
    """What others own is answered exactly like what does not exist."""
    return Problem(404, "not_found", f"There is no such {what}, or it is not yours.")


def is_copy(run_id: str) -> Problem:
    """Nothing can be added to a copy of a run."""
    return Problem(
        409,
        "copy",
        f"Run {run_id} is a copy: it shows what another run recorded, and cannot be gone on with."
        " Start a run of another id, or go on with the run it was copied from.",
    )


def check_name(pattern: re.Pattern[str], value: str, what: str, rule: str) -> str:
    """Return ``value`` if it is a good name."""
    if pattern.fullmatch(value) is None:
        raise Problem(400, "bad_name", f"{what} {rule}")
    return value


def refuse(problem: Problem) -> Response:
    """Return the problem in the one shape of errors."""
    return Response(
        msgspec.json.encode(Error(error=problem.body)),
        problem.status,
        {"cache-control": "no-store", **problem.headers},
        media_type=JSON,
    )


def _failed(request: Request, error: Exception) -> Problem:
    """Answer what no handler expected: trouble of the machine as such, all else as our fault."""
    from swanlab.server import trouble

    trouble.report(log, "answering a request", error)
    return trouble.of(error) or _internal(request)


def _damaged(error: DamagedError) -> Problem:
    message = f"What is stored is damaged: {error}. 'swanlab server verify' says where."
    return Problem(500, "damaged", message)


def _internal(request: Request) -> Problem:
    detail = {"request": request.scope.get("request_id")}
    return Problem(500, "internal", "The server failed; its log has the reason.", detail)


async def on_http_exception(_request: Request, error: Exception) -> Response:
    """Give the router's own refusals (no such route, wrong method) the one shape."""
    if not isinstance(error, HTTPException):
        raise error
    codes = {404: "not_found", 405: "wrong_method"}
    problem = Problem(
        error.status_code,
        codes.get(error.status_code, "refused"),
        error.detail,
        headers=error.headers,
    )
    return refuse(problem)

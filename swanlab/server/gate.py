"""What every request passes first and every answer last: host check, request id, headers, log."""

from __future__ import annotations

import ipaddress
import logging
import secrets
import time
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from swanlab.server import audit
from swanlab.server.http import API, Problem, refuse
from swanlab.server.logs import request_id

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from swanlab.server.http import Direct
    from swanlab.server.state import Server

log = logging.getLogger("swanlab.server.requests")

SLOW = 2.0
"""Seconds after which a request is worth a warning."""
_PROBES = frozenset({"/metrics", API + "/health", API + "/health/live"})
"""Asked every few seconds by machines: not worth a line as long as all is well."""
_HUNG_UP = 499
"""What is noted for a request whose sender left before the answer began."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_POLICY = b"; ".join(
    (
        b"default-src 'self'",
        b"img-src 'self' data: blob:",
        b"style-src 'self' 'unsafe-inline'",
        b"object-src 'none'",
        b"base-uri 'none'",
        b"form-action 'self'",
        b"frame-ancestors ",
    )
)
_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_ALONE = (
    (b"content-security-policy", _POLICY + b"'none'"),
    (b"x-frame-options", b"DENY"),
    *_HEADERS,
)
_FRAMED = ((b"content-security-policy", _POLICY + b"*"), *_HEADERS)
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
"""For a year, browsers that came by HTTPS once come by nothing else."""
_STAGED_POLICY = b"; ".join(
    (
        b"sandbox allow-scripts",
        b"default-src 'none'",
        b"script-src 'unsafe-inline' 'unsafe-eval'",
        b"style-src 'unsafe-inline'",
        b"img-src data: blob:",
        b"media-src data: blob:",
        b"font-src data:",
        b"form-action 'none'",
        b"base-uri 'none'",
        b"frame-ancestors 'self'",
    )
)
_STAGED = ((b"content-security-policy", _STAGED_POLICY), *_HEADERS)
_STAGE = "/stage.html"
"""An empty page in which a report of a training is shown: its scripts run, but have no origin and
reach nobody."""
_EMBED = "/embed/"
"""Below it a page shows one chart and changes nothing: pages of other sites may frame it."""


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, server: Server, direct: Direct) -> None:
        self._app = app
        self._server = server
        self._direct = direct

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = secrets.token_hex(6)
        scope["request_id"] = identity
        request_id.set(identity)
        audit.address.set((scope.get("client") or ("",))[0][:64])
        began = time.perf_counter()
        status, answered = _HUNG_UP, 0.0

        async def dressed(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], time.perf_counter() - began
                named = (b"x-request-id", identity.encode())
                headers = _dress(scope["path"])
                if scope.get("scheme") == "https":
                    headers = (*headers, _HTTPS_ONLY)
                message["headers"] = [*message.get("headers", ()), *headers, named]
            await send(message)

        if not _welcome(scope, self._server.hosts):
            message = "This server is not called by that name."
            await refuse(Problem(421, "wrong_host", message))(scope, receive, dressed)
        elif self._direct.takes(scope):
            await self._direct(scope, receive, dressed)
        else:
            await self._app(scope, receive, dressed)
        took = time.perf_counter() - began
        counted = answered if "stream" in scope else took
        route = scope.get("template", "other")
        self._server.vitals.answered(_method(scope), route, status, counted)
        level = logging.WARNING if counted > SLOW else logging.INFO
        if route in _PROBES and level == logging.INFO and status < 400:
            level = logging.DEBUG
        if log.isEnabledFor(level):
            _note(level, scope, status, took)


def _dress(path: str) -> tuple[tuple[bytes, bytes], ...]:
    if path == _STAGE:
        return _STAGED
    return _FRAMED if path.startswith(_EMBED) else _ALONE


def _method(scope: MutableMapping[str, Any]) -> str:
    """Return the method as a word that strangers cannot make up."""
    return str(scope["method"]) if scope["method"] in _METHODS else "other"


def _note(level: int, scope: MutableMapping[str, Any], status: int, seconds: float) -> None:
    fields = {
        "method": scope["method"],
        "route": scope.get("template", "other"),
        "path": scope["path"],
        "status": status,
        "ms": round(seconds * 1000, 1),
        "user": scope.get("user", "-"),
    }
    message = "slow request" if level == logging.WARNING else "request"
    log.log(level, message, extra={"fields": fields})


def _welcome(scope: Scope, hosts: frozenset[str] | None) -> bool:
    """Whether the request names this server as it is called.

    A page of another site can point a name of its own at this machine (DNS rebinding), but it
    cannot make the browser send an address, or a name that is not its own.
    """
    if hosts is None:
        return True
    name = called(scope)
    return name in hosts or _is_address(name)


def called(scope: Scope) -> str:
    """Return the name or address by which the caller calls this server, without a port."""
    given = next((value for name, value in scope["headers"] if name == b"host"), b"")
    name = str(given.decode("latin-1")).lower()
    return name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

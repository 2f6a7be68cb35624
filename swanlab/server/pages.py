"""The web app: its files, and index.html for every address that is a page of it."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Match

from swanlab.server.http import Problem, refuse

_NOT_BUILT = """The web app was not built into this installation.

The API works: see /api/v1/openapi.json. To build the web app from a checkout:

    cd web && npm ci && npm run build
"""


async def page(request: Request) -> Response:
    """Answer a GET that is not of the API."""
    path = request.url.path
    if path == "/api" or path.startswith("/api/"):
        return refuse(_not_in_api(request))
    if request.method not in ("GET", "HEAD"):
        problem = Problem(
            405, "wrong_method", "Pages are only read.", headers={"allow": "GET, HEAD"}
        )
        return refuse(problem)
    static: Path = request.app.state.server.static
    file = _file(static, path)
    if file is not None:
        hashed = path.startswith("/assets/")
        cache = "public, max-age=31536000, immutable" if hashed else "public, max-age=3600"
        return FileResponse(file, headers={"cache-control": cache})
    if path.startswith("/assets/"):
        return PlainTextResponse("There is no such file.\n", 404)
    index = static / "index.html"
    if not index.is_file():
        return PlainTextResponse(_NOT_BUILT, 503, {"cache-control": "no-store"})
    return FileResponse(index, headers={"cache-control": "no-cache"})


def _not_in_api(request: Request) -> Problem:
    """Say whether the address is unknown or only the method is wrong."""
    matches = ((route, route.matches(request.scope)[0]) for route in request.app.routes)
    known = [route for route, match in matches if match is Match.PARTIAL]
    allowed = sorted({name for route in known for name in getattr(route, "methods", None) or ()})
    if not allowed:
        return Problem(404, "not_found", "There is no such address in the API.")
    message = f"This address takes {' and '.join(allowed)}."
    return Problem(405, "wrong_method", message, headers={"allow": ", ".join(allowed)})


def _file(static: Path, path: str) -> Path | None:
    """Return the file of the web app at that address; nothing outside its folder is one."""
    name = path.lstrip("/")
    if not name or name == "index.html" or "\x00" in name or "\\" in name:
        return None
    try:
        found = (static / name).resolve()
        inside = found.is_relative_to(static.resolve()) and found.is_file()
    except OSError:
        return None  # a name too long for the file system
    return found if inside else None

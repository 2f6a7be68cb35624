"""Which server, and where on it: keys, hosts and the paths people write."""

from __future__ import annotations

from datetime import datetime, timezone
from urllib.parse import quote

from swanlab import credentials, settings
from swanlab.client import Client
from swanlab.errors import AuthenticationError, InvalidArgument

OWN = "~"
"""Stands for the caller's own workspace."""


def connect(api_key: str | None, host: str | None) -> Client:
    """Return a client for the server asked for, else for the one last logged in to.

    A host without a key is taken as it is: ``swanlab watch`` has no accounts.

    Raises:
        AuthenticationError: no server is known, or the key is malformed.
    """
    known = credentials.find(host)
    address = host or settings.get("host") or (known.host if known else None)
    if address is None:
        raise AuthenticationError(
            "No server is known. Run `swanlab login`, or give one: swanlab.Api(host=…)."
        )
    key = credentials.check_key(api_key) if api_key else known.api_key if known else None
    return Client(credentials.normal_host(address), key)


def split(path: str, what: str) -> tuple[str, ...]:
    """Return the parts of ``workspace/project`` or ``workspace/project/run``.

    Without a workspace it is your own. The address of a page is understood as well.

    Raises:
        InvalidArgument: it is neither.
    """
    wanted = 3 if what == "run" else 2
    parts = path.partition("/@")[2] if "/@" in path else path
    found = parts.strip("/").removeprefix("@").split("/")
    if len(found) == 4 and found[2] == "runs":
        del found[2]
    if len(found) == wanted - 1:
        found.insert(0, OWN)
    if len(found) != wanted or not all(found):
        form = "workspace/project" + ("/run" if wanted == 3 else "")
        raise InvalidArgument(f"{path!r} is not the path of a {what}: give {form}.")
    return tuple(found)


def project_path(workspace: str, project: str) -> str:
    """Return the path of a project below ``/api/v1``."""
    return f"/projects/{quote(workspace, safe='~')}/{quote(project, safe='')}"


def moment(millis: int | None) -> str | None:
    """Return Unix milliseconds as people and other programs read them: ISO 8601, UTC."""
    if millis is None:
        return None
    at = datetime.fromtimestamp(millis / 1000, tz=timezone.utc)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Keys, browsers and users of a server, and what admins set: ``Api.accounts``."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

from swanlab.api.address import moment
from swanlab.client import Client
from swanlab.errors import InvalidArgument

_PAGE = 500


class Accounts:
    """Who may come in, and with what. Times are given and returned as ISO 8601 in UTC.

    All but listing keys and sessions needs a key of scope ``admin``; what is about other users
    needs an admin's. Methods raise ``ServerError`` where the server refuses.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def keys(self) -> list[dict[str, Any]]:
        """Return your API keys, the newest first; the key itself is in none of them."""
        return [with_times(key) for key in self._client.request("GET", "/keys")["keys"]]

    def create_key(
        self, name: str, scope: str = "write", expires_at: str | datetime | None = None
    ) -> dict[str, Any]:
        """Make an API key; it is under ``api_key`` here, and never told again.

        Args:
            name: what it is for.
            scope: ``read``; ``write``, to record and change too; ``admin``, all you may do.
            expires_at: when it ends; None is never.

        Raises:
            InvalidArgument: ``expires_at`` is no time.
        """
        body = {"name": name, "scope": scope, "expires_at": _millis(expires_at)}
        made = self._client.request("POST", "/keys", body)
        return {"api_key": made["api_key"], **with_times(made["key"])}

    def revoke_key(self, key: int) -> None:
        """End the key of that number (``id``) at once; runs that use it wait for another."""
        self._client.request("DELETE", f"/keys/{int(key)}")

    def sessions(self) -> list[dict[str, Any]]:
        """Return your browsers that are signed in, the one used last first."""
        return [with_times(one) for one in self._client.request("GET", "/sessions")["sessions"]]

    def end_session(self, session: int) -> None:
        """Sign out the browser of that number (``id``)."""
        self._client.request("DELETE", f"/sessions/{int(session)}")

    def end_sessions(self) -> int:
        """Sign out all your browsers; returns how many there were."""
        return int(self._client.request("DELETE", "/sessions")["count"])

    def users(self, search: str = "") -> list[dict[str, Any]]:
        """Return all users by name, or those with ``search`` in their name or address."""
        found: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            params = {"search": search, "after": after, "size": _PAGE}
            page = self._client.request("GET", "/users", params=params)
            found += [with_times(user) for user in page["users"]]
            after = page["after"]
        return found

    def user(self, username: str) -> dict[str, Any]:
        """Return what is known of a user."""
        return with_times(self._client.request("GET", _user(username)))

    def create_user(
        self,
        username: str,
        password: str | None = None,
        *,
        admin: bool = False,
        email: str | None = None,
    ) -> dict[str, Any]:
        """Add a user; without a password ``link`` leads them to choose one, once."""
        body = {"username": username, "password": password, "admin": admin, "email": email}
        return dict(self._client.request("POST", "/users", body))

    def edit_user(self, username: str, **changes: Any) -> dict[str, Any]:
        """Change a user: ``admin=``, ``disabled=``, ``email=``; what is left out stays."""
        return with_times(self._client.request("PATCH", _user(username), changes))

    def reset_link(self, username: str) -> dict[str, Any]:
        """Return a ``link`` by which the user chooses a new password, once."""
        return with_times(self._client.request("POST", _user(username) + "/reset"))

    def invites(self) -> list[dict[str, Any]]:
        """Return the invites to the server."""
        return [with_times(one) for one in self._client.request("GET", "/invites")["invites"]]

    def invite(
        self,
        uses: int = 1,
        expires_at: str | datetime | None = None,
        email: str | None = None,
    ) -> dict[str, Any]:
        """Make a ``link`` by which so many people make accounts; default is for a week.

        Raises:
            InvalidArgument: ``expires_at`` is no time.
        """
        body = {"uses": uses, "expires_at": _millis(expires_at), "email": email}
        made = self._client.request("POST", "/invites", body)
        return {"link": made["link"], "sent": made["sent"], **with_times(made["invite"])}

    def withdraw_invite(self, invite: int) -> None:
        """Take back the invite of that number (``id``)."""
        self._client.request("DELETE", f"/invites/{int(invite)}")

    def settings(self) -> dict[str, Any]:
        """Return what admins set for the whole server; secrets are masked."""
        return dict(self._client.request("GET", "/instance/settings"))

    def set(self, **changes: Any) -> dict[str, Any]:
        """Change settings of the whole server by name; what is left out stays."""
        return dict(self._client.request("PATCH", "/instance/settings", changes))

    def quota(self, workspace: str, **changes: int | None) -> dict[str, Any]:
        """Return what a workspace may hold, and holds; ``bytes=`` and ``runs=`` change it."""
        path = f"/quotas/{quote(workspace, safe='~')}"
        if not changes:
            return dict(self._client.request("GET", path))
        return dict(self._client.request("PATCH", path, changes))

    def audit(
        self, workspace: str | None = None, size: int = 100, **only: Any
    ) -> list[dict[str, Any]]:
        """Return the newest entries of the audit log, of the server or of a workspace.

        Args:
            workspace: one you manage; None is the whole server, for admins.
            size: at most so many.
            only: ``actor=``, ``action=`` (an action or a noun), ``target=``, ``since=`` and
                ``until=`` restrict them.

        Raises:
            InvalidArgument: ``since`` or ``until`` is no time.
        """
        for name in ("since", "until"):
            if name in only:
                only[name] = _millis(only[name])
        path = "/audit" if workspace is None else f"/workspaces/{quote(workspace, safe='~')}/audit"
        found: list[dict[str, Any]] = []
        while len(found) < size:
            params = {**only, "size": min(_PAGE, size - len(found))}
            page = self._client.request("GET", path, params=params)
            found += [with_times(entry) for entry in page["entries"]]
            if page["before"] is None:
                break
            only["before"] = page["before"]
        return found


def _user(username: str) -> str:
    return f"/users/{quote(username, safe='')}"


def with_times(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of an answer, its times as ISO 8601."""
    return {
        name: moment(value) if name == "at" or name.endswith("_at") else value
        for name, value in row.items()
    }


def _millis(given: str | datetime | None) -> int | None:
    if given is None:
        return None
    try:
        at = (
            datetime.fromisoformat(given.replace("Z", "+00:00"))
            if isinstance(given, str)
            else given
        )
    except ValueError as error:
        raise InvalidArgument(f"{given!r} is no time: give one like 2027-01-31.") from error
    return round(at.astimezone().timestamp() * 1000)

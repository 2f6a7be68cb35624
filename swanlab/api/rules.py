"""Rules of a project, and what they told: ``Api.rules``."""

from __future__ import annotations

from typing import Any

from swanlab.api.accounts import with_times
from swanlab.api.address import project_path
from swanlab.client import Client


class Rules:
    """By what the server tells of runs of one project; for who may write to it.

    Methods raise ``ServerError`` where the server refuses.
    """

    def __init__(self, client: Client, workspace: str, project: str) -> None:
        self._client = client
        self._project = project_path(workspace, project)

    def all(self) -> list[dict[str, Any]]:
        """Return the rules, in the order they were made."""
        found = self._client.request("GET", f"{self._project}/rules")["rules"]
        return [with_times(rule) for rule in found]

    def create(self, name: str, event: str, **more: Any) -> dict[str, Any]:
        """Make a rule.

        Args:
            name: what it is called.
            event: ``finished``, ``crashed``, ``unresponsive``, ``above``, ``below``, ``nan`` or
                ``stalled``.
            more: ``key=``, ``bound=``, ``steps=``, ``better=`` (``lower`` or ``higher``), and whom
                to tell: ``email=True`` (you), ``webhook=`` (an address), ``secret=``.
        """
        body = {"name": name, "event": event, **more}
        return with_times(self._client.request("POST", f"{self._project}/rules", body))

    def edit(self, rule: int, **changes: Any) -> dict[str, Any]:
        """Change a rule: all that ``create`` takes but the event; what is left out stays.

        Another ``key``, ``bound``, ``steps`` or ``better`` tells again of runs told of before.
        """
        return with_times(self._client.request("PATCH", self._one(rule), changes))

    def delete(self, rule: int) -> None:
        """Drop a rule, and the log of what it told."""
        self._client.request("DELETE", self._one(rule))

    def attempt(self, rule: int) -> None:
        """Tell something now; ``deliveries`` says whether it arrived."""
        self._client.request("POST", self._one(rule) + "/try")

    def deliveries(self) -> list[dict[str, Any]]:
        """Return what was told lately, or is to be; the newest first."""
        found = self._client.request("GET", f"{self._project}/deliveries")["deliveries"]
        return [with_times(one) for one in found]

    def _one(self, rule: int) -> str:
        return f"{self._project}/rules/{int(rule)}"

"""Bark: a push to an iPhone."""

from __future__ import annotations

from typing import Any

from swanlab.plugin.notification.message import Message
from swanlab.plugin.notification.webhook import WebhookCallback, coded, cut

_GROUPS = {"exp_name": "name", "project": "project", "workspace": "workspace"}


class BarkCallback(WebhookCallback):
    """Pushes by a Bark server. It defines no signing: ``secret`` is accepted and not used."""

    def __init__(  # noqa: PLR0913 - the documented signature
        self,
        url: str = "https://api.day.app",
        title: str = "SwanLab",
        bark_level: str = "active",
        icon: str | None = None,
        group: str | None = None,
        click_jump: bool = True,
        language: str = "zh",
        key: str | None = None,
        secret: str | None = None,
    ) -> None:
        """Push through the server at ``url`` to the device ``key``.

        Args:
            url: of the server; with the key at its end if ``key`` is not given.
            title: of the push, before how the run ended.
            bark_level: ``critical``, ``active``, ``timeSensitive`` or ``passive``.
            icon: address of a picture.
            group: ``exp_name``, ``project`` or ``workspace``: what pushes are grouped by.
            click_jump: open the run's page when the push is touched.
            language: ``zh`` or ``en``.
            key: of the device.
            secret: accepted, not used.
        """
        super().__init__(url.rstrip("/"), secret, language)
        self.title = title
        self.bark_level = bark_level
        self.icon = icon
        self.group = group
        self.click_jump = click_jump
        self.key = key

    def address(self) -> str:
        """Return the server's address for pushes, or the device's own."""
        return f"{self.webhook_url}/push" if self.key else self.webhook_url

    def payload(self, message: Message) -> dict[str, Any]:
        """Return the push; Apple takes about 4,000 bytes of it."""
        facts = message.facts
        body = {
            "device_key": self.key,
            "title": message.title.replace("SwanLab", self.title, 1),
            "body": cut(message.text, 3000),
            "level": self.bark_level,
            "icon": self.icon,
            "group": facts.get(_GROUPS.get(self.group or "", "")),
            "url": facts.get("url") if self.click_jump else None,
        }
        return {name: value for name, value in body.items() if value is not None}

    def refusal(self, answer: Any) -> str | None:
        """Return the server's reason."""
        return coded(answer, "code", 200, "message")

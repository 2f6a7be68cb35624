"""Slack: an incoming webhook."""

from __future__ import annotations

from typing import Any

from swanlab.plugin.notification.message import Message
from swanlab.plugin.notification.webhook import WebhookCallback, cut


class SlackCallback(WebhookCallback):
    """Sends by a Slack webhook. It defines no signing: ``secret`` is accepted and not used."""

    def payload(self, message: Message) -> dict[str, Any]:
        """Return a text message; nothing in it is taken as a mention or a link of its own."""
        text = message.whole.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return {"text": cut(text, 38_000)}

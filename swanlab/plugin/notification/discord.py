"""Discord: a channel's webhook."""

from __future__ import annotations

from typing import Any

from swanlab.plugin.notification.message import Message
from swanlab.plugin.notification.webhook import WebhookCallback


class DiscordCallback(WebhookCallback):
    """Sends by a Discord webhook. It defines no signing: ``secret`` is accepted and not used."""

    def payload(self, message: Message) -> dict[str, Any]:
        """Return a message that mentions nobody; the service takes 2,000 characters."""
        text = message.whole
        text = text if len(text) <= 2000 else text[:1999] + "…"
        return {"content": text, "allowed_mentions": {"parse": []}}

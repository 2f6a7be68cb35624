"""Telegram: a message by a bot."""

from __future__ import annotations

from typing import Any

from swanlab.plugin.notification.message import Message
from swanlab.plugin.notification.webhook import WebhookCallback, coded


class TelegramCallback(WebhookCallback):
    """Sends by a bot to a chat. It defines no signing: ``secret`` is accepted and not used."""

    def __init__(
        self,
        bot_token: str,
        chat_id: str,
        language: str = "zh",
        secret: str | None = None,
        api_url: str = "https://api.telegram.org",
    ) -> None:
        """Send as the bot of ``bot_token`` to ``chat_id``, through ``api_url``."""
        super().__init__(f"{api_url.rstrip('/')}/bot{bot_token}/sendMessage", secret, language)
        self.chat_id = chat_id

    def payload(self, message: Message) -> dict[str, Any]:
        """Return a plain text; the service takes 4,096 characters."""
        text = message.whole
        text = text if len(text) <= 4096 else text[:4095] + "…"
        return {"chat_id": self.chat_id, "text": text}

    def refusal(self, answer: Any) -> str | None:
        """Return the service's reason."""
        return coded(answer, "ok", True, "description")

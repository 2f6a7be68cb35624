"""WeCom (WXWork): a group's robot."""

from __future__ import annotations

from typing import Any

from swanlab.plugin.notification.message import Message
from swanlab.plugin.notification.webhook import WebhookCallback, coded, cut


class WeComCallback(WebhookCallback):
    """Sends by a WeCom robot. It defines no signing: ``secret`` is accepted and not used."""

    def payload(self, message: Message) -> dict[str, Any]:
        """Return a text message; the service takes 2,048 bytes."""
        return {"msgtype": "text", "text": {"content": cut(message.whole, 2048)}}

    def refusal(self, answer: Any) -> str | None:
        """Return the service's reason."""
        return coded(answer, "errcode", 0, "errmsg")


WXWorkCallback = WeComCallback
"""The older name of the same."""

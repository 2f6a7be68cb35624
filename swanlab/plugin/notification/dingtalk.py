"""DingTalk: a group's custom robot."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import urlencode

from swanlab.plugin.notification.message import Message
from swanlab.plugin.notification.webhook import WebhookCallback, coded, cut


class DingTalkCallback(WebhookCallback):
    """Sends by a DingTalk robot; ``secret`` is that of its signature check (``SEC…``)."""

    def address(self) -> str:
        """Return the robot's address, signed if there is a secret."""
        if not self.secret:
            return self.webhook_url
        now = str(round(time.time() * 1000))
        made = hmac.new(self.secret.encode(), f"{now}\n{self.secret}".encode(), hashlib.sha256)
        signed = urlencode({"timestamp": now, "sign": base64.b64encode(made.digest()).decode()})
        return f"{self.webhook_url}{'&' if '?' in self.webhook_url else '?'}{signed}"

    def payload(self, message: Message) -> dict[str, Any]:
        """Return a text message."""
        return {"msgtype": "text", "text": {"content": cut(message.whole, 18_000)}}

    def refusal(self, answer: Any) -> str | None:
        """Return the service's reason."""
        return coded(answer, "errcode", 0, "errmsg")

"""Lark (Feishu): a group's custom bot."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any

from swanlab.plugin.notification.message import Message
from swanlab.plugin.notification.webhook import WebhookCallback, coded, cut


class LarkCallback(WebhookCallback):
    """Sends by a Lark bot; ``secret`` is that of its signature check."""

    def payload(self, message: Message) -> dict[str, Any]:
        """Return a text message, signed if there is a secret."""
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": cut(message.whole, 18_000)}}
        if self.secret:
            now = str(int(time.time()))
            # The service's rule: the key is time and secret, and what is signed is empty.
            made = hmac.new(f"{now}\n{self.secret}".encode(), b"", hashlib.sha256).digest()
            body |= {"timestamp": now, "sign": base64.b64encode(made).decode()}
        return body

    def refusal(self, answer: Any) -> str | None:
        """Return the service's reason."""
        return coded(answer, "code", 0, "msg")

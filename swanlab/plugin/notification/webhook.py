"""JSON to an address: your own receiver, and the base of the chat services."""

from __future__ import annotations

import json
from typing import Any

import swanlab
from swanlab.plugin.notification.base import SECONDS, NotificationCallback, NotSent
from swanlab.plugin.notification.message import Message

_MAX_ANSWER = 64 * 1024


class WebhookCallback(NotificationCallback):
    """Posts ``{"title", "text", "state", "error", "project", "name", "url", …}`` to an address.

    The chat services override ``payload``, ``address`` and ``refusal``.
    """

    def __init__(self, webhook_url: str, secret: str | None = None, language: str = "zh") -> None:
        """Post to ``webhook_url``; services that define signing are sent one made by ``secret``."""
        super().__init__(language)
        self.webhook_url = webhook_url
        self.secret = secret

    def address(self) -> str:
        """Return where to post."""
        return self.webhook_url

    def payload(self, message: Message) -> dict[str, Any]:
        """Return the body to post."""
        return {**message.facts, "title": message.title, "text": message.text}

    def refusal(self, answer: Any) -> str | None:
        """Return why the service refuses what it answered with status 200, or None."""
        return None

    def deliver(self, message: Message) -> None:
        """Post the message.

        Raises:
            NotSent: the service refuses it.
            OSError: the service cannot be reached.
        """
        reason = self.refusal(post(self.address(), self.payload(message)))
        if reason is not None:
            raise NotSent(f"the service refuses it ({reason[:200]})")


def post(url: str, body: dict[str, Any]) -> Any:
    """Post JSON; return the answer, decoded if it is JSON.

    Raises:
        NotSent: it is no HTTP address, or the answer is an error.
        OSError: no answer.
    """
    from urllib import error, request

    if not url.startswith(("http://", "https://")):
        raise NotSent("its address does not start with http:// or https://")
    asked = request.Request(  # noqa: S310 - checked above
        url,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"swanlab/{swanlab.__version__}",
        },
    )
    try:
        with request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310
            text = answer.read(_MAX_ANSWER).decode("utf-8", "replace")
    except error.HTTPError as refused:
        with refused:
            said = refused.read(200).decode("utf-8", "replace")
        raise NotSent(f"the service answers {refused.code} {said}".strip()) from None
    try:
        return json.loads(text)
    except ValueError:
        return text


def coded(answer: Any, field: str, good: Any, reason: str) -> str | None:
    """Return why an answer with a result code is a refusal, or None.

    >>> coded({"code": 19021, "msg": "sign match fail"}, "code", 0, "msg")
    '19021: sign match fail'
    """
    if not isinstance(answer, dict) or answer.get(field, good) == good:
        return None
    return f"{answer[field]}: {answer.get(reason, '')}"


def cut(text: str, limit: int) -> str:
    """Return ``text`` within ``limit`` bytes of UTF-8, which is within so many characters too."""
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return data.decode()
    return data[: limit - 3].decode("utf-8", "ignore") + "…"

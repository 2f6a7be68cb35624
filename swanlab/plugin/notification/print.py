"""The same message on the terminal."""

from __future__ import annotations

from typing import Any

from swanlab.plugin.notification.base import NotificationCallback
from swanlab.plugin.notification.message import Message


class PrintCallback(NotificationCallback):
    """Prints how the run ended to standard output."""

    def __init__(self, language: str = "en", secret: str | None = None) -> None:
        """Write in ``language``: ``zh`` or ``en``; ``secret`` is accepted and not used."""
        super().__init__(language)

    def deliver(self, message: Message) -> None:
        """Print it."""
        print(message.whole, flush=True)  # noqa: T201 - what it is for

    def described(self) -> dict[str, Any] | None:
        """Return None: the terminal is gone with the training."""
        return None

    def _begin(self, message: Message) -> None:
        self._try(message)

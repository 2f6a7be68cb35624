"""What all notifications have in common: when they are sent, and that they hurt nobody."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

from swanlab.plugin.notification.message import (
    KILLED,
    Message,
    checked_language,
    compose,
    written,
)
from swanlab.sdk.callback import SendingCallback
from swanlab.sdk.guard import say

SECONDS = 5.0
"""A service has so long to answer each request."""
_EXIT_SECONDS = 10.0
_exit: dict[str, float] = {}
"""When an ending interpreter began to send, callback by callback."""


class NotSent(Exception):
    """A service did not take a message; its text holds no secret and is shown to the user."""


class NotificationCallback(SendingCallback):
    """Base of all notifications: override ``deliver``.

    Sends when the run ends, on a thread of its own that the end of the run waits for, 10 seconds at
    most for all callbacks together. What goes wrong is said, never raised.
    """

    _given: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> NotificationCallback:  # noqa: PYI034 - 3.10
        """Keep the arguments: by them the background process makes the same callback again."""
        made = super().__new__(cls)
        made._given = (args, kwargs)
        return made

    def __init__(self, language: str = "zh") -> None:
        """Write in ``language``: ``zh`` or ``en``."""
        self.language = checked_language(language)
        self._run: Any = None
        self._description: str | None = None
        self._workspace: str | None = None
        self._sending: threading.Thread | None = None

    @property
    def name(self) -> str:
        """The name of the class."""
        return type(self).__name__

    def deliver(self, message: Message) -> None:
        """Hand ``message`` to the service.

        Raises:
            NotSent: the service does not take it.
            OSError: the service cannot be reached.
        """
        raise NotImplementedError

    def on_run_initialized(
        self, run_dir: Path, path: str, settings: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Keep the run, whose name and address may still change."""
        from swanlab.sdk.run import get_run

        self._run = get_run()
        self._description = settings.experiment.description
        self._workspace = settings.project.workspace

    def on_run_finished(
        self, state: str, error: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Begin to send how the run ended; ``settle`` waits for it."""
        self._begin(compose(self.language, self._about(), state, error))

    def killed(self, about: dict[str, Any]) -> None:
        """Send that the training died without finishing the run."""
        self._try(compose(self.language, about, "crashed", KILLED))

    def described(self) -> dict[str, Any] | None:
        """Return the class and the arguments; None if the background process cannot import it."""
        kind = type(self)
        if kind.__module__ == "__main__" or "<locals>" in kind.__qualname__:
            say(
                f"callback {self.name} is defined in the script itself: it sends at the end, but "
                "not if the training is killed. Define it in a module of its own for that."
            )
            return None
        ours = kind.__module__.startswith("swanlab.")
        return {
            "target": f"{kind.__module__}:{kind.__qualname__}",
            "args": list(self._given[0]),
            "kwargs": dict(self._given[1]),
            "path": [] if ours else [str(Path(place).absolute()) for place in sys.path],
        }

    def settle(self, deadline: float) -> None:
        """Wait for what is being sent; what takes longer is given up, and that is said."""
        sending = self._sending
        if sending is None:
            return
        sending.join(max(0.0, deadline - time.monotonic()))
        if sending.is_alive():
            say(f"{self.name}: not sent, the service did not answer in time.")
        self._sending = None

    def send_msg(self, content: str) -> bool:
        """Send a text of your own, now; returns whether the service took it. Never raises."""
        return self._try(written(content))

    def _about(self) -> dict[str, Any]:
        run = self._run
        if run is None:
            return {}
        return {
            "project": run.project,
            "workspace": self._workspace,
            "name": run.name,
            "description": self._description,
            "id": run.id,
            "mode": run.mode,
            "url": run.url,
            "dir": run.dir,
        }

    def _begin(self, message: Message) -> None:
        thread = threading.Thread(target=self._try, args=(message,), name=self.name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # From Python 3.12 on an ending interpreter starts no threads: one after the other then.
            if time.monotonic() > _exit.setdefault("began", time.monotonic()) + _EXIT_SECONDS:
                say(f"{self.name}: not sent, the program has waited for others long enough.")
            else:
                self._try(message)
        else:
            self._sending = thread

    def _try(self, message: Message) -> bool:
        try:
            self.deliver(message)
        except (NotSent, TimeoutError) as error:
            say(f"{self.name}: not sent: {error or 'no answer in time'}")
        except OSError as error:
            # Names of hosts and numbers only: addresses of webhooks are secrets.
            reason = getattr(error, "reason", None) or error.strerror or type(error).__name__
            say(f"{self.name}: not sent: the service cannot be reached ({reason})")
        except Exception as error:  # noqa: BLE001 - the training must go on
            say(f"{self.name}: not sent ({type(error).__name__}).")
        else:
            return True
        return False

"""What we say to the user, and the one place where our own errors are swallowed.

Lines go to the stream that was standard error when the run started, past our own console capture,
so that the training's standard output is what it would be without us.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_said: set[str] = set()
counts: dict[str, int] = {}
"""How often each kind of trouble was met since the start of the process."""


def say(text: str) -> None:
    """Print one line for the user; a closed or broken stream is not an error."""
    stream = sys.stderr
    write = getattr(stream, "_swanlab_plain_write", None) or getattr(stream, "write", None)
    if write is None:
        return
    try:
        write(f"swanlab: {text}\n")
        stream.flush()
    except (OSError, ValueError):
        pass


def say_once(kind: str, text: str) -> None:
    """Count ``kind``; print ``text`` the first time only."""
    counts[kind] = counts.get(kind, 0) + 1
    if kind not in _said:
        _said.add(kind)
        say(text)


def forget_said() -> None:
    """Let every kind be said again: a new run begins."""
    _said.clear()
    counts.clear()


def never_raises(function: Callable[P, R]) -> Callable[P, R | None]:
    """Wrap a call made by the training: an error of ours is counted and said once, not raised.

    KeyboardInterrupt and SystemExit pass. ``SWANLAB_DEBUG=1`` prints the traceback.
    """

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | None:
        try:
            return function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - this is the place
            swallow(function.__name__, error)
            return None

    return guarded


def swallow(where: str, error: Exception) -> None:
    """Count and say once that something of ours failed in ``where``."""
    if os.environ.get("SWANLAB_DEBUG"):
        import traceback

        traceback.print_exception(type(error), error, error.__traceback__)
    name = type(error).__name__
    say_once(
        f"{where}:{name}",
        f"{where}() failed inside ({name}: {error}); the training goes on. "
        "Set SWANLAB_DEBUG=1 to see where.",
    )


def call_safely(function: Callable[..., Any], *args: Any) -> None:
    """Call ``function`` as ``never_raises`` would."""
    try:
        function(*args)
    except Exception as error:  # noqa: BLE001 - see never_raises
        swallow(getattr(function, "__name__", "call"), error)

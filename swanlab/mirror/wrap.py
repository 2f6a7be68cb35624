"""Doing something of ours beside a call of another library."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import swanlab
from swanlab.sdk import guard

_MARK = "_swanlab_mirrored"


def beside(
    owner: Any,
    name: str,
    *,
    before: Callable[..., object] | None = None,
    after: Callable[..., object] | None = None,
    add: dict[str, Any] | None = None,
) -> None:
    """Wrap ``owner.name`` once; what it does and returns stays as it is.

    Args:
        owner: a class or a module.
        name: of the function or method in it.
        before: called first, with the same arguments.
        after: called with what it returned, then the arguments.
        add: keyword arguments that it gets in any case.
    """
    theirs = getattr(owner, name)
    if hasattr(theirs, _MARK):
        return

    @wraps(theirs)
    def call(*args: Any, **kwargs: Any) -> Any:
        if before is not None:
            _safely(before, args, kwargs)
        made = theirs(*args, **{**kwargs, **(add or {})})
        if after is not None:
            _safely(after, (made, *args), kwargs)
        return made

    setattr(call, _MARK, True)
    setattr(owner, name, call)


def _safely(ours: Callable[..., object], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    try:
        ours(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - the other library's call must not fail for us
        guard.swallow("mirror", error)


def start(mode: str | None, **given: Any) -> bool:
    """Start a run unless there is one; returns whether this one was started.

    A run that cannot be started is said, and the program goes on with the other library alone.
    """
    if swanlab.has_run():
        return False
    try:
        swanlab.init(mode=mode, **{name: item for name, item in given.items() if item is not None})
    except Exception as error:  # noqa: BLE001 - the program asked the other library, not us
        guard.say(f"nothing is recorded beside it: {error}")
        return False
    return True


def number_or_text(written: Any) -> Any:
    """Return what a library wrote as text as the number or truth it was, else as it is."""
    if not isinstance(written, str):
        return written
    if written in ("True", "False", "None"):
        return {"True": True, "False": False, "None": None}[written]
    for kind in (int, float):
        try:
            return kind(written)
        except ValueError:
            continue
    return written

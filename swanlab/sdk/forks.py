"""Telling a run that its process forks."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING

from swanlab.sdk import guard

if TYPE_CHECKING:
    from swanlab.sdk.run import Run


def follow(run: Run) -> None:
    """Prepare ``run`` for forks; bound weakly, since this cannot be unregistered."""
    if not hasattr(os, "register_at_fork"):
        return
    reference = weakref.ref(run)

    def prepare() -> None:
        alive = reference()
        if alive is not None:
            guard.call_safely(alive._forking)  # noqa: SLF001

    def renew() -> None:
        alive = reference()
        if alive is not None:
            alive._forked()  # noqa: SLF001

    os.register_at_fork(before=prepare, after_in_child=renew)

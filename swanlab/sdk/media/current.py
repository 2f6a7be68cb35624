"""``swanlab.log_image`` and its siblings: the calls of ``Run`` on the current run.

Apart from them, so that ``init()`` need not load what reads their signatures.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from swanlab.errors import NoActiveRun
from swanlab.sdk.guard import say_once
from swanlab.sdk.media.calls import Shows


def _of_current(method: Callable[..., None]) -> Callable[..., None]:
    """Return the method as a function on the current run."""

    @functools.wraps(method)
    def call(**given: Any) -> None:
        from swanlab.sdk import run as run_module

        run = run_module.get_run()
        if run is not None:
            method(run, **given)
        elif not run_module.has_started():
            raise NoActiveRun(f"Call swanlab.init() before swanlab.{method.__name__}().")
        else:
            say_once("finished", "log: the run is finished; what is logged now is not recorded.")

    signature = inspect.signature(method)
    shown = [one for name, one in signature.parameters.items() if name != "self"]
    call.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
    return call


log_text = _of_current(Shows.log_text)
log_image = _of_current(Shows.log_image)
log_audio = _of_current(Shows.log_audio)
log_video = _of_current(Shows.log_video)
log_echarts = _of_current(Shows.log_echarts)
log_html = _of_current(Shows.log_html)
log_object3d = _of_current(Shows.log_object3d)
log_molecule = _of_current(Shows.log_molecule)

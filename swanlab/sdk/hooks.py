"""Who is told what happens to a run: the registered callbacks, each kept apart from the others."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

import swanlab
from swanlab.errors import InvalidType
from swanlab.sdk.callback import OperateErrorInfo, RuntimeInfo, SendingCallback
from swanlab.sdk.guard import say, say_once

if TYPE_CHECKING:
    from swanlab.sdk.run import Run

SEND_SECONDS = 10.0
"""All notifications of a run together may hold up ``finish()`` for so long."""

NAMES = (
    "on_init", "before_run", "before_init_experiment", "on_run", "on_run_error_from_operator",
    "on_runtime_info_update", "on_log", "on_column_create", "on_metric_create", "on_stop",
    "on_run_initialized", "on_scalar_flush", "on_media_flush", "on_log_flush", "on_run_fork",
    "on_run_finished",
)  # fmt: skip
_LOGGING = ("on_log", "on_column_create", "on_metric_create", "on_scalar_flush",
            "on_media_flush", "on_log_flush")  # fmt: skip
_pending: list[Any] = []


class _Hook(NamedTuple):
    owner: Any
    call: Callable[..., Any]
    keywords: frozenset[str] | None
    """Names it takes; None when it takes any."""


class Hooks:
    """The callbacks of one run. A hook nobody overrides costs nothing to tell."""

    def __init__(self, callbacks: list[Any]) -> None:
        """Look up once which callback overrides which hook."""
        self._callbacks = callbacks
        self._by_name: dict[str, list[_Hook]] = {}
        self._telling = threading.local()
        self._settings: Any = None
        self._begun = False
        for callback in callbacks:
            for name in NAMES:
                call = _overridden(callback, name)
                if call is not None:
                    hook = _Hook(callback, call, _keywords(call))
                    self._by_name.setdefault(name, []).append(hook)

    def watches_log(self) -> bool:
        """Whether anybody wants to know of single calls of ``log()`` or lines of output."""
        return any(name in self._by_name for name in _LOGGING)

    def wants(self, name: str) -> bool:
        """Whether anybody overrides this hook."""
        return name in self._by_name

    def tell(self, name: str, *given: Any, **optional: Any) -> None:
        """Call a hook of every callback; what one raises is said once, and the others still run.

        A hook gets those of ``optional`` that it has parameters for. One that causes its own event
        again (an ``on_log`` that logs) is not called for it.
        """
        hooks = self._by_name.get(name)
        busy: set[str] = self._telling.__dict__.setdefault("busy", set())
        if not hooks or name in busy:
            return
        busy.add(name)
        try:
            for hook in hooks:
                self._call(name, hook, given, optional)
        finally:
            busy.discard(name)

    def _call(
        self, name: str, hook: _Hook, given: tuple[Any, ...], optional: dict[str, Any]
    ) -> None:
        if hook.keywords is not None:
            optional = {key: optional[key] for key in optional if key in hook.keywords}
        try:
            hook.call(*given, **optional)
        except Exception as error:  # noqa: BLE001 - it must reach neither training nor the others
            self._failed(name, hook.owner, error)

    def _failed(self, name: str, owner: Any, error: Exception) -> None:
        if os.environ.get("SWANLAB_DEBUG"):
            import traceback

            traceback.print_exception(type(error), error, error.__traceback__)
        what = f"{type(error).__name__}: {error}"
        say_once(
            f"callback:{id(owner)}:{name}",
            f"callback {name_of(owner)} failed in {name} ({what}); the training and the other "
            "callbacks go on. Set SWANLAB_DEBUG=1 to see where.",
        )
        self.tell("on_run_error_from_operator", OperateErrorInfo(what))

    def starting(self, plan: Any, run_dir: Path, name: str | None) -> None:
        """``init()`` has decided what to record where."""
        settings = self._settings = _settings_of(plan, run_dir, name)
        self.tell(
            "on_init",
            settings.project.name,
            settings.project.workspace,
            public=settings.project.public,
            logdir=settings.logdir,
        )
        self.tell("before_run", settings)
        experiment, color = settings.experiment, settings.experiment.color
        self.tell(
            "before_init_experiment",
            settings.run_id,
            experiment.name,
            experiment.description,
            (color, color) if isinstance(color, str) else color,
        )

    def started(self, run: Run) -> None:
        """``run`` is going, and its name and address are known as far as they will be."""
        self._begun = True
        settings = self._settings
        settings.experiment.name = run.name
        if run.url and "/@" in run.url:
            # The server knows whose project it is, if init() was not told.
            settings.project.workspace = run.url.partition("/@")[2].partition("/")[0]
        path = "/".join(filter(None, [settings.project.workspace, run.project, run.id]))
        self.tell("on_run")
        self.tell("on_run_initialized", settings.run_dir, path, settings)
        self.config_changed(dict(run.config))

    def config_changed(self, config: dict[str, Any]) -> None:
        """An entry was set or removed."""
        if self._begun and self.wants("on_runtime_info_update"):
            self.tell("on_runtime_info_update", RuntimeInfo(config=config))

    def finished(self, state: str, error: str | None) -> None:
        """The run has ended; waits, bounded, for what is sent because of that."""
        if not self._begun:
            return  # The server refused the run; init() raises.
        self._begun = False
        deadline = time.monotonic() + SEND_SECONDS
        if state != "success" and error is None:
            error = state
        self.tell("on_stop", error=error)
        self.tell("on_run_finished", state, error=error)
        for callback in self._callbacks:
            if isinstance(callback, SendingCallback):
                callback.settle(deadline)

    def described(self) -> list[dict[str, Any]]:
        """Return the callbacks that the background process can stand in for, as plain data."""
        found = []
        for callback in self._callbacks:
            if not isinstance(callback, SendingCallback):
                continue
            try:
                data = callback.described()
                msgspec.json.encode(data)
            except Exception:  # noqa: BLE001 - arguments of foreign types; values may be secret
                say(
                    f"callback {name_of(callback)} has arguments that are not plain data: it "
                    "sends at the end, but not if the training is killed."
                )
                continue
            if data is not None:
                found.append(data)
        return found


def name_of(callback: Any) -> str:
    """Return the name of a callback for people."""
    name = getattr(callback, "name", None)
    return name if isinstance(name, str) else type(callback).__name__


def _overridden(callback: Any, name: str) -> Callable[..., Any] | None:
    """Return the hook if it is more than the empty one of a base class."""
    call = getattr(callback, name, None)
    if not callable(call):
        return None
    home = str(getattr(call, "__module__", ""))
    return None if home == "swanlab.sdk.callback" or home.startswith("swankit.") else call


def _keywords(call: Callable[..., Any]) -> frozenset[str] | None:
    import inspect

    try:
        parameters = inspect.signature(call).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return None
    return frozenset(one.name for one in parameters if one.kind is not one.POSITIONAL_ONLY)


def checked(callbacks: Any) -> list[Any]:
    """Return one callback or several as a list.

    Raises:
        InvalidType: one of them has no hook, or is a class.
    """
    if callbacks is None:
        return []
    one = _is_callback(callbacks) or not isinstance(callbacks, Iterable)
    found = [callbacks] if one else list(callbacks)
    for callback in found:
        if isinstance(callback, type):
            raise InvalidType(
                f"callbacks: {callback.__name__} is a class; give an object of it: "
                f"{callback.__name__}(…)."
            )
        if not _is_callback(callback):
            raise InvalidType(
                f"callbacks: a {type(callback).__name__} has none of the hooks of swanlab.Callback "
                "or SwanKitCallback."
            )
    return found


def _is_callback(value: Any) -> bool:
    return any(callable(getattr(value, name, None)) for name in NAMES)


def gather(callbacks: Any) -> Hooks | None:
    """Return the registered callbacks and these as those of a new run; None if there are none.

    Raises:
        InvalidType: as ``checked``.
    """
    given = checked(callbacks)
    every: list[Any] = []
    for callback in (*_pending, *given):
        if all(callback is not other for other in every):
            every.append(callback)
    _pending.clear()
    return Hooks(every) if every else None


def register_callbacks(callbacks: Any) -> None:
    """Give the next ``init()`` these callbacks, one or several.

    Raises:
        InvalidType: one of them has no hook, or is a class.
    """
    from swanlab.sdk.run import has_run

    found = checked(callbacks)
    if has_run():
        say("a run is active: the callbacks registered now belong to the next one.")
    _pending.extend(found)


def merge_callbacks(callbacks: Any) -> None:
    """Give the next ``init()`` these callbacks too; the same as ``register_callbacks``."""
    register_callbacks(callbacks)


def _settings_of(plan: Any, run_dir: Path, name: str | None) -> Any:
    """Return how the run is recorded, under the names that callbacks know."""
    from types import SimpleNamespace

    options = plan.options
    host = plan.login.host if plan.login else None
    return SimpleNamespace(
        version=swanlab.__version__,
        mode=plan.mode,
        logdir=str(plan.logdir),
        log_dir=plan.logdir,
        swanlab_logdir=str(plan.logdir),
        run_dir=run_dir,
        media_dir=str(run_dir / "media"),
        run_id=plan.run_id,
        api_host=host,
        web_host=host,
        should_save=True,
        project=SimpleNamespace(
            name=plan.project, workspace=plan.workspace, public=bool(options.get("public"))
        ),
        experiment=SimpleNamespace(
            name=name,
            description=plan.description,
            tags=list(plan.tags),
            color=options.get("color"),
            group=options.get("group"),
            job_type=options.get("job_type"),
        ),
        run=SimpleNamespace(
            id=plan.run_id, resume=options.get("resume"), config=dict(plan.config), dir=run_dir
        ),
    )

"""The two protocols of callbacks, and what their hooks are given.

A callback need not derive from these classes: any object with one of the hooks is one. What a hook
raises is said once and reaches neither the training nor the other callbacks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import msgspec


class Point(msgspec.Struct, frozen=True):
    """One recorded number; ``timestamp`` is Unix time in milliseconds."""

    key: str
    step: int
    value: float
    timestamp: int


class Shown(msgspec.Struct, frozen=True):
    """What was recorded of a key that is no number; ``timestamp`` is Unix time in milliseconds."""

    key: str
    step: int
    media: list[Any]
    """``swanlab.Image`` and so on."""
    timestamp: int


class Line(msgspec.Struct, frozen=True):
    """One line of output; a later one of the same ``number`` replaces it (progress bars)."""

    number: int
    level: int
    """As in ``logging``."""
    stream: str
    """``stdout`` or ``stderr``."""
    text: str
    timestamp: int


class RuntimeInfo(msgspec.Struct):
    """What is known about the program. The background process finds out all but the config."""

    requirements: str | None = None
    metadata: dict[str, Any] | None = None
    config: dict[str, Any] | None = None
    conda: str | None = None


class ColumnInfo(msgspec.Struct):
    """A key logged for the first time."""

    key: str
    kid: str
    """Its place among the keys of this process, from 0."""
    name: str
    section_name: str | None
    """What is before the first ``/`` of the key."""
    cls: str = "CUSTOM"
    chart_type: str = "LINE"
    chart_reference: str = "STEP"
    section_type: str = "PUBLIC"
    section_sort: int | None = None
    error: Any = None
    config: Any = None


class MetricInfo(msgspec.Struct):
    """One point of a key, with what is known of the key so far."""

    column_info: ColumnInfo
    metric: dict[str, Any]
    """``index`` (the step), ``data`` (the value), ``create_time``."""
    metric_summary: dict[str, Any]
    """``num``, ``min``, ``max``; values that are not finite count in ``num`` only."""
    metric_step: int
    metric_epoch: int
    """This is the how-manieth point of the key, from 1."""
    metric_buffers: list[Any] | None = None
    metric_file_name: str | None = None
    swanlab_logdir: str | None = None
    swanlab_media_dir: str | None = None
    error: Any = None


class OperateErrorInfo(msgspec.Struct):
    """What another callback raised."""

    desc: str


class SwanKitCallback:
    """The protocol of ten hooks. Every hook does nothing until you override it.

    A real ``swankit.callback.SwanKitCallback`` is accepted in its place.
    """

    def on_init(
        self,
        proj_name: str,
        workspace: str | None,
        public: bool | None = None,
        logdir: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """``init()`` knows the project; nothing is recorded yet."""

    def before_run(self, settings: Any, *args: Any, **kwargs: Any) -> None:
        """The run's folder exists; ``settings`` says how the run is recorded."""

    def before_init_experiment(
        self,
        run_id: str,
        exp_name: str | None,
        description: str | None,
        colors: tuple[str, str] | None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """The run has its id. ``exp_name`` is None if the server will give the name."""

    def on_run(self, *args: Any, **kwargs: Any) -> None:
        """The run is going; ``swanlab.get_run()`` is it."""

    def on_run_error_from_operator(self, e: Any, *args: Any, **kwargs: Any) -> None:
        """Another callback raised; ``e.desc`` says what."""

    def on_runtime_info_update(self, r: Any, *args: Any, **kwargs: Any) -> None:
        """The config was set or changed: ``r.config`` is all of it."""

    def on_log(self, data: dict[str, Any], step: int | None, *args: Any, **kwargs: Any) -> None:
        """``log()`` was called with these arguments; they are recorded next."""

    def on_column_create(self, column_info: Any, *args: Any, **kwargs: Any) -> None:
        """A key was logged for the first time in this process."""

    def on_metric_create(self, metric_info: Any, *args: Any, **kwargs: Any) -> None:
        """A point was recorded."""

    def on_stop(self, error: str | None = None, *args: Any, **kwargs: Any) -> None:
        """The run has ended and its record is complete; ``error`` is None after a success."""

    def __str__(self) -> str:
        return type(self).__name__


class Callback(ABC):
    """The protocol of six hooks and a name. Every hook does nothing until you override it."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What the callback is called when something is said about it."""

    def on_run_initialized(
        self, run_dir: Path, path: str, settings: Any, *args: Any, **kwargs: Any
    ) -> None:
        """The run is going; ``path`` is ``workspace/project/id``, as far as it is known."""

    def on_scalar_flush(self, scalar_records: list[Any], *args: Any, **kwargs: Any) -> None:
        """The points of one ``log()`` are recorded: a list of ``Point``."""

    def on_media_flush(self, media_records: list[Any], *args: Any, **kwargs: Any) -> None:
        """The media of one ``log()`` are recorded."""

    def on_log_flush(self, log_records: list[Any], *args: Any, **kwargs: Any) -> None:
        """Output of the program is recorded: a list of ``Line``."""

    def on_run_fork(self) -> None:
        """This process is a fork of the one that called ``init()``."""

    def on_run_finished(
        self, state: str, error: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """The run has ended: ``success``, ``crashed`` or ``aborted``; its record is complete."""


class SendingCallback(Callback):
    """A callback that tells somebody elsewhere how the run ended.

    It describes itself as plain data, so that the background process can make the same one and send
    when the training was killed and could not.
    """

    def described(self) -> dict[str, Any] | None:
        """Return ``target`` (``module:class``), ``args``, ``kwargs`` and ``path``, or None."""
        return None

    def killed(self, about: dict[str, Any]) -> None:
        """Send, from the background process, that the training died without finishing the run."""

    def settle(self, deadline: float) -> None:
        """Wait, until ``time.monotonic()`` is ``deadline`` at most, for what is being sent."""

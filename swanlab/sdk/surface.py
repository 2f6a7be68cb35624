"""What can be asked of a run beside its data: where it is, how it goes, what it was asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import swanlab
from swanlab import records, runfile, settings
from swanlab.errors import NoActiveRun
from swanlab.sdk.guard import say, say_once

if TYPE_CHECKING:
    from concurrent.futures import Future

    from swanlab.sdk.background import Background
    from swanlab.sdk.config import Config
    from swanlab.sdk.launch import Sidecar
    from swanlab.sdk.run import Run
    from swanlab.sdk.state import State
    from swanlab.sdk.writer import RunWriter

OWN, LOCAL = "~", "local"
"""Stand for a workspace: one's own, and that of runs without a server."""


class Surface:
    """The part of ``Run`` that only looks."""

    id: str
    project: str
    name: str
    mode: str
    state: State
    url: str | None
    project_url: str | None
    _writer: RunWriter | None
    _sidecar: Sidecar | None
    _dir: Path | None
    _spool: Path | None
    _start: records.Start | None = None

    if TYPE_CHECKING:

        def log(self, data: Mapping[Any, Any], step: int | None = None) -> None:
            """Record the numbers of ``data``."""

    @property
    def options(self) -> dict[str, Any]:
        """What else ``init()`` was asked for: group, job_type, color, public and the like."""
        return {} if self._start is None else dict(self._start.options)

    @property
    def public(self) -> Public:
        """Names, folders and addresses of the run, for those who show or pass them on."""
        self.look_up()
        return Public(self)

    @property
    def path(self) -> str:
        """``workspace/project/id``; ``~`` stands for your own workspace until it is known."""
        self.look_up()
        return f"{self._workspace()}/{self.project}/{self.id}"

    @property
    def running(self) -> bool:
        """Whether the run goes on."""
        return self.state.name == "RUNNING"

    @property
    def success(self) -> bool:
        """Whether the run ended well."""
        return self.state.name == "SUCCESS"

    @property
    def crashed(self) -> bool:
        """Whether the run ended by an error."""
        return self.state.name == "CRASHED"

    @staticmethod
    def get_state() -> State:
        """Return the state of the current run; ``NOT_STARTED`` without one."""
        from swanlab.sdk.run import get_run
        from swanlab.sdk.state import State

        run = get_run()
        return State.NOT_STARTED if run is None else run.state

    @staticmethod
    def is_started() -> bool:
        """Whether there is a current run."""
        from swanlab.sdk.run import has_run

        return has_run()

    def look_up(self) -> None:
        """Learn the run's address if the server has taken the run only after ``init()``."""
        if self.url is not None or self._sidecar is None or self.mode != "cloud":
            return
        progress = self._sidecar.progress()
        if progress.url:
            self.url, self.project_url = progress.url, progress.project_url
            self.name = progress.name or self.name

    def _workspace(self) -> str:
        if self.url and "/@" in self.url:
            return self.url.partition("/@")[2].partition("/")[0]
        if self._start is not None and self._start.workspace:
            return self._start.workspace
        return LOCAL if self.mode == "local" else OWN

    def log_scalar(self, key: str, value: Any, step: int | None = None) -> None:
        """Record one number; as ``log({key: value}, step)``."""
        self.log({key: value}, step)

    def async_log(
        self,
        func: Callable[..., Any],
        *args: Any,
        step: int | None = None,
        mode: str = "threading",
        **kwargs: Any,
    ) -> Future[Any]:
        """Call ``func`` off this thread and log the dictionary it returns.

        Args:
            func: returns what ``log`` takes, or None to log nothing.
            *args: for ``func``.
            step: as in ``log``; left out, the keys go on when the work is done.
            mode: ``threading``; ``asyncio`` for a coroutine function, on an event loop of its own;
                ``spawn`` for a process of its own (``func`` and arguments are pickled).
            **kwargs: for ``func``.

        Returns:
            A future of what ``func`` returned. ``finish()`` waits for it, bounded.
        """
        from swanlab.sdk import background

        try:
            # One for each process: a forked child has none of its parent's threads.
            at_work = self._at_work().setdefault(os.getpid(), background.Background())
            return at_work.submit(func, args, kwargs, mode, lambda made: self._take(made, step))
        except Exception as error:  # noqa: BLE001 - a bad mode, or no thread can be started
            say_once("async_log", f"{error} Nothing is logged.")
            return _failed(error)

    def _at_work(self) -> dict[int, Background]:
        found: dict[int, Background] = self.__dict__.setdefault("_backgrounds", {})
        return found

    def _take(self, made: Any, step: int | None) -> None:
        if made is not None:
            self.log(made, step)

    def _wait_for_background(self, timeout: float | None) -> None:
        """Wait for ``async_log`` before the run ends; what is late is not logged, and said so."""
        at_work = self._at_work().pop(os.getpid(), None)
        if at_work is None:
            return
        limit = settings.seconds("finish_timeout") if timeout is None else timeout
        late = at_work.close(limit)
        if late:
            say(f"finish: {late} calls of async_log were not done in {limit:g} s; not logged.")


def _failed(error: Exception) -> Future[Any]:
    from concurrent.futures import Future

    future: Future[Any] = Future()
    future.set_exception(error)
    return future


class Cloud:
    """Where the run is on its server; all None in other modes."""

    def __init__(self, run: Surface) -> None:
        """Take what is known of ``run`` now."""
        self.available = run.mode == "cloud"
        self.project_name = run.project if self.available else None
        self.project_url = run.project_url if self.available else None
        self.experiment_name = run.name if self.available else None
        self.experiment_url = run.url if self.available else None

    def json(self) -> dict[str, Any]:
        """Return all of it as a dictionary."""
        return dict(vars(self))


class Public:
    """Names, folders and addresses of a run at one moment; folders are None where there is none."""

    def __init__(self, run: Surface) -> None:
        """Take what is known of ``run`` now."""
        folder, spool, writer = run._dir, run._spool, run._writer  # noqa: SLF001 - one subject
        self.project_name = run.project
        self.version = swanlab.__version__
        self.run_id = run.id
        self.swanlog_dir = None if folder is None else str(folder.parent)
        self.run_dir = None if folder is None else str(folder)
        self.backup_file = (
            None if writer is None or spool is None else str(spool / (writer.name + runfile.SUFFIX))
        )
        self.cloud = Cloud(run)

    def json(self) -> dict[str, Any]:
        """Return all but ``backup_file`` as a dictionary."""
        shown = {name: value for name, value in vars(self).items() if name != "backup_file"}
        return {**shown, "cloud": self.cloud.json()}


def _active() -> Run | None:
    from swanlab.sdk.run import get_run

    run = get_run()
    if run is not None:
        run.look_up()
    return run


def get_url() -> str | None:
    """Return the address of the current run's page; None without one."""
    run = _active()
    return None if run is None else run.url


def get_project_url() -> str | None:
    """Return the address of the current run's project; None without one."""
    run = _active()
    return None if run is None else run.project_url


def get_config() -> Config | None:
    """Return the config of the current run; None without a run."""
    run = _active()
    return None if run is None else run.config


def require(*parts: str) -> None:
    """Take what older programs ask for before ``init()``; a notice, since all parts are here.

    Args:
        *parts: such as ``core`` or ``probe``.
    """
    asked = ", ".join(map(repr, parts)) or "nothing"
    say_once("require", f"require: {asked} needs no choice; there is one of each, and it is here.")


def async_log(
    func: Callable[..., Any],
    *args: Any,
    step: int | None = None,
    mode: str = "threading",
    **kwargs: Any,
) -> Future[Any]:
    """Call ``func`` off this thread and log what it returns to the current run.

    See ``Run.async_log``.

    Raises:
        NoActiveRun: ``init()`` was never called in this program.
    """
    from swanlab.sdk import run as run_module

    run = run_module.get_run()
    if run is not None:
        return run.async_log(func, *args, step=step, mode=mode, **kwargs)
    error = NoActiveRun("Call swanlab.init() before swanlab.async_log().")
    if not run_module.has_started():
        raise error
    say_once("finished", "async_log: the run is finished; nothing is done or recorded.")
    return _failed(error)

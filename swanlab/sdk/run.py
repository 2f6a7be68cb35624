"""A run, and the calls of the training on it: the way of a value starts in ``Run.log``."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from swanlab import records, settings
from swanlab.errors import NoActiveRun
from swanlab.sdk import forks, guard, rank
from swanlab.sdk.config import Config
from swanlab.sdk.console import Console
from swanlab.sdk.define import Defines
from swanlab.sdk.former import Former, host_name
from swanlab.sdk.guard import never_raises, say, say_once
from swanlab.sdk.launch import Progress, Sidecar
from swanlab.sdk.media.calls import Shows
from swanlab.sdk.state import State, ending, state_of
from swanlab.sdk.surface import Surface
from swanlab.sdk.values import MAX_STEP, to_step
from swanlab.sdk.writer import RunWriter, writer_name

if TYPE_CHECKING:
    from swanlab.sdk.files import PathLike
    from swanlab.sdk.hooks import Hooks

_LOOK_SECONDS = 0.3
"""The background process is told of media no more often; it looks by itself once a second."""


class Run(Surface, Defines, Shows):
    """One run of a training, made by ``swanlab.init()``."""

    def __init__(  # noqa: PLR0913 - by name only
        self,
        *,
        run_id: str,
        project: str,
        name: str,
        mode: str,
        run_dir: Path | None,
        spool: Path | None = None,
        config: Config,
        rank: int = 0,
        hooks: Hooks | None = None,
    ) -> None:
        """Record into ``spool`` (default ``run_dir``); None for both records nothing."""
        self.id = run_id
        self.project = project
        self.name = name
        self.mode = mode
        self.config = config
        self.state = State.RUNNING
        self.url: str | None = None
        self.project_url: str | None = None
        self._dir = run_dir
        self._spool = spool or run_dir
        self._rank = rank
        self._hooks = hooks
        self._sidecar: Sidecar | None = None
        self._console: Console | None = None
        self._writer: RunWriter | None = None
        self._pid = os.getpid()
        self._looked = 0.0
        self._saved = False
        """Whether files were kept: the run is on the server when they are."""
        self._finishing = threading.Lock()
        self._last_error = getattr(sys, "last_value", None)
        if self._spool is not None:
            self._writer = self._new_writer(self._spool)
            forks.follow(self)

    def _new_writer(self, folder: Path, parent: RunWriter | None = None) -> RunWriter:
        header = records.Header(
            version=records.FORMAT_VERSION,
            run=self.id,
            writer=writer_name("trainer"),
            rank=self._rank,
            started=time.time_ns() // 1_000_000,
            pid=os.getpid(),
            host=host_name(),
            role="trainer",
        )
        writer: RunWriter
        if self._hooks is not None and self._hooks.watches_log():
            from swanlab.sdk.observed import ObservedWriter

            writer = ObservedWriter(self._hooks, folder, header, parent)
        else:
            writer = RunWriter(folder, header, parent)
        writer.when_filed = self._filed
        return writer

    def _filed(self) -> None:
        """Media lie beside the run file: the background process is to hash and send them."""
        self._saved = True
        if self._sidecar is not None and time.monotonic() - self._looked > _LOOK_SECONDS:
            self._looked = time.monotonic()
            self._sidecar.look()

    @property
    def dir(self) -> str | None:
        """The run's folder; None in mode ``disabled``."""
        return None if self._dir is None else str(self._dir)

    @property
    def alive(self) -> bool:
        """Whether the run still takes data."""
        return self.state is State.RUNNING

    def begin(
        self, start: records.Start, sidecar: Sidecar | None, console: str, *, resumed: bool = False
    ) -> None:
        """Record the start, then the config and the console from here on."""
        self._sidecar, self._start = sidecar, start
        if self._writer is None:
            return
        self._writer.put(start)
        if resumed:
            self._writer.put(records.Resume(self._writer.elapsed()))
        self.config._attach(self._config_changed)  # noqa: SLF001 - one subject in two files
        self._console = Console(self._writer, console, int(settings.number("max_log_length")))
        self._console.start()

    def take_up(self, former: Former) -> None:
        """Go on from what the run held before: its config, steps and console lines."""
        self.config._inherit(former.config)  # noqa: SLF001
        if self._writer is not None:
            with self._writer.lock:
                self._writer.steps.known(former.steps)
        if self._console is not None:
            self._console.go_on(former.lines)

    def withdraw(self) -> None:
        """Undo the start: the run could not be had, and nothing of this one is to be kept."""
        self.state = State.ABORTED
        if self._console is not None:
            self._console.stop()
        self.config._attach(None)  # noqa: SLF001
        if self._sidecar is not None:
            self._sidecar.withdraw()
        if self._writer is not None:
            self._writer.close()
        import shutil

        for folder in (self._spool, self._dir):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
        _forget(self)

    def log(
        self, data: Mapping[Any, Any], step: int | None = None, print_to_console: bool = False
    ) -> None:
        """Record the numbers of ``data``.

        Args:
            data: keys to numbers; nested dictionaries are joined by ``/``.
            step: where on the x axis, 0 ≤ step < 2**63. Left out, each key goes on by itself: its
                highest step + 1, from 0.
            print_to_console: also print ``data``.

        Never raises: what cannot be recorded is dropped, counted and said once.
        """
        try:
            writer = self._writer
            if writer is None or self.state is not State.RUNNING:
                self._log_nowhere()
            elif self._is_mapping(data):
                if step is not None and (type(step) is not int or not 0 <= step < MAX_STEP):
                    step = to_step(step)
                writer.log(data, step)
        except Exception as error:  # noqa: BLE001 - the training must go on
            guard.swallow("log", error)
        if print_to_console:
            print(data)  # noqa: T201 - asked for

    @staticmethod
    def _is_mapping(data: object) -> bool:
        if isinstance(data, Mapping):
            return True
        kind = type(data).__name__
        say_once("data", f"log: data must be a dict, but got {kind}; it is not recorded.")
        return False

    def _log_nowhere(self) -> None:
        if self.mode == "reference":
            say_once(
                "reference",
                "log: this run came by a pickle from the process that records it; here nothing is "
                f'recorded. Join it: swanlab.init(id={self.id!r}, parallel="shared")',
            )
        elif self.mode != "disabled" and self.state is not State.RUNNING:
            say_once("finished", "log: this run is finished; what is logged now is not recorded.")

    @never_raises
    def _config_changed(self, values: dict[str, Any], removed: list[str]) -> None:
        if self._writer is not None:
            self._writer.put(records.Config(self._writer.elapsed(), values, removed))
        if self._hooks is not None:
            self._hooks.config_changed(dict(self.config))

    def save(
        self, glob_str: PathLike, base_path: PathLike | None = None, policy: str = "live"
    ) -> list[str]:
        """Keep files of the training with the run.

        Args:
            glob_str: a file, a folder or a pattern (``**`` too), relative to the working directory.
            base_path: folder that the names of the files within the run are relative to; default
                is the working directory, or for an absolute pattern the folder above its first part
                that is not a pattern.
            policy: ``live`` sends a file again when it has changed, ``now`` keeps it as it is at
                this moment, ``end`` as it is when the run ends.

        Returns:
            The names of the files within the run. Never raises: what cannot be kept is said.
        """
        try:
            from swanlab.sdk import files

            kept = files.ask(self, glob_str, base_path, policy)
            self._saved = self._saved or bool(kept)
        except Exception as error:  # noqa: BLE001 - the training must go on
            guard.swallow("save", error)
            return []
        return kept

    def finish(
        self,
        state: State | str = State.SUCCESS,
        error: str | None = None,
        async_log_timeout: float | None = None,
    ) -> None:
        """End the run; a second call is a notice.

        In mode ``cloud`` waits until all is on the server, at most ``SWANLAB_FINISH_TIMEOUT``
        seconds (30); the background process goes on sending after that.

        Args:
            state: ``success``, ``crashed`` or ``aborted``, or a ``State``.
            error: what went wrong, shown on the run's page.
            async_log_timeout: seconds to wait for ``async_log``; default as for the upload.
        """
        guard.call_safely(self._wait_for_background, async_log_timeout)
        with self._finishing:
            if self.state is not State.RUNNING:
                say("this run is finished already.")
                return
            self.state = state_of(state)
        guard.call_safely(self._finish, error)
        _forget(self)

    def _finish(self, error: str | None) -> None:
        if self._console is not None:
            self._console.stop()
        self.config._attach(None)  # noqa: SLF001
        writer, sidecar = self._writer, self._sidecar
        if writer is None or os.getpid() != self._pid:
            return
        writer.finish(self.state.name.lower(), error)
        if sidecar is not None:
            sidecar.let_go()
        if self._hooks is not None:
            self._hooks.finished(self.state.name.lower(), error)
        if sidecar is not None and self.mode == "cloud":
            timeout = settings.seconds("finish_timeout")
            sizes = {writer.name: writer.size}
            self._say_sent(sidecar.wait_sent(sizes, timeout, whole=self._saved))
        elif sidecar is not None and self._saved:
            self._wait_kept(sidecar)
        if writer.dropped:
            say(f"{writer.dropped} calls could not be written to {self._spool} and are lost.")
        writer.close()
        rank.let_go()
        self._say_where()

    def _wait_kept(self, sidecar: Sidecar) -> None:
        """Wait until the files are in the run's folder: what comes next may remove them."""
        if not sidecar.wait_gone(settings.seconds("finish_timeout")):
            say(f"files are still being copied into {self._spool}; leave them until that is done.")

    def _say_sent(self, pending: Progress | None) -> None:
        if pending is None:
            return
        reason = f" ({pending.error})" if pending.error else ""
        say(
            f"not everything has reached the server yet{reason}. It is kept in {self._spool}; a "
            f"background process goes on sending, or send it with: swanlab sync {self._spool}"
        )

    def _say_where(self) -> None:
        if self.mode == "cloud" and self.url:
            say(f"🚀 View run {self.name} at {self.url}")
        elif self.mode == "local" and self._dir is not None:
            say(f"🌟 See it in the browser: swanlab watch {self._dir.parent}")
        elif self.mode == "offline":
            say(f"☁️  Send it to a server: swanlab sync {self._dir}")

    def _forking(self) -> None:
        """Before a fork: from now on other processes may number steps too."""
        writer = self._writer
        if writer is not None and writer.turns is None and self.state is State.RUNNING:
            from swanlab.sdk.turns import Turns

            writer.turns = Turns()

    def _forked(self) -> None:
        """In a forked child: a run file of its own, and no locks another thread may have held."""
        old = self._writer
        self._finishing = threading.Lock()
        if old is None or self._spool is None or self.state is not State.RUNNING:
            return
        guard.call_safely(self._renew_writer, old, self._spool)

    def _renew_writer(self, old: RunWriter, folder: Path) -> None:
        writer = self._writer = self._new_writer(folder, old)
        if self._console is not None:
            self._console.renew(writer)
        if self._hooks is not None:
            self._hooks.tell("on_run_fork")

    def __enter__(self) -> Run:  # noqa: PYI034 - Self needs Python 3.11
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.alive:
            self.finish(*ending(error))

    def __copy__(self) -> Run:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Run:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """A pickle is a reference: the recording stays with the process that does it."""
        return _referred, (self.id, self.project, self.name, self.url, self.project_url)

    def _repr_html_(self) -> str:
        from swanlab.sdk.notebook import card

        return card(self.name, self.url, self.project_url, self.dir)

    def __str__(self) -> str:
        return f"Run(id={self.id}, mode={self.mode}, state={self.state.name.lower()})"

    __repr__ = __str__


_current: Run | None = None
_ever_started = False
config = Config()
"""``swanlab.config``: the config of the current run, or of the next one."""


def activate(run: Run) -> None:
    """Make ``run`` the one that ``swanlab.log()`` writes to."""
    global _current, _ever_started
    if not _ever_started:
        import atexit

        atexit.register(_at_exit)
    _current, _ever_started = run, True


def _forget(run: Run) -> None:
    global _current  # noqa: PLW0603
    if _current is run:
        _current = None
        config._reset()  # noqa: SLF001
        settings.end()


def _referred(
    run_id: str, project: str, name: str, url: str | None, project_url: str | None
) -> Run:
    """Return the run a pickle was made of, if it is this process's; else one that says so."""
    if _current is not None and _current.id == run_id:
        return _current
    made = Run(run_id=run_id, project=project, name=name, mode="reference", run_dir=None,
               config=Config())  # fmt: skip
    made.url, made.project_url = url, project_url
    return made


def get_run() -> Run | None:
    """Return the current run, or None."""
    return _current


def has_run() -> bool:
    """Whether there is a current run."""
    return _current is not None


def has_started() -> bool:
    """Whether ``init()`` was ever called in this program."""
    return _ever_started


def log(data: Mapping[Any, Any], step: int | None = None, print_to_console: bool = False) -> None:
    """Record the numbers of ``data`` into the current run; see ``Run.log``.

    Raises:
        NoActiveRun: ``init()`` was never called in this program.
    """
    run = _current
    if run is not None:
        run.log(data, step, print_to_console)
    elif not _ever_started:
        raise NoActiveRun("Call swanlab.init() before swanlab.log().")
    else:
        say_once("finished", "log: the run is finished; what is logged now is not recorded.")


def finish(
    state: State | str = State.SUCCESS,
    error: str | None = None,
    async_log_timeout: float | None = None,
) -> None:
    """End the current run; see ``Run.finish``. Without a run this is a notice."""
    if _current is None:
        say("finish: there is no run.")
    else:
        _current.finish(state, error, async_log_timeout)


def _at_exit() -> None:
    """End the run as the program ended: an exception nobody caught, Ctrl-C, or success."""
    run = _current
    if run is None or not run.alive or os.getpid() != run._pid:  # noqa: SLF001
        return
    error = getattr(sys, "last_value", None)
    interactive = hasattr(sys, "ps1")
    if error is run._last_error or interactive:  # noqa: SLF001 - set before this run began
        error = None
    run.finish(*ending(error))

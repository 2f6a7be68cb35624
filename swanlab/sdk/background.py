"""``async_log``: work whose result is logged when it is done, off the training's thread."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, NamedTuple

from swanlab.errors import InvalidArgument
from swanlab.sdk.guard import say_once

MODES = ("threading", "asyncio", "spawn")
_MOST = 8
"""Threads, and processes, at work at once."""


class _Task(NamedTuple):
    future: Future[Any]
    work: Callable[[], Any]
    take: Callable[[Any], None]


class Background:
    """A few threads, started when there is work; they hold up no end of the program."""

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._pool: ProcessPoolExecutor | None = None
        self._changed = threading.Condition()
        self._open = 0

    def submit(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        mode: str,
        take: Callable[[Any], None],
    ) -> Future[Any]:
        """Call ``function`` soon and ``take`` with its result; the future is done after both.

        Raises:
            InvalidArgument: there is no such mode.
        """
        if mode == "threading":
            task = _Task(Future(), lambda: function(*args, **kwargs), take)
        elif mode == "asyncio":
            task = _Task(Future(), lambda: _in_loop(function, args, kwargs), take)
        elif mode == "spawn":
            # Handed over here, not on the thread: a program at its end starts no process any more.
            result = self._processes().submit(function, *args, **kwargs).result
            task = _Task(Future(), result, take)
        else:
            raise InvalidArgument(
                f"async_log: mode must be one of {', '.join(MODES)}, but got {mode!r}."
            )
        with self._changed:
            self._open += 1
            if len(self._threads) < min(self._open, _MOST):
                thread = threading.Thread(target=self._serve, name="swanlab log", daemon=True)
                self._threads.append(thread)
                thread.start()
        self._tasks.put(task)
        return task.future

    def _processes(self) -> ProcessPoolExecutor:
        with self._changed:
            if self._pool is None:
                import multiprocessing

                most = min(_MOST, os.cpu_count() or 1)
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(most, mp_context=context)
            return self._pool

    def close(self, timeout: float) -> int:
        """Wait until all is done, at most ``timeout`` seconds; returns how much is not.

        Called by the work itself, it does not wait.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._open and threading.current_thread() not in self._threads:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            for _ in self._threads:
                self._tasks.put(None)
            if self._pool is not None:
                self._pool.shutdown(wait=False)
            return self._open

    def _serve(self) -> None:
        while (task := self._tasks.get()) is not None:
            _perform(task)
            del task  # Not kept until the next one comes.
            with self._changed:
                self._open -= 1
                self._changed.notify_all()


def _perform(task: _Task) -> None:
    if not task.future.set_running_or_notify_cancel():
        return
    try:
        result = task.work()
        task.take(result)
    except BaseException as error:  # noqa: BLE001 - it belongs to whoever asks the future
        kind = type(error).__name__
        say_once(f"async_log:{kind}", f"async_log: {kind}: {error}. It is not logged.")
        task.future.set_exception(error)
    else:
        task.future.set_result(result)


def _in_loop(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a coroutine function on an event loop of its own: the caller's may be waiting for us."""
    import asyncio

    async def run() -> Any:
        return await function(*args, **kwargs)

    return asyncio.run(run())

"""A run that another tracker recorded, written as one of ours, with the times it had there."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from swanlab import records, runfile
from swanlab.credentials import Login
from swanlab.errors import LogdirError
from swanlab.sdk.names import project_name
from swanlab.sdk.plain import plain, text
from swanlab.sdk.values import MAX_STEP, sorted_out
from swanlab.sidecar.sync import send_run

_ELSEWHERE = "another tracker"
"""Stands for the machine: no process of this one writes the run."""


class Target(msgspec.Struct, frozen=True):
    """Where the converted runs go."""

    logdir: Path
    login: Login | None = None
    """Whose server they are sent to; None only records them."""
    mode: str = "local"
    project: str | None = None
    """In place of the one they had."""
    workspace: str | None = None
    only_new: bool = False
    """Leave out runs that ``logdir`` holds already."""


class About(msgspec.Struct, frozen=True):
    """What is known of a run before its points."""

    id: str
    project: str
    created: int
    """Unix time in milliseconds."""
    name: str | None = None
    description: str | None = None
    tags: list[str] = []
    config: dict[str, Any] = {}
    group: str | None = None
    job_type: str | None = None


class Converted(msgspec.Struct, frozen=True):
    """One run that was converted."""

    name: str
    run_dir: Path
    points: int
    url: str | None = None


class Recording:
    """Writes one run folder. Times are Unix milliseconds."""

    def __init__(self, target: Target, about: About) -> None:
        """Begin; raises ``LogdirError`` when nothing can be recorded."""
        self.points = 0
        self._target = target
        self._about = about
        self._keys: dict[str, int] = {}
        self._layouts: dict[tuple[str, ...], int] = {}
        self.run_dir = _made(target.logdir, about)
        writer = f"trainer-{os.getpid()}-{os.urandom(4).hex()}"
        self._file = runfile.Writer(self.run_dir / (writer + runfile.SUFFIX))
        self._put(
            records.Header(
                records.FORMAT_VERSION, about.id, writer, 0, about.created, 0, _ELSEWHERE, "trainer"
            )
        )
        self._put(
            records.Start(
                project_name(target.project or about.project),
                target.workspace,
                about.name,
                about.description,
                [text(tag) for tag in about.tags],
                target.mode,
                about.created,
                {k: v for k in ("group", "job_type") if (v := getattr(about, k))},
            )
        )
        self.config(about.config)

    def config(self, values: Mapping[str, Any]) -> None:
        """Record entries of the config."""
        if values:
            self._put(records.Config(0, {text(key): plain(item) for key, item in values.items()}))

    def log(self, values: Mapping[str, Any], step: int, at: float) -> None:
        """Record the numbers of one step; what is no number or has no step is left out."""
        if not 0 <= step < MAX_STEP:
            return
        numbers, _ = sorted_out(values)
        if not numbers:
            return
        names = tuple(numbers)
        layout = self._layouts.get(names)
        if layout is None:
            layout = self._new_layout(names)
        packed = struct.pack(f"<{len(names)}d", *numbers.values())
        self._put(records.Scalars(layout, step, max(0, int(at) - self._about.created), packed))
        self.points += len(names)

    def _new_layout(self, names: tuple[str, ...]) -> int:
        for name in names:
            if name not in self._keys:
                self._keys[name] = len(self._keys)
                self._put(records.Key(name))
        if len(self._layouts) == records.MAX_LAYOUTS:
            self._layouts.clear()
        layout = self._layouts[names] = len(self._layouts)
        self._put(records.Layout(layout, [self._keys[name] for name in names]))
        return layout

    def finish(self, state: str, error: str | None = None, at: float | None = None) -> Converted:
        """End the run and send it if it is to be sent; raises ``SwanLabError`` if that fails."""
        moment = max(0, int(self._about.created if at is None else at) - self._about.created)
        self._put(records.Finish(moment, state, error))
        self._file.sync()
        self._file.close()
        login, url = self._target.login, None
        if login is not None:
            url = send_run(self.run_dir, login).url
        return Converted(self._about.name or self._about.id, self.run_dir, self.points, url)

    def _put(self, record: records.Record) -> None:
        payload = records.encode(record)
        if len(payload) <= runfile.MAX_PAYLOAD and not self._file.append(runfile.frame(payload)):
            reason = self._file.error
            raise LogdirError(f"cannot write {self._file.path}: {reason}")


def is_wanted(target: Target, run_id: str) -> bool:
    """Whether the run is to be converted: not if only new ones are and it was before."""
    if not target.only_new or not target.logdir.is_dir():
        return True
    return not any(folder.name.endswith(f"-{run_id}") for folder in target.logdir.glob("run-*"))


def _made(logdir: Path, about: About) -> Path:
    stamp = time.strftime("%Y%m%d_%H%M%S", time.localtime(about.created / 1000))
    for attempt in range(1000):
        again = f"-{attempt}" if attempt else ""
        run_dir = logdir / f"run-{stamp}{again}-{about.id}"
        try:
            (run_dir / "media").mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise LogdirError(f"cannot record in {logdir}: {error.strerror or error}") from error
        return run_dir
    raise LogdirError(f"{logdir} already holds a thousand conversions of {about.id}.")

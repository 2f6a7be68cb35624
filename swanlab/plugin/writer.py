"""Callbacks that write beside the run: a table of runs as CSV, and copies of your files."""

from __future__ import annotations

import csv
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from swanlab.errors import InvalidArgument
from swanlab.sdk.callback import Callback
from swanlab.sdk.guard import say
from swanlab.sdk.values import flatten

__all__ = ["CSVWriter", "LogdirFileWriter"]

_ABOUT = (
    "project", "exp_name", "description", "datetime", "run_id", "workspace", "logdir", "url",
    "state",
)  # fmt: skip


class CSVWriter(Callback):
    """Keeps one row per run in a CSV file: what it was, its config, and the last value of each key.

    The row is written when the run begins, with state ``running``, and again when it ends. Runs
    share a file: new columns are added at the right, and the rows of other runs stay as they are.
    """

    def __init__(
        self,
        dir: str | os.PathLike[str] | None = None,  # noqa: A002 - the public name
        filename: str = "swanlab_run.csv",
    ) -> None:
        """Write ``filename`` in ``dir``, the working directory by default."""
        self.path = Path(dir or ".").expanduser().absolute() / filename
        self._about: dict[str, str] = {}
        self._last: dict[str, float] = {}

    @property
    def name(self) -> str:
        """``csv_writer``."""
        return "csv_writer"

    def on_run_initialized(
        self, run_dir: Path, path: str, settings: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Write the row for the first time."""
        about = {
            "project": settings.project.name,
            "exp_name": settings.experiment.name,
            "description": settings.experiment.description,
            "datetime": time.strftime("%Y-%m-%d %H:%M:%S"),
            "run_id": settings.run_id,
            "workspace": settings.project.workspace,
            "logdir": settings.logdir,
        }
        self._about = {name: value or "" for name, value in about.items()}
        self._last = {}
        self._write("running")

    def on_scalar_flush(self, scalar_records: list[Any], *args: Any, **kwargs: Any) -> None:
        """Keep the last value of each key."""
        self._last.update((point.key, point.value) for point in scalar_records)

    def on_run_finished(
        self, state: str, error: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Write the row as it stays."""
        self._write(state)

    def _write(self, state: str) -> None:
        from swanlab.sdk.run import get_run

        run = get_run()
        row = {**self._about, "url": (run and run.url) or "", "state": state}
        if run is not None:
            row["exp_name"] = run.name
            for key, value in flatten(dict(run.config), "config"):
                row[key] = value if isinstance(value, str) else json.dumps(value, default=str)
        row.update((key, repr(value)) for key, value in self._last.items())
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(self.path):
            _put(self.path, row)


def _put(path: Path, row: dict[str, str]) -> None:
    """Replace or add the row of a run; the file is whole at every moment."""
    rows: list[dict[str, str]] = []
    columns = list(_ABOUT)
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, restval="")
            columns = list(reader.fieldnames or _ABOUT)
            rows = [{name: found[name] for name in columns} for found in reader]
    columns += [name for name in row if name not in columns]
    place = next((n for n, one in enumerate(rows) if one.get("run_id") == row["run_id"]), len(rows))
    rows[place : place + 1] = [row]
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    fresh.replace(path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes off ``path``: they read, add their row and write all of it."""
    try:
        import fcntl
    except ImportError:
        yield  # Without locks, of two runs that begin or end at once one may lose its row.
        return
    with path.with_name(f".{path.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class LogdirFileWriter(Callback):
    """Copies files into the run's folder when the run begins."""

    def __init__(
        self,
        sub_dir: str | None = None,
        file_path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
        files: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    ) -> None:
        """Copy ``file_path`` (also ``files``), one or several files or folders.

        Args:
            sub_dir: folder inside the run's folder; ``files`` by default.
            file_path: what to copy.
            files: the same.

        Raises:
            InvalidArgument: ``sub_dir`` leads out of the run's folder.
        """
        self.sub_dir = sub_dir or "files"
        if Path(self.sub_dir).is_absolute() or ".." in Path(self.sub_dir).parts:
            raise InvalidArgument(f"sub_dir {sub_dir!r} leads out of the run's folder.")
        self.files = [*_paths(file_path), *_paths(files)]

    @property
    def name(self) -> str:
        """``logdir_file_writer``."""
        return "logdir_file_writer"

    def on_run_initialized(
        self, run_dir: Path, path: str, settings: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Copy; what cannot be copied is said, and the rest is copied."""
        target = Path(run_dir) / self.sub_dir
        for source in self.files:
            try:
                target.mkdir(parents=True, exist_ok=True)
                if source.is_dir():
                    shutil.copytree(source, target / source.name, dirs_exist_ok=True)
                else:
                    shutil.copy2(source, target / source.name)
            except (OSError, shutil.Error) as error:
                reason = getattr(error, "strerror", None) or error
                say(f"{self.name}: {source} is not copied ({reason}).")


def _paths(
    given: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None,
) -> list[Path]:
    if given is None:
        return []
    if isinstance(given, str | os.PathLike):
        given = [given]
    return [Path(one).expanduser() for one in given]

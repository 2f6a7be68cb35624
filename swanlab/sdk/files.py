"""``swanlab.save``: files of the training into the run.

Here names are found and noted, nothing more: the background process reads the files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from glob import iglob
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swanlab import settings
from swanlab.errors import NoActiveRun
from swanlab.records import File
from swanlab.sdk.guard import say, say_once
from swanlab.sdk.plain import text

if TYPE_CHECKING:
    from swanlab.sdk.run import Run

POLICIES = ("live", "now", "end")
MAX_NAME = 1024
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_MAGIC = re.compile(r"[*?\[]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

PathLike = str | bytes | os.PathLike[Any]


class Refused(Exception):
    """A call of ``save`` that cannot be followed; the message is for the user."""


def save(glob_str: PathLike, base_path: PathLike | None = None, policy: str = "live") -> list[str]:
    """Keep files with the current run; see ``Run.save``.

    Raises:
        NoActiveRun: ``init()`` was never called in this program.
    """
    from swanlab.sdk import run as run_module

    run = run_module.get_run()
    if run is not None:
        return run.save(glob_str, base_path, policy)
    if not run_module.has_started():
        raise NoActiveRun("Call swanlab.init() before swanlab.save().")
    say_once("finished", "save: the run is finished; no file is kept.")
    return []


def ask(run: Run, glob_str: PathLike, base_path: PathLike | None, policy: str) -> list[str]:
    """Note the files that match in the run file; return their names within the run."""
    writer = run._writer  # noqa: SLF001 - one subject in two files
    if writer is None or not run.alive:
        if run.mode != "disabled":
            say_once("save:over", "save: this run records nothing here; no file is kept.")
        return []
    try:
        pattern, base = _place(glob_str, base_path, policy)
    except Refused as refused:
        say(f"save: {refused} No file is kept.")
        return []
    found = _within_limits(_matches(pattern, base, _own_folders(run, pattern)), pattern)
    now = writer.elapsed()
    for name, source, stat in found:
        spelled = File(
            t=now,
            path=name,
            size=stat.st_size,
            mtime=stat.st_mtime_ns // 1_000_000,
            policy=policy,
            source=os.fsencode(source),
        )
        writer.put(spelled)
    if found and run._sidecar is not None:  # noqa: SLF001
        run._sidecar.look()  # noqa: SLF001
    return [name for name, _, _ in found]


def _place(glob_str: PathLike, base_path: PathLike | None, policy: str) -> tuple[str, str]:
    """Return the absolute pattern and the folder that names are relative to."""
    if policy not in POLICIES:
        raise Refused(f"policy must be one of {', '.join(POLICIES)}, but got {policy!r}.")
    given = os.fsdecode(os.fspath(glob_str))
    if not given or "\x00" in given:
        raise Refused(f"{given!r} names no file.")
    if _REMOTE.match(given):
        raise Refused(f"{given} is not on this machine: download it first.")
    pattern = os.path.abspath(os.path.expanduser(given))
    if base_path is not None:
        base = os.path.abspath(os.path.expanduser(os.fsdecode(os.fspath(base_path))))
    elif os.path.isabs(os.path.expanduser(given)):
        base = os.path.dirname(_stable(pattern))
        say_once(
            f"save:base:{base}",
            f"save: names of files from {given} begin below {base}; choose with base_path=.",
        )
    else:
        base = os.getcwd()
    if pattern != base and not _inside(pattern, base):
        raise Refused(f"{given} leads out of {base}: give a folder above it as base_path=.")
    return pattern, base


def _stable(pattern: str) -> str:
    """Return the leading part of a pattern that is no pattern."""
    parts = pattern.split(os.sep)
    for place, part in enumerate(parts):
        if _MAGIC.search(part):
            return os.sep.join(parts[:place]) or os.sep
    return pattern


def _inside(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _own_folders(run: Run, pattern: str) -> list[str]:
    """Folders whose files are never meant: what is recorded would be recorded again."""
    own = [run._dir, run._spool, run._dir and run._dir.parent]  # noqa: SLF001
    stable = _stable(pattern) + os.sep
    found = {os.path.abspath(one) for one in own if one is not None}
    return [one for one in found if not stable.startswith(one + os.sep)]


def _matches(
    pattern: str, base: str, left_out: list[str]
) -> Iterator[tuple[str, str, os.stat_result]]:
    """Yield name within the run, path and size of every file; a folder means all files in it."""
    seen: set[str] = set()
    for path in _files(pattern):
        if path in seen or any(_inside(path, folder) for folder in left_out):
            continue
        seen.add(path)
        name = text(os.path.relpath(path, base).replace(os.sep, "/"))
        try:
            stat = os.stat(path)
        except OSError as error:
            reason = error.strerror or error
            say_once(f"save:{path}", f"save: {path} cannot be read ({reason}); left out.")
            continue
        if len(name) > MAX_NAME or _CONTROL.search(name):
            say_once(f"save:{path}", f"save: the name {name[:80]!r} cannot be kept; left out.")
        elif not Path(path).is_file():
            say_once(f"save:{path}", f"save: {path} is not a file; left out.")
        else:
            yield name, path, stat


def _files(pattern: str) -> Iterator[str]:
    named = os.path.lexists(pattern)
    for path in [pattern] if named else iglob(pattern, recursive=True):
        if os.path.isdir(path) and not os.path.islink(path):
            # In a pattern a folder is passed by: `**` names the files in it already.
            if named:
                for folder, _, names in os.walk(path):
                    yield from (os.path.join(folder, name) for name in sorted(names))
        else:
            yield path.rstrip(os.sep)


def _within_limits(
    found: Iterator[tuple[str, str, os.stat_result]], pattern: str
) -> list[tuple[str, str, os.stat_result]]:
    most, largest = int(settings.number("save_batch")), int(settings.number("save_size"))
    taken: list[tuple[str, str, os.stat_result]] = []
    more = 0
    for one in found:
        if one[2].st_size > largest:
            say_once(
                f"save:{one[1]}",
                f"save: {one[1]} has {one[2].st_size:,} bytes, over the limit of {largest:,};"
                " left out. Raise it by SWANLAB_SAVE_SIZE.",
            )
        elif len(taken) >= most:
            more += 1
        else:
            taken.append(one)
    if more:
        say(
            f"save: {pattern} matches {most + more:,} files; the first {most:,} are kept and"
            f" {more:,} are not. Raise the limit by SWANLAB_SAVE_BATCH."
        )
    if not taken and not more:
        say_once(f"save:none:{pattern}", f"save: there is no file to keep at {pattern} now.")
    return taken

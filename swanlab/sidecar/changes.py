"""What was changed in the user's files since the commit: kept, so that a run can be repeated."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from typing import NamedTuple

LIMIT = 256 * 1024
"""Bytes of a diff that are kept: it travels with the run and is shown in its page."""
_SECONDS = 10.0
_TOKEN = re.compile(r"\b(?:sk-[\w-]{16,}|hf_\w{16,}|gh[pousr]_\w{16,}|AKIA[0-9A-Z]{16})")
_URL_SECRET = re.compile(r"(?<=://)[^/@\s]+:[^/@\s]+@")


class Diff(NamedTuple):
    """A diff against ``HEAD``, whole or its beginning."""

    text: str
    cut: bool


def diff(cwd: str) -> Diff | None:
    """Return the diff of tracked files; None where there is none or git takes too long.

    Programs that the user's configuration names for showing differences are not run.
    """
    command = ["git", "-C", cwd, "diff", "HEAD", "--no-color", "--no-ext-diff", "--no-textconv"]
    try:
        process = subprocess.Popen(  # noqa: S603 - fixed arguments
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except OSError:
        return None  # No git here.
    timer = threading.Timer(_SECONDS, process.kill)
    timer.start()
    with process:
        found = process.stdout.read(LIMIT + 1) if process.stdout else b""
        cut = len(found) > LIMIT
        if cut:
            process.kill()
    timer.cancel()
    if not found or (process.returncode and not cut):
        return None
    if cut:
        found = found[: found.rfind(b"\n", 0, LIMIT) + 1 or LIMIT]
    text = found.decode(errors="replace")
    return Diff(_URL_SECRET.sub("****@", _TOKEN.sub("****", text)), cut)

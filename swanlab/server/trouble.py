"""What the machine is to blame for, not the program: a full disk, a database that is away.

Such an error is no surprise, so it has a status, a message and one line in the log instead of a
traceback each time.
"""

from __future__ import annotations

import errno
import logging
import threading
import time

from sqlalchemy import exc

from swanlab.server.db import postgres
from swanlab.server.http import Problem
from swanlab.server.metrics.contract import ColdAway, ColdMissing

SAID_EVERY = 60.0
"""Seconds between two log lines of one kind of trouble."""
RETRY_AFTER = "5"

_CODES = {
    "disk_full": (507, "The server's disk is full. Nothing of this was stored; send it again."),
    "read_only": (503, "The server's storage takes no data: it is read-only."),
    "disk_failed": (503, "The server's storage does not work."),
    "database_busy": (503, "The server's database is busy; ask again."),
    "away": (503, "The server's database cannot be reached; ask again."),
    "cold_away": (
        503,
        "The points of this old run are in object storage, which does not answer; ask again.",
    ),
    "cold_missing": (
        503,
        "The points of this old run are not where they were moved: is --media-url the same?",
    ),
}
_ERRNOS = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EROFS: "read_only",
    errno.EIO: "disk_failed",
}
_SQLITE = {
    "database or disk is full": "disk_full",
    "attempt to write a readonly database": "read_only",
    "disk i/o error": "disk_failed",
    "unable to open database file": "disk_failed",
    "database is locked": "database_busy",
    "database table is locked": "database_busy",
}
_POSTGRESQL = {"53100": "disk_full", "25006": "read_only", "58030": "disk_failed"}
_AWAY = ("08", "57P")
"""Classes of PostgreSQL's codes: no connection, and the server is going down or coming up."""

_said: dict[str, float] = {}
_saying = threading.Lock()


def of(error: BaseException) -> Problem | None:
    """Return how to answer ``error``; None when it is not trouble of the machine."""
    code = code_of(error)
    if code is None:
        return None
    status, message = _CODES[code]
    return Problem(status, code, message, headers={"retry-after": RETRY_AFTER})


def code_of(error: BaseException) -> str | None:
    """Return the kind of trouble, None for any other error."""
    if isinstance(error, ColdAway):
        return "cold_away"
    if isinstance(error, ColdMissing):
        return "cold_missing"
    if isinstance(error, OSError):
        return _ERRNOS.get(error.errno or 0)
    if isinstance(error, exc.TimeoutError):
        return "database_busy"
    if isinstance(error, exc.DisconnectionError):
        return "away"
    if not isinstance(error, exc.DBAPIError):
        return None
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    text = str(error.orig).lower()
    found = next((code for start, code in _SQLITE.items() if text.startswith(start)), None)
    away = error.connection_invalidated or state.startswith(_AWAY) or postgres.is_outage(error)
    if found is None and (away or isinstance(error, exc.InterfaceError)):
        return "away"
    return found


def report(log: logging.Logger, doing: str, error: BaseException) -> None:
    """Log an error met while ``doing``: trouble of the machine once a minute, others with a trace.

    To be called where the error was caught.
    """
    code = code_of(error)
    if code is None:
        log.error("%s failed", doing, exc_info=error)
        return
    with _saying:
        now = time.monotonic()
        if now - _said.get(code, -SAID_EVERY) < SAID_EVERY:
            return
        _said[code] = now
    cause = getattr(error, "orig", None) or error
    log.error("%s failed: %s", doing, _CODES[code][1], extra={"fields": {"cause": str(cause)}})


def is_of_cold_runs(error: BaseException) -> bool:
    """Whether only runs whose points were moved away are concerned."""
    return isinstance(error, ColdAway | ColdMissing)

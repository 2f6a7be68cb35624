"""Every exception of this package, one tree.

    SwanLabError
    ├── InvalidArgument (ValueError)      an argument of init() or login() that cannot be used
    ├── InvalidType (TypeError)           an argument of a type that cannot be used
    ├── ConfigFileError (ValueError)      a config file that cannot be read
    ├── LogdirError (OSError)             the log folder cannot be made or written
    ├── AuthenticationError (RuntimeError) no key, a malformed key, or one the server refuses
    ├── RunRefused (ValueError)           the server does not take the run as it was asked for
    ├── NoActiveRun (RuntimeError)        log() before any init()
    └── ServerError                       the server answered with an error
        ├── Unreachable                   no answer at all, or a passing one: try again
        └── OffsetConflict                a post did not start where the server expects

Only ``init()``, ``login()``, the CLI and ``Api`` raise; once a run is going, nothing is raised into
the training.
"""

from __future__ import annotations


class SwanLabError(Exception):
    """Base of all errors of this package."""


class InvalidArgument(SwanLabError, ValueError):
    """An argument has a value that cannot be used."""


class InvalidType(SwanLabError, TypeError):
    """An argument has a type that cannot be used."""


class ConfigFileError(SwanLabError, ValueError):
    """A configuration file is missing, unreadable or not a mapping."""


class LogdirError(SwanLabError, OSError):
    """The log folder cannot be made or written."""


class AuthenticationError(SwanLabError, RuntimeError):
    """No API key is configured, or the server refuses it."""


class RunRefused(SwanLabError, ValueError):
    """The server does not take the run as it was asked for; its message says why."""


class NoActiveRun(SwanLabError, RuntimeError):
    """``log()`` was called before any ``init()``."""


class ServerError(SwanLabError):
    """The server refused a request. ``permanent``: asking again will not help."""

    def __init__(
        self, message: str, *, status: int = 0, code: str = "", permanent: bool = True
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.permanent = permanent


class Unreachable(ServerError):
    """The server gave no answer, or asked to come back later (``retry_after`` seconds)."""

    def __init__(self, message: str, *, status: int = 0, retry_after: float = 0.0) -> None:
        super().__init__(message, status=status, code="unreachable", permanent=False)
        self.retry_after = retry_after


class OffsetConflict(ServerError):
    """A post starts elsewhere than at ``expected``."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"the server expects offset {expected}", status=409, code="offset")
        self.expected = expected

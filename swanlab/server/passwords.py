"""Passwords: hashing that is slow on purpose, and a brake on guessing."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from swanlab.server.http import Problem

MIN_LENGTH, MAX_LENGTH = 8, 1024
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,24}")

_hashing = threading.Semaphore(
    2
)  # one hash takes 64 MiB; a flood of sign-ins must not take them all
_decoy: list[str] = []


def check(password: str) -> str:
    """Return the password if it may be one."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        message = f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters."
        raise Problem(400, "bad_password", message)
    return password


def hashed(password: str) -> str:
    """Return the Argon2 hash to keep; takes tens of milliseconds."""
    from argon2 import PasswordHasher

    with _hashing:
        return PasswordHasher().hash(password.encode("utf-8", "surrogatepass"))


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is that of the kept hash; as slow when there is no hash."""
    from argon2 import PasswordHasher
    from argon2.exceptions import VerificationError

    if not _decoy:
        _decoy.append(hashed(secrets.token_urlsafe()))
    with _hashing:
        try:
            given = password[:MAX_LENGTH].encode("utf-8", "surrogatepass")
            return PasswordHasher().verify(kept or _decoy[0], given) and kept is not None
        except VerificationError:
            return False


class Brake:
    """Slows down who guesses: after ``free`` tries each further one waits twice as long.

    Every try counts until ``release`` says it was right, so that tries at the same time count too.
    It remembers a bounded number of keys, the latest.
    """

    def __init__(
        self,
        free: int,
        longest: float = 60.0,
        remembered: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free, self._longest, self._remembered = free, longest, remembered
        self._clock = clock
        self._tries: OrderedDict[tuple[str, ...], tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def press(self, key: tuple[str, ...]) -> None:
        """Count a try; raises a 429 ``Problem`` when it comes too early."""
        at = self._clock()
        with self._lock:
            count, until = self._tries.get(key, (0, at))
            if at < until:
                wait = max(1, round(until - at))
                raise Problem(
                    429,
                    "too_many_tries",
                    f"Too many failed sign-ins; try again in {wait} s.",
                    {"retry_after": wait},
                    {"retry-after": str(wait)},
                )
            count = 1 if at - until > 10 * self._longest else count + 1
            over = count - self._free
            pause = min(self._longest, 2.0**over) if over > 0 else 0.0
            self._tries[key] = (count, at + pause)
            self._tries.move_to_end(key)
            while len(self._tries) > self._remembered:
                self._tries.popitem(last=False)

    def release(self, key: tuple[str, ...]) -> None:
        """Forget the tries: the last one was right."""
        with self._lock:
            self._tries.pop(key, None)

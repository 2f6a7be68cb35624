"""Passwords: hashing that is slow on purpose, and a brake on guessing."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from swanlab.server.db import tries
from swanlab.server.db.engine import now_of
from swanlab.server.http import Problem

if TYPE_CHECKING:
    import sqlalchemy as sa

MIN_LENGTH, MAX_LENGTH = 8, 1024
LONGEST_MS = 60_000
"""Of a pause between two tries, in milliseconds."""
FORGET_MS = 10 * LONGEST_MS
"""So long after the last pause, tries are counted anew."""
_DOUBLINGS = LONGEST_MS.bit_length()
FEWEST_GUESSES = 1_000_000
"""A password that a good guesser finds sooner is refused."""
_JUDGED = 72
"""Characters; longer ones cost the estimate seconds, and are not guessed."""
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,24}")

_hashing = threading.Semaphore(
    2
)  # one hash takes 64 MiB; a flood of sign-ins must not take them all
_decoy: list[str] = []


def check(password: str, *about: str | None) -> str:
    """Return the password if it may be one.

    ``about`` are the user's name and address: what is made of those is guessed first.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        message = f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters."
        raise Problem(400, "bad_password", message)
    from zxcvbn import zxcvbn

    known = [part for text in about if text for part in (text, *text.split("@"))]
    begun = password[:_JUDGED]
    if len(set(begun)) > 1 and zxcvbn(begun, known)["guesses"] >= FEWEST_GUESSES:
        return password
    message = (
        "This password is among those that are tried first: it is a common one, or made of your"
        " name. Take three or four words that do not belong together."
    )
    raise Problem(400, "weak_password", message)


def check_name(username: str) -> str:
    """Return the name if a user may have it."""
    if USERNAME.fullmatch(username) is None:
        rule = "A username has 1 to 25 letters, digits, - and _; it starts with none of the last."
        raise Problem(400, "bad_name", rule)
    return username


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
    real = kept if kept and kept.startswith("$") else None  # not who has no password, or not yet
    with _hashing:
        try:
            given = password[:MAX_LENGTH].encode("utf-8", "surrogatepass")
            return PasswordHasher().verify(real or _decoy[0], given) and real is not None
        except VerificationError:
            return False


def renewed(kept: str, password: str) -> str | None:
    """Return a new hash of the password if the kept one is weaker than those made now."""
    from argon2 import PasswordHasher

    return hashed(password) if PasswordHasher().check_needs_rehash(kept) else None


class Brake:
    """Slows down who guesses: after ``free`` tries each further one waits twice as long.

    Every try counts until ``release`` says it was right, so that tries at the same time count too.
    They are kept in the database: all servers on it brake as one, and so does one that is started
    again. Whom they are of is kept as a hash.
    """

    def __init__(
        self, name: str, free: int, clock: Callable[[sa.Connection], int] = now_of
    ) -> None:
        """``name`` tells the brakes on one database apart, ``clock`` gives Unix milliseconds."""
        self._name, self._free, self._clock = name, free, clock

    def press(self, connection: sa.Connection, *key: str) -> None:
        """Count a try in a transaction that is to write, or raise a 429 ``Problem``: too early."""
        who, at = self._who(key), self._clock(connection)
        count = tries.count(connection, who, at, FORGET_MS)
        if count is None:
            wait = max(1, round((tries.until(connection, who) - at) / 1000))
            raise Problem(
                429,
                "too_many_tries",
                f"Too many tries; try again in {wait} s.",
                {"retry_after": wait},
                {"retry-after": str(wait)},
            )
        over = min(count - self._free, _DOUBLINGS)
        tries.pause(connection, who, at + (min(LONGEST_MS, 1000 << over) if over > 0 else 0))

    def release(self, connection: sa.Connection, *key: str) -> None:
        """Forget the tries: the last one was right."""
        tries.forget(connection, self._who(key))

    def _who(self, key: tuple[str, ...]) -> bytes:
        whole = "\0".join((self._name, *key))
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()


def forget_tries(connection: sa.Connection) -> None:
    """Drop what no brake goes by any more."""
    tries.forget_old(connection, now_of(connection) - FORGET_MS)

"""Regular expressions that anybody may send: the time they take grows with the text alone.

The usual engine tries one way after another, which a few signs make endless. Here all ways are gone
at once (a nondeterministic automaton whose sets of states become the states of a deterministic one,
as they are met); in return there is neither look-around nor back reference.

RE2 works alike and is the library for this; but google-re2 has no wheels for Linux with musl, nor
for all other systems on which this package is installed to train, so it cannot be required.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

LONGEST = 256
"""Characters of an expression."""
_STATES = 1000
_WORK = 3_000_000
"""Steps from state to state that one expression may take before it is given up."""
_KEPT = 50_000
_MOST = 100
"""Repeats that can be counted."""
_DEPTH = 50

Takes = Callable[[str], bool]


class PatternError(ValueError):
    """The expression cannot be used, and why; ``at`` is the place in it."""

    def __init__(self, message: str, at: int = 0) -> None:
        super().__init__(message)
        self.at = at


class _State(NamedTuple):
    """``takes`` a character, or is passed without one: always, at the begin or at the end."""

    takes: Takes | None
    only: str
    then: list[int]


class Pattern:
    """A regular expression, looked for anywhere in a text, whatever the case."""

    def __init__(self, source: str) -> None:
        """Raise ``PatternError`` for what is no expression."""
        if len(source) > LONGEST:
            raise PatternError(f"A regular expression has at most {LONGEST} characters.")
        self._states: list[_State] = []
        reader = _Reader(source, self._add)
        self._accept = self._add(None, "never", [])
        self._first = reader.whole(self._accept)
        self._kept: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._work = 0
        self._begin = self._reach([self._first], begin=True, end=False)
        self._again = self._reach([self._first], begin=False, end=False)

    def found(self, text: str) -> bool:
        """Whether it occurs in ``text``; raises ``PatternError`` when that takes too long."""
        now, accept, kept = self._begin, self._accept, self._kept
        for sign in text.lower():
            if accept in now:
                return True
            after = kept.get((now, sign))
            now = self._step(now, sign) if after is None else after
        if accept in now:
            return True
        return accept in self._reach(now, begin=not text, end=True)

    def _add(self, takes: Takes | None, only: str, then: list[int]) -> int:
        if len(self._states) >= _STATES:
            raise PatternError("The regular expression is too large: use fewer repeats.")
        self._states.append(_State(takes, only, then))
        return len(self._states) - 1

    def _step(self, now: frozenset[int], sign: str) -> frozenset[int]:
        self._work += len(now) + 1
        if self._work > _WORK:
            raise PatternError("The regular expression takes too long: make it simpler.")
        met: list[int] = []
        for at in now:
            state = self._states[at]
            if state.takes is not None and state.takes(sign):
                met += state.then
        after = self._reach(met, begin=False, end=False) | self._again
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        self._kept[now, sign] = after
        return after

    def _reach(self, states: Iterable[int], *, begin: bool, end: bool) -> frozenset[int]:
        """Return these states and those that are reached without a character."""
        passed = {"": True, "begin": begin, "end": end, "never": False}
        found: set[int] = set()
        todo = list(states)
        while todo:
            at = todo.pop()
            if at in found:
                continue
            found.add(at)
            state = self._states[at]
            if state.takes is None and passed[state.only]:
                todo += state.then
        return frozenset(found)


Build = Callable[[int], int]
"""Makes the states that lead on to a state, and returns the first of them."""
_CLASSES: dict[str, Takes] = {
    "d": str.isdecimal,
    "w": lambda sign: sign == "_" or sign.isalnum(),
    "s": str.isspace,
}
_SIGNS = {"n": "\n", "t": "\t", "r": "\r"}


def _not(takes: Takes) -> Takes:
    return lambda sign: not takes(sign)


class _Reader:
    """From the text of an expression to states."""

    def __init__(self, source: str, add: Callable[[Takes | None, str, list[int]], int]) -> None:
        self._source, self._at, self._add, self._depth = source, 0, add, 0

    def whole(self, accept: int) -> int:
        build = self._choice()
        if self._at < len(self._source):
            raise self._error("There is a ) without its (.")
        return build(accept)

    def _error(self, message: str) -> PatternError:
        return PatternError(f"{message} (Character {self._at + 1} of the expression.)", self._at)

    def _next(self) -> str:
        return self._source[self._at : self._at + 1]

    def _take(self) -> str:
        sign = self._next()
        self._at += 1
        return sign

    def _choice(self) -> Build:
        parts = [self._sequence()]
        while self._next() == "|":
            self._at += 1
            parts.append(self._sequence())
        if len(parts) == 1:
            return parts[0]
        return lambda then: self._add(None, "", [part(then) for part in parts])

    def _sequence(self) -> Build:
        parts: list[Build] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated())
        if not parts:  # A state all the same: repeats of nothing count too.
            return lambda then: self._add(None, "", [then])

        def build(then: int) -> int:
            for part in reversed(parts):
                then = part(then)
            return then

        return build

    def _repeated(self) -> Build:
        part = self._one()
        while True:
            counts = self._counts()
            if counts is None:
                return part
            if self._next() == "?":  # Lazy or not, the same is found.
                self._at += 1
            part = self._times(part, *counts)

    def _counts(self) -> tuple[int, int | None] | None:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        sign = self._next()
        if sign in simple:
            self._at += 1
            return simple[sign]
        close = self._source.find("}", self._at)
        least, comma, most = self._source[self._at + 1 : close].partition(",")
        numbers = least.isdecimal() and (not most or most.isdecimal())
        if sign != "{" or close < 0 or not numbers or len(least + most) > 8:
            return None
        low = int(least)
        high = low if not comma else int(most) if most else None
        if max(low, high or 0) > _MOST or (high is not None and high < low):
            raise self._error(f"Repeats are counted up to {_MOST}, the smaller number first.")
        self._at = close + 1
        return low, high

    def _times(self, part: Build, least: int, most: int | None) -> Build:
        def build(then: int) -> int:
            after = then
            if most is None:
                loop: list[int] = []
                then = self._add(None, "", loop)
                loop += [part(then), after]
            else:
                for _ in range(most - least):
                    then = self._add(None, "", [part(then), after])
            for _ in range(least):
                then = part(then)
            return then

        return build

    def _one(self) -> Build:
        sign = self._take()
        if sign == "(":
            return self._group()
        if sign in "^$":
            only = "begin" if sign == "^" else "end"
            return lambda then: self._add(None, only, [then])
        if sign in "*+?":
            self._at -= 1
            raise self._error(f"There is nothing before {sign} that it could repeat.")
        takes = self._taking(sign)
        return lambda then: self._add(takes, "", [then])

    def _group(self) -> Build:
        if self._source.startswith("?:", self._at):
            self._at += 2
        elif self._next() == "?":
            raise self._error("Look-around and named groups cannot be used.")
        self._depth += 1
        if self._depth > _DEPTH:
            raise self._error("There are too many ( within each other.")
        inner = self._choice()
        if self._take() != ")":
            raise self._error("A ) is missing.")
        self._depth -= 1
        return inner

    def _taking(self, sign: str) -> Takes:
        if sign == ".":
            return lambda given: given != "\n"
        if sign == "[":
            return self._set()
        if sign == "\\":
            return self._escaped()
        wanted = sign.lower()
        return lambda given: given == wanted

    def _escaped(self) -> Takes:
        sign = self._take()
        if sign.lower() in _CLASSES:
            takes = _CLASSES[sign.lower()]
            return takes if sign.islower() else _not(takes)
        if sign == "" or (sign.isalnum() and sign not in _SIGNS):
            raise self._error(f"\\{sign} has no meaning here.")
        wanted = _SIGNS.get(sign, sign)
        return lambda given: given == wanted

    def _set(self) -> Takes:
        negated = self._next() == "^"
        self._at += negated
        parts: list[Takes] = []
        while self._next() != "]" or not parts:
            if self._next() == "":
                raise self._error("A ] is missing.")
            parts.append(self._member())
        self._at += 1

        def takes(given: str) -> bool:
            return any(part(given) or part(given.upper()) for part in parts)

        return _not(takes) if negated else takes

    def _member(self) -> Takes:
        first = self._take()
        if first == "\\":
            return self._escaped()
        if self._next() != "-" or self._source[self._at + 1 : self._at + 2] in ("", "]"):
            return lambda given: given in (first, first.lower())
        self._at += 1
        last = self._take()
        if last < first:
            raise self._error(f"{first}-{last} is no range.")
        return lambda given: len(given) == 1 and first <= given <= last

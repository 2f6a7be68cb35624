"""The language of filters, as in ``config.lr < 1e-3 and loss.min < 0.2 and "baseline" in tags``.

From its text to the tree that the server takes. The web reads the same language
(``web/src/query/``); what it is stands in ``docs/filter.md``, and both are held to the examples in
``tests/api/queries.json``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any, Final

import msgspec

from swanlab.errors import InvalidArgument

Tree = dict[str, Any]
STATES = ("running", "unresponsive", "finished", "crashed", "aborted")
STATS = ("last", "min", "max", "mean", "count")
TEXTS = ("name", "id", "group", "job_type", "description")
_PLAIN = (*TEXTS, "state", "tags", "created", "duration")
_WORDS = frozenset({"and", "or", "not", "in", "exists", "contains"})
_OPERATORS: Final = {
    "=": "eq", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
    "~": "matches", "!~": "matches", "contains": "contains",
}  # fmt: skip
_ORDERED = ("lt", "le", "gt", "ge")
_UNITS = {
    "ms": 1, "s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
    "w": 604_800_000,
}  # fmt: skip
_DEPTH = 18
"""Parentheses and ``not`` within each other: the server takes no more."""
LONGEST = 10_000

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<sign>==|!=|!~|<=|>=|[=<>~()\[\],])
    |(?P<word>(?:`[^`]+`|[^\s()\[\],"'`=<>!~])+))""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|min|[smhdw])", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)


class _Token(msgspec.Struct, frozen=True):
    kind: str
    """``text``, ``sign``, ``word`` or ``end``."""
    raw: str
    at: int

    @property
    def keyword(self) -> str:
        """The word in lower case, if it is one of the language's own."""
        folded = self.raw.lower()
        return folded if self.kind == "word" and folded in _WORDS else ""


def parse(source: str) -> Tree:
    """Return the filter as ``POST …/runs/table`` takes it.

    Raises ``InvalidArgument``, which says what is wrong and points at the place.
    """
    if len(source) > LONGEST:
        raise InvalidArgument(f"a filter has at most {LONGEST} characters.")
    return _Parser(source).whole()


def _tokens(source: str) -> Iterator[_Token]:
    at = 0
    while (found := _TOKEN.match(source, at)) is not None:
        kind = str(found.lastgroup)
        yield _Token(kind, found.group(kind), found.start(kind))
        at = found.end()
    rest = source[at:].lstrip()
    start = len(source) - len(rest)
    if rest:
        what = "A quote is not closed" if rest[0] in "\"'`" else f"{rest[0]!r} has no meaning here"
        raise _wrong(source, start, what)
    yield _Token("end", "", len(source))


def _wrong(source: str, at: int, what: str) -> InvalidArgument:
    begin = max(0, at - 60)
    line = source[begin : at + 40].replace("\n", " ")
    return InvalidArgument(f"{what}.\n  {line}\n  {' ' * (at - begin)}^")


class _Parser:
    """Recursive descent, one method per rule."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = list(_tokens(source))
        self._at = 0
        self._depth = 0

    def whole(self) -> Tree:
        found = self._either()
        if self._now.kind != "end":
            raise self._error("'and' or 'or' is missing before this")
        return found

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._now
        self._at += token.kind != "end"
        return token

    def _is(self, word: str) -> bool:
        """Whether the next token is this sign or word; if so it is taken."""
        token = self._now
        held = token.keyword == word or (token.kind == "sign" and token.raw == word)
        self._at += held
        return held

    def _error(self, what: str, token: _Token | None = None) -> InvalidArgument:
        return _wrong(self._source, (token or self._now).at, what)

    def _either(self) -> Tree:
        return self._joined("or", "any", self._both)

    def _both(self) -> Tree:
        return self._joined("and", "all", self._negated)

    def _joined(self, word: str, name: str, part: Callable[[], Tree]) -> Tree:
        parts = [part()]
        while self._is(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else {"is": name, "of": parts}

    def _negated(self) -> Tree:
        token = self._now
        if self._is("not"):
            return self._within(token, lambda: {"is": "not", "of": self._negated()})
        if self._is("("):
            return self._within(token, self._inner)
        return self._test()

    def _inner(self) -> Tree:
        found = self._either()
        if not self._is(")"):
            raise self._error("A ) is missing")
        return found

    def _within(self, token: _Token, part: Callable[[], Tree]) -> Tree:
        self._depth += 1
        if self._depth > _DEPTH:
            raise self._error("There is too much within each other", token)
        found = part()
        self._depth -= 1
        return found

    def _test(self) -> Tree:
        token = self._take()
        if token.kind not in ("text", "word") or token.keyword:
            raise self._error("A field is missing, like config.lr, loss.min or name", token)
        if token.kind == "word" and self._is("exists"):
            return _tree(_field(token), "exists", True)
        negated = self._is("not")
        if self._is("in"):
            found = self._in(token)
            return {"is": "not", "of": found} if negated else found
        if negated or token.kind == "text":
            raise self._error("'in' is missing here")
        return self._compared(token)

    def _in(self, left: _Token) -> Tree:
        if not self._is("["):
            right = self._take()
            if right.kind != "word" or right.keyword:
                raise self._error("A field or [ is missing after 'in'", right)
            return _tree(self._listing(right), "contains", _plain(left))
        if left.kind == "text":
            raise self._error("A field is missing, like config.lr, loss.min or name", left)
        field = _field(left)
        values = []
        while not self._is("]"):
            values.append(self._value(field, "eq"))
            if not self._is(",") and self._now.raw != "]":
                raise self._error("A , or ] is missing")
        return _tree(field, "in", values)

    def _listing(self, token: _Token) -> str:
        field = _field(token)
        if field in (*TEXTS, "tags") or field.startswith("config."):
            return field
        raise self._error(f"{token.raw} holds nothing that could be in it", token)

    def _compared(self, left: _Token) -> Tree:
        field, token = _field(left), self._take()
        op = _OPERATORS.get(token.keyword or (token.raw if token.kind == "sign" else ""))
        if op is None:
            raise self._error("An operator is missing, like <, =, ~ or in", token)
        if not _fits(field, op):
            raise self._error(f"{token.raw} cannot be asked of {left.raw}", token)
        found = _tree(field, op, self._value(field, op))
        return {"is": "not", "of": found} if token.raw == "!~" else found

    def _value(self, field: str, op: str) -> Any:
        token = self._take()
        if token.kind not in ("text", "word") or token.keyword:
            raise self._error("A value is missing", token)
        if op in ("matches", "contains") and field != "tags":
            return _text(token)
        try:
            return _read(field, token)
        except ValueError as error:
            raise self._error(str(error), token) from error


def _tree(field: str, op: str, value: Any) -> Tree:
    return {"is": "test", "field": field, "op": op, "value": value}


def _field(token: _Token) -> str:
    """Return the field as the server calls it."""
    name = "".join(part.strip("`") for part in re.findall(r"`[^`]+`|[^`]+", token.raw))
    if token.raw in _PLAIN or token.raw.startswith("config."):
        return name
    if token.raw.startswith("summary."):
        name = name.removeprefix("summary.")
    key, _, stat = name.rpartition(".")
    bare = token.raw.rpartition("`")[2]  # What stands in backquotes is the key's alone.
    if key and stat in STATS and bare.endswith(f".{stat}"):
        return f"summary.{key}.{stat}"
    return f"summary.{name}.last"


def _fits(field: str, op: str) -> bool:
    """Whether the question can be asked of the field."""
    if field in ("created", "duration"):
        return op in _ORDERED
    if field.startswith("summary."):
        return op not in ("matches", "contains")
    return field.startswith("config.") or op not in _ORDERED


def _text(token: _Token) -> str:
    if token.kind == "word":
        return token.raw.replace("`", "")
    return re.sub(r"\\(.)", r"\1", token.raw[1:-1], flags=re.DOTALL)


def _plain(token: _Token) -> Any:
    """Return a value that says itself what it is: a number, a truth, else a text."""
    text = _text(token)
    if token.kind == "text":
        return text
    if _NUMBER.fullmatch(text):
        return _number(text)
    return {"true": True, "false": False, "null": None}.get(text.lower(), text)


def _number(text: str) -> float | int:
    number = float(text)
    if abs(number) == float("inf"):
        raise ValueError(f"{text} is too large a number")
    exact = abs(number) < 2**53 and number.is_integer()
    return int(number) if exact else number


def _read(field: str, token: _Token) -> Any:
    """Return the value as the field has them; raises ``ValueError``."""
    text = _text(token)
    if field == "created":
        return _date(text)
    if field == "duration":
        return _duration(text)
    if field == "state":
        if text.lower() not in STATES:
            raise ValueError(f"A state is one of {', '.join(STATES)}")
        return text.lower()
    if field.startswith("summary."):
        if token.kind == "text" or not _NUMBER.fullmatch(text):
            raise ValueError("A metric is compared with a number")
        return _number(text)
    return _plain(token) if field.startswith("config.") else text


def _date(text: str) -> int:
    if not _DATE.fullmatch(text):
        raise ValueError("A date is written 2026-01-31 or 2026-01-31T18:30")
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise ValueError("There is no such date") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return round(moment.timestamp() * 1000)


def _duration(text: str) -> int:
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError("A duration is written with its unit: 90s, 30m, 2h, 1d or 1h30m")
    return round(sum(float(number) * _UNITS[unit] for number, unit in parts))

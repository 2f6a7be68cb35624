"""What the server writes about itself: one line per event, as text for people or as JSON.

Beside its message an event may carry fields (``extra={"fields": {...}}``). Every line written while
a request is served names the request. Tokens, keys and passwords are never put into either; paths
are logged without their query.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime, timezone
from typing import Any, Literal

import msgspec

Format = Literal["text", "json"]

request_id: ContextVar[str | None] = ContextVar("swanlab_request", default=None)
"""The request that is served in this context, threads started for it included."""


class TextLines(logging.Formatter):
    """``time level message name=value …``; no client can break a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, an exception's traceback below it."""
        parts = [_time(record), record.levelname, _quiet(record.getMessage())]
        parts += [f"{name}={_value(value)}" for name, value in _fields(record).items()]
        text = " ".join(parts)
        return text + _traceback(self, record, "\n")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback is its field ``exception``."""
        found: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        trace = _traceback(self, record, "")
        if trace:
            found["exception"] = trace
        return msgspec.json.encode(found, enc_hook=str).decode()


def set_up(level: str, form: Format) -> None:
    """Send all log lines of this process, uvicorn's and warnings included, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(handlers=[handler], level=level.upper())
    logging.captureWarnings(capture=True)


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    given: dict[str, Any] = dict(getattr(record, "fields", {}))
    held = request_id.get()
    if held is not None:
        given.setdefault("request", held)
    return given


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, tz=timezone.utc)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _value(value: Any) -> str:
    text = str(value)
    plain = text.isprintable() and text and not set(text) & set(' "=')
    return text if plain else json.dumps(text)


def _quiet(text: str) -> str:
    return text if text.isprintable() else json.dumps(text)


def _traceback(formatter: logging.Formatter, record: logging.LogRecord, before: str) -> str:
    return before + formatter.formatException(record.exc_info) if record.exc_info else ""

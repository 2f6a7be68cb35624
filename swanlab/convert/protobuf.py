"""Protocol-buffer messages without their library: field numbers and values as they are written.

Encoding: https://protobuf.dev/programming-guides/encoding/. Other trackers' files are read by their
published field numbers, so that no version of their library has to fit.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

Value = int | bytes


def fields(message: bytes) -> Iterator[tuple[int, Value]]:
    """Yield (field number, value): an integer as one, all else as its bytes.

    Raises:
        ValueError: this is no message.
    """
    at, size = 0, len(message)
    while at < size:
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == 2:
            length, at = _varint(message, at)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind} is not used in these files")
        if at + length > size:
            raise ValueError("the message is cut off")
        yield number, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    while at < len(message) and shift < 70:
        byte = message[at]
        at += 1
        result |= (byte & 127) << shift
        if byte < 128:
            return result, at
        shift += 7
    raise ValueError("the message is cut off")


def every(message: bytes, number: int) -> list[bytes]:
    """Return all values of a field of text or messages."""
    return [item for found, item in fields(message) if found == number and isinstance(item, bytes)]


def one(message: bytes, number: int) -> bytes:
    """Return the last value of a field of text or messages; empty if there is none."""
    found = every(message, number)
    return found[-1] if found else b""


def text(message: bytes, number: int) -> str:
    """Return a field of text."""
    return one(message, number).decode("utf-8", "replace")


def integer(message: bytes, number: int) -> int:
    """Return a field of a signed integer; 0 if there is none."""
    found = [value for at, value in fields(message) if at == number and isinstance(value, int)]
    if not found:
        return 0
    return found[-1] - (1 << 64) if found[-1] >= 1 << 63 else found[-1]


def double(message: bytes, number: int) -> float | None:
    """Return a field of a float64 or float32."""
    value = one(message, number)
    if len(value) not in (4, 8):
        return None
    (made,) = struct.unpack("<d" if len(value) == 8 else "<f", value)
    return float(made)

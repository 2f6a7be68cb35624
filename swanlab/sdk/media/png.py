"""PNG without compression, written as fast as memory is copied.

Pillow tries five filters on every line even where nothing is to be compressed. Format: W3C,
"Portable Network Graphics (PNG) Specification (Third Edition)".
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

_KINDS = {"L": (1, 0), "LA": (2, 4), "RGB": (3, 2), "RGBA": (4, 6)}
"""Pillow mode to bytes a pixel and colour type."""
_BLOCK = 65_535
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encoded(image: Any) -> bytes | None:
    """Return a Pillow image as PNG; None when it has more than 8-bit levels of plain colours."""
    kind = _KINDS.get(image.mode)
    if kind is None or "icc_profile" in image.info or "transparency" in image.info:
        return None
    depth, color = kind
    width, height = image.size
    stride, pixels = width * depth, memoryview(image.tobytes())
    lines = b"\0" + b"\0".join(pixels[at : at + stride] for at in range(0, len(pixels), stride))
    head = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    chunks: tuple[tuple[bytes, list[bytes | memoryview]], ...]
    chunks = (b"IHDR", [head]), (b"IDAT", _stored(lines)), (b"IEND", [])
    return b"".join((_SIGNATURE, *(part for chunk in chunks for part in _chunk(*chunk))))


def _stored(data: bytes) -> list[bytes | memoryview]:
    """Return a zlib stream of blocks that are stored as they are (RFC 1950, RFC 1951 3.2.4)."""
    parts: list[bytes | memoryview] = [b"\x78\x01"]
    view = memoryview(data)
    for at in range(0, len(data), _BLOCK):
        block = view[at : at + _BLOCK]
        last, size = at + _BLOCK >= len(data), len(block)
        parts += [struct.pack("<BHH", last, size, size ^ 0xFFFF), block]
    return [*parts, struct.pack(">I", zlib.adler32(data))]


def _chunk(kind: bytes, parts: list[bytes | memoryview]) -> list[bytes | memoryview]:
    size, check = 0, zlib.crc32(kind)
    for part in parts:
        size += len(part)
        check = zlib.crc32(part, check)
    return [struct.pack(">I", size), kind, *parts, struct.pack(">I", check)]

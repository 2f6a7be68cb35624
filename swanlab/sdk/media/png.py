"""PNG without compression, written as fast as memory is copied.

Pillow tries five filters on every line even where nothing is to be compressed. Format: W3C,
"Portable Network Graphics (PNG) Specification (Third Edition)".
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

from swanlab.sdk.media.medium import library

_COLORS = {1: 0, 2: 4, 3: 2, 4: 6}
"""Channels to colour type: grey, grey and alpha, RGB, RGB and alpha."""
_MODES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
"""Those of Pillow that need nothing but their pixels."""
_BLOCK = 65_535
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">8s I17sI I4s2s")
"""Signature, IHDR, and what stands before the first block of IDAT."""
_BLOCK_HEAD = struct.Struct("<BHH")
_TAIL = struct.Struct(">II I4sI")
"""Checksum of the pixels and of IDAT, and IEND."""


def of_image(image: Any) -> memoryview | None:
    """Return a Pillow image as PNG; None when it has more than 8-bit levels of plain colours."""
    if image.mode not in _MODES or "icc_profile" in image.info or "transparency" in image.info:
        return None
    return encoded(library("numpy", "numpy").asarray(image))


def encoded(pixels: Any) -> memoryview | None:
    """Return levels of shape (h, w) or (h, w, channels), uint8, as PNG.

    It is made in one piece of memory: fresh memory costs more than what is done with it here. None
    for lines that are longer than a block of zlib.
    """
    numpy = library("numpy", "numpy")
    high, wide = pixels.shape[:2]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    line = 1 + wide * channels
    if line > _BLOCK:
        return None
    lines = pixels.reshape(high, wide * channels)
    rows = _BLOCK // line
    blocks = -(-high // rows)
    size = 2 + blocks * _BLOCK_HEAD.size + high * line + 4
    made = numpy.empty(_HEAD.size + size - 2 - 4 + _TAIL.size, numpy.uint8)
    data, at, check = memoryview(made), _HEAD.size, 1
    for first in range(0, high, rows):
        some = lines[first : first + rows]
        length = len(some) * line
        _BLOCK_HEAD.pack_into(data, at, first + rows >= high, length, length ^ 0xFFFF)
        at += _BLOCK_HEAD.size
        block = made[at : at + length].reshape(len(some), line)
        block[:, 0] = 0  # No filter.
        block[:, 1:] = some
        check = zlib.adler32(data[at : at + length], check)
        at += length
    head = b"IHDR" + struct.pack(">IIBBBBB", wide, high, 8, _COLORS[channels], 0, 0, 0)
    _HEAD.pack_into(
        data, 0, _SIGNATURE, len(head) - 4, head, zlib.crc32(head), size, b"IDAT", b"\x78\x01"
    )
    crc = zlib.crc32(struct.pack(">I", check), zlib.crc32(data[_HEAD.size - 6 : at]))
    _TAIL.pack_into(data, at, check, crc, 0, b"IEND", zlib.crc32(b"IEND"))
    return data

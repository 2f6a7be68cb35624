"""How arrays of points lie in a blob.

A chunk: ``version u8 | flags u8 | points u32 | length of steps u32 | length of times u32 | steps |
times | values | crc32 u32``. Steps and times are deltas less their smallest, in as few bytes as
hold them, nothing at all when evenly spaced; values are float32 where that loses no bit, else
float64; all are byte-shuffled and compressed by zstd. A roll-up blob holds ``GROUP`` records
in the same manner.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from swanlab.server.metrics.aggregate import GROUP, Records
from swanlab.server.metrics.contract import Block, Floats, Ints, Layout

VERSION = 1
_CHUNK = struct.Struct("<BBIII")
_GROUPS = struct.Struct("<BI")
_INTS = struct.Struct("<Bqq")
_CRC = struct.Struct("<I")
_PAGE = struct.Struct("<B")
PAGE_HEAD = _PAGE.size
"""Bytes before the first record of a page."""
_FLOAT32 = 1

Memo = dict[tuple[int, bytes], Ints]
"""Decoded steps and times by their bytes: the series of one run often share them."""


class DamagedError(Exception):
    """Stored bytes are not what was written: the disk or something else changed them."""


class _Local(threading.local):
    """Compressors are not to be shared between threads."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=1, write_content_size=True).compress
        self.decompress = zstandard.ZstdDecompressor().decompress


_zstd = _Local()


def _shuffle(array: NDArray[Any]) -> bytes:
    size = array.dtype.itemsize
    if size == 1:
        return array.tobytes()
    planes: NDArray[np.uint8] = array.view(np.uint8).reshape(-1, size).T
    return planes.tobytes()


def _unshuffle(data: bytes, dtype: np.dtype[Any]) -> NDArray[Any]:
    flat = np.frombuffer(data, dtype=np.uint8)
    if dtype.itemsize == 1:
        return flat
    return np.ascontiguousarray(flat.reshape(dtype.itemsize, -1).T).reshape(-1).view(dtype)


def encode_ints(array: Ints) -> bytes:
    """Pack integers, best ascending and evenly spaced; wrapping arithmetic loses nothing."""
    deltas = np.diff(array)
    base = int(deltas.min()) if len(deltas) else 0
    rest = (deltas - base).view(np.uint64)
    top = int(rest.max()) if len(rest) else 0
    size = (
        0 if top == 0 else 1 if top < 1 << 8 else 2 if top < 1 << 16 else 4 if top < 1 << 32 else 8
    )
    head = _INTS.pack(size, int(array[0]), base)
    if size == 0:
        return head
    return head + _zstd.compress(_shuffle(rest.astype(f"<u{size}")))


def decode_ints(data: bytes, count: int) -> Ints:
    """Return ``count`` integers packed by ``encode_ints``."""
    size, first, base = _INTS.unpack_from(data)
    out = np.empty(count, dtype=np.int64)
    out[0] = first
    out[1:] = base
    if size:
        out[1:] += _unshuffle(_zstd.decompress(data[_INTS.size :]), np.dtype(f"<u{size}")).astype(
            np.int64
        )
    return np.cumsum(out, out=out)


def _encode_values(values: Floats) -> tuple[int, bytes]:
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = values.astype("<f4")
    # Compared by their bits: NaN payloads and the sign of zero are kept as well.
    if np.array_equal(narrow.astype(np.float64).view(np.int64), values.view(np.int64)):
        return _FLOAT32, _zstd.compress(_shuffle(narrow))
    return 0, _zstd.compress(_shuffle(np.ascontiguousarray(values)))


def encode_chunk(steps: bytes, times: bytes, values: Floats) -> bytes:
    """Pack the values of a chunk behind its steps and times, packed by ``encode_ints``."""
    flags, packed = _encode_values(values)
    head = _CHUNK.pack(VERSION, flags, len(values), len(steps), len(times))
    body = b"".join((head, steps, times, packed))
    return body + _CRC.pack(crc32(body))


def encode_chunks(steps: bytes, times: bytes, values: Floats) -> list[bytes]:
    """Return ``encode_chunk`` of every row of ``values``, which share their steps and times."""
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = values.astype("<f4")
    same = narrow.astype(np.float64).view(np.int64) == values.view(np.int64)
    wide = _shuffle_rows(values)
    small = _shuffle_rows(narrow)
    found = []
    for row, flags in enumerate(same.all(axis=1).tolist()):
        head = _CHUNK.pack(VERSION, flags, values.shape[1], len(steps), len(times))
        body = b"".join((head, steps, times, _zstd.compress(small[row] if flags else wide[row])))
        found.append(body + _CRC.pack(crc32(body)))
    return found


def _shuffle_rows(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Return every row of an array, shuffled as ``_shuffle`` does."""
    rows, size = len(array), array.dtype.itemsize
    planes = array.view(np.uint8).reshape(rows, -1, size).transpose(0, 2, 1)
    return np.ascontiguousarray(planes).reshape(rows, -1)


def decode_chunk(blob: bytes, memo: Memo) -> tuple[Ints, Ints, Floats]:
    """Return steps, times and values of a chunk; raises ``DamagedError``.

    The integers may be shared through ``memo``: they are not to be written to.
    """
    end = len(blob) - _CRC.size
    if end < _CHUNK.size or _CRC.unpack_from(blob, end)[0] != crc32(memoryview(blob)[:end]):
        raise DamagedError("a stored chunk does not match its checksum")
    version, flags, count, size, more = _CHUNK.unpack_from(blob)
    if version != VERSION:
        raise DamagedError(f"a stored chunk has format {version}, this program reads {VERSION}")
    at = _CHUNK.size
    steps = _ints(blob[at : at + size], count, memo)
    times = _ints(blob[at + size : at + size + more], count, memo)
    raw = _zstd.decompress(blob[at + size + more : end])
    values = _unshuffle(raw, np.dtype("<f4" if flags & _FLOAT32 else "<f8"))
    return steps, times, values.astype(np.float64, copy=False)


def _ints(data: bytes, count: int, memo: Memo) -> Ints:
    found = memo.get((count, data))
    if found is None:
        found = memo[count, data] = decode_ints(data, count)
    return found


def encode_groups(groups: Records) -> bytes:
    """Pack roll-up groups."""
    body = _GROUPS.pack(VERSION, len(groups)) + _zstd.compress(_shuffle(groups))
    return body + _CRC.pack(crc32(body))


def encode_groups_of(groups: Records) -> list[bytes]:
    """Return ``encode_groups`` of every row of ``groups``."""
    head = _GROUPS.pack(VERSION, groups.shape[1])
    bodies = [head + _zstd.compress(row) for row in _shuffle_rows(groups)]
    return [body + _CRC.pack(crc32(body)) for body in bodies]


def decode_groups(blobs: Sequence[bytes]) -> tuple[Records, Ints]:
    """Return the groups of all blobs behind each other, and how many each held.

    Raises ``DamagedError``.
    """
    sizes = np.array([_check_groups(blob) for blob in blobs], dtype=np.int64)
    out = np.empty((int(sizes.sum()), GROUP.itemsize), dtype=np.uint8)
    at = 0
    for blob, size in zip(blobs, sizes.tolist(), strict=True):
        raw = _zstd.decompress(memoryview(blob)[_GROUPS.size : -_CRC.size])
        out[at : at + size] = np.frombuffer(raw, dtype=np.uint8).reshape(GROUP.itemsize, size).T
        at += size
    return out.reshape(-1).view(GROUP), sizes


def is_whole(blob: bytes) -> bool:
    """Whether packed roll-up groups are what was written."""
    try:
        _check_groups(blob)
    except DamagedError:
        return False
    return True


def _check_groups(blob: bytes) -> int:
    end = len(blob) - _CRC.size
    if end < _GROUPS.size or _CRC.unpack_from(blob, end)[0] != crc32(memoryview(blob)[:end]):
        raise DamagedError("a stored roll-up does not match its checksum")
    version, count = _GROUPS.unpack_from(blob)
    if version != VERSION:
        raise DamagedError(f"a stored roll-up has format {version}, this program reads {VERSION}")
    return int(count)


def encode_page(data: bytes) -> bytes:
    """Put the version in front of records or names, and a checksum behind."""
    body = _PAGE.pack(VERSION) + data
    return body + _CRC.pack(crc32(body))


def decode_page(blob: bytes, what: str) -> bytes:
    """Return what was given to ``encode_page``; raises ``DamagedError``, naming ``what``."""
    end = len(blob) - _CRC.size
    if end < _PAGE.size or _CRC.unpack_from(blob, end)[0] != crc32(memoryview(blob)[:end]):
        raise DamagedError(f"a stored page of {what} does not match its checksum")
    if blob[0] != VERSION:
        raise DamagedError(
            f"a stored page of {what} has format {blob[0]}, this program reads {VERSION}"
        )
    return blob[_PAGE.size : end]


def encode_records(records: Records) -> bytes:
    """Pack records of any layout, as a page."""
    return encode_page(_zstd.compress(_shuffle(records)))


def decode_records(blob: bytes, dtype: np.dtype[Any], what: str) -> Records:
    """Return what was given to ``encode_records``; raises ``DamagedError``, naming ``what``."""
    raw = np.frombuffer(_zstd.decompress(decode_page(blob, what)), dtype=np.uint8)
    if len(raw) % dtype.itemsize:
        raise DamagedError(f"a stored page of {what} does not hold whole records")
    return np.ascontiguousarray(raw.reshape(dtype.itemsize, -1).T).reshape(-1).view(dtype)


class _Packed(msgspec.Struct, array_like=True, frozen=True):
    numbers: list[int]
    steps: bytes
    times: bytes
    values: bytes


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[_Packed]).decode


def encode_blocks(blocks: list[Block]) -> bytes:
    """Pack decoded blocks for the time until they are sealed.

    Keys go by their number, which never changes in a writer, unlike its layouts.
    """
    packed = [
        _Packed(list(b.layout.numbers), b.steps.tobytes(), b.times.tobytes(), b.values.tobytes())
        for b in blocks
    ]
    body = _pack(packed)
    return body + _CRC.pack(crc32(body))


def decode_blocks(data: bytes, keys: tuple[str, ...]) -> list[Block]:
    """Return the blocks of a batch, given the keys of its writer; raises ``DamagedError``."""
    end = len(data) - _CRC.size
    if end < 1 or _CRC.unpack_from(data, end)[0] != crc32(memoryview(data)[:end]):
        raise DamagedError("a stored batch does not match its checksum")
    blocks = []
    for item in _unpack(memoryview(data)[:end]):
        layout = Layout(tuple(item.numbers), tuple(keys[number] for number in item.numbers))
        values = np.frombuffer(item.values, dtype="<f8").reshape(-1, len(item.numbers))
        steps = np.frombuffer(item.steps, dtype="<i8")
        blocks.append(Block(layout, steps, np.frombuffer(item.times, dtype="<i8"), values))
    return blocks

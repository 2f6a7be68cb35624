"""Small pictures of what strangers sent: bounded in memory, in pixels and in time."""

from __future__ import annotations

import gzip
import io
import random
import struct
import threading
import zipfile
import zlib

import numpy as np
import PIL.Image
import pytest

from swanlab.server import thumbnails
from swanlab.server.download import Stored
from swanlab.server.http import Problem
from swanlab.server.thumbnails import Thumbnails
from tests.server.test_media import bomb, png


class Source:
    """Bytes of which it is known how many were asked for."""

    def __init__(self, data: bytes) -> None:
        self.data, self.read = data, 0

    def stored(self, name: str = "a.png") -> Stored:
        def read(start: int, stop: int):
            self.read += stop - start
            yield self.data[start:stop]

        return Stored(name, len(self.data), str(hash(self.data)), read)


def refused(data: bytes) -> tuple[int, str]:
    with pytest.raises(Problem) as problem:
        Thumbnails().smaller(Source(data).stored(), 64)
    return problem.value.status, problem.value.body.code


def status(data: bytes) -> int:
    """What a request for a small picture of these bytes is answered with."""
    try:
        small = Thumbnails().smaller(Source(data).stored(), 64)
    except Problem as problem:
        return problem.status
    shown = b"".join(small.read(0, small.size))
    assert shown == data or max(PIL.Image.open(io.BytesIO(shown)).size) == 64
    return 200


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(kind: bytes, data: bytes) -> bytes:
    """A good picture with one more chunk behind its head."""
    whole = png()
    return whole[:33] + chunk(kind, data) + whole[33:]


BILLION = zlib.compress(b"\0" * 200_000_000, 9)


def test_a_picture_that_claims_too_much_is_refused_by_its_head():
    source = Source(bomb(50_000, 50_000) + b"\0" * 5_000_000)
    with pytest.raises(Problem) as problem:
        Thumbnails().smaller(source.stored(), 64)
    assert problem.value.status == 413
    assert source.read <= 128 * 1024


@pytest.mark.parametrize(
    "data",
    [
        with_chunk(b"zTXt", b"bomb\0\0" + BILLION),
        with_chunk(b"iTXt", b"bomb\0\1\0\0\0" + BILLION),
        with_chunk(b"iCCP", b"bomb\0\0" + BILLION),
    ],
    ids=["zTXt", "iTXt", "iCCP"],
)
def test_what_is_packed_beside_the_pixels_is_not_unpacked(data):
    """Either it is passed by, or it is refused; Pillow stops after a megabyte."""
    assert status(data) in (200, 422)


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("../../a.png", b"\0" * 10_000_000)
    return stream.getvalue()


def other(kind: str) -> bytes:
    stream = io.BytesIO()
    PIL.Image.fromarray(np.zeros((90, 90, 3), np.uint8)).save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        other("TIFF"), other("PPM"), other("TGA"), other("ICO"), other("PDF"),
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 500,
        gzip.compress(b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 100_000), archive(),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n(x) run\n",
    ],
    ids=["tiff", "ppm", "tga", "ico", "pdf", "heic", "svgz", "zip", "eps"],
)  # fmt: skip
def test_only_what_browsers_show_is_decoded(data):
    assert refused(data) == (422, "no_picture")


def test_damaged_pictures_of_every_kind_are_refused_or_shown_and_nothing_else():
    kinds = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
    good = [other(kind) for kind in kinds]
    chance = random.Random(7)
    for number in range(1500):
        data = bytearray(chance.choice(good))
        for _ in range(chance.choice((1, 2, 8, 40))):
            place = chance.randrange(min(len(data), chance.choice((64, 200, len(data)))))
            data[place] = chance.choice((0, 255, 127, 128, 1, chance.randrange(256)))
        cut = data[: chance.randrange(len(data))] if number % 5 == 0 else data
        assert status(bytes(cut)) in (200, 413, 422)


def test_large_pictures_are_decoded_one_by_one_and_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr(thumbnails, "LARGE", 1000)
    monkeypatch.setattr(thumbnails, "PATIENCE", 0.1)
    begun, go = threading.Event(), threading.Event()
    decode = thumbnails._smaller

    def slow(image, side):
        begun.set()
        assert go.wait(60)
        return decode(image, side)

    monkeypatch.setattr(thumbnails, "_smaller", slow)
    small = Thumbnails()
    first = threading.Thread(target=small.smaller, args=(Source(png()).stored(), 64))
    first.start()
    try:
        assert begun.wait(60)
        with pytest.raises(Problem) as problem:
            small.smaller(Source(png(601, 300)).stored(), 64)
        assert (problem.value.status, problem.value.headers) == (503, {"retry-after": "2"})
    finally:
        go.set()
        first.join()
    assert small.smaller(Source(png(601, 300)).stored(), 64).name == "a.webp"

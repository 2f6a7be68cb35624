"""``swanlab.Image``: a picture from a file, an array, a tensor, Pillow or matplotlib."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from swanlab.records import PLAIN
from swanlab.sdk.media import png
from swanlab.sdk.media.arrays import to_array
from swanlab.sdk.media.medium import (
    BadMedia,
    Medium,
    Piece,
    existing,
    held,
    library,
    named,
    snapshot,
)
from swanlab.sdk.media.overlays import Overlays
from swanlab.sdk.media.pixels import channels_last, levels

KINDS = ("png", "jpg", "jpeg", "bmp", "gif", "webp", "svg")
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF8", "gif"), (b"BM", "bmp"),
)  # fmt: skip
_WRITES = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "bmp": "BMP", "gif": "GIF", "webp": "WEBP"}
_MODES = {
    "png": ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16"),
    "gif": ("L", "P", "RGB", "RGBA"),
}
_GAP = 2
"""Pixels between the pictures of a grid."""
_IN_A_ROW = 8

Size = int | tuple[int | None, int | None] | list[int | None]


class Image(Medium):
    """A picture, with boxes and masks drawn over it in the browser."""

    kind = "image"
    _image: Any = None
    """Of Pillow; None while ``_content`` is what is written."""
    _state = "media"
    """Of ``_content``."""

    @snapshot
    def __init__(
        self,
        data_or_path: Any,
        mode: str | None = None,
        caption: str | None = None,
        file_type: str | None = None,
        size: Size | None = None,
        *,
        boxes: dict[str, Any] | None = None,
        masks: dict[str, Any] | None = None,
    ) -> None:
        """Take a picture.

        Args:
            data_or_path: path of a picture; its bytes; an array of shape (h, w), (h, w, 1|3|4),
                (1|3|4, h, w) or a batch of these, which becomes a grid; floats from 0 to 1 (or
                to 255) or integers to 255; a tensor; a Pillow image; a matplotlib figure or
                ``matplotlib.pyplot``.
            mode: Pillow mode to convert to, such as ``RGB`` or ``L``.
            caption: shown below it.
            file_type: ``png`` (default), ``jpg``, ``bmp``, ``gif`` or ``webp``.
            size: the longest side, or (width, height) with None for what follows from the other.
            boxes: name to ``box_data`` and ``class_labels``, see docs/media.md.
            masks: name to ``mask_data`` (classes of shape (h, w)) and ``class_labels``.
        """
        self.caption = named(caption)
        self._content: bytes | memoryview = b""
        self._format, self._meta = "", dict[str, Any]()
        self._overlays = Overlays(boxes, masks)
        wanted = _wanted(file_type)
        if isinstance(data_or_path, Image):
            overlays = self._overlays
            self.take_over(data_or_path)
            if boxes or masks:
                self._overlays = overlays
        else:
            self._take(data_or_path)
        if (mode, size) != (None, None) or (self._content and wanted not in (None, self._format)):
            self._convert(mode, size)
        if self._image is not None:
            self._format = wanted or "png"
            self._meta = {"width": self._image.width, "height": self._image.height}

    def _take(self, given: Any) -> None:
        if isinstance(given, str | Path):
            self._take_bytes(existing(given, KINDS).read_bytes())
        elif isinstance(given, bytes | bytearray | io.BytesIO):
            self._take_bytes(held(given))
        elif type(given).__module__.startswith("PIL."):
            self._image = given.copy()
        elif hasattr(given, "savefig"):
            stream = io.BytesIO()
            given.savefig(stream, format="png")
            self._take_bytes(stream.getvalue())
        else:
            self._take_array(given)

    def _take_array(self, given: Any) -> None:
        """Make a PNG of it at once: that is the copy, and there need be no other."""
        pixels = _from_array(to_array(given, copy=False), tensor=hasattr(given, "detach"))
        made = png.encoded(pixels)
        if made is None:
            self._image = library("PIL.Image", "pillow").fromarray(pixels)
            return
        self._content, self._format, self._state = made, "png", PLAIN
        self._meta = {"width": pixels.shape[1], "height": pixels.shape[0]}

    def _take_bytes(self, data: bytes) -> None:
        """Keep an encoded picture as it is, after a look at its head."""
        self._content, self._format = data, _format_of(data)
        if self._format == "svg":
            return
        pillow = library("PIL.Image", "pillow")
        try:
            with pillow.open(io.BytesIO(data)) as image:
                self._meta = {"width": image.width, "height": image.height}
        except Exception as error:
            raise BadMedia(f"this {self._format} cannot be read: {error}") from error

    def _convert(self, mode: str | None, size: Size | None) -> None:
        if self._image is None:
            if self._format == "svg":
                raise BadMedia("an svg is kept as it is: mode, size and file_type need pixels")
            pillow = library("PIL.Image", "pillow")
            self._image = pillow.open(io.BytesIO(self._content))
            self._image.load()
            self._content = b""
        if mode is not None:
            self._image = self._image.convert(mode)
        if size is not None:
            self._image = self._image.resize(_pixels(size, *self._image.size))

    def piece(self) -> Piece:
        """Return the picture; a PNG made here is stored plain, to be compressed later."""
        more = self._overlays.pieces()
        meta = {**self._meta, **self._overlays.meta()}
        if self._image is None:
            return Piece(self._format, self._content, meta, self._state, more)
        image, stream = self._image, io.BytesIO()
        if image.mode not in _MODES.get(self._format, ("L", "RGB")):
            image = image.convert("RGB")
        plain = self._format == "png"
        if plain and (quick := png.of_image(image)) is not None:
            return Piece("png", quick, meta, PLAIN, more)
        options = {"compress_level": 0} if plain else {}
        image.save(stream, _WRITES[self._format], **options)
        return Piece(self._format, stream.getvalue(), meta, PLAIN if plain else "media", more)


def _wanted(file_type: str | None) -> str | None:
    if file_type is None:
        return None
    name = str(file_type).lower().lstrip(".")
    if name not in _WRITES:
        raise BadMedia(f"file_type is one of {', '.join(_WRITES)}, not {file_type!r}")
    return "jpg" if name == "jpeg" else name


def _format_of(data: bytes) -> str:
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if b"<svg" in data[:1024].lower():
        return "svg"
    raise BadMedia(f"these bytes are none of {', '.join(KINDS)}")


def _pixels(size: Size, width: int, height: int) -> tuple[int, int]:
    """Return the new width and height; raises ``BadMedia``."""
    if isinstance(size, int):
        scale = size / max(width, height)
        wide, high = width * scale, height * scale
    else:
        pair = list(size)
        if len(pair) != 2 or pair == [None, None]:
            raise BadMedia(f"size is a number or (width, height), not {size!r}")
        wide, high = float(pair[0] or 0), float(pair[1] or 0)
        if pair[0] is None:
            wide = width * high / height
        if pair[1] is None:
            high = height * wide / width
    if not (0 < wide <= 1 << 16 and 0 < high <= 1 << 16):
        raise BadMedia(f"size must be from 1 to {1 << 16} pixels, but got {size!r}")
    return max(1, round(wide)), max(1, round(high))


def _from_array(array: Any, *, tensor: bool) -> Any:
    """Return levels of shape (h, w), (h, w, 3) or (h, w, 4)."""
    if array.ndim == 4:
        array, tensor = _grid([channels_last(one, tensor=tensor) for one in array]), False
    array = levels(channels_last(array, tensor=tensor))
    return array[:, :, 0] if array.ndim == 3 and array.shape[2] == 1 else array


def _grid(images: list[Any]) -> Any:
    """Return pictures of one size side by side, eight in a row."""
    numpy = library("numpy", "numpy")
    images = [levels(one if one.ndim == 3 else one[:, :, None]) for one in images]
    high, wide, channels = images[0].shape
    columns = min(_IN_A_ROW, len(images))
    rows = -(-len(images) // columns)
    grid = numpy.zeros(
        (rows * (high + _GAP) - _GAP, columns * (wide + _GAP) - _GAP, channels), numpy.uint8
    )
    for place, image in enumerate(images):
        top, left = place // columns * (high + _GAP), place % columns * (wide + _GAP)
        grid[top : top + high, left : left + wide] = image
    return grid

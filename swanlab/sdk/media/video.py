"""``swanlab.Video``: moving pictures from a file or from frames."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

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
from swanlab.sdk.media.pixels import channels_last, levels

KINDS = ("mp4", "webm", "gif", "ogv", "mov")


class Video(Medium):
    """A video."""

    kind = "video"

    @snapshot
    def __init__(
        self,
        data_or_path: Any,
        caption: str | None = None,
        fps: float | None = None,
        format: str | None = None,  # noqa: A002 - as the field calls it
    ) -> None:
        """Take a video.

        Args:
            data_or_path: path of a video; its bytes; or frames of shape (n, h, w), (n, h, w, 1|3|4)
                or (n, 1|3|4, h, w), as an array, a tensor or a list of pictures.
            caption: shown below it.
            fps: frames a second, for frames; default 4.
            format: ``mp4`` (default), ``webm`` or ``gif``, for frames.
        """
        self.caption = named(caption)
        if isinstance(data_or_path, str | Path):
            path = existing(data_or_path, KINDS)
            self._format, self._content = path.suffix.lower()[1:], path.read_bytes()
        elif isinstance(data_or_path, bytes | bytearray | io.BytesIO):
            self._content = held(data_or_path)
            self._format = _format_of(self._content)
        elif isinstance(data_or_path, Video):
            self.take_over(data_or_path)
        else:
            self._format = str(format or "mp4").lower().lstrip(".")
            self._content = _encoded(data_or_path, float(fps or 4), self._format)

    def piece(self) -> Piece:
        """Return the video."""
        return Piece(self._format, self._content)


def _format_of(data: bytes) -> str:
    if data.startswith(b"GIF8"):
        return "gif"
    if data[4:8] == b"ftyp":
        return "mp4"
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm"
    raise BadMedia("these bytes are none of gif, mp4 and webm")


def _encoded(data: Any, fps: float, kind: str) -> bytes:
    if not 0 < fps <= 1000:
        raise BadMedia(f"fps must be above 0 and at most 1000, but got {fps:g}")
    tensor = hasattr(data, "detach")
    found = to_array(data) if tensor or hasattr(data, "shape") else [to_array(one) for one in data]
    frames = [levels(channels_last(one, tensor=tensor)) for one in found]
    if not frames or len({one.shape for one in frames}) != 1:
        raise BadMedia("a video needs frames, all of one size")
    if kind == "gif":
        pillow = library("PIL.Image", "pillow")
        pictures = [pillow.fromarray(_rgb(one)) for one in frames]
        stream = io.BytesIO()
        duration = max(20, round(1000 / fps))
        pictures[0].save(
            stream, "GIF", save_all=True, append_images=pictures[1:], duration=duration, loop=0
        )
        return stream.getvalue()
    if kind not in ("mp4", "webm"):
        raise BadMedia(f"format is one of mp4, webm and gif, not {kind!r}")
    library("imageio_ffmpeg", "imageio-ffmpeg")
    imageio = library("imageio.v3", "imageio")
    codec = {"mp4": "libx264", "webm": "libvpx-vp9"}[kind]
    encoded: bytes = imageio.imwrite(
        "<bytes>", [_rgb(_even(one)) for one in frames], extension=f".{kind}", plugin="FFMPEG",
        fps=fps, codec=codec, macro_block_size=1, pixelformat="yuv420p",
    )  # fmt: skip
    return encoded


def _rgb(frame: Any) -> Any:
    numpy = library("numpy", "numpy")
    if frame.ndim == 2:
        frame = frame[:, :, None]
    if frame.shape[2] == 1:
        return numpy.ascontiguousarray(frame.repeat(3, axis=2))
    return numpy.ascontiguousarray(frame[:, :, :3])


def _even(frame: Any) -> Any:
    """Repeat the last row and column where their number is odd: the codecs want it even."""
    numpy = library("numpy", "numpy")
    if frame.ndim == 2:
        frame = frame[:, :, None]
    down, right = frame.shape[0] % 2, frame.shape[1] % 2
    return numpy.pad(frame, ((0, down), (0, right), (0, 0)), mode="edge")

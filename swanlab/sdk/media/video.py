"""``swanlab.Video``: moving pictures from a file or from frames."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from swanlab import frames
from swanlab.frames import Clip
from swanlab.records import FRAMES
from swanlab.sdk.guard import say_once
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
    _state = "media"

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
            self._format = path.suffix.lower()[1:]
            self._content: bytes | memoryview = path.read_bytes()
        elif isinstance(data_or_path, bytes | bytearray | io.BytesIO):
            self._content = held(data_or_path)
            self._format = _format_of(self._content)
        elif isinstance(data_or_path, Video):
            self.take_over(data_or_path)
        else:
            self._take_frames(data_or_path, float(4 if fps is None else fps), _wanted(format))

    def _take_frames(self, data: Any, fps: float, wanted: str) -> None:
        """Copy frames; those of a clip that is too large to be written down are encoded here."""
        if not 0 < fps <= 1000:
            raise BadMedia(f"fps must be above 0 and at most 1000, but got {fps:g}")
        tensor = hasattr(data, "detach")
        whole = tensor or hasattr(data, "shape")
        found = to_array(data, copy=False) if whole else [to_array(one, copy=False) for one in data]
        if not len(found):
            raise BadMedia("a video needs frames")
        first = _frame(found[0], tensor=tensor)
        high, wide, channels = first.shape
        clip = Clip(len(found), high, wide, channels, fps, wanted)
        if clip.size > frames.MAX_BYTES:
            self._format, self._content = _encoded(found, clip, tensor=tensor)
            return
        numpy = library("numpy", "numpy")
        content = numpy.empty(frames.HEAD_SIZE + clip.size, numpy.uint8)
        memoryview(content)[: frames.HEAD_SIZE] = clip.head()
        into = content[frames.HEAD_SIZE :].reshape(clip.length, *first.shape)
        for place, one in enumerate(found):
            into[place] = _same(_frame(one, tensor=tensor), first)
        self._format, self._content, self._state = wanted, memoryview(content), FRAMES

    def piece(self) -> Piece:
        """Return the video, or its frames for the background process to encode."""
        return Piece(self._format, self._content, state=self._state)


def _wanted(given: str | None) -> str:
    """Return the format to make of frames; GIF where there is nothing to make another."""
    name = str(given or "mp4").lower().lstrip(".")
    if name not in frames.FORMATS:
        raise BadMedia(f"format is one of mp4, webm and gif, not {given!r}")
    if frames.can_encode(name):
        return name
    say_once(
        "video:encoder",
        f"imageio-ffmpeg is needed for {name} and not installed: videos of frames become GIFs "
        "until you pip install 'swanlab[media]'",
    )
    return "gif"


def _format_of(data: bytes) -> str:
    if data.startswith(b"GIF8"):
        return "gif"
    if data[4:8] == b"ftyp":
        return "mp4"
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm"
    raise BadMedia("these bytes are none of gif, mp4 and webm")


def _frame(one: Any, *, tensor: bool) -> Any:
    """Return a frame as levels of (h, w, channels)."""
    found = levels(channels_last(one, tensor=tensor))
    return found[:, :, None] if found.ndim == 2 else found


def _same(frame: Any, first: Any) -> Any:
    if frame.shape != first.shape:
        raise BadMedia("a video needs frames, all of one size")
    return frame


class _Frames:
    """Frames one after the other, as ``frames.encode`` takes them, without a copy of all."""

    def __init__(self, found: Any, clip: Clip, *, tensor: bool) -> None:
        self.shape = (clip.length, clip.height, clip.width, clip.channels)
        self._found, self._tensor = found, tensor

    def __iter__(self) -> Any:
        first = _frame(self._found[0], tensor=self._tensor)
        return (_same(_frame(one, tensor=self._tensor), first) for one in self._found)


def _encoded(found: Any, clip: Clip, *, tensor: bool) -> tuple[str, bytes]:
    """Return the format and the bytes of a clip; for one that is too large to be written down."""
    say_once(
        "video:large",
        f"a clip of {clip.size:,} bytes of frames is encoded before the training goes on: it is "
        f"over {frames.MAX_BYTES:,} bytes. Fewer or smaller frames are encoded in the background.",
    )
    with tempfile.TemporaryDirectory(prefix="swanlab-") as folder:
        target = Path(folder, f"clip.{clip.format}")
        made = frames.encode(_Frames(found, clip, tensor=tensor), clip, target)
        if made.fault:
            say_once(f"video:{made.fault}", f"video: {made.fault}.")
        return made.format, target.read_bytes()

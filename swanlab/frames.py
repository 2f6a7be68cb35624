"""Raw frames of a clip as a file, and how they become a video.

To encode a video takes seconds, so the training only writes its frames down. Who comes to it first
makes the video: the background process, the next one that sends the run, or ``swanlab watch``.
The file is a head and then the frames as they stand in memory: levels of (h, w, channels), uint8.
"""

from __future__ import annotations

import contextlib
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    import numpy as np

FORMATS = ("mp4", "webm", "gif")
MAX_BYTES = 512 << 20
"""Of frames that are written down; a clip of more is encoded at once."""
_HEAD = struct.Struct("<8sIIIId8s")
_MAGIC = b"\x93frames\n"
_CODECS = {
    "mp4": ("libx264", ["-crf", "20", "-movflags", "+faststart"]),
    "webm": ("libvpx-vp9", ["-crf", "30", "-b:v", "0", "-deadline", "good", "-cpu-used", "4"]),
}
_LEAST_MS = 20
"""Browsers show a frame of a GIF no shorter."""


class Clip(NamedTuple):
    """What is known of frames without reading them."""

    length: int
    """How many there are."""
    height: int
    width: int
    channels: int
    """1, 3 or 4."""
    fps: float
    format: str
    """What they are to become, one of ``FORMATS``."""

    @property
    def size(self) -> int:
        """Bytes of all frames."""
        return self.length * self.height * self.width * self.channels

    def head(self) -> bytes:
        """Return what stands before the frames in a file."""
        *numbers, form = self
        return _HEAD.pack(_MAGIC, *numbers, form.encode())


HEAD_SIZE = _HEAD.size


def clip_at(place: Path) -> Clip | None:
    """Return what a file of frames holds; None when it is not one, or not whole.

    Raises:
        OSError: it cannot be read.
    """
    with place.open("rb") as file:
        head = file.read(_HEAD.size)
    if len(head) < _HEAD.size or not head.startswith(_MAGIC):
        return None
    _, length, height, width, channels, fps, form = _HEAD.unpack(head)
    name = form.rstrip(b"\0").decode("ascii", "replace")
    clip = Clip(length, height, width, channels, fps, name)
    whole = clip.size > 0 and place.stat().st_size == _HEAD.size + clip.size
    return clip if whole and clip.format in FORMATS and clip.channels in (1, 3, 4) else None


def is_raw(start: bytes) -> bool:
    """Whether a file that begins so was meant to be one of frames; 6 bytes are enough."""
    return start.startswith(_MAGIC[:6])


def frames_at(place: Path, clip: Clip) -> np.ndarray[Any, Any]:
    """Return the frames in a file, which is read as they are looked at."""
    import numpy as np

    shape = (clip.length, clip.height, clip.width, clip.channels)
    return np.memmap(place, np.uint8, "r", _HEAD.size, shape)


def can_encode(form: str) -> bool:
    """Whether what makes videos of this format is installed; GIFs need nothing more."""
    return form == "gif" or find_spec("imageio_ffmpeg") is not None


class Made(NamedTuple):
    """What became of frames."""

    format: str
    fault: str
    """Why it is a GIF and not what was asked for; empty when it is."""


def encode(frames: Any, clip: Clip, target: Path) -> Made:
    """Write frames as a video; as a GIF where the format of the clip cannot be made.

    Args:
        frames: levels of (length, height, width, channels), uint8.
        clip: what they are.
        target: the file to write, in a folder that is there.

    Raises:
        OSError: it cannot be written.
    """
    fault = ""
    if clip.format != "gif":
        try:
            _by_ffmpeg(frames, clip, target)
        except Exception as error:  # noqa: BLE001 - not installed, or it fails as it likes
            fault = f"no {clip.format} can be made here ({error}), so it is a GIF"
        else:
            return Made(clip.format, "")
    _as_gif(frames, clip, target)
    return Made("gif", fault)


def _by_ffmpeg(frames: Any, clip: Clip, target: Path) -> None:
    exe = import_module("imageio_ffmpeg").get_ffmpeg_exe()
    codec, options = _CODECS[clip.format]
    high, wide = clip.height + clip.height % 2, clip.width + clip.width % 2
    command = [
        exe, "-y", "-v", "error",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{wide}x{high}", "-r", str(clip.fps),
        # Two threads: the training comes first, and the same frames give the same bytes.
        "-i", "-", "-c:v", codec, "-pix_fmt", "yuv420p", "-threads", "2", *options,
        "-f", clip.format, str(target),
    ]  # fmt: skip
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=PIPE, stdout=DEVNULL, stderr=said) as encoder,  # noqa: S603 - our own
    ):
        pipe = cast("IO[bytes]", encoder.stdin)
        with contextlib.suppress(BrokenPipeError), pipe:  # It says itself why it ended.
            for frame in _even(frames):
                pipe.write(frame)
        code = encoder.wait()
        said.seek(0)
        reason = said.read(2000).decode("utf-8", "replace").strip() or f"exit code {code}"
    if code or not target.is_file() or not target.stat().st_size:
        raise RuntimeError(f"ffmpeg: {reason}")


def _even(frames: Any) -> Iterator[Any]:
    """Yield frames as RGB, the last row and column twice where their number is odd.

    The codecs want both even.
    """
    import numpy as np

    down, right = frames.shape[1] % 2, frames.shape[2] % 2
    for frame in frames:
        rgb = _rgb(frame)
        if down or right:
            rgb = np.pad(rgb, ((0, down), (0, right), (0, 0)), mode="edge")
        yield np.ascontiguousarray(rgb)


def _rgb(frame: Any) -> Any:
    return frame.repeat(3, axis=2) if frame.shape[2] == 1 else frame[:, :, :3]


def _as_gif(frames: Any, clip: Clip, target: Path) -> None:
    import numpy as np
    from PIL import Image

    pictures = (Image.fromarray(np.ascontiguousarray(_rgb(frame))) for frame in frames)
    first = next(pictures)
    duration = max(_LEAST_MS, round(1000 / clip.fps))
    with target.open("wb") as file:
        first.save(file, "GIF", save_all=True, append_images=pictures, duration=duration, loop=0)

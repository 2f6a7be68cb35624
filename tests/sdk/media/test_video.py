"""``swanlab.Video``: files kept as they are, frames encoded."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import swanlab
from tests.sdk.media.conftest import Tensor

FRAMES = np.zeros((3, 9, 7, 3), np.uint8)
FRAMES[1] = 128
FRAMES[2] = 255


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"GIF89a...", "gif"), (b"\0\0\0\x18ftypmp42", "mp4"), (b"\x1a\x45\xdf\xa3...", "webm")],
)
@pytest.mark.parametrize("way", ["path", "bytes", "stream"])
def test_a_file_is_kept_byte_for_byte(book, data, kind, way):
    place = Path(f"clip.{kind}")
    place.write_bytes(data)
    given = {"path": str(place), "bytes": data, "stream": io.BytesIO(data)}[way]
    found = book.one(swanlab.Video(given, "clip"))
    assert (found.format, found.data, found.caption) == (kind, data, "clip")


@pytest.mark.parametrize(
    "given",
    [
        FRAMES, FRAMES[:, :, :, 0], FRAMES[:, :, :, :1], Tensor(FRAMES.transpose(0, 3, 1, 2)),
        list(FRAMES), [PIL.Image.fromarray(one) for one in FRAMES],
    ],
    ids=["rgb", "grey", "one channel", "tensor", "list", "pictures"],
)  # fmt: skip
def test_frames_become_a_gif(book, given):
    found = book.one(swanlab.Video(given, fps=10, format="gif"))
    with PIL.Image.open(io.BytesIO(found.data)) as gif:
        assert (gif.size, gif.n_frames, gif.info["duration"]) == ((7, 9), 3, 100)
        seen = []
        for frame in range(3):
            gif.seek(frame)
            seen.append(gif.convert("L").getpixel((3, 3)))
    assert seen == [0, 128, 255]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of imageio
@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_frames_become_what_browsers_play(book, kind):
    pytest.importorskip("imageio_ffmpeg")
    import imageio.v3 as imageio

    found = book.one(swanlab.Video(FRAMES, format=kind, fps=5))
    frames = imageio.imread(found.data, extension=f".{kind}", plugin="FFMPEG")
    assert frames.shape == (3, 10, 8, 3)  # the codecs want even sides
    assert frames[:, 4, 4, 0].tolist() == pytest.approx([0, 128, 255], abs=6)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: swanlab.Video("gone.mp4"), "there is no file"),
        (lambda: swanlab.Video("clip.avi"), "none of mp4"),
        (lambda: swanlab.Video(b"hello"), "none of gif, mp4"),
        (lambda: swanlab.Video([]), "needs frames"),
        (lambda: swanlab.Video([FRAMES[0], FRAMES[0][:4]]), "all of one size"),
        (lambda: swanlab.Video(FRAMES, fps=-1), "fps must be"),
        (lambda: swanlab.Video(FRAMES, format="avi"), "one of mp4, webm and gif"),
        (lambda: swanlab.Video(5), "TypeError"),
    ],
)
def test_what_cannot_be_taken_is_said_and_only_it_left_out(refused, make, why):
    assert why in refused(make())


def test_without_an_encoder_the_extra_is_named(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert "pip install 'swanlab[media]'" in refused(swanlab.Video(FRAMES))

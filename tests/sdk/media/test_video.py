"""``swanlab.Video``: files kept as they are, frames encoded."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import PIL.Image
import pytest

import swanlab
from swanlab import frames
from swanlab.records import AS_GIF, MEDIA
from swanlab.records import FRAMES as RAW
from swanlab.sidecar import media
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
    data = made(book, swanlab.Video(given, fps=10, format="gif"), "gif")
    with PIL.Image.open(io.BytesIO(data)) as gif:
        assert (gif.size, gif.n_frames, gif.info["duration"]) == ((7, 9), 3, 100)
        seen = []
        for frame in range(3):
            gif.seek(frame)
            seen.append(gif.convert("L").getpixel((3, 3)))
    assert seen == [0, 128, 255]


def made(book, video: swanlab.Video, kind: str) -> bytes:
    """Log a video; return what the background process makes of it."""
    found = book.one(video)
    assert found.format == kind
    (noted,) = [one for one in book.found.files if one.path == found.item.path]
    assert noted.kind == RAW
    place = book.folder / "media" / noted.path.removeprefix(MEDIA)
    done = media.finish(place, noted.kind)
    assert (done.kind, done.size) == ("media", place.stat().st_size)
    assert media.finish(place, noted.kind) == done  # as after a kill before it was noted
    return place.read_bytes()


def played(data: bytes, kind: str) -> np.ndarray:
    """The frames a player shows, of 8 x 10 pixels."""
    place = Path(f"played.{kind}")
    place.write_bytes(data)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(place)]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    shown = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(shown, np.uint8).reshape(-1, 10, 8, 3)


@pytest.mark.parametrize("kind", ["mp4", "webm"])
@pytest.mark.parametrize("given", [FRAMES, FRAMES[:, :, :, 0]], ids=["rgb", "grey"])
def test_frames_become_what_browsers_play(book, kind, given):
    frames = played(made(book, swanlab.Video(given, format=kind, fps=5), kind), kind)
    assert frames.shape == (3, 10, 8, 3)  # the codecs want even sides
    assert frames[:, 4, 4, 0].tolist() == pytest.approx([0, 128, 255], abs=6)


def test_the_training_does_not_encode(book, monkeypatch):
    monkeypatch.setattr(frames, "encode", lambda *_: pytest.fail("encoded by the training"))
    clip = FRAMES.copy()
    video = swanlab.Video(clip)
    clip[:] = 7  # what changes afterwards is not seen
    found = book.one(video)
    assert found.data[frames.HEAD_SIZE :] == FRAMES.tobytes()


def test_the_limit_of_single_files_is_not_one_of_frames(book, monkeypatch):
    monkeypatch.setenv("SWANLAB_MEDIA_SIZE", "100")
    assert made(book, swanlab.Video(FRAMES, format="gif"), "gif").startswith(b"GIF8")


def test_a_clip_too_large_to_be_written_down_is_encoded_at_once(book, monkeypatch, capsys):
    monkeypatch.setattr(frames, "MAX_BYTES", 100)
    found = book.one(swanlab.Video(list(FRAMES)))
    assert [one.kind for one in book.found.files] == ["media"]
    assert played(found.data, "mp4").shape == (3, 10, 8, 3)
    assert "over 100 bytes" in capsys.readouterr().err


def test_without_an_encoder_it_becomes_a_gif_and_the_extra_is_named(book, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert made(book, swanlab.Video(FRAMES), "gif").startswith(b"GIF8")
    assert "pip install 'swanlab[media]'" in capsys.readouterr().err


def test_an_encoder_that_fails_later_leaves_a_gif(book, monkeypatch):
    found = book.one(swanlab.Video(FRAMES))
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/bin/false")
    place = book.folder / "media" / found.item.path.removeprefix(MEDIA)
    assert media.finish(place, RAW).kind == AS_GIF
    assert place.read_bytes().startswith(b"GIF8")
    assert media.finish(place, RAW).kind == AS_GIF
    assert list(place.parent.iterdir()) == [place]


def test_frames_that_are_not_whole_are_told(book):
    found = book.one(swanlab.Video(FRAMES))
    place = book.folder / "media" / found.item.path.removeprefix(MEDIA)
    place.write_bytes(place.read_bytes()[:-1])
    with pytest.raises(media.Unmade, match="not whole"):
        media.finish(place, RAW)


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

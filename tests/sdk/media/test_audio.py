"""``swanlab.Audio``: files kept as they are, samples as 16-bit WAV."""

from __future__ import annotations

import io
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

import swanlab
from tests.sdk.media.conftest import Tensor

TONE = np.sin(np.linspace(0, 100, 800)).astype(np.float32)


def heard(data: bytes) -> tuple[int, np.ndarray]:
    """Sample rate, and samples of shape (n, channels)."""
    with wave.open(io.BytesIO(data)) as file:
        assert file.getsampwidth() == 2
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return file.getframerate(), samples.reshape(-1, file.getnchannels())


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_floats_from_minus_one_to_one(book, dtype):
    found = book.one(swanlab.Audio(TONE.astype(dtype), 16000, "tone"))
    rate, samples = heard(found.data)
    assert (found.format, found.caption, rate, samples.shape) == ("wav", "tone", 16000, (800, 1))
    assert found.meta == {"sample_rate": 16000, "seconds": 0.05}
    assert np.abs(samples[:, 0] / 32767 - TONE).max() < 1e-3


def test_floats_beyond_and_not_finite_are_cut(book):
    _, samples = heard(book.one(swanlab.Audio([2.0, -2.0, np.nan, np.inf, -np.inf])).data)
    assert samples[:, 0].tolist() == [32767, -32767, 0, 32767, -32767]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.array([1, -2, 32767], np.int16), [1, -2, 32767]),
        (np.array([1 << 16, -(1 << 31)], np.int32), [1, -32768]),
        (np.array([128, 255, 0], np.uint8), [0, 32512, -32768]),
        (np.array([70000, -5]), [32767, -5]),
        (Tensor(np.array([3, 4], np.int16), "torch.int16"), [3, 4]),
    ],
)
def test_integers_of_every_width(book, given, expected):
    _, samples = heard(book.one(swanlab.Audio(given)).data)
    assert samples[:, 0].tolist() == expected


@pytest.mark.parametrize("transposed", [False, True])
def test_two_channels_either_way_round(book, transposed):
    stereo = np.stack([TONE, -TONE], axis=1)
    _, samples = heard(book.one(swanlab.Audio(stereo.T if transposed else stereo)).data)
    assert samples.shape == (800, 2)
    assert np.array_equal(samples[:, 0], -samples[:, 1])


@pytest.mark.parametrize("way", ["path", "str", "bytes", "stream", "audio"])
def test_a_file_is_kept_byte_for_byte(book, way):
    data = b"RIFF\x24\0\0\0WAVEfmt and more"
    place = Path("tone.wav")
    place.write_bytes(data)
    given = {
        "path": place, "str": "tone.wav", "bytes": data, "stream": io.BytesIO(data),
        "audio": swanlab.Audio(place, caption="tone"),
    }[way]  # fmt: skip
    found = book.one(swanlab.Audio(given))
    assert (found.format, found.data) == ("wav", data)
    assert found.caption == ("tone" if way == "audio" else None)


@pytest.mark.parametrize(
    ("magic", "kind"), [(b"fLaC", "flac"), (b"OggS", "ogg"), (b"ID3", "mp3"), (b"\xff\xfb", "mp3")]
)
def test_bytes_tell_their_format(book, magic, kind):
    assert book.one(swanlab.Audio(magic + b"...")).format == kind


def test_what_changes_afterwards_is_not_seen(book):
    tone = TONE.copy()
    audio = swanlab.Audio(tone)
    tone[:] = 0
    assert heard(book.one(audio).data)[1].any()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: swanlab.Audio("gone.wav"), "there is no file"),
        (lambda: swanlab.Audio("notes.txt"), "none of wav"),
        (lambda: swanlab.Audio(b"hello"), "none of wav, mp3"),
        (lambda: swanlab.Audio(np.zeros((2, 3, 4))), "shape (n,)"),
        (lambda: swanlab.Audio([]), "shape (n,)"),
        (lambda: swanlab.Audio(np.zeros((10, 3))), "one or two channels"),
        (lambda: swanlab.Audio(TONE, 0), "sample_rate"),
        (lambda: swanlab.Audio(TONE > 0), "integers or floats"),
        (lambda: swanlab.Audio({"a": 1}), "no array of numbers"),
    ],
)
def test_what_cannot_be_taken_is_said_and_only_it_left_out(refused, make, why):
    assert why in refused(make())


def test_without_numpy_the_extra_is_named(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert "pip install 'swanlab[media]'" in refused(swanlab.Audio([0.5]))

"""``swanlab.Audio``: sound from a file or from samples."""

from __future__ import annotations

import io
import wave
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

KINDS = ("wav", "mp3", "flac", "ogg", "oga", "opus", "m4a", "aac", "webm")


class Audio(Medium):
    """A sound."""

    kind = "audio"

    @snapshot
    def __init__(
        self, data_or_path: Any, sample_rate: int = 44100, caption: str | None = None
    ) -> None:
        """Take a sound.

        Args:
            data_or_path: path of a sound file; its bytes; or samples of shape (n,), (n, channels)
                or (channels, n), integers or floats from -1 to 1, as an array or a tensor.
            sample_rate: samples a second, for samples.
            caption: shown below it.
        """
        self.caption = named(caption)
        self._meta: dict[str, Any] = {}
        if isinstance(data_or_path, Audio):
            self.take_over(data_or_path)
        elif isinstance(data_or_path, str | Path):
            path = existing(data_or_path, KINDS)
            self._format, self._content = path.suffix.lower()[1:], path.read_bytes()
        elif isinstance(data_or_path, bytes | bytearray | io.BytesIO):
            self._content = held(data_or_path)
            self._format = _format_of(self._content)
        else:
            self._take_samples(data_or_path, sample_rate)

    def _take_samples(self, data: Any, sample_rate: int) -> None:
        rate = int(sample_rate)
        if not 0 < rate <= 1_000_000:
            raise BadMedia(f"sample_rate must be from 1 to 1,000,000, but got {sample_rate!r}")
        samples = _pcm(to_array(data))
        stream = io.BytesIO()
        with wave.open(stream, "wb") as file:
            file.setnchannels(samples.shape[1])
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(samples.tobytes())
        self._format, self._content = "wav", stream.getvalue()
        self._meta = {"sample_rate": rate, "seconds": len(samples) / rate}

    def piece(self) -> Piece:
        """Return the sound, samples as 16-bit WAV."""
        return Piece(self._format, self._content, self._meta)


def _pcm(samples: Any) -> Any:
    """Return samples as little-endian int16 of shape (n, channels)."""
    numpy = library("numpy", "numpy")
    if samples.ndim == 1:
        samples = samples[:, None]
    if samples.ndim != 2 or samples.size == 0:
        raise BadMedia(f"samples have the shape (n,) or (n, channels), not {samples.shape}")
    if samples.shape[1] > 2 and samples.shape[0] <= 2:
        samples = samples.T
    if samples.shape[1] > 2:
        raise BadMedia(f"a sound has one or two channels, not {samples.shape[1]}")
    if samples.dtype.kind == "f":
        whole = numpy.nan_to_num(samples.astype(numpy.float64), nan=0.0, posinf=1.0, neginf=-1.0)
        return numpy.round(numpy.clip(whole, -1, 1) * 32767).astype("<i2")
    if samples.dtype == numpy.int32:
        return (samples >> 16).astype("<i2")
    if samples.dtype == numpy.uint8:
        return ((samples.astype("<i2") - 128) << 8).astype("<i2")
    if samples.dtype.kind in "iu":
        return numpy.clip(samples, -32768, 32767).astype("<i2")
    raise BadMedia(f"samples are integers or floats, not {samples.dtype}")


def _format_of(data: bytes) -> str:
    """Return the format that the first bytes tell."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    for magic, name in ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"ID3", "mp3"), (b"\xff\xfb", "mp3")):
        if data.startswith(magic):
            return name
    raise BadMedia("these bytes are none of wav, mp3, flac and ogg")

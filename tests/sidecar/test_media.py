"""What the background process does with media: compressed where they were not, and hashed."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import PIL.Image
import pytest

from swanlab.records import MEDIA, PLAIN, File
from swanlab.sdk.media import png
from swanlab.sidecar import media
from tests.sidecar.test_files import Kept

PIXELS = np.zeros((50, 40, 3), np.uint8)


def plain_picture(place) -> bytes:
    data = png.encoded(PIXELS)
    assert data is not None
    place.write_bytes(data)
    return bytes(data)


def test_a_plain_picture_becomes_smaller_and_stays_the_same(tmp_path):
    place = tmp_path / "a.png"
    before = plain_picture(place)
    done = media.finish(place, PLAIN)
    after = place.read_bytes()
    assert done.size == len(after) < len(before) / 10
    assert done.digest == sha256(after).hexdigest()
    assert np.array_equal(np.asarray(PIL.Image.open(place)), PIXELS)
    assert media.finish(place, PLAIN) == media.finish(place, "media")
    assert list(tmp_path.glob("*a.png*")) == [place]


@pytest.mark.parametrize("cut", [0, 20, 3000])
def test_what_cannot_be_compressed_is_kept_as_it_is(tmp_path, cut):
    place = tmp_path / "a.png"
    data = plain_picture(place)[:cut]
    place.write_bytes(data)
    done = media.finish(place, PLAIN)
    assert (done.size, done.digest) == (cut, sha256(data).hexdigest())
    assert place.read_bytes() == data
    assert list(tmp_path.glob("*a.png*")) == [place]


def test_media_are_noted_once_and_what_is_gone_is_told(tmp_path):
    def wish(name: str) -> File:
        return File(0, MEDIA + name, size=1, policy="now", kind=PLAIN)

    kept = Kept(tmp_path / "run-1", wish("a.png"), wish("gone.png"), wish("../out.png"))
    (kept.folder / "media").mkdir()
    plain_picture(kept.folder / "media" / "a.png")
    for _ in range(2):
        kept.keeper.tick(ended=False)
    kept.own.close()
    told = {one.path: one for one in kept.records()}
    assert len(kept.records()) == len(told) == 3
    assert len(told[f"{MEDIA}a.png"].digest) == 64
    assert told[f"{MEDIA}gone.png"].error == "No such file or directory"
    assert "no name of a file" in told[f"{MEDIA}../out.png"].error

"""``swanlab.Image``: all that either generation takes, and what cannot be taken."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import swanlab
from tests.sdk.media.conftest import Tensor

PIXELS = np.arange(6 * 4 * 3, dtype=np.uint8).reshape(6, 4, 3)


WIDE = np.arange(6 * 5 * 3, dtype=np.uint8).reshape(6, 5, 3)


def decoded(data: bytes) -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(data))


def encoded(kind: str, pixels: np.ndarray = PIXELS) -> bytes:
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, kind)
    return stream.getvalue()


def test_an_array_is_a_png_of_the_same_pixels(book):
    found = book.one(swanlab.Image(PIXELS, caption="cat"))
    assert (found.format, found.caption) == ("png", "cat")
    assert found.meta == {"width": 4, "height": 6}
    assert np.array_equal(np.asarray(decoded(found.data)), PIXELS)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (PIXELS[:, :, 0], PIXELS[:, :, 0]),
        (PIXELS[:, :, :1], PIXELS[:, :, 0]),
        (WIDE.transpose(2, 0, 1), WIDE),
        (Tensor(PIXELS.transpose(2, 0, 1)), PIXELS),
        (PIXELS / 255.0, PIXELS),
        (PIXELS.astype(np.float32), PIXELS),
        (PIXELS.astype(np.int64), PIXELS),
        (PIXELS / 127.5 - 1, PIXELS),
        (np.array([[True, False]]), np.array([[255, 0]])),
        (np.array([[0.0, np.nan, np.inf, -np.inf, 1.0]]), np.array([[0, 0, 255, 0, 1]])),
        (np.array([[0, 65535]], np.uint16), np.array([[0, 255]])),
        (Tensor(PIXELS / 255.0), PIXELS),
        (Tensor(PIXELS / 255.0, "torch.bfloat16"), PIXELS),
        ([[0, 255], [1, 2]], np.array([[0, 255], [1, 2]])),
    ],
    ids=lambda value: str(getattr(value, "dtype", type(value).__name__)),
)
def test_arrays_of_any_layout_and_numbers(book, given, expected):
    found = book.one(swanlab.Image(given))
    assert np.array_equal(np.asarray(decoded(found.data)), expected)


def test_a_batch_is_a_grid_eight_in_a_row(book):
    batch = np.full((10, 3, 5, 7), 200, np.uint8)
    found = decoded(book.one(swanlab.Image(Tensor(batch))).data)
    assert found.size == (8 * 7 + 7 * 2, 2 * 5 + 2)
    assert found.getpixel((0, 0)) == (200, 200, 200)
    assert found.getpixel((7, 0)) == (0, 0, 0)  # between two pictures
    assert found.getpixel((3 * 9, 8)) == (0, 0, 0)  # where there is none


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP"])
@pytest.mark.parametrize("way", ["path", "str", "bytes", "stream"])
def test_an_encoded_picture_is_kept_byte_for_byte(book, kind, way):
    data = encoded(kind)
    ending = "jpg" if kind == "JPEG" else kind.lower()
    place = Path(f"cat.{ending}")
    place.write_bytes(data)
    given = {"path": place, "str": str(place), "bytes": data, "stream": io.BytesIO(data)}[way]
    image = swanlab.Image(given)
    place.unlink()  # it was taken when it was made
    found = book.one(image)
    assert (found.format, found.data) == (ending, data)
    assert found.meta == {"width": 4, "height": 6}


@pytest.mark.parametrize(
    ("size", "expected"),
    [(8, (5, 8)), ((2, 2), (2, 2)), ((8, None), (8, 12)), ([None, 3], (2, 3)), (3, (2, 3))],
)
def test_sizes_are_the_longest_side_or_either(book, size, expected):
    found = book.one(swanlab.Image(PIXELS, size=size))
    assert decoded(found.data).size == expected
    assert (found.meta["width"], found.meta["height"]) == expected


def test_mode_and_file_type(book):
    grey = book.one(swanlab.Image(PIXELS, "L", "grey"))
    assert (decoded(grey.data).mode, grey.caption) == ("L", "grey")
    assert decoded(book.one(swanlab.Image(PIXELS, mode="RGBA")).data).mode == "RGBA"
    for kind, ending in (("jpg", "jpg"), ("jpeg", "jpg"), ("bmp", "bmp"), (".GIF", "gif")):
        found = book.one(swanlab.Image(PIXELS, file_type=kind))
        assert found.format == ending
        assert decoded(found.data).size == (4, 6)
    # What has an alpha channel becomes a JPEG all the same.
    assert decoded(book.one(swanlab.Image(PIXELS, "RGBA", file_type="jpg")).data).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "HSV", "F"])
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (300, 200)])
def test_every_mode_of_pillow_is_written_without_loss_where_png_can(book, mode, size):
    wide, high = size
    noise = np.random.default_rng(0).integers(0, 255, (high, wide, 4), np.uint8)
    picture = PIL.Image.fromarray(noise).convert("L" if mode == "I;16" else "RGBA")
    picture = picture.convert("RGB").convert(mode) if mode in ("CMYK", "HSV") else picture
    picture = picture.convert("L").convert(mode) if mode == "F" else picture.convert(mode)
    found = decoded(book.one(swanlab.Image(picture)).data)
    expected = picture if mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16") else (
        picture.convert("RGB")
    )  # fmt: skip
    assert np.array_equal(np.asarray(found.convert("RGBA")), np.asarray(expected.convert("RGBA")))
    assert found.size == size


def test_pillow_and_matplotlib_also_bare(book):
    picture = PIL.Image.fromarray(PIXELS)
    for given in (swanlab.Image(picture), picture):
        assert np.array_equal(np.asarray(decoded(book.one(given).data)), PIXELS)
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(1, 1), dpi=50)
    axes.plot([1, 2])
    for given in (swanlab.Image(figure), figure, swanlab.Image(plt), plt):
        assert decoded(book.one(given).data).size == (50, 50)
    plt.close(figure)


def test_what_changes_afterwards_is_not_seen(book):
    pixels, picture = PIXELS.copy(), PIL.Image.fromarray(PIXELS)
    of_array, of_picture = swanlab.Image(pixels), swanlab.Image(picture)
    pixels[:] = 0
    picture.putpixel((0, 0), (9, 9, 9))
    for image in (of_array, of_picture):
        assert np.array_equal(np.asarray(decoded(book.one(image).data)), PIXELS)


def test_an_image_of_an_image(book):
    first = swanlab.Image(PIXELS, caption="cat")
    assert book.one(swanlab.Image(first)).caption == "cat"
    second = book.one(swanlab.Image(first, mode="L", caption="dog"))
    assert (second.caption, decoded(second.data).mode) == ("dog", "L")
    assert decoded(book.one(first).data).mode == "RGB"


def test_boxes_and_masks_lie_over_it(book):
    box = {"position": {"minX": 1, "minY": 2, "maxX": 3, "maxY": 4}, "class_id": 1,
           "box_caption": "a cat", "scores": {"p": np.float32(0.5)}, "domain": "pixel"}  # fmt: skip
    middle = {"position": {"middle": [0.5, 0.5], "width": 0.2, "height": 0.4}, "class_id": 2}
    mask = np.array([[0, 1], [2, 255]])
    found = book.one(
        swanlab.Image(
            PIXELS,
            boxes={"found": {"box_data": [box, middle], "class_labels": {1: "cat"}}},
            masks={"truth": {"mask_data": mask, "class_labels": {1: "cat", 2: "dog"}}},
        )
    )
    boxes = found.meta["boxes"]["found"]
    assert boxes["labels"] == {"1": "cat"}
    assert boxes["boxes"][0] == {
        "at": [1, 2, 3, 4], "class": 1, "pixel": True, "caption": "a cat", "scores": {"p": 0.5},
    }  # fmt: skip
    assert boxes["boxes"][1]["at"] == pytest.approx([0.4, 0.3, 0.6, 0.7])
    assert found.meta["masks"] == {"truth": {"labels": {"1": "cat", "2": "dog"}}}
    assert np.array_equal(np.asarray(decoded(found.files["truth"])), mask)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: swanlab.Image("gone.png"), "there is no file gone.png"),
        (lambda: swanlab.Image("notes.txt"), "none of png, jpg"),
        (lambda: swanlab.Image(b"hello"), "none of png, jpg"),
        (lambda: swanlab.Image(encoded("PNG")[:20]), "cannot be read"),
        (lambda: swanlab.Image(np.zeros((2, 2, 7))), "1, 3 or 4 channels"),
        (lambda: swanlab.Image(np.zeros((0, 4))), "(0, 4)"),
        (lambda: swanlab.Image(np.zeros(5)), "(5,)"),
        (lambda: swanlab.Image(np.array([["a"]])), "no array of numbers"),
        (lambda: swanlab.Image(PIXELS, size=0), "from 1 to"),
        (lambda: swanlab.Image(PIXELS, size=(None, None)), "(width, height)"),
        (lambda: swanlab.Image(PIXELS, size=1 << 20), "from 1 to"),
        (lambda: swanlab.Image(PIXELS, file_type="tiff"), "file_type is one of"),
        (lambda: swanlab.Image(PIXELS, mode="XYZ"), "ValueError"),
        (lambda: swanlab.Image(b"<svg xmlns='x'/>", size=5), "kept as it is"),
        (lambda: swanlab.Image(PIXELS, boxes={"a": []}), "box_data"),
        (lambda: swanlab.Image(PIXELS, masks={"a": {"mask_data": [[300]]}}), "0 to 255"),
        (lambda: swanlab.Image(swanlab.Image("gone.png")), "there is no file"),
    ],
)
def test_what_cannot_be_taken_is_said_and_only_it_left_out(refused, make, why):
    assert why in refused(make())


def test_without_pillow_the_extra_is_named(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    assert "pip install 'swanlab[media]'" in refused(swanlab.Image(PIXELS, mode="L"))


def test_an_svg_is_kept_as_it_is(book):
    svg = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
    found = book.one(swanlab.Image(svg))
    assert (found.format, found.data) == ("svg", svg)

"""``swanlab.Object3D``: point clouds, boxes and scenes."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

import swanlab
from tests.sdk.media.conftest import Tensor

XYZ = np.array([[0, 1, 2], [3, 4, 5]], float)
CORNERS = [[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]


def cloud(data: bytes) -> tuple[dict, np.ndarray, np.ndarray]:
    """Header, positions and colours."""
    (length,) = struct.unpack_from("<I", data)
    assert (length + 4) % 4 == 0
    head = json.loads(data[4 : 4 + length])
    count = head["count"]
    assert len(data) == 4 + length + 15 * count
    xyz = np.frombuffer(data, "<f4", 3 * count, 4 + length).reshape(-1, 3)
    return head, xyz, np.frombuffer(data, np.uint8, offset=4 + length + 12 * count).reshape(-1, 3)


@pytest.mark.parametrize("given", [XYZ, XYZ.tolist(), Tensor(XYZ), {"points": XYZ}])
def test_points(book, given):
    found = book.one(swanlab.Object3D(given, "cloud"))
    _, xyz, colors = cloud(found.data)
    assert (found.format, found.caption) == ("pts", "cloud")
    assert np.array_equal(xyz, XYZ)
    assert colors.tolist() == [[0, 255, 0]] * 2


def test_classes_and_colours(book):
    of_class = cloud(book.one(swanlab.Object3D(np.c_[XYZ, [0, 1]])).data)[2]
    assert of_class[0].tolist() != of_class[1].tolist()
    rgb = cloud(book.one(swanlab.Object3D(np.c_[XYZ, [[1, 2, 3], [300, -1, 5]]])).data)[2]
    assert rgb.tolist() == [[1, 2, 3], [255, 0, 5]]


def test_boxes(book):
    box = {"corners": CORNERS, "label": "cat", "color": (1, 2, 3), "score": np.float32(0.5)}
    expected = [
        {"corners": CORNERS, "label": "cat", "color": [1, 2, 3], "score": 0.5},
        {"corners": CORNERS, "color": [0, 255, 0]},
    ]
    boxes = [box, {"corners": np.array(CORNERS)}]
    for made in (
        swanlab.Object3D({"points": XYZ, "boxes": boxes}),
        swanlab.Object3D.from_point_data(XYZ, boxes, "c"),
    ):
        assert cloud(book.one(made).data)[0]["boxes"] == expected


def test_points_that_are_not_finite_are_left_out(book):
    points = np.array([[0, 0, np.nan], [1, 2, 3], [np.inf, 0, 0]])
    assert cloud(book.one(swanlab.Object3D(points)).data)[1].tolist() == [[1, 2, 3]]


def test_files(book):
    Path("scene.glb").write_bytes(b"glTF....")
    found = book.one(swanlab.Object3D(Path("scene.glb")))
    assert (found.format, found.data) == ("glb", b"glTF....")
    Path("cloud.swanlab.pts.json").write_text(
        json.dumps({"version": "0.1", "points": np.c_[XYZ, XYZ].tolist(), "boxes": []})
    )
    assert np.array_equal(cloud(book.one(swanlab.Object3D("cloud.swanlab.pts.json")).data)[1], XYZ)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: swanlab.Object3D(np.zeros((2, 5))), "(n, 3), (n, 4) or (n, 6)"),
        (lambda: swanlab.Object3D([]), "(n, 3)"),
        (lambda: swanlab.Object3D("gone.glb"), "there is no file"),
        (lambda: swanlab.Object3D("model.obj"), "none of json, glb"),
        (lambda: swanlab.Object3D(XYZ, boxes=[{"corners": [[1, 2, 3]]}]), "8 corners"),
        (lambda: swanlab.Object3D("plain.json"), "holds no points"),
    ],
)
def test_what_cannot_be_taken_is_said_and_only_it_left_out(refused, make, why):
    Path("plain.json").write_text("{}")
    assert why in refused(make())

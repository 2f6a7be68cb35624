"""Boxes and masks over a picture: drawn in the browser, so that each class can be switched."""

from __future__ import annotations

import io
import math
from typing import Any

from swanlab.sdk.media.arrays import to_array
from swanlab.sdk.media.medium import BadMedia, Piece, library

_MOST = 2000
"""Boxes of one picture."""


class Overlays:
    """Checked boxes and masks, by the names they were given."""

    def __init__(self, boxes: dict[str, Any] | None, masks: dict[str, Any] | None) -> None:
        """Take both; raises ``BadMedia``."""
        self._boxes = {str(name): _boxes(one) for name, one in (boxes or {}).items()}
        self._masks = {str(name): _mask(one) for name, one in (masks or {}).items()}

    def meta(self) -> dict[str, Any]:
        """Return what the viewer needs to draw them."""
        found: dict[str, Any] = {}
        if self._boxes:
            found["boxes"] = self._boxes
        if self._masks:
            found["masks"] = {name: labels for name, (labels, _) in self._masks.items()}
        return found

    def pieces(self) -> tuple[tuple[str, Piece], ...]:
        """Return each mask as a grey PNG whose levels are the classes."""
        return tuple((name, Piece("png", data)) for name, (_, data) in self._masks.items())


def _boxes(given: Any) -> dict[str, Any]:
    """Return boxes as ``[left, top, right, bottom]`` with class, caption and scores.

    Positions are pixels with ``domain`` ``pixel``, else shares of width and height.
    """
    if not isinstance(given, dict) or not isinstance(given.get("box_data"), list | tuple):
        raise BadMedia("boxes are given as {name: {'box_data': [...], 'class_labels': {...}}}")
    data = given["box_data"]
    if len(data) > _MOST:
        raise BadMedia(f"a picture has at most {_MOST:,} boxes, not {len(data):,}")
    return {"labels": _labels(given), "boxes": [_box(one) for one in data]}


def _box(one: Any) -> dict[str, Any]:
    at = one["position"]
    if "middle" in at:
        (x, y), wide, high = at["middle"], at["width"], at["height"]
        edges = [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2]
    else:
        edges = [at["minX"], at["minY"], at["maxX"], at["maxY"]]
    edges = [float(edge) for edge in edges]
    if not all(map(math.isfinite, edges)):
        raise BadMedia(f"a box lies between finite numbers, not {edges}")
    found: dict[str, Any] = {"at": edges, "class": int(one.get("class_id", 0))}
    if one.get("domain") == "pixel":
        found["pixel"] = True
    if one.get("box_caption") is not None:
        found["caption"] = str(one["box_caption"])[:1000]
    if one.get("scores"):
        found["scores"] = {str(name): float(score) for name, score in one["scores"].items()}
    return found


def _mask(given: Any) -> tuple[dict[str, Any], bytes]:
    if not isinstance(given, dict) or "mask_data" not in given:
        raise BadMedia("masks are given as {name: {'mask_data': array, 'class_labels': {...}}}")
    numpy = library("numpy", "numpy")
    pillow = library("PIL.Image", "pillow")
    classes = to_array(given["mask_data"])
    if classes.ndim != 2 or classes.dtype.kind not in "biu":
        raise BadMedia(f"a mask has classes of shape (h, w), not {classes.dtype}{classes.shape}")
    if classes.size == 0 or classes.min() < 0 or classes.max() > 255:
        raise BadMedia("the classes of a mask are numbers from 0 to 255")
    stream = io.BytesIO()
    pillow.fromarray(classes.astype(numpy.uint8)).save(stream, "PNG", compress_level=1)
    return {"labels": _labels(given)}, stream.getvalue()


def _labels(given: dict[str, Any]) -> dict[str, str]:
    return {
        str(int(number)): str(name) for number, name in (given.get("class_labels") or {}).items()
    }

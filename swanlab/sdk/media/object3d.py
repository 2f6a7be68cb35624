"""``swanlab.Object3D``: point clouds with boxes, and scenes as glTF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from swanlab.sdk.media.arrays import to_array
from swanlab.sdk.media.medium import BadMedia, Medium, Piece, existing, library, named, snapshot

KINDS = ("json", "glb", "gltf")
_COLORS = (
    (31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (148, 103, 189), (140, 86, 75),
    (227, 119, 194), (127, 127, 127), (188, 189, 34), (23, 190, 207), (255, 187, 120),
    (152, 223, 138), (255, 152, 150), (197, 176, 213),
)  # fmt: skip
"""Of the classes of a cloud, in turn."""
_GREEN = (0, 255, 0)
MOST_POINTS = 10_000_000


class Object3D(Medium):
    """A cloud of points, or a scene from a file."""

    kind = "object3d"

    @snapshot
    def __init__(self, data: Any, caption: str | None = None, *, boxes: Any = None) -> None:
        """Take something with three dimensions.

        Args:
            data: points of shape (n, 3): x, y, z; (n, 4): with a class; (n, 6): with red, green,
                blue from 0 to 255; or ``{"points": …, "boxes": …}``; or the path of a
                ``.swanlab.pts.json``, ``.glb`` or ``.gltf`` file.
            caption: shown below it.
            boxes: ``{"corners": 8 points, "label": …, "color": (r, g, b), "score": …}`` each.
        """
        self.caption = named(caption)
        if isinstance(data, Object3D):
            self.take_over(data)
            return
        if isinstance(data, str | Path):
            path = existing(data, KINDS)
            self._format, self._content = path.suffix.lower()[1:], path.read_bytes()
            if self._format == "json":
                data = _parsed(self._content)
            else:
                return
        if isinstance(data, dict):
            boxes = data.get("boxes") if boxes is None else boxes
            data = data.get("points")
        self._format, self._content = "pts", _cloud(data, boxes or [])

    @classmethod
    def from_point_data(
        cls, points: Any, boxes: Any = None, caption: str | None = None
    ) -> Object3D:
        """Return a cloud of points with boxes; see the class."""
        return cls(points, caption, boxes=boxes)

    def piece(self) -> Piece:
        """Return the cloud as ``u32 header length | JSON header | float32 xyz | uint8 rgb``."""
        return Piece(self._format, self._content)


def _parsed(content: bytes) -> Any:
    import json

    found = json.loads(content)
    if not isinstance(found, dict) or "points" not in found:
        raise BadMedia("this file holds no points")
    return found


def _cloud(data: Any, boxes: Any) -> bytes:
    """Return a packed cloud: 15 bytes a point, little-endian."""
    import json
    import struct

    numpy = library("numpy", "numpy")
    points = to_array(data).astype(numpy.float64)
    if points.ndim != 2 or points.shape[1] not in (3, 4, 6) or not len(points):
        raise BadMedia(f"points have the shape (n, 3), (n, 4) or (n, 6), not {points.shape}")
    if len(points) > MOST_POINTS:
        raise BadMedia(f"a cloud has at most {MOST_POINTS:,} points, not {len(points):,}")
    points = points[numpy.isfinite(points).all(axis=1)]
    colors = numpy.full((len(points), 3), _GREEN, numpy.uint8)
    if points.shape[1] == 4:
        palette = numpy.array(_COLORS, numpy.uint8)
        colors = palette[points[:, 3].astype(numpy.int64) % len(palette)]
    elif points.shape[1] == 6:
        colors = numpy.clip(points[:, 3:], 0, 255).astype(numpy.uint8)
    head = json.dumps({"count": len(points), "boxes": [_box(one) for one in boxes]}).encode()
    head += b" " * (-(len(head) + 4) % 4)
    xyz = points[:, :3].astype("<f4")
    packed: bytes = struct.pack("<I", len(head)) + head + xyz.tobytes() + colors.tobytes()
    return packed


def _box(one: Any) -> dict[str, Any]:
    corners = to_array(one["corners"])
    if corners.shape != (8, 3):
        raise BadMedia(f"a box has 8 corners of x, y, z, not {corners.shape}")
    found: dict[str, Any] = {
        "corners": corners.astype(float).tolist(),
        "color": [int(level) for level in one.get("color", _GREEN)][:3],
    }
    if one.get("label") is not None:
        found["label"] = str(one["label"])[:200]
    if one.get("score") is not None:
        found["score"] = float(one["score"])
    return found

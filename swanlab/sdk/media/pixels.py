"""Arrays as pixels: where the channels stand, and which numbers are dark and bright."""

from __future__ import annotations

from typing import Any

from swanlab.sdk.media.medium import BadMedia, library


def channels_last(array: Any, *, tensor: bool = False) -> Any:
    """Return an array of shape (h, w) or (h, w, channels).

    ``tensor``: channels stand first where that is possible, as torch has them; else last.
    """
    shape = array.shape
    if array.size == 0 or array.ndim not in (2, 3):
        raise BadMedia(f"a picture has the shape (h, w) or (h, w, channels), not {shape}")
    if array.ndim == 2:
        return array
    last, first = shape[2] in (1, 3, 4), shape[0] in (1, 3, 4)
    if not (last or first):
        raise BadMedia(f"a picture has 1, 3 or 4 channels; the shape is {shape}")
    return array.transpose(1, 2, 0) if first and (tensor or not last) else array


def levels(array: Any) -> Any:
    """Return levels from 0 to 255 as uint8."""
    numpy = library("numpy", "numpy")
    if array.dtype == numpy.uint8:
        return numpy.ascontiguousarray(array)
    if array.dtype == numpy.bool_:
        return array.astype(numpy.uint8) * 255
    if array.dtype == numpy.uint16:
        return (array >> 8).astype(numpy.uint8)
    values = numpy.nan_to_num(array.astype(numpy.float64), nan=0.0, posinf=255.0, neginf=0.0)
    if array.dtype.kind == "f" and values.max() <= 1.0:
        if values.min() < 0:  # from -1 to 1, as generators put them out
            values = (values + 1) / 2
        values = values * 255
    return numpy.round(numpy.clip(values, 0, 255)).astype(numpy.uint8)

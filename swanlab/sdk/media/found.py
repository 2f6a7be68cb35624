"""What of a logged value is media: ours, lists of ours, and figures of libraries that make them."""

from __future__ import annotations

import sys
from typing import Any

from swanlab.sdk.media.medium import Medium


def media_of(value: Any) -> list[Medium] | None:
    """Return the media of a value of ``log``; None when it is something else.

    Nothing is imported to find out: a figure can only come from a library that is there.
    """
    if isinstance(value, Medium):
        return [value]
    if isinstance(value, list | tuple):
        if not value:
            return None
        found = [_medium(one) for one in value]
        if all(one is not None for one in found):
            return [one for one in found if one is not None]
        return None
    one = _medium(value)
    return None if one is None else [one]


def _medium(value: Any) -> Medium | None:
    if isinstance(value, Medium):
        return value
    if value is not None and value is sys.modules.get("matplotlib.pyplot"):
        # It stands for its current figure.
        from swanlab.sdk.media.image import Image

        return Image(value)
    home = type(value).__module__.partition(".")[0]
    if home == "PIL" or (home == "matplotlib" and hasattr(value, "savefig")):
        from swanlab.sdk.media.image import Image

        return Image(value)
    if home == "pyecharts" and hasattr(value, "dump_options"):
        from swanlab.sdk.media.echarts import ECharts

        return ECharts(value)
    if home == "plotly" and hasattr(value, "to_plotly_json"):
        from swanlab.sdk.media.plotly import Plotly

        return Plotly(value)
    return None

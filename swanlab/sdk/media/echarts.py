"""``swanlab.ECharts``: any chart of pyecharts, or an option of ECharts itself."""

from __future__ import annotations

import json
from typing import Any

from swanlab.sdk.media.medium import BadMedia, Medium, Piece, named, snapshot


class ECharts(Medium):
    """A chart that the training drew with pyecharts."""

    kind = "echarts"

    @snapshot
    def __init__(self, chart: Any, caption: str | None = None) -> None:
        """Take a chart.

        Args:
            chart: a chart of pyecharts or ``swanlab.echarts``; or a dictionary, ECharts' option.
            caption: shown below it.
        """
        self.caption = named(caption)
        if isinstance(chart, ECharts):
            self.take_over(chart)
        elif isinstance(chart, dict):
            self._content = json.dumps(chart, ensure_ascii=False, default=str)
        elif hasattr(chart, "dump_options"):
            # With quotes around functions: what is logged is data and is never run.
            dump = getattr(chart, "dump_options_with_quotes", chart.dump_options)
            self._content = str(dump())
            json.loads(self._content)
        else:
            raise BadMedia(f"a chart is one of pyecharts or an option, not {type(chart).__name__}")

    def piece(self) -> Piece:
        """Return the option as JSON."""
        return Piece("json", self._content.encode("utf-8", "replace"))

"""``swanlab.Plotly``: a figure of plotly."""

from __future__ import annotations

from typing import Any

from swanlab.sdk.media.medium import BadMedia, Medium, Piece, named, snapshot


class Plotly(Medium):
    """A figure that the training drew with plotly."""

    kind = "plotly"

    @snapshot
    def __init__(self, figure: Any, caption: str | None = None) -> None:
        """Take a figure.

        Args:
            figure: a ``plotly.graph_objects.Figure``.
            caption: shown below it.
        """
        self.caption = named(caption)
        if isinstance(figure, Plotly):
            self.take_over(figure)
        elif hasattr(figure, "to_json"):
            self._content = str(figure.to_json())
        else:
            raise BadMedia(f"a figure is one of plotly, not {type(figure).__name__}")

    def piece(self) -> Piece:
        """Return the figure as JSON: ``data`` and ``layout``."""
        return Piece("json", self._content.encode("utf-8", "replace"))

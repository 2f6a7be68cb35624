"""``swanlab.Plotly``: figures of plotly, bare too."""

from __future__ import annotations

import json

import pytest

import swanlab


class Figure:
    """What a figure of plotly can do that we use."""

    def __init__(self) -> None:
        self.data = [{"type": "scatter", "y": [1, 2]}]

    def to_plotly_json(self) -> dict:
        return {"data": self.data, "layout": {}}

    def to_json(self) -> str:
        return json.dumps(self.to_plotly_json())


def test_a_figure(book):
    figure = Figure()
    wrapped = swanlab.Plotly(figure, "lines")
    figure.data.clear()
    for given in (wrapped, swanlab.Plotly(wrapped)):
        found = book.one(given)
        assert json.loads(found.data)["data"] == [{"type": "scatter", "y": [1, 2]}]
        assert (found.format, found.caption) == ("json", "lines")


def test_a_figure_of_plotly_itself_bare(book):
    graph_objects = pytest.importorskip("plotly.graph_objects")
    figure = graph_objects.Figure(graph_objects.Scatter(y=[1, 2]))
    assert json.loads(book.one(figure).data)["data"][0]["type"] == "scatter"


def test_what_is_no_figure(refused):
    assert "one of plotly" in refused(swanlab.Plotly(5))

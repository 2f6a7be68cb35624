"""``swanlab.echarts`` and ``swanlab.ECharts``: all charts of pyecharts, bare too."""

from __future__ import annotations

import json
import sys

import pytest

import swanlab

CHARTS = [
    "Bar", "Bar3D", "Boxplot", "Calendar", "EffectScatter", "Funnel", "Gauge", "Graph", "Grid",
    "HeatMap", "Kline", "Line", "Line3D", "Liquid", "Parallel", "PictorialBar", "Pie", "Polar",
    "Radar", "Sankey", "Scatter", "Scatter3D", "Sunburst", "Surface3D", "ThemeRiver", "Tree",
    "TreeMap",
]  # fmt: skip


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_there(name):
    import pyecharts.charts

    assert getattr(swanlab.echarts, name) is getattr(pyecharts.charts, name)


def bar():
    chart = swanlab.echarts.Bar()
    chart.add_xaxis(["a", "b"])
    chart.add_yaxis("n", [1, 2])
    chart.set_global_opts(title_opts=swanlab.echarts.options.TitleOpts(title="猫"))
    return chart


def test_a_chart_bare_wrapped_and_as_an_option(book):
    for given in (bar(), swanlab.ECharts(bar(), "c"), swanlab.ECharts(swanlab.ECharts(bar()))):
        found = json.loads(book.one(given).data)
        assert found["series"][0]["data"] == [1, 2]
        assert found["title"][0]["text"] == "猫"
    assert json.loads(book.one(swanlab.ECharts({"series": [1]})).data) == {"series": [1]}


def test_functions_are_logged_as_texts(book):
    from pyecharts.commons.utils import JsCode

    chart = bar()
    chart.set_series_opts(
        label_opts=swanlab.echarts.options.LabelOpts(formatter=JsCode("function(x){return x}"))
    )
    label = json.loads(book.one(chart).data)["series"][0]["label"]
    assert label["formatter"] == "function(x){return x}"


def test_a_chart_changed_afterwards_is_as_it_was(book):
    chart = bar()
    wrapped = swanlab.ECharts(chart)
    chart.add_yaxis("more", [3, 4])
    assert len(json.loads(book.one(wrapped).data)["series"]) == 1


def test_a_name_that_pyecharts_has_not():
    with pytest.raises(AttributeError, match="Sausage"):
        _ = swanlab.echarts.Sausage


def test_what_is_no_chart(refused):
    assert "one of pyecharts" in refused(swanlab.ECharts(5))


def test_nothing_is_imported_for_numbers(book):
    assert book.writer is not None
    before = set(sys.modules)
    book.log({"loss": 1, "text": "no media"})
    assert not [name for name in set(sys.modules) - before if name.startswith("pyecharts")]

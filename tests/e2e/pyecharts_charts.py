"""One chart of every class of pyecharts, as its users make them."""

from __future__ import annotations

import math
from typing import Any

from pyecharts import charts as made
from pyecharts import options as opts
from pyecharts.commons.utils import JsCode

DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
ONE, OTHER = [5, 20, 36, 10, 75, 90, 12], [15, 6, 45, 20, 35, 66, 40]
PAIRS = list(zip(DAYS, ONE, strict=True))
NOT_DRAWN = {
    "AMap": "amap",
    "BMap": "bmap",
    "Custom": "drawn by a function",
    "GMap": "gmap",
    "Geo": "the map “china”",
    "LMap": "lmap",
    "Lines3D": "the map “china”",
    "Map": "the map “china”",
    "Map3D": "the map “china”",
    "MapGlobe": "the map “china”",
}
"""What lies on a map of others or is drawn by a function, with what is said instead."""
NO_CHARTS = {"Page", "Tab"}
"""They hold several charts, which are logged one by one."""


def titled(chart: Any, name: str) -> Any:
    return chart.set_global_opts(title_opts=opts.TitleOpts(title=name))


def flat() -> dict[str, Any]:
    """Charts with two axes."""

    def bar() -> Any:
        return made.Bar().add_xaxis(DAYS).add_yaxis("cats", ONE).add_yaxis("dogs", OTHER)

    def line() -> Any:
        return made.Line().add_xaxis(DAYS).add_yaxis("cats", ONE, is_smooth=True)

    box = made.Boxplot()
    box.add_xaxis(["a", "b"]).add_yaxis("A", box.prepare_data([ONE, OTHER]))
    candles = [[2320.3, 2287.3, 2362.9, 2300.0], [2300, 2291.3, 2288.3, 2308.4]]
    heat = [[x, y, (x * 7 + y * 3) % 50] for x in range(7) for y in range(7)]
    heat_map = made.HeatMap().add_xaxis(DAYS).add_yaxis("heat", DAYS, heat)
    heat_map.set_global_opts(visualmap_opts=opts.VisualMapOpts(max_=50))
    grid = made.Grid()
    grid.add(bar(), grid_opts=opts.GridOpts(pos_bottom="60%"))
    grid.add(line(), grid_opts=opts.GridOpts(pos_top="60%"))
    timeline = made.Timeline()
    for year in (2024, 2025):
        timeline.add(titled(made.Bar().add_xaxis(DAYS).add_yaxis("y", ONE), str(year)), str(year))
    return {
        "Bar": titled(bar(), "Bar"),
        "Line": titled(line(), "Line"),
        "Scatter": made.Scatter().add_xaxis(DAYS).add_yaxis("s", ONE),
        "EffectScatter": made.EffectScatter().add_xaxis(DAYS).add_yaxis("s", ONE),
        "Boxplot": box,
        "Candlestick": made.Candlestick().add_xaxis(["1", "2"]).add_yaxis("k", candles),
        "Kline": made.Kline().add_xaxis(["1", "2"]).add_yaxis("k", candles),
        "HeatMap": heat_map,
        "PictorialBar": made.PictorialBar().add_xaxis(DAYS).add_yaxis("p", ONE, symbol="triangle"),
        "Grid": grid,
        "Timeline": timeline,
        "Custom": made.Custom().add("c", JsCode("function (params, api) { return {}; }")),
    }


def round_ones() -> dict[str, Any]:
    """Charts without axes, or with axes of their own."""
    calendar = made.Calendar().add(
        "",
        [[f"2025-01-{day:02}", day] for day in range(1, 32)],
        calendar_opts=opts.CalendarOpts(range_="2025-01"),
    )
    nodes = [{"name": f"n{i}", "symbolSize": 10 + 5 * i} for i in range(6)]
    links = [{"source": f"n{i}", "target": f"n{(i * 2 + 1) % 6}", "value": 3} for i in range(6)]
    radar = made.Radar()
    radar.add_schema([opts.RadarIndicatorItem(name=day, max_=100) for day in DAYS])
    radar.add("r", [ONE])
    flows = [{"name": name} for name in "abc"]
    flow = [{"source": "a", "target": "b", "value": 3}, {"source": "b", "target": "c", "value": 2}]
    tree = [{"name": "root", "children": [{"name": "left"}, {"name": "right", "value": 3}]}]
    parts = [
        {"name": "a", "value": 40, "children": [{"name": "b", "value": 20}]},
        {"name": "c", "value": 9},
    ]
    river = [["2025/01/0" + str(day), day * 3, name] for day in range(1, 8) for name in ("x", "y")]
    parallel = made.Parallel().add_schema([{"dim": i, "name": day} for i, day in enumerate(DAYS)])
    chord = made.Chord()
    return {
        "Pie": titled(made.Pie().add("", PAIRS, radius=["30%", "60%"]), "Pie"),
        "Funnel": made.Funnel().add("", PAIRS),
        "Gauge": made.Gauge().add("", [("done", 66.6)]),
        "Liquid": made.Liquid().add("l", [0.6, 0.5]),
        "WordCloud": made.WordCloud().add("", [(f"word{i}", 100 - i) for i in range(30)]),
        "Calendar": calendar,
        "Graph": made.Graph().add("", nodes, links, repulsion=800),
        "Polar": made.Polar().add("", [(r, r * 9) for r in range(30)], type_="scatter"),
        "Radar": radar,
        "Sankey": made.Sankey().add("s", flows, flow),
        "Sunburst": made.Sunburst().add("", parts),
        "ThemeRiver": made.ThemeRiver().add(
            ["x", "y"], river, singleaxis_opts=opts.SingleAxisOpts(type_="time")
        ),
        "Tree": made.Tree().add("", tree),
        "TreeMap": made.TreeMap().add("t", parts),
        "Parallel": parallel.add("p", [ONE, OTHER]),
        "Chord": chord.add("c", flows, flow),
    }


def solid() -> dict[str, Any]:
    """Charts with three dimensions."""
    bars = [[x, y, (x * y) % 9] for x in range(7) for y in range(7)]
    axis = {
        "xaxis3d_opts": opts.Axis3DOpts(DAYS, type_="category"),
        "yaxis3d_opts": opts.Axis3DOpts(DAYS, type_="category"),
        "zaxis3d_opts": opts.Axis3DOpts(type_="value"),
    }
    spiral = [[math.sin(t / 9) * t, math.cos(t / 9) * t, t] for t in range(200)]
    hills = [
        [x / 5, y / 5, math.sin(x / 5) * math.cos(y / 5)]
        for y in range(-15, 15)
        for x in range(-15, 15)
    ]
    surface = made.Surface3D().add(
        "s",
        hills,
        shading="color",
        xaxis3d_opts=opts.Axis3DOpts(type_="value"),
        yaxis3d_opts=opts.Axis3DOpts(type_="value"),
    )
    return {
        "Bar3D": titled(made.Bar3D().add("b", bars, **axis), "Bar3D"),
        "Line3D": made.Line3D().add(
            "l",
            spiral,
            xaxis3d_opts=opts.Axis3DOpts(type_="value"),
            yaxis3d_opts=opts.Axis3DOpts(type_="value"),
        ),
        "Scatter3D": made.Scatter3D().add("s", spiral),
        "Surface3D": surface,
        "GraphGL": made.GraphGL().add(
            "g",
            [{"name": str(i), "value": 1} for i in range(30)],
            [{"source": str(i), "target": str(i // 3)} for i in range(1, 30)],
        ),
    }


def on_maps() -> dict[str, Any]:
    """Charts that lie on a map."""
    city = [("Beijing", 55)]
    geo = made.Geo().add_schema(maptype="china").add_coordinate("Beijing", 116.4, 39.9)
    lines = made.Lines3D().add("l", [[[116.4, 39.9, 0], [114.3, 30.6, 0]]], "geo3D")
    lines.options["geo3D"] = {"map": "china"}
    cube = made.Map3D().add_schema(maptype="china")
    globe = made.MapGlobe().add_schema()
    view = {"center": [116.4, 39.9], "zoom": 5}
    found: dict[str, Any] = {
        "Map": made.Map().add("m", city, "china"),
        "Geo": geo.add("g", city),
        "Lines3D": lines,
        "Map3D": cube.add("m", city, maptype="china"),
        "MapGlobe": globe.add("m", city, maptype="china"),
        "BMap": made.BMap()
        .add_schema(baidu_ak="key", **view)
        .add_coordinate("Beijing", 116.4, 39.9)
        .add("b", city),
        "AMap": made.AMap()
        .add_schema(amap_ak="key", **view)
        .add_coordinate("Beijing", 116.4, 39.9)
        .add("b", city),
        "GMap": made.GMap()
        .add_schema(gmap_ak="key", **view)
        .add_coordinate("Beijing", 116.4, 39.9)
        .add("b", city),
        "LMap": made.LMap()
        .add_schema(**view)
        .add_coordinate("Beijing", 116.4, 39.9)
        .add("b", city),
    }
    return found


def every() -> dict[str, Any]:
    """A chart of every class of pyecharts by its name."""
    return {**flat(), **round_ones(), **solid(), **on_maps()}

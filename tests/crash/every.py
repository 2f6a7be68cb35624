"""Every kind of media and every way to give it, with what must be read back of each.

Run as ``python -m tests.crash.every MODE HOW`` it is a training that logs all of them; HOW is
``finish``, or ``kill`` for SIGKILL right behind the last ``log()``.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import PIL.Image
import polars as pl
from plotly import graph_objects
from rdkit import Chem

import swanlab
from tests.sdk.media.conftest import Tensor

Check = Callable[[bytes], bool]
PIXELS = np.random.default_rng(0).integers(0, 255, (12, 8, 3), np.uint8)
CLIP = np.stack([np.full((6, 4, 3), level, np.uint8) for level in (0, 120, 240)])
XYZ = np.arange(12, dtype=float).reshape(4, 3)
PDB = "HETATM    1  O   HOH A   1       0.000   0.000   0.000\nEND\n"
CHARTS = (
    "Bar", "Bar3D", "Boxplot", "Calendar", "EffectScatter", "Funnel", "Gauge", "Graph", "Grid",
    "HeatMap", "Kline", "Line", "Line3D", "Liquid", "Parallel", "PictorialBar", "Pie", "Polar",
    "Radar", "Sankey", "Scatter", "Scatter3D", "Sunburst", "Surface3D", "ThemeRiver", "Tree",
    "TreeMap",
)  # fmt: skip


def same(data: bytes) -> Check:
    return lambda found: found == data


def begins(*starts: bytes) -> Check:
    return lambda found: found.startswith(starts)


def shows(pixels: Any) -> Check:
    return lambda found: np.array_equal(np.asarray(PIL.Image.open(io.BytesIO(found))), pixels)


def measures(width: int, height: int, kind: str = "PNG") -> Check:
    def check(found: bytes) -> bool:
        picture = PIL.Image.open(io.BytesIO(found))
        return (picture.size, picture.format) == ((width, height), kind)

    return check


def says(value: Any) -> Check:
    return lambda found: json.loads(found) == value


def holds(*names: str) -> Check:
    return lambda found: all(name in json.loads(found) for name in names)


def file(name: str, data: bytes) -> tuple[str, bytes]:
    Path(name).write_bytes(data)
    return name, data


def encoded(kind: str, pixels: Any = PIXELS) -> bytes:
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, kind)
    return stream.getvalue()


def every() -> dict[str, tuple[Any, Check]]:
    """Key to what is logged under it and what its bytes must be."""
    found: dict[str, tuple[Any, Check]] = {}
    for part in (images, sounds, texts, videos, scenes, molecules, pages, numbers, charts):
        for name, value, check in part():
            found[f"{part.__name__}/{name}"] = (value, check)
    return found


Given = Iterator[tuple[str, Any, Check]]


def images() -> Given:
    image = swanlab.Image
    for kind in ("PNG", "JPEG", "BMP", "GIF", "WEBP"):
        name, data = file(f"a.{kind.lower()}", encoded(kind))
        yield f"path {kind}", image(name), same(data)
        yield f"bytes {kind}", image(io.BytesIO(data)), same(data)
    name, data = file("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    yield "svg", image(Path(name)), same(data)
    yield "array", image(PIXELS), shows(PIXELS)
    yield "grey", image(PIXELS[:, :, 0]), shows(PIXELS[:, :, 0])
    yield "floats", image(PIXELS / 255), shows(PIXELS)
    yield "tensor", image(Tensor(PIXELS.transpose(2, 0, 1))), shows(PIXELS)
    yield "grid", image(Tensor(np.stack([PIXELS.transpose(2, 0, 1)] * 9))), measures(78, 26)
    yield "pillow", PIL.Image.fromarray(PIXELS), shows(PIXELS)
    for name, size, width, height in (
        ("side", 6, 4, 6), ("both", (3, 5), 3, 5), ("width", (4, None), 4, 6),
        ("height", [None, 3], 2, 3),
    ):  # fmt: skip
        yield f"size {name}", image(PIXELS, size=size), measures(width, height)
    yield "as gif", image(PIXELS, file_type="gif"), measures(8, 12, "GIF")
    yield "as jpg", image(PIXELS, mode="L", file_type="jpg"), measures(8, 12, "JPEG")
    mpl.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(1, 1), dpi=50)
    axes.plot([1, 2])
    yield "figure", image(figure), measures(50, 50)
    yield "pyplot", image(plt), measures(50, 50)
    plt.close(figure)
    box = {"position": {"minX": 0.1, "minY": 0, "maxX": 1, "maxY": 1}, "class_id": 1}
    boxes = {"found": {"box_data": [box], "class_labels": {1: "cat"}}}
    masks = {"truth": {"mask_data": PIXELS[:, :, 0] % 3, "class_labels": {1: "cat"}}}
    yield "overlays", image(PIXELS, boxes=boxes, masks=masks), shows(PIXELS)


def sounds() -> Given:
    tone = np.sin(np.arange(400) / 5)
    name, data = file("a.wav", b"RIFF\x24\0\0\0WAVEfmt and more")
    yield "path", swanlab.Audio(name), same(data)
    yield "bytes", swanlab.Audio(b"fLaC..."), same(b"fLaC...")
    for dtype in ("float32", "float64", "int16", "int32"):
        given = tone.astype(dtype)
        yield dtype, swanlab.Audio(given, 8000), begins(b"RIFF")
    yield "stereo", swanlab.Audio(np.stack([tone, -tone]), 8000), begins(b"RIFF")


def texts() -> Given:
    yield "text", swanlab.Text("**猫**", "c"), same("**猫**".encode())
    yield "int", swanlab.Text(5), same(b"5")
    yield "float", swanlab.Text(0.5), same(b"0.5")
    yield "long", swanlab.Text("word " * 9000), same(b"word " * 9000)
    turns = [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "4"}]
    yield "dialogue", swanlab.Text(turns), says(turns)


def videos() -> Given:
    for name, start in (
        ("gif", b"GIF89a"),
        ("mp4", b"\0\0\0\x18ftypmp42"),
        ("webm", b"\x1aE\xdf\xa3"),
    ):
        path, data = file(f"a.{name}", start + b"...")
        yield f"path {name}", swanlab.Video(path), same(data)
        yield f"bytes {name}", swanlab.Video(data, "c"), same(data)
    yield "stream", swanlab.Video(io.BytesIO(b"GIF89a...")), same(b"GIF89a...")
    yield "frames", swanlab.Video(CLIP, fps=5), lambda found: found[4:8] == b"ftyp"
    yield "list", swanlab.Video(list(CLIP), format="webm"), begins(b"\x1aE\xdf\xa3")
    yield "as gif", swanlab.Video(Tensor(CLIP.transpose(0, 3, 1, 2)), format="gif"), begins(b"GIF8")


def scenes() -> Given:
    cloud = swanlab.Object3D
    for name, more in (("xyz", 0), ("class", 1), ("rgb", 3)):
        points = np.c_[XYZ, np.ones((4, more))]
        yield name, cloud(points), lambda found: XYZ.astype("<f4").tobytes() in found
    box = {"corners": np.zeros((8, 3)), "label": "cat", "color": (1, 2, 3), "score": 0.5}
    for name, given in (
        ("dict", cloud({"points": XYZ, "boxes": [box]})),
        ("from_point_data", cloud.from_point_data(points=XYZ, boxes=[box], caption="c")),
    ):
        yield name, given, lambda found: b'"label": "cat"' in found
    path, data = file("a.glb", b"glTF\2\0\0\0....")
    yield "glb", cloud(path), same(data)
    path, _ = file("a.swanlab.pts.json", json.dumps({"points": XYZ.tolist(), "boxes": []}).encode())
    yield "pts.json", cloud(path), lambda found: XYZ.astype("<f4").tobytes() in found


def molecules() -> Given:
    molecule = swanlab.Molecule
    for kind in ("pdb", "sdf", "mol"):
        path, data = file(f"a.{kind}", PDB.encode())
        yield kind, molecule(path), same(data)
        yield f"from {kind}", getattr(molecule, f"from_{kind}_file")(path), same(data)
    yield "text", molecule(pdb_data=PDB), same(PDB.encode())
    for name, made in (
        ("smiles", molecule("CCO")), ("from_smiles", molecule.from_smiles("CCO")),
        ("mol", molecule(Chem.MolFromSmiles("CCO"))),
        ("from_mol", molecule.from_mol(Chem.MolFromSmiles("CCO"))),
    ):  # fmt: skip
        yield name, made, lambda found: found.count(b"HETATM") == 9


def pages() -> Given:
    page = b"<p>\xe7\x8c\xab</p><script>alert(1)</script>"
    path, _ = file("a.html", page)
    for name, given in (
        ("text", page.decode()), ("path", path), ("file", io.BytesIO(page)), ("Path", Path(path)),
    ):  # fmt: skip
        yield name, swanlab.Html(given), same(page)
    yield "no file", swanlab.Html("gone.html"), same(b"gone.html")


def numbers() -> Given:
    counted = {"counts": [1, 2], "edges": [1.0, 1.5, 2.0], "apart": [0, 0, 0]}
    yield "histogram", swanlab.Histogram([1, 2, 2], num_bins=2), says(counted)
    yield "counts", swanlab.Histogram(np_histogram=np.histogram([1, 2, 2], 2)), says(counted)
    table = {"columns": ["x", "name"], "rows": [[1, "a"], [2, "b"]]}
    for name, given in (
        ("rows", swanlab.Table(["x", "name"], [[1, "a"], [2, "b"]])),
        ("pandas", swanlab.Table(dataframe=pd.DataFrame({"x": [1, 2], "name": ["a", "b"]}))),
        ("polars", swanlab.Table(data=pl.DataFrame({"x": [1, 2], "name": ["a", "b"]}))),
        ("echarts", swanlab.echarts.Table().add(["x", "name"], [[1, "a"], [2, "b"]])),
    ):
        yield f"table {name}", given, says(table)
    cells = swanlab.Table(["seen", "moved"], [[swanlab.Image(PIXELS), swanlab.Video(CLIP)]])
    yield "cells", cells, holds("columns", "rows")


def charts() -> Given:
    for name in CHARTS:
        chart = getattr(swanlab.echarts, name)()
        yield name, chart, says(json.loads(chart.dump_options_with_quotes()))
    option = {"series": [{"type": "line", "data": [1, 2]}]}
    yield "option", swanlab.ECharts(option, "c"), says(option)
    figure = graph_objects.Figure(graph_objects.Scatter(y=[1, 3, 2]))
    yield "plotly", figure, holds("data", "layout")
    yield "plotly named", swanlab.Plotly(figure, "c"), holds("data", "layout")
    truth, scores = [0, 1, 2, 0, 1, 2], np.random.default_rng(1).random((6, 3))
    for home in (swanlab, swanlab.plot):
        place = home.__name__
        for made in (home.roc_curve, home.pr_curve):
            two = made([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
            yield f"{place} {made.__name__}", two, holds("series")
            yield f"{place} {made.__name__} of many", made(truth, scores), holds("series")
        matrix = home.confusion_matrix(truth, truth[::-1], ["a", "b", "c"])
        yield f"{place} confusion", matrix, holds("series")


def main() -> None:
    mode, how = sys.argv[1:]
    given = every()
    quiet = {"monitor_interval": 0, "finish_timeout": 90}
    swanlab.init(project="cats", mode=mode, id="every", settings=quiet)
    for key, (value, _) in given.items():
        swanlab.log({key: value})
    swanlab.log({"list": [swanlab.Image(PIXELS, caption=str(n)) for n in range(3)]}, step=7)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    swanlab.finish()


if __name__ == "__main__":
    main()

"""What needs a library to be looked at: scenes, molecules, histograms, charts of others."""

from __future__ import annotations

import io
import json
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

import swanlab
from tests.e2e import pyecharts_charts
from tests.e2e.conftest import ARGUMENTS, sign_in
from tests.e2e.test_pages import LOOKS, check
from tests.serving import Serving, wait_for

# Without a graphics card Chromium draws WebGL by its own software, if it is told to.
SOFTWARE_GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
pytestmark = pytest.mark.timeout(600)
SLOW = 60_000
"""What is drawn without a graphics card, on a busy machine, takes its time (ms)."""
STEPS = 20
WATER = """\
HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O
HETATM    2  H1  HOH A   1       0.960   0.000   0.000  1.00  0.00           H
HETATM    3  H2  HOH A   1      -0.240   0.930   0.000  1.00  0.00           H
END
"""
ETHANE = """
  ethane

  2  1  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0
    1.5400    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0
  1  2  1  0
M  END
"""
SCRIPT = "<img src=x onerror=\"document.title='taken over'\">"
HOSTILE = {
    "title": {"text": SCRIPT, "link": "javascript:document.title='taken over'"},
    "tooltip": {"formatter": SCRIPT, "extraCssText": "position:fixed;inset:0"},
    "xAxis": {"data": [SCRIPT, "b"]},
    "yAxis": {"axisLabel": {"formatter": "function () { document.title = 'taken over'; }"}},
    "series": [{"type": "bar", "name": SCRIPT, "data": [1, 2],
                "itemStyle": {"color": f'red"></i>{SCRIPT}'}}],
    "graphic": [{"type": "image", "style": {"image": "https://example.org/seen.png"}}],
}  # fmt: skip


def cube(folder: Path) -> Path:
    """A cube as a binary scene of glTF."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], "<f4")
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    places = np.array([corners[at] for a, b, c, d in faces for at in (a, b, c, a, c, d)], "<f4")
    normals = np.repeat(np.array([places[i : i + 3].mean(0) for i in range(0, 36, 3)]), 3, 0)
    blob = places.tobytes() + normals.astype("<f4").tobytes()
    reach = {"min": [-1, -1, -1], "max": [1, 1, 1]}
    scene = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "NORMAL": 1}}]}],
        "buffers": [{"byteLength": len(blob)}],
        "bufferViews": [{"buffer": 0, "byteOffset": 432 * at, "byteLength": 432} for at in (0, 1)],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 36, "type": "VEC3",
                       **reach},
                      {"bufferView": 1, "componentType": 5126, "count": 36, "type": "VEC3"}],
    }  # fmt: skip
    head = json.dumps(scene).encode()
    head += b" " * (-len(head) % 4)
    whole = struct.pack("<III", 0x46546C67, 2, 28 + len(head) + len(blob))
    whole += struct.pack("<II", len(head), 0x4E4F534A) + head
    path = folder / "cube.glb"
    path.write_bytes(whole + struct.pack("<II", len(blob), 0x004E4942) + blob)
    return path


def log_solids(folder: Path) -> None:
    rng = np.random.default_rng(0)
    corners = [[x, y, z] for x in (0, 2) for y in (0, 1) for z in (0, 3)]
    boxes = [{"corners": corners, "label": "cat", "score": 0.93, "color": (255, 60, 60)}]
    cloud = rng.random((100_000, 3)) * 4
    broken = folder / "broken.glb"
    broken.write_bytes(b"glTF" + bytes(60))
    ethane = folder / "ethane.mol"
    ethane.write_text(ETHANE)
    swanlab.log({
        "o/boxes": swanlab.Object3D(cloud[:2000], boxes=boxes),
        "o/classes": swanlab.Object3D(np.c_[cloud[:2000], rng.integers(0, 6, 2000)]),
        "o/colours": swanlab.Object3D(np.c_[cloud, cloud / 4 * 255]),
        "o/cube": swanlab.Object3D(cube(folder), caption="a cube"),
        "o/broken": swanlab.Object3D(broken),
        "m/water": swanlab.Molecule(pdb_data=WATER),
        "m/ethane": swanlab.Molecule(ethane),
        "m/none": swanlab.Molecule(pdb_data="no\nmolecule\n"),
    })  # fmt: skip


def log_figures() -> None:
    import plotly.graph_objects as go

    x = np.linspace(0, 6, 40)
    hostile = go.Figure(
        go.Scatter(x=[1], y=[1], text=SCRIPT, name=SCRIPT, hovertext=SCRIPT),
        layout={"title": f"{SCRIPT}<a href=\"javascript:document.title='taken over'\">here</a>"},
    )
    swanlab.log({
        "p/line": go.Figure(go.Scatter(x=x, y=np.sin(x)), layout={"title": "Sine"}),
        "p/heat": go.Figure(go.Heatmap(z=np.outer(x, x))),
        "p/surface": go.Figure(go.Surface(z=np.outer(np.sin(x), np.cos(x)))),
        "p/many": go.Figure(go.Scattergl(x=np.sin(np.arange(5000)), y=np.cos(np.arange(5000) * 3))),
        "p/hostile": hostile,
        "p/tiles": go.Figure(go.Scattermap(lat=[10], lon=[20])),
    })  # fmt: skip


def log_histograms() -> None:
    rng = np.random.default_rng(1)
    for step in range(STEPS):
        values = rng.normal(step / 10, 1 + step / 20, 2000)
        swanlab.log({"h/weights": swanlab.Histogram(values)}, step=step)
    swanlab.log({"h/apart": swanlab.Histogram([1, 2, 2, 3, np.nan, np.inf])})


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("heavy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        patch.setenv("SWANLAB_LOG_DIR", str(folder / "swanlog"))
        serving = Serving(folder / "server").start().log_in()
        for run, log in (
            ("solids", lambda: log_solids(folder)),
            ("figures", log_figures),
            ("counts", log_histograms),
            ("charts", log_charts),
        ):
            with swanlab.init(project="heavy", experiment_name=run, mode="cloud", id=run):
                log()
            wait_for(lambda run=run: serving.run("admin/heavy", run)["state"] == "finished")
    yield serving
    serving.stop()


def log_charts() -> None:
    swanlab.log({f"c/{name}": chart for name, chart in pyecharts_charts.every().items()})
    truth, score = [0, 0, 1, 1, 0, 1], [0.1, 0.4, 0.35, 0.8, 0.2, 0.9]
    swanlab.log({
        "k/roc": swanlab.roc_curve(truth, score),
        "k/pr": swanlab.pr_curve(truth, score),
        "k/confusion": swanlab.confusion_matrix(truth, [0, 1, 1, 1, 0, 1], ["cat", "dog"]),
        "x/hostile": swanlab.ECharts(HOSTILE),
    })  # fmt: skip


@pytest.fixture(scope="module")
def drawing(chromium: Browser) -> Iterator[Browser]:
    """A browser that draws WebGL."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    browser = chromium.browser_type.launch(executable_path=path, args=[*ARGUMENTS, *SOFTWARE_GL])
    yield browser
    browser.close()


def opened(browser: Browser, serving: Serving, run: str, **look: Any) -> tuple[Page, list[str]]:
    context = browser.new_context(**{**LOOKS["light"], "locale": "en-US", **look})
    context.set_default_timeout(SLOW)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    sign_in(page, serving.host)
    page.on("console", lambda message: message.type == "error" and troubles.append(message.text))
    page.goto(f"{serving.host}/@admin/heavy/runs/{run}?tab=media")
    return page, troubles


def panel(page: Page, key: str) -> Locator:
    found = page.get_by_role("article", name=key, exact=True)
    page.get_by_role("article").first.wait_for()
    if not found.count():  # Far below, sections hold their place only.
        page.get_by_role("searchbox", name="Search media").fill(f"^{key}$")
    found.scroll_into_view_if_needed()
    return found


def picture(panel: Locator) -> np.ndarray:
    """What is on the screen, without the panel's frame and head."""
    # Not of the element: that would wait until nothing moves.
    shot = panel.page.screenshot(clip=panel.bounding_box())
    seen = np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)
    return seen[45:-8, 8:-8]


def colours(panel: Locator) -> int:
    """How many colours are told apart in it."""
    return len(np.unique(picture(panel).reshape(-1, 3) // 8, axis=0))


def drawn(page: Page, panel: Locator, least: int = 4) -> int:
    """Wait until something is drawn; a panel with nothing in it has one or two colours."""
    for _ in range(120):
        if (found := colours(panel)) >= least:
            return found
        page.wait_for_timeout(250)
    raise AssertionError(f"only {colours(panel)} colours: {panel.inner_text()}")


def test_clouds_and_scenes_are_drawn_and_turned(drawing: Browser, seeded: Serving):
    page, troubles = opened(drawing, seeded, "solids")
    for key, says in {
        "o/boxes": "2,000 points, boxes: 1 (cat 0.93)",
        "o/classes": "2,000 points",
        "o/colours": "100,000 points",
        "o/cube": "1 meshes, 12 triangles",
    }.items():
        one = panel(page, key)
        expect(one.get_by_role("img", name=says)).to_be_visible(timeout=SLOW)
        drawn(page, one)
    one = panel(page, "o/cube")
    scene = one.get_by_role("img", name="12 triangles")
    before = picture(one)
    scene.focus()
    scene.press("ArrowLeft")
    scene.press("+")
    page.wait_for_timeout(300)
    turned = picture(one)
    assert np.abs(before - turned).sum() > 10_000
    scene.press("0")
    page.wait_for_timeout(300)
    assert np.abs(before - picture(one)).mean() < np.abs(before - turned).mean() / 4
    expect(panel(page, "o/broken").get_by_role("alert")).to_contain_text(
        "no scene of glTF", timeout=SLOW
    )
    page.context.close()
    assert not troubles


def test_molecules_are_drawn_and_told(drawing: Browser, seeded: Serving):
    page, troubles = opened(drawing, seeded, "solids")
    for key, says in {
        "m/water": "H2O, 3 atoms, 2 bonds",
        "m/ethane": "C2, 2 atoms, 1 bonds",
    }.items():
        one = panel(page, key)
        expect(one.get_by_role("img", name=says)).to_be_visible(timeout=SLOW)
        drawn(page, one, 8)
    expect(panel(page, "m/none").get_by_role("alert")).to_contain_text(
        "it holds no molecule", timeout=SLOW
    )
    page.context.close()
    assert not troubles


def test_a_browser_without_webgl_says_so(chromium: Browser, seeded: Serving):
    page, troubles = opened(chromium, seeded, "solids")
    if page.evaluate("document.createElement('canvas').getContext('webgl2') !== null"):
        pytest.skip("this browser draws WebGL whatever it is told")
    for key in ("o/cube", "m/water"):
        expect(panel(page, key).get_by_role("alert")).to_contain_text(
            "WebGL is off or missing", timeout=SLOW
        )
    page.context.close()
    assert not troubles


def test_histograms_over_steps_are_a_heat_map_and_ridges(drawing: Browser, seeded: Serving):
    page, troubles = opened(drawing, seeded, "counts")
    one = panel(page, "h/weights")
    says = "Histograms of h/weights in counts over 20 steps"
    expect(one.get_by_role("img", name=says)).to_be_visible(timeout=SLOW)
    drawn(page, one)
    heat = picture(one)
    one.get_by_role("button", name="Ridge").click()
    page.wait_for_timeout(500)
    assert np.abs(heat - picture(one)).mean() > 1
    page.context.close()
    assert not troubles


def test_every_chart_of_pyecharts_is_drawn_or_says_why_not(drawing: Browser, seeded: Serving):
    import pyecharts.charts

    page, troubles = opened(drawing, seeded, "charts")
    names = set(pyecharts_charts.every())
    every = {name for name in dir(pyecharts.charts) if name[0].isupper()}
    assert names == every - pyecharts_charts.NO_CHARTS
    for name in sorted(names):
        one = panel(page, f"c/{name}")
        if name in pyecharts_charts.NOT_DRAWN:
            expect(one.get_by_role("alert")).to_contain_text(
                pyecharts_charts.NOT_DRAWN[name], timeout=SLOW
            )
            continue
        expect(one.get_by_role("img").or_(one.locator("img")).first).to_be_visible(timeout=SLOW)
        drawn(page, one)
        expect(one.get_by_role("alert")).to_have_count(0)
    for key in ("k/roc", "k/pr", "k/confusion"):
        drawn(page, panel(page, key))
    page.context.close()
    assert not troubles


def test_figures_of_plotly_are_drawn(drawing: Browser, seeded: Serving):
    page, troubles = opened(drawing, seeded, "figures")
    for key in ("p/line", "p/heat", "p/surface", "p/many"):
        one = panel(page, key)
        expect(one.get_by_role("img").or_(one.locator("img")).first).to_be_visible(timeout=SLOW)
        drawn(page, one, 6)
    expect(panel(page, "p/line").get_by_role("img", name="Sine. Chart p/line")).to_be_visible(
        timeout=SLOW
    )
    expect(panel(page, "p/tiles").get_by_role("alert")).to_contain_text(
        "from elsewhere", timeout=SLOW
    )
    page.context.close()
    assert not troubles


@pytest.mark.parametrize(("run", "key"), [("charts", "x/hostile"), ("figures", "p/hostile")])
def test_hostile_charts_run_nothing_and_fetch_nothing(drawing: Browser, seeded: Serving, run, key):
    page, troubles = opened(drawing, seeded, run)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    one = panel(page, key)
    drawn(page, one)
    box = one.bounding_box()
    assert box is not None
    for share in (0.3, 0.5, 0.7):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.6)
        page.wait_for_timeout(200)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 60)
    assert page.evaluate("document.querySelectorAll('img[src=x], [onerror]').length") == 0
    assert page.evaluate("document.querySelectorAll('a[href^=\"javascript:\"]').length") == 0
    assert "taken over" not in page.title()
    assert not [url for url in asked if not url.startswith((seeded.host, "data:", "blob:"))]
    page.context.close()
    assert not troubles


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("run", ["solids", "counts", "figures"])
def test_the_viewers_are_accessible_in_both_themes(drawing: Browser, seeded: Serving, run, look):
    page, troubles = opened(drawing, seeded, run, **LOOKS[look])
    for key in {"solids": ["o/cube", "m/water"], "counts": ["h/weights"], "figures": ["p/line"]}[
        run
    ]:
        drawn(page, panel(page, key))
    check(page, look, f"heavy-{run}")
    page.context.close()
    assert not troubles

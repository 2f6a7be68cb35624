"""Long runs, many charts, and hands that never touch a mouse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from bench import scenes
from bench.bulk import PEAK
from bench.scenes import Scene
from tests.e2e.conftest import sign_in, until
from tests.serving import PASSWORD, Serving

DEEP = Scene("deep", 1, 1, 10_000_000, 1, peak=6_543_211)
WIDE = Scene("wide", 1, 300, 10, 10)
MANY = Scene("many", 30, 3, 20, 1)
SECTIONS = Scene("sections", 1, 400, 2, 400)
MARGIN = 400
NEAR = """(margin) => [...document.querySelectorAll("article[aria-label]")].filter((card) => {
  const box = card.getBoundingClientRect();
  return box.bottom > -margin && box.top < innerHeight + margin;
}).map((card) => card.ariaLabel)"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with a run of 10 M points, one of 300 charts, thirty runs, and 400 sections."""
    folder = tmp_path_factory.mktemp("large")
    scenes.seed(folder / "data", [DEEP, WIDE, MANY, SECTIONS])
    serving = Serving(folder).start()
    yield serving
    serving.stop()


def address(serving: Serving, scene: Scene) -> str:
    return f"{serving.host}/@admin/{scene.name}/runs/{scene.run_names()[0]}"


def test_a_spike_in_ten_million_points_is_zoomed_into_until_its_point_is_under_the_cursor(
    page: Page, large: Serving
):
    peak = DEEP.peak or 0
    sign_in(page, large.host)
    page.goto(address(large, DEEP))
    low, high, zooms = 0.0, float(DEEP.steps - 1), 0
    while high - low > 100:
        # What is drawn reaches up to the spike at every zoom.
        until(page, "window.drawn.some(([, text]) => /^(1,?000|1k)$/.test(text))")
        assert zooms < 8
        low, high = zoom_around(page, peak, low, high)
        zooms += 1
    until(page, "window.drawn.some(([, text]) => /^(1,?000|1k)$/.test(text))")
    box = page.locator(".u-over").bounding_box()
    assert box is not None
    at = box["x"] + box["width"] * (peak - low) / (high - low)
    tip = page.get_by_role("tooltip")
    for shift in (3, 0):
        page.mouse.move(at + shift, box["y"] + box["height"] / 2)
    expect(tip).to_contain_text(f"Step {peak:,}")
    expect(tip).to_contain_text(re.compile(rf"{PEAK:,.0f}|{PEAK:.0f}"))


def zoom_around(page: Page, step: int, low: float, high: float) -> tuple[float, float]:
    """Drag over a twelfth of the plot with ``step`` in its middle; returns what is shown then."""
    box = page.locator(".u-over").bounding_box()
    assert box is not None
    at = box["x"] + box["width"] * (step - low) / (high - low)
    half, middle = box["width"] / 24, box["y"] + box["height"] / 2
    before = page.url
    page.evaluate("window.drawn = []")
    page.mouse.move(at - half, middle)
    page.mouse.down()
    page.mouse.move(at + half, middle, steps=4)
    with page.expect_response(lambda answer: answer.url.endswith("/charts")):
        page.mouse.up()
    until(page, "(before) => location.href !== before", before)
    ((_, _, low, high),) = json.loads(parse_qs(urlsplit(page.url).query)["zoom"][0])
    assert low < step < high
    return low, high


class Asked:
    """The keys that charts were asked for, by the request."""

    def __init__(self, page: Page) -> None:
        self.batches: list[list[str]] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/charts"):
            charts = request.post_data_json["charts"]
            self.batches.append([chart["series"][0]["key"] for chart in charts])

    @property
    def keys(self) -> set[str]:
        return {key for batch in self.batches for key in batch}


def test_charts_out_of_sight_are_not_asked_for_and_those_in_sight_all_at_once(
    page: Page, large: Serving
):
    sign_in(page, large.host)
    asked = Asked(page)
    page.goto(address(large, WIDE))
    until(page, "window.drawn.length > 10")
    for _ in range(10):  # what is near is known once the page has come to rest
        page.wait_for_timeout(500)
        near = set(page.evaluate(NEAR, MARGIN))
        if asked.keys == near:
            break
    assert asked.keys == near
    assert len(asked.batches) == 1
    assert len(near) < WIDE.keys / 4
    asked.batches.clear()
    page.mouse.move(700, 600)
    page.mouse.wheel(0, 8000)
    until(page, "(seen) => !document.querySelector(`article[aria-label='${seen}']`)", min(near))
    page.wait_for_timeout(1000)
    near = set(page.evaluate(NEAR, MARGIN))
    assert near <= asked.keys
    # Most of what was passed by was never in sight long enough to be asked for.
    assert len(asked.keys) < WIDE.keys


def test_of_hundreds_of_sections_only_those_in_sight_exist_and_each_is_reached(
    page: Page, large: Serving
):
    sign_in(page, large.host)
    page.goto(address(large, SECTIONS))
    until(page, "window.drawn.length > 10")
    names = SECTIONS.key_names()
    assert page.get_by_role("region").count() < 60
    page.mouse.move(700, 600)
    for _ in range(4):
        page.mouse.wheel(0, 200_000)
        page.wait_for_timeout(100)
    last = page.get_by_role("article", name=names[-1])
    expect(last).to_be_in_viewport()
    page.get_by_role("button", name="part399 1 chart").press("Enter")
    expect(last).to_have_count(0)
    page.get_by_role("searchbox", name="Search charts").fill("part200/")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_role("article", name=names[200])).to_be_in_viewport()


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until ``wanted`` has the focus."""
    for _ in range(80):
        page.keyboard.press(key)
        if wanted.count() == 1 and wanted.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"never reached by Tab: {wanted}")


def test_the_best_of_many_runs_is_found_and_looked_into_by_keyboard_alone(
    page: Page, large: Serving
):
    key = MANY.key_names()[0]
    last = {
        name: [*scenes.values(MANY, run)][-1][-1, 0] for run, name in enumerate(MANY.run_names())
    }
    best = min(last, key=last.__getitem__)
    page.goto(f"{large.host}/login")
    tab_to(page, page.locator("input[autocomplete=username]"))
    page.keyboard.type("admin")
    tab_to(page, page.locator("input[autocomplete=current-password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{large.host}/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Go to a run")).to_be_focused()
    page.keyboard.type("many")
    expect(page.get_by_role("option").first).to_contain_text("many")
    page.keyboard.press("Enter")
    page.wait_for_url("**/@admin/many")
    until(page, "window.drawn.length > 10")
    page.keyboard.press("2")
    grid = page.get_by_role("grid", name="Runs of many")
    expect(grid).to_be_visible()
    header = page.get_by_role("columnheader").filter(has_text=key).get_by_role("button").first
    tab_to(page, header)
    for order in ("descending", "ascending"):
        page.keyboard.press("Enter")
        column = page.get_by_role("columnheader").filter(has_text=key)
        expect(column).to_have_attribute("aria-sort", order)
    tab_to(page, grid, "Shift+Tab")
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_title(f"{best} · swanlab")
    until(page, "window.drawn.length > 10")
    card = page.get_by_role("article", name=key)
    tab_to(page, card.get_by_role("button", name="Full screen"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=key)
    expect(dialog).to_be_visible()
    tab_to(page, dialog.get_by_role("button", name="Show as a table"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("table")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

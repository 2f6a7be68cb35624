"""Several runs on one page: found, told apart, compared, and shared by a link."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections import Counter
from operator import sub
from pathlib import Path

import PIL.Image
import PIL.ImageColor
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import sign_in, until
from tests.serving import Serving

RUNS = """
import swanlab
for i in range(12):
    lr = 0.1 / (i + 1)
    config = {"lr": lr, "model": "vit" if i % 2 else "resnet", "seed": 7}
    swanlab.init(project="cifar", config=config, tags=["base"] if i == 0 else [])
    for step in range(50):
        swanlab.log({"train/loss": 10 * lr + 1 / (step + 1), **({"extra": i} if i > 9 else {})})
    swanlab.finish()
"""


@pytest.fixture(scope="module")
def cifar(tmp_path_factory):
    """A server with twelve runs, ``swan-1`` to ``dog-12``."""
    folder = tmp_path_factory.mktemp("cifar")
    serving = Serving(folder / "server").start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        serving.log_in()
        train(folder, RUNS)
    yield f"{serving.host}/@admin/cifar", serving.host, folder
    serving.stop()


def train(folder: Path, source: str) -> None:
    env = {**os.environ, "SWANLAB_SAVE_DIR": str(folder / "home")}
    subprocess.run([sys.executable, "-c", source], cwd=folder, env=env, check=True, timeout=120)


@pytest.fixture
def opened(page, cifar):
    url, host, _ = cifar
    sign_in(page, host)
    page.goto(url)
    until(page, "window.drawn.length > 10")
    return page


def rows(page):
    return page.get_by_role("complementary", name="Runs").get_by_role("listitem")


def eye(page, name):
    return page.get_by_role("button", name=f"Draw {name}", exact=True)


def lines_under_cursor(page) -> list[str]:
    """Hover the loss and read whose values stand there."""
    box = page.get_by_role("img", name="train/loss").bounding_box()
    tip = page.get_by_role("tooltip")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(tip).to_be_visible()
    return names_in(tip.inner_text())


def names_in(tip: str) -> list[str]:
    """Return the runs that a tooltip names."""
    return [text for text in tip.split("\n") if "-" in text and text[0].isalpha()]


def until_drawn(page, name: str) -> None:
    """The list changes at once, the chart when its data have come."""
    deadline = time.monotonic() + 15
    while name not in lines_under_cursor(page):
        assert time.monotonic() < deadline, f"{name} was not drawn"


def test_the_newest_ten_runs_are_drawn_and_each_has_its_own_line(opened):
    page = opened
    expect(rows(page)).to_have_count(12)
    expect(eye(page, "rooster-11")).to_have_attribute("aria-pressed", "true")
    expect(eye(page, "swan-1")).to_have_attribute("aria-pressed", "false")
    assert len(lines_under_cursor(page)) == 10


def test_a_run_is_hidden_in_every_chart_and_a_copied_link_shows_the_same(opened, context):
    page = opened
    eye(page, "monkey-10").click()
    eye(page, "swan-1").click()
    page.get_by_role("combobox", name="Y axis").select_option("log")
    page.wait_for_url("**y=log**")
    until_drawn(page, "swan-1")
    names = lines_under_cursor(page)
    assert "monkey-10" not in names
    assert len(names) == 10
    other = context.new_page()
    other.goto(page.url)
    until(other, "window.drawn.length > 10")
    expect(eye(other, "monkey-10")).to_have_attribute("aria-pressed", "false")
    expect(other.get_by_role("combobox", name="Y axis")).to_have_value("log")
    assert lines_under_cursor(other) == names


def test_searching_the_list_is_searching_the_charts(opened):
    page = opened
    page.get_by_role("searchbox", name="Search names").fill("model=vit")
    expect(rows(page)).to_have_count(6)
    until_drawn(page, "rat-2")
    assert len(lines_under_cursor(page)) == 6


def test_the_list_sorts_by_a_metric_and_shows_it(opened):
    page = opened
    page.get_by_role("combobox", name="Sort by").select_option("last.train/loss")
    page.get_by_role("button", name="Descending: turn around").click()
    # The smallest learning rate has the smallest loss.
    expect(rows(page).first).to_contain_text("dog-12")
    expect(rows(page).first).to_contain_text("0.1033")


HUES = """() => Array.from({ length: 8 }, (_, i) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--run-${i + 1}`).trim())"""


def amounts(chart) -> list[int]:
    """How many pixels of a chart are of each of the hues of runs, nearly."""
    with PIL.Image.open(io.BytesIO(chart.screenshot())) as image:
        pixels = Counter(image.convert("RGB").get_flattened_data())
    hues = [PIL.ImageColor.getrgb(hue) for hue in chart.page.evaluate(HUES)]
    return [
        sum(n for pixel, n in pixels.items() if max(map(abs, map(sub, pixel, hue))) < 24)
        for hue in hues
    ]


def until_amounts(chart, condition) -> None:
    deadline = time.monotonic() + 15
    while not condition(seen := amounts(chart)):
        assert time.monotonic() < deadline, seen
        chart.page.wait_for_timeout(50)


def test_pointing_at_a_run_lifts_it_and_dims_the_others(opened):
    page = opened
    chart = page.get_by_role("img", name="train/loss")
    alike = amounts(chart)
    second, third = alike[1:3]
    assert min(alike[0], second, third) > 50
    rows(page).filter(has_text="goat-9").hover()
    # The run has the first hue; the others can hardly be told from the panel.
    until_amounts(chart, lambda seen: seen[0] > 50 and seen[1] < second / 5 and seen[2] < third / 5)
    page.mouse.move(2, 2)
    until_amounts(chart, lambda seen: seen == alike)


def test_a_chart_only_some_runs_have_shows_only_those(opened):
    page = opened
    page.get_by_role("searchbox", name="Search charts").fill("extra")
    expect(page.get_by_role("img", name="extra")).to_be_visible()
    expect(page.get_by_role("img", name="train/loss")).to_have_count(0)


def test_comparing_shows_what_differs_and_all_on_request(opened):
    page = opened
    page.get_by_role("link", name="Compare").click()
    table = page.get_by_role("table", name="Compare")
    expect(table.get_by_role("rowheader", name="lr")).to_be_visible()
    expect(table.get_by_role("rowheader", name="seed")).to_have_count(0)
    page.get_by_text("Only what differs").click()
    expect(table.get_by_role("rowheader", name="seed")).to_be_visible()
    expect(table.get_by_role("columnheader")).to_have_count(11)


def test_a_new_run_appears_in_list_and_charts_by_itself(opened, cifar):
    page = opened
    train(cifar[2], RUNS.replace("range(12)", "range(1)"))
    expect(rows(page)).to_have_count(13)
    expect(eye(page, "pig-13")).to_have_attribute("aria-pressed", "true")
    until_drawn(page, "pig-13")


def test_a_tooltip_stays_where_the_mouse_rests_when_its_chart_gains_a_run(opened, cifar):
    page = opened
    before = lines_under_cursor(page)
    page.evaluate(
        """() => {
          window.gaps = 0;
          const look = () => {
            if (!document.querySelector("[data-chart-tip]")) window.gaps += 1;
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    train(cifar[2], RUNS.replace("range(12)", "range(1)"))
    # First the lines that are left are drawn, then the new one with them.
    deadline = time.monotonic() + 15
    while not set(names_in(page.get_by_role("tooltip").inner_text())) - set(before):
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)
    assert page.evaluate("window.gaps") == 0

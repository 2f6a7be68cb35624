"""Charts that people make, arrange, compare, save and show elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import sign_in, until
from tests.serving import Serving

RUNS = """
import swanlab
for i in range(12):
    config = {"lr": 0.1 / (i + 1), "model": "vit" if i % 2 else "resnet"}
    swanlab.init(project="sweep", config=config)
    for step in range(20):
        loss = 1 + i / 10 + 1 / (step + 1)
        swanlab.log({"train/loss": loss, "train/acc": 1 / loss, "val/loss": loss + 1, "lr": 0.1})
    swanlab.finish()
"""


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("sweep")
    serving = Serving(folder / "server").start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        serving.log_in()
        subprocess.run(
            [sys.executable, "-c", RUNS], cwd=folder, env=dict(os.environ), check=True, timeout=120
        )
    yield serving
    serving.stop()


@pytest.fixture
def opened(page: Page, sweep: Serving) -> Page:
    sign_in(page, sweep.host)
    page.goto(f"{sweep.host}/@admin/sweep")
    until(page, "window.drawn.length > 10")
    return page


def card(page: Page, name: str):
    return page.get_by_role("article", name=name, exact=True)


def sections(page: Page) -> list[str]:
    found = page.locator("main section[aria-label]")
    return found.evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")


def charts(page: Page, section: str) -> list[str]:
    names = page.get_by_role("region", name=section, exact=True).get_by_role("article")
    return [name.get_attribute("aria-label") or "" for name in names.all()]


def new_chart(page: Page, kind: str):
    page.get_by_role("button", name="New chart").click()
    dialog = page.get_by_role("dialog", name="New chart")
    dialog.get_by_role("radio", name=kind).check()
    return dialog


def test_a_scatter_of_configs_and_metrics_is_made_found_again_and_taken_back(opened):
    page = opened
    dialog = new_chart(page, "Scatter")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose a value")
    dialog.get_by_label("X axis").fill("config.lr")
    dialog.get_by_label("Y axis").fill("min.val/loss")
    dialog.get_by_label("Title").fill("Rates")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    card(page, "Rates").hover()
    card(page, "Rates").get_by_role("button", name="Full screen").click()
    page.get_by_role("button", name="Show as a table").click()
    # All runs of the list are in it, not only the ten that are drawn; the least loss is at the end.
    rows = page.get_by_role("table", name="Values of Rates").get_by_role("row")
    expect(rows).to_have_count(13)
    expect(rows.filter(has_text="swan-1").first).to_contain_text("2.05")
    page.keyboard.press("Escape")
    page.reload()
    expect(card(page, "Rates")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    card(page, "Rates").hover()
    card(page, "Rates").get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete chart").click()
    expect(card(page, "Rates")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(card(page, "Rates")).to_be_visible()


def test_several_metrics_stand_in_one_chart_whose_expression_finds_more(opened):
    page = opened
    dialog = new_chart(page, "Lines")
    dialog.get_by_label("Add a metric").fill("train/loss")
    page.keyboard.press("Enter")
    dialog.get_by_label("And all metrics that match").fill("^val/")
    expect(dialog.get_by_role("status")).to_have_text("1 metric matches")
    dialog.get_by_label("Title").fill("Both")
    dialog.get_by_role("button", name="Save").click()
    chart = card(page, "Both").get_by_role("img", name="Both")
    until(page, "window.drawn.length > 10")
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 60)
    page.mouse.move(box["x"] + 153, box["y"] + 60)
    tip = page.get_by_role("tooltip")
    expect(tip).to_contain_text("dog-12 · train/loss")
    expect(tip).to_contain_text("dog-12 · val/loss")


def test_sections_and_charts_are_dragged_and_stay_there_until_taken_back(opened):
    page = opened
    assert sections(page) == ["charts", "train", "val"]
    head = page.locator("section h2")
    head.filter(has_text="val").drag_to(
        head.filter(has_text="charts").first, target_position={"x": 30, "y": 3}
    )
    expect(page.locator("section").first).to_have_attribute("aria-label", "val")
    acc = card(page, "train/acc").locator("header")
    acc.drag_to(card(page, "train/loss"), target_position={"x": 300, "y": 100})
    expect(page.get_by_role("region", name="train").get_by_role("article").first).to_have_attribute(
        "aria-label", "train/loss"
    )
    page.reload()
    expect(card(page, "train/acc")).to_be_visible()
    assert sections(page) == ["val", "charts", "train"]
    assert charts(page, "train") == ["train/loss", "train/acc"]
    card(page, "train/acc").hover()
    card(page, "train/acc").get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Move earlier").click()
    expect(page.get_by_role("region", name="train").get_by_role("article").first).to_have_attribute(
        "aria-label", "train/acc"
    )
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("region", name="train").get_by_role("article").first).to_have_attribute(
        "aria-label", "train/loss"
    )


def test_what_a_chart_says_goes_before_its_section_and_that_before_the_page(opened):
    page = opened
    page.get_by_role("region", name="train").locator("h2").hover()
    page.get_by_role("button", name="Settings of section train").click()
    popover = page.get_by_role("dialog", name="Settings of section train")
    popover.get_by_role("combobox", name="Y axis").select_option("log")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("Escape")
    assert y_axis_of(page, "train/loss") == "log"
    assert y_axis_of(page, "val/loss") == "linear"
    assert y_axis_of(page, "train/loss", "symlog") == "symlog"
    assert y_axis_of(page, "train/acc") == "log"
    assert y_axis_of(page, "train/loss") == "symlog"


def y_axis_of(page: Page, name: str, choose: str | None = None) -> str:
    card(page, name).hover()
    card(page, name).get_by_role("button", name="Full screen").click()
    dialog = page.get_by_role("dialog", name=name, exact=True)
    axis = dialog.get_by_role("combobox", name="Y axis")
    if choose is not None:
        axis.select_option(choose)
    found = axis.input_value()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    return found


def test_the_tooltip_says_how_far_from_the_baseline_and_an_svg_has_every_line(opened, tmp_path):
    page = opened
    page.get_by_label("Baseline").select_option(label="dog-12")
    page.wait_for_url("**base=**")
    chart = page.get_by_role("img", name="train/loss", exact=True)
    box = chart.bounding_box()
    tip = page.get_by_role("tooltip")
    page.mouse.move(box["x"] + 150, box["y"] + 60)
    page.mouse.move(box["x"] + 153, box["y"] + 60)
    # rooster-11 is 0.1 below it everywhere.
    expect(tip).to_contain_text("-0.100")
    card(page, "train/loss").get_by_role("button", name="Download").click()
    with page.expect_download() as saved:
        page.get_by_role("menuitem", name="Drawing (SVG)").click()
    saved.value.save_as(tmp_path / "loss.svg")
    text = (tmp_path / "loss.svg").read_text("utf-8")
    assert text.count("<polyline") >= 10 + 10 + 2  # lines, legend, grid
    assert ">rooster-11</text>" in text
    assert page.evaluate(
        "(t) => !new DOMParser().parseFromString(t, 'image/svg+xml').querySelector('parsererror')",
        text,
    )


def test_a_chart_stands_in_a_page_elsewhere_and_nothing_else_of_the_server_does(
    opened, sweep, context, tmp_path
):
    page = opened
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    card(page, "train/loss").hover()
    card(page, "train/loss").get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Copy link for embedding").click()
    link = until(page, "navigator.clipboard.readText()")
    assert link.startswith(f"{sweep.host}/embed/@admin/sweep?")
    (tmp_path / "chart.html").write_text(f'<iframe src="{link.replace("&", "&amp;")}"></iframe>')
    (tmp_path / "login.html").write_text(f'<iframe src="{sweep.host}/login"></iframe>')
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as elsewhere:
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        port = elsewhere.server_address[1]
        other = context.new_page()
        # Another port is the same site, whose frames get the cookie; another name is not.
        other.goto(f"http://127.0.0.1:{port}/chart.html")
        frame = other.frame_locator("iframe")
        expect(frame.get_by_role("heading", name="train/loss")).to_be_visible()
        expect(frame.locator("canvas")).to_be_visible()
        other.goto(f"http://localhost:{port}/chart.html")
        expect(frame.get_by_text("Sign in to see this chart.")).to_be_visible()
        other.goto(f"http://127.0.0.1:{port}/login.html")
        other.wait_for_timeout(300)
        expect(frame.locator("input")).to_have_count(0)
        elsewhere.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing of each request."""

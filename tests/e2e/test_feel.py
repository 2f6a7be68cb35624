"""The page by the keyboard alone, and charts as one likes them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import sign_in, until
from tests.e2e.test_pages import AXE, SHOTS
from tests.serving import Serving

RUNS = """
import swanlab
for i in range(6):
    config = {"lr": 0.1 / (i + 1), "model": "vit" if i % 2 else "resnet"}
    group = "wide" if i < 4 else "narrow"
    swanlab.init(project="birds", config=config, group=group)
    for step in range(60):
        spike = 1000.0 if step == 30 and i == 0 else 0.0
        swanlab.log({"train/loss": i + 1 / (step + 1) + spike, "train/acc": step / 60, "lr": 0.1})
    swanlab.finish()
"""


@pytest.fixture(scope="module")
def birds(tmp_path_factory):
    """A server with six runs in two groups, ``swan-1`` to ``ox-6``."""
    folder = tmp_path_factory.mktemp("birds")
    serving = Serving(folder / "server").start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        serving.log_in()
        train(folder)
    yield serving.host
    serving.stop()


def train(folder: Path) -> None:
    env = {**os.environ, "SWANLAB_SAVE_DIR": str(folder / "home")}
    subprocess.run([sys.executable, "-c", RUNS], cwd=folder, env=env, check=True, timeout=180)


@pytest.fixture
def opened(page, birds):
    sign_in(page, birds)
    page.goto(f"{birds}/@admin/birds")
    until(page, "window.drawn.length > 10")
    return page


def choose(page, *words: str) -> None:
    """Open the palette, type, and take the first answer."""
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Go to a run")
    expect(field).to_be_focused()
    field.press_sequentially(" ".join(words))
    expect(page.get_by_role("option").first).to_contain_text(words[0], ignore_case=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)


def check(page, name: str) -> None:
    """Keep a picture to look at, and hold the page against axe's rules."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"feel-{name}.png")
    page.evaluate(AXE.read_text())  # Not as a script of the page: its policy refuses strangers.
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not serious, [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious]


def test_a_run_is_found_and_left_again_by_the_keyboard_alone(opened):
    page = opened
    choose(page, "rat-2")
    expect(page).to_have_title("rat-2 · swanlab")
    until(page, "window.drawn.length > 10")
    page.keyboard.press("4")
    page.wait_for_url("**tab=logs**")
    choose(page, "birds")
    page.wait_for_url("**/@admin/birds")
    page.keyboard.press("2")
    expect(page.get_by_role("grid", name="Runs of birds")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("[")
    expect(page.get_by_role("complementary", name="Runs")).to_have_count(0)
    page.keyboard.press("Control+j")
    expect(page.get_by_role("complementary", name="Runs")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search charts")).to_be_focused()
    # What is typed into a field is no shortcut.
    page.keyboard.type("[l")
    page.wait_for_url("**find=**")
    expect(page.get_by_role("complementary", name="Runs")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_role("searchbox", name="Search names")).to_be_focused()


def test_a_metric_leads_to_its_chart_and_a_command_is_done(opened):
    page = opened
    choose(page, "train/acc")
    expect(page.get_by_role("img", name="train/acc")).to_be_visible()
    expect(page.get_by_role("img", name="train/loss")).to_have_count(0)
    choose(page, "Theme:", "dark")
    expect(page.locator("html[data-theme=dark]")).to_have_count(1)
    choose(page, "Language", "中文")
    expect(page.locator("html[lang=zh-CN]")).to_have_count(1)


def test_the_list_of_shortcuts_opens_and_single_keys_can_be_switched_off(opened):
    page = opened
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_.get_by_text("Fold or show the list of runs")).to_be_visible()
    help_.get_by_role("checkbox").press("Space")
    page.keyboard.press("Escape")
    expect(help_).to_have_count(0)
    page.keyboard.press("?")
    page.keyboard.press("Control+/")
    expect(help_).to_be_visible()
    help_.get_by_role("checkbox").press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(help_).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_palette_and_help_are_accessible(opened, theme):
    page = opened
    page.evaluate(f"localStorage.setItem('swanlab.theme', '{theme}')")
    page.reload()
    until(page, "window.drawn.length > 10")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Go to a run")).to_be_focused()
    page.keyboard.type("lo")
    expect(page.get_by_role("option").first).to_contain_text("train/loss")
    check(page, f"palette-{theme}")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    check(page, f"help-{theme}")


def test_arrows_lead_from_chart_to_chart_in_full_screen(opened):
    page = opened
    card = page.get_by_role("article", name="train/acc")
    card.get_by_role("button", name="Full screen").press("Enter")
    dialog = page.get_by_role("dialog", name="train/acc")
    expect(dialog).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog", name="train/loss")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_link_to_the_view_is_copied(opened, context):
    page = opened
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("searchbox", name="Search charts").fill("acc")
    page.wait_for_url("**find=acc**")
    page.get_by_role("button", name="Copy a link to this view").click()
    expect(page.get_by_role("status").filter(has_text="Link copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_pinned_chart_stands_on_top_and_stays_there(opened):
    page = opened
    card = page.get_by_role("article", name="train/loss")
    card.get_by_role("button", name="Pin to the top").press("Enter")
    page.wait_for_url("**pin=**")
    first = page.get_by_role("region").first
    expect(first).to_have_accessible_name("Pinned")
    expect(first.get_by_role("article", name="train/loss")).to_be_visible()
    expect(page.get_by_role("article", name="train/loss")).to_have_count(1)
    page.goto(page.url.split("?")[0])
    page.wait_for_url("**pin=**")
    first.get_by_role("button", name="Unpin").press("Enter")
    expect(page.get_by_role("region", name="Pinned")).to_have_count(0)


def test_outliers_are_cut_off_on_request_and_counted(opened):
    page = opened
    card = page.get_by_role("article", name="train/loss")
    expect(card.get_by_text("outside")).to_have_count(0)
    page.get_by_role("combobox", name="Y range").select_option("robust")
    expect(card.get_by_text("1 point outside")).to_be_visible()
    page.evaluate("window.drawn = []")
    card.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("combobox", name="Y range")).to_have_value("all")
    until(page, "window.drawn.some(([, text]) => text === '1000')")


def test_runs_grouped_are_drawn_as_the_mean_of_each_group(opened):
    page = opened
    page.get_by_role("combobox", name="Group by").select_option("group")
    page.wait_for_url("**group=group**")
    lines = means(page)
    assert [line for line in lines if line.startswith(("narrow", "wide"))] == [
        "narrow (2 runs)",
        "wide (4 runs)",
    ]
    page.get_by_role("button", name="Draw rat-2", exact=True).press("Enter")
    expect(page.get_by_role("complementary", name="Runs")).to_contain_text("1 run is hidden")
    until_said(page, "wide (3 of 4 runs)")
    assert "narrow (2 runs)" in means(page)
    page.screenshot(path=SHOTS / "feel-grouped.png")


def means(page) -> list[str]:
    box = page.get_by_role("img", name="train/acc").bounding_box()
    for shift in (0, 3):
        page.mouse.move(box["x"] + box["width"] / 2 + shift, box["y"] + box["height"] / 2)
    tip = page.get_by_role("tooltip")
    expect(tip).to_be_visible()
    return sorted(tip.inner_text().split("\n"))


def until_said(page, text: str) -> None:
    """The list changes at once, the chart when its data have come."""
    for _ in range(100):
        if text in means(page):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never said: {text}")


def test_a_zoom_stands_in_the_address(opened, context):
    page = opened
    box = page.get_by_role("img", name="train/acc").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    page.wait_for_url("**zoom=**")
    other = context.new_page()
    other.goto(page.url)
    until(other, "window.drawn.length > 10")
    card = other.get_by_role("article", name="train/acc")
    card.get_by_role("button", name="Show all of x").press("Enter")
    until(other, "!location.search.includes('zoom')")

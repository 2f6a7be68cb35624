"""Every page: drawn without an error in the console, and accessible, in both themes and widths."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import swanlab
from tests.e2e.conftest import WATCH_CANVAS, sign_in, until
from tests.serving import Serving, wait_for

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = Path(__file__).parent / "shots"
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1400, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1400, "height": 900}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
    "chinese": {
        "color_scheme": "dark",
        "viewport": {"width": 1400, "height": 900},
        "locale": "zh-CN",
    },
}


def seed() -> str:
    """Log a run of several sections, with a spike, NaN and printed lines; returns its id."""
    with swanlab.init(
        project="cats", experiment_name="baseline", tags=["yolo"], mode="cloud",
        config={"lr": 1e-4, "net": {"depth": 3}}, description="The first one.",
    ) as run:  # fmt: skip
        for step in range(3000):
            loss = 2 * math.exp(-step / 600) + 0.05 * math.sin(step)
            swanlab.log({"train/loss": 40.0 if step == 1777 else loss, "train/acc": step / 3000})
            if step % 100 == 0:
                swanlab.log({"val/loss": math.nan if step == 500 else loss}, step=step)
                print(f"step {step}: loss {loss:.3f}")
        return run.id


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serving, str]]:
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        patch.setenv("SWANLAB_LOG_DIR", str(folder / "swanlog"))
        serving = Serving(folder / "server").start().log_in()
        run = seed()
        wait_for(lambda: serving.run("admin/cats", run)["state"] == "finished")
    yield serving, run
    serving.stop()


@pytest.fixture(params=list(LOOKS))
def looking(request, chromium: Browser, seeded) -> Iterator[tuple[Page, str, str]]:
    """A signed-in page in one look; any error in its console fails the test."""
    serving, run = seeded
    context = chromium.new_context(**LOOKS[request.param])
    context.set_default_timeout(15_000)
    context.add_init_script(WATCH_CANVAS)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    sign_in(page, serving.host)
    # A page that asks for what is not there is answered 404: that is what it shows.
    page.on(
        "console",
        lambda message: (
            message.type == "error" and "404" not in message.text and troubles.append(message.text)
        ),
    )
    yield page, request.param, f"{serving.host}/@admin/cats/runs/{run}"
    context.close()
    assert not troubles


def check(page: Page, look: str, name: str) -> None:
    """Keep a picture to look at, and hold the page against axe's rules."""
    page.wait_for_timeout(300)
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}-{look}.png")
    page.evaluate(AXE.read_text())  # Not as a script of the page: its policy refuses strangers.
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
    told = [(rule["id"], [node["html"][:200] for node in rule["nodes"][:3]]) for rule in serious]
    assert not told, json.dumps(told, indent=1)


def test_projects(looking):
    page, look, url = looking
    page.goto(url.partition("/@")[0] + "/")
    expect(page.get_by_role("link", name="cats")).to_be_visible()
    check(page, look, "projects")


@pytest.mark.parametrize("view", ["charts", "table", "compare"])
def test_project(looking, view):
    page, look, url = looking
    page.goto(url.partition("/runs/")[0] + f"?view={view}")
    if view == "charts":
        until(page, "window.drawn.length > 10")
    else:
        expect(page.get_by_text("baseline").first).to_be_visible()
    check(page, look, f"project-{view}")


@pytest.mark.parametrize("tab", ["charts", "overview", "logs", "environment", "system"])
def test_run(looking, tab):
    page, look, url = looking
    page.goto(f"{url}?tab={tab}")
    if tab in ("charts", "system"):
        until(page, "window.drawn.length > 10")
    if tab == "logs":
        expect(page.get_by_text("step 2900")).to_be_visible()
    if tab == "overview":
        expect(page.get_by_text("net.depth").or_(page.get_by_text("depth")).first).to_be_visible()
    if tab == "environment":
        expect(page.get_by_text("msgspec", exact=True)).to_be_visible()
    check(page, look, f"run-{tab}")


def test_a_run_that_does_not_exist(looking):
    page, look, url = looking
    page.goto(url + "x")
    expect(page.get_by_role("main").get_by_role("heading")).to_be_visible()
    check(page, look, "missing")


@pytest.mark.parametrize("look", ["light", "dark"])
def test_sign_in_and_its_refusal(chromium, seeded, look):
    serving, _ = seeded
    context = chromium.new_context(**LOOKS[look])
    page = context.new_page()
    page.goto(f"{serving.host}/login")
    page.locator("input[autocomplete=username]").fill("admin")
    page.locator("input[autocomplete=current-password]").fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).not_to_be_empty()
    check(page, look, "login")
    context.close()


def test_every_line_colour_stands_out_from_its_panel(page: Page, seeded):
    serving, _ = seeded
    page.goto(f"{serving.host}/login")
    for look in ("light", "dark"):
        colours = page.evaluate(
            """theme => {
              document.documentElement.dataset.theme = theme;
              const style = getComputedStyle(document.documentElement);
              return ["panel", 1, 2, 3, 4, 5, 6, 7, 8].map((name) =>
                style.getPropertyValue(name === "panel" ? "--panel" : `--run-${name}`).trim());
            }""",
            look,
        )
        panel, *runs = (luminance(colour) for colour in colours)
        for run in runs:
            brighter, darker = max(run, panel), min(run, panel)
            assert (brighter + 0.05) / (darker + 0.05) >= 3, (look, colours)


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_spike_of_one_step_is_drawn_and_zoomed_into(page: Page, seeded):
    serving, run = seeded
    sign_in(page, serving.host)
    page.goto(f"{serving.host}/@admin/cats/runs/{run}")
    plot = page.get_by_role("img", name="train/loss")
    expect(plot).to_be_visible()
    # The y axis reaches the spike: without it the loss stays below 2.1.
    until(page, "window.drawn.some(([, text]) => text === '40')")
    box = plot.bounding_box()
    assert box is not None
    page.evaluate("window.drawn = []")
    spike = box["x"] + 40 + (box["width"] - 50) * 1777 / 3000
    page.mouse.move(spike - 15, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(spike + 15, box["y"] + 60, steps=4)
    page.mouse.up()
    # Zoomed in, the x axis is labelled around step 1777, and the spike is still there.
    until(
        page,
        "window.drawn.some(([, text]) => /^1[,.]?[78]\\d\\d$/.test(text.replace(/k$/, '')))"
        " && window.drawn.some(([, text]) => text === '40')",
    )

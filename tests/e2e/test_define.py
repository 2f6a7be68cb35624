"""What a training defined of its charts, as the browser shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

import swanlab
from tests.e2e.conftest import WATCH_CANVAS, sign_in, until
from tests.e2e.test_pages import LOOKS, check
from tests.serving import Serving, wait_for

DRAWN = "text => window.drawn.some(([, drawn]) => drawn === text)"


def seed() -> str:
    """Log a run whose epochs are 0.0 to 9.9, with validation at whole ones; returns its id."""
    with swanlab.init(project="cats", mode="cloud") as run:
        for step in range(2000):
            swanlab.log({"train/loss": 40.0 if step == 1234 else 2 / (1 + step), "lr": 1e-3})
            if step % 200 == 0:
                swanlab.log({"epoch": step // 200 + 100}, step=step)
                swanlab.log({"val/loss": 1 / (1 + step), "debug/seen": step}, step=step)
        swanlab.define_metric("val/*", x_axis="epoch")  # late: it holds for what was logged
        swanlab.define_metric("train/*", step_metric="epoch")
        swanlab.define_metric("lr", section_name="Optimizer")
        swanlab.define_metric("debug/*", hidden=True)
        return run.id


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serving, str]]:
    folder = tmp_path_factory.mktemp("define")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        patch.setenv("SWANLAB_LOG_DIR", str(folder / "swanlog"))
        serving = Serving(folder / "server").start().log_in()
        run = seed()
        wait_for(lambda: serving.run("admin/cats", run)["state"] == "finished")
    yield serving, run
    serving.stop()


def card(page: Page, name: str):
    return page.get_by_role("article", name=name, exact=True)


@pytest.mark.parametrize("look", ["light", "dark", "chinese"])
def test_charts_stand_as_they_were_defined(chromium, seeded, look):
    serving, run = seeded
    context = chromium.new_context(**LOOKS[look])
    context.set_default_timeout(15_000)
    context.add_init_script(WATCH_CANVAS)
    page = context.new_page()
    sign_in(page, serving.host)
    page.goto(f"{serving.host}/@admin/cats/runs/{run}")
    expect(card(page, "val/loss")).to_be_visible()
    until(page, DRAWN, "epoch")
    until(page, DRAWN, "104")
    until(page, DRAWN, "40")  # the spike, among the points of its epoch
    expect(page.get_by_role("region", name="Optimizer").get_by_role("article")).to_be_visible()
    hidden = page.get_by_role("region", name="已隐藏" if look == "chinese" else "Hidden")
    expect(hidden.get_by_role("button", expanded=False)).to_be_visible()
    expect(card(page, "debug/seen")).to_have_count(0)
    hidden.get_by_role("button").click()
    expect(card(page, "debug/seen")).to_be_visible()
    check(page, look, "run-defined")
    if look == "light":
        page.reload()
        expect(card(page, "debug/seen")).to_be_visible()  # what was opened stays open
    context.close()


def test_the_axis_is_chosen_in_the_toolbar_and_stands_in_the_address(page: Page, seeded):
    serving, run = seeded
    sign_in(page, serving.host)
    page.goto(f"{serving.host}/@admin/cats/runs/{run}")
    choice = page.get_by_role("toolbar").get_by_label("x axis")
    expect(choice.locator("option:checked")).to_have_text("As defined")
    until(page, DRAWN, "epoch")
    for name, value in (("relative", "relative_time"), ("wall", "wall_time"), ("step", None)):
        page.evaluate("window.drawn = []")
        with page.expect_request("**/charts") as asked:
            choice.select_option(name)
        assert asked.value.post_data_json["charts"][0].get("x") == value
        until(page, "name => location.search.includes('x=' + name)", name)
        until(page, "window.drawn.length > 10")
        assert not page.evaluate(DRAWN, "epoch")
        check(page, "light", f"run-over-{name}")
    page.goto(f"{serving.host}/@admin/cats/runs/{run}?x=relative")
    expect(choice).to_have_value("relative")


def test_a_stretch_of_epochs_is_zoomed_into(page: Page, seeded):
    serving, run = seeded
    sign_in(page, serving.host)
    page.goto(f"{serving.host}/@admin/cats/runs/{run}")
    until(page, DRAWN, "104")
    box = page.get_by_role("img", name="train/loss").bounding_box()
    assert box is not None
    page.evaluate("window.drawn = []")
    with page.expect_request("**/charts") as asked:
        page.mouse.move(box["x"] + box["width"] * 0.60, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.80, box["y"] + 60, steps=4)
        page.mouse.up()
    (chart,) = asked.value.post_data_json["charts"]
    assert chart["x"] == {"metric": "epoch"}
    assert 103 < chart["lo"] < 106 < chart["hi"] < 109
    until(page, DRAWN, "106.5")
    until(page, DRAWN, "40")

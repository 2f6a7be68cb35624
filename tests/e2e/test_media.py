"""Media in the browser: every plain kind logged by real runs, moved through its steps, compared."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import swanlab
from tests.e2e.conftest import sign_in, until
from tests.e2e.test_pages import LOOKS, check
from tests.serving import Serving, wait_for

STEPS = 12
RUNS = {"swan": 0.0, "goose": 0.4}
SLOW = 20_000
"""For what is fetched anew on a busy machine (ms)."""
SAID = "The cat sat on the {} mat."
# A canvas recorded by the browser itself: a video without an encoder of ours.
RECORD = """
() => new Promise((done, failed) => {
  const canvas = document.createElement("canvas");
  canvas.width = 96; canvas.height = 64;
  const pen = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(30), {mimeType: "video/webm"});
  const parts = [];
  recorder.ondataavailable = ({data}) => parts.push(data);
  recorder.onerror = ({error}) => failed(error);
  recorder.onstop = async () => {
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    done(btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join("")));
  };
  recorder.start();
  let n = 0;
  const timer = setInterval(() => {
    pen.fillStyle = `hsl(${n * 12} 70% 50%)`;
    pen.fillRect(0, 0, 96, 64);
    n += 1;
    if (n === 20) { clearInterval(timer); recorder.stop(); }
  }, 30);
})
"""


def picture(step: int, number: int, shift: float, side: int = 96) -> np.ndarray:
    """A ring on a slope of colour, told apart by step, item and run."""
    y, x = np.mgrid[0:side, 0:side] / side
    ring = np.abs(np.hypot(x - 0.5, y - 0.5) - 0.1 - 0.03 * step) < 0.04
    hue = (number / 8 + shift) % 1
    base = np.stack([0.2 + 0.6 * x * hue, 0.2 + 0.5 * y, 0.8 - 0.6 * hue + 0 * x], -1)
    return (np.where(ring[..., None], 1.0, base) * 255).astype(np.uint8)


def boxed(step: int, shift: float) -> swanlab.Image:
    mask = np.zeros((96, 96), int)
    mask[20:60, 30 : 50 + step] = 1
    mask[70:90, 10:40] = 2
    place = {"minX": 0.1, "minY": 0.15, "maxX": 0.5, "maxY": 0.6}
    sure = {"position": place, "class_id": 1, "scores": {"p": 0.9}}
    unsure = {
        "position": {"middle": [70, 70], "width": 30, "height": 20},
        "domain": "pixel", "class_id": 2, "scores": {"p": 0.3},
    }  # fmt: skip
    return swanlab.Image(
        picture(step, 1, shift),
        caption=f"step {step}",
        boxes={"found": {"box_data": [sure, unsure], "class_labels": {1: "cat", 2: "dog"}}},
        masks={"truth": {"mask_data": mask, "class_labels": {1: "cat", 2: "dog"}}},
    )


def table(name: str, step: int) -> swanlab.Table:
    rows = [
        [n, swanlab.Image(picture(step, n, RUNS[name], 32)), "cat" if n % 2 else "dog", n * 0.1]
        for n in range(40)
    ]
    guess = [*rows[:-1], [39, None, f"only {name}", -1.5]]
    return swanlab.Table(["id", "picture", f"guess of {name}" if step < 0 else "guess", "p"], guess)


def tone(step: int) -> swanlab.Audio:
    time = np.arange(16_000) / 8000
    wave = np.sin(2 * math.pi * (220 + 20 * step) * time) * np.exp(-time) * 0.8
    return swanlab.Audio(wave, sample_rate=8000, caption=f"tone {step}")


def log_run(name: str, webm: bytes) -> None:
    shift = RUNS[name]
    with swanlab.init(project="media", experiment_name=name, mode="cloud", id=name):
        for step in range(STEPS):
            swanlab.log(
                {
                    "loss": 1 / (step + 1),
                    "val/seen": [
                        swanlab.Image(picture(step, n, shift), caption=f"item {n} of {name}")
                        for n in range(8)
                    ],
                    "val/boxed": boxed(step, shift),
                    "said/text": swanlab.Text(f"# Step {step}\n\n{SAID.format(name)} *{step}*"),
                },
                step=step * 10,
            )
        dialogue = [
            {"role": "system", "content": "You are terse."},
            {"role": "user", "content": "What is **2 + 2**?"},
            {"role": "assistant", "content": f"4, says the {name}."},
        ]
        frames = [picture(step, 3, shift, 64) for step in range(8)]
        swanlab.log(
            {
                "said/talk": swanlab.Text(dialogue),
                "heard/tone": [tone(1), tone(5)],
                "moved/gif": swanlab.Video(np.stack(frames), fps=8, format="gif"),
                "moved/webm": swanlab.Video(webm, caption="recorded"),
                "report": swanlab.Html("<h1>All cats found</h1><p>No script here.</p>"),
                "predictions": table(name, 0),
                "old": swanlab.echarts.Table().add(["name", "n"], [["a", 1], ["b", 2]]),
            },
            step=0,
        )


@pytest.fixture(scope="module")
def seeded(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("media")
    recording = chromium.new_page()
    webm = base64.b64decode(recording.evaluate(RECORD))
    recording.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        patch.setenv("SWANLAB_LOG_DIR", str(folder / "swanlog"))
        serving = Serving(folder / "server").start().log_in()
        for name in RUNS:
            log_run(name, webm)
        for name in RUNS:
            wait_for(lambda name=name: stored(serving, name))
    yield serving
    serving.stop()


def stored(serving: Serving, run: str) -> bool:
    """Whether all files of a finished run have come."""
    if serving.run("admin/media", run)["state"] != "finished":
        return False
    files = serving.get(f"/projects/admin/media/runs/{run}/files")["files"]
    return all(one["stored"] for one in files)


def opened(
    chromium: Browser, serving: Serving, where: str, look: dict[str, Any] | None = None
) -> tuple[Page, list[str]]:
    context = chromium.new_context(**(look or {**LOOKS["light"], "locale": "en-US"}))
    context.set_default_timeout(15_000)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    sign_in(page, serving.host)
    page.on(
        "console",
        lambda message: message.type == "error" and troubles.append(message.text),
    )
    page.goto(f"{serving.host}/@admin/{where}")
    return page, troubles


@pytest.fixture
def run(chromium: Browser, seeded: Serving) -> Iterator[Page]:
    page, troubles = opened(chromium, seeded, "media/runs/swan?tab=media")
    yield page
    page.context.close()
    assert not troubles


@pytest.fixture
def project(chromium: Browser, seeded: Serving) -> Iterator[Page]:
    page, troubles = opened(chromium, seeded, "media?tab=media")
    yield page
    page.context.close()
    assert not troubles


def panel(page: Page, key: str) -> Any:
    """The panel of a key, brought into sight: before that there is only its room."""
    place = page.locator(f"[data-key={json.dumps(key)}]")
    place.evaluate("one => one.scrollIntoView({block: 'center'})")
    return place.get_by_role("article")


@pytest.mark.parametrize("look", list(LOOKS))
@pytest.mark.parametrize("where", ["media/runs/swan?tab=media", "media?tab=media"])
def test_media_are_accessible_in_every_look(chromium: Browser, seeded: Serving, where, look):
    page, troubles = opened(chromium, seeded, where, LOOKS[look])
    name = "run" if "runs" in where else "project"
    seen = panel(page, "val/seen").get_by_role("img")
    expect(seen).to_have_count(8 if name == "run" else 16)
    until(page, "[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
    for part in range(3):
        page.evaluate(
            "part => { const all = [...document.querySelectorAll('*')].filter((one) =>"
            " ['auto', 'scroll'].includes(getComputedStyle(one).overflowY)"
            " && one.scrollHeight > one.clientHeight + 300 && one.clientHeight > 300);"
            " all[0]?.scrollTo(0, part * all[0].clientHeight * 0.9) }",
            part,
        )
        page.wait_for_timeout(400)
        check(page, look, f"media-{name}-{part}")
    page.context.close()
    assert not troubles


def slider(within: Any, key: str) -> Any:
    return within.get_by_role("slider", name=f"Step of {key}")


def test_a_panel_moves_by_keyboard_and_a_copied_link_shows_the_same(run):
    seen = panel(run, "val/seen")
    expect(seen.get_by_role("img")).to_have_count(8)
    mover = slider(seen, "val/seen")
    expect(mover).to_have_attribute("aria-valuetext", "step 110")
    newest = seen.get_by_role("img").first.get_attribute("src")
    mover.focus()
    run.keyboard.press("ArrowLeft")
    expect(mover).to_have_attribute("aria-valuetext", "step 100")
    until(run, f"!{pictures('val/seen')}.includes('{newest}')")
    run.keyboard.press("Home")
    expect(mover).to_have_attribute("aria-valuetext", "step 0")
    expect(seen.get_by_role("img", name="item 7 of swan")).to_be_visible()
    until(run, "location.href.includes('val%2Fseen')")
    other = slider(panel(run, "said/text"), "said/text")
    expect(other).to_have_attribute("aria-valuetext", "step 110")
    run.reload()
    expect(slider(panel(run, "val/seen"), "val/seen")).to_have_attribute("aria-valuetext", "step 0")


def pictures(key: str) -> str:
    return (
        f"""[...document.querySelectorAll('article[aria-label="{key}"] img')]"""
        ".map((one) => one.getAttribute('src'))"
    )


def test_all_panels_stand_at_the_same_step(run):
    panel(run, "val/seen")
    run.get_by_role("button", name="Same step").click()
    mover = slider(run, "all panels")
    mover.focus()
    run.keyboard.press("Home")
    expect(slider(panel(run, "val/seen"), "val/seen")).to_have_attribute("aria-valuetext", "step 0")
    text = panel(run, "said/text")
    expect(text.get_by_role("heading", name="Step 0")).to_be_visible()
    run.locator("body").click(position={"x": 700, "y": 60})
    run.keyboard.press(".")
    expect(text.get_by_role("heading", name="Step 1")).to_be_visible()
    slider(text, "said/text").focus()
    run.keyboard.press("ArrowRight")
    expect(mover).to_have_attribute("aria-valuetext", "step 20")
    until(run, "location.href.includes('tied')")


def test_moving_asks_once_and_never_shows_nothing(run):
    """Every picture that is taken away is replaced by the one that is there already."""
    seen = panel(run, "val/seen")
    expect(seen.get_by_role("img")).to_have_count(8)
    run.evaluate(
        """() => {
          window.least = 8;
          const look = () => {
            const shown = document.querySelectorAll('article[aria-label="val/seen"] img');
            window.least = Math.min(window.least, shown.length);
            window.looking = requestAnimationFrame(look);
          };
          look();
        }"""
    )
    slider(seen, "val/seen").focus()
    for _ in range(STEPS):
        run.keyboard.press("ArrowLeft")
    expect(slider(seen, "val/seen")).to_have_attribute("aria-valuetext", "step 0")
    run.wait_for_timeout(500)
    assert run.evaluate("() => { cancelAnimationFrame(window.looking); return window.least; }") == 8


def colours(page: Page) -> int:
    """How many pixels the largest overlay on the page has painted."""
    return page.evaluate(
        """() => Math.max(...[...document.querySelectorAll('[role=dialog] canvas')].map((one) => {
          const {data} = one.getContext('2d').getImageData(0, 0, one.width, one.height);
          let painted = 0;
          for (let at = 3; at < data.length; at += 4) painted += data[at] > 0 ? 1 : 0;
          return painted;
        }))"""
    )


def test_boxes_and_masks_are_switched_by_class_and_by_score(run):
    panel(run, "val/boxed").get_by_role("button", name="Open step 11").click()
    dialog = run.get_by_role("dialog")
    expect(dialog.locator("canvas")).to_have_attribute("data-masks", "1")
    until(run, "[...document.querySelectorAll('[role=dialog] img')].length === 1")
    run.wait_for_timeout(200)
    everything = colours(run)
    dialog.get_by_role("button", name="truth: cat").click()
    run.wait_for_timeout(200)
    without = colours(run)
    assert without < everything * 0.75
    dialog.get_by_role("slider", name="Score").focus()
    run.keyboard.press("End")
    run.wait_for_timeout(200)
    assert colours(run) < without
    dialog.get_by_role("button", name="All", exact=True).click()
    expect(dialog.get_by_role("button", name="truth: cat")).to_have_attribute(
        "aria-pressed", "true"
    )
    dialog.get_by_role("button", name="found: dog").click()
    until(run, "location.href.includes('found%2F2')")
    run.reload()
    dog = run.get_by_role("button", name="found: dog")
    expect(dog).to_have_attribute("aria-pressed", "false", timeout=SLOW)


def test_a_picture_is_zoomed_moved_and_left_by_keys(run):
    panel(run, "val/seen").get_by_role("button", name="Open item 2 of swan").click()
    dialog = run.get_by_role("dialog")
    picture = dialog.get_by_role("img")
    expect(picture).to_have_css("image-rendering", "pixelated")
    zoomed = dialog.locator("[data-zoom]")
    expect(zoomed).to_have_attribute("data-zoom", "1.00")
    dialog.get_by_role("button", name="Larger").click()
    expect(zoomed).to_have_attribute("data-zoom", "1.40")
    box = zoomed.bounding_box()
    before = picture.bounding_box()
    run.mouse.move(box["x"] + 300, box["y"] + 300)
    run.mouse.down()
    run.mouse.move(box["x"] + 360, box["y"] + 330, steps=4)
    run.mouse.up()
    after = picture.bounding_box()
    assert (round(after["x"] - before["x"]), round(after["y"] - before["y"])) == (60, 30)
    run.mouse.wheel(0, -300)
    until(run, "Number(document.querySelector('[data-zoom]').dataset.zoom) > 2")
    dialog.get_by_role("button", name="Fit").click()
    expect(zoomed).to_have_attribute("data-zoom", "1.00")
    run.keyboard.press("ArrowDown")
    expect(dialog.get_by_text("4 of 8")).to_be_visible()
    run.locator("[role=dialog]").focus()
    run.keyboard.press("ArrowLeft")
    expect(slider(dialog, "val/seen")).to_have_attribute("aria-valuetext", "step 100")
    run.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_two_runs_are_compared_side_by_side_and_by_swipe(project):
    seen = panel(project, "val/seen")
    seen.get_by_role("button", name="Open item 0 of swan").click()
    dialog = project.get_by_role("dialog")
    dialog.get_by_role("button", name="Compare").click()
    expect(dialog.get_by_role("img")).to_have_count(2)
    expect(dialog.get_by_role("img", name="item 0 of goose")).to_be_visible()
    dialog.get_by_role("radio", name="Swipe").click()
    cut = dialog.get_by_role("slider", name="Where the pictures are cut")
    cut.focus()
    project.keyboard.press("End")
    hidden = "[...document.querySelectorAll('[role=dialog] [style*=clip-path]')][0].style.clipPath"
    until(project, f"{hidden}.includes('100%')")
    until(project, "location.href.includes('swipe')")
    check(project, "light", "media-swipe")


def test_what_a_model_says_is_compared_word_by_word(project):
    text = panel(project, "said/text")
    expect(text.get_by_role("heading", name="Step 11")).to_have_count(2, timeout=SLOW)
    text.get_by_role("button", name="Open said/text, item 1").last.click()
    dialog = project.get_by_role("dialog")
    dialog.get_by_role("button", name="Compare").click()
    dialog.get_by_role("radio", name="Differences").click()
    expect(dialog.locator("del")).to_have_text(["goose"])
    expect(dialog.locator("ins")).to_have_text(["swan"])
    group = dialog.get_by_role("group", name="Compared with")
    group.get_by_role("button", name="Previous step").click()
    expect(dialog.locator("del")).to_have_text(["10", "goose", "10"])
    check(project, "light", "media-diff")


def test_a_dialogue_stands_in_bubbles_by_role(run):
    talk = panel(run, "said/talk")
    expect(talk.locator("li")).to_have_count(3)
    expect(talk.locator("li[data-role=user] strong")).to_have_text("2 + 2")
    right = talk.locator("li[data-role=user]").bounding_box()
    left = talk.locator("li[data-role=assistant]").bounding_box()
    assert right["x"] > left["x"]


def test_sounds_are_drawn_sought_and_play_one_at_a_time(run):
    heard = panel(run, "heard/tone")
    expect(heard.locator("canvas[data-peaks]:not([data-peaks='0'])")).to_have_count(2)
    place = heard.get_by_role("slider", name="Position in tone 1")
    expect(place).to_have_attribute("aria-valuetext", "0:00 / 0:02")
    place.focus()
    for _ in range(20):
        run.keyboard.press("ArrowRight")
    assert place.get_attribute("aria-valuetext").startswith("0:00.1")
    heard.get_by_role("button", name="Play tone 1").click()
    expect(heard.get_by_role("button", name="Pause tone 1")).to_be_visible()
    heard.get_by_role("button", name="Play tone 5").click()
    expect(heard.get_by_role("button", name="Pause tone 5")).to_be_visible()
    expect(heard.get_by_role("button", name="Play tone 1")).to_be_visible()


def test_videos_play_in_the_page(run):
    moved = panel(run, "moved/webm").locator("video")
    expect(moved).to_be_visible()
    until(run, "document.querySelector('video')?.videoWidth === 96")
    moved.evaluate("video => video.play()")
    until(run, "document.querySelector('video').currentTime > 0")
    gif = panel(run, "moved/gif").get_by_role("img")
    expect(gif).to_be_visible()
    assert gif.evaluate("image => image.naturalWidth") == 64


def test_a_table_is_sorted_searched_and_filtered(run):
    found = panel(run, "predictions")
    sheet = found.get_by_role("table", name="predictions")
    expect(sheet.get_by_role("img").first).to_be_visible()
    expect(found.get_by_text("40 of 40 rows")).to_be_visible()
    sheet.get_by_role("button", name="p", exact=True).click()
    expect(sheet.get_by_role("columnheader", name="p", exact=True)).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(sheet.get_by_role("cell").first).to_have_text("38")
    found.get_by_role("searchbox", name="Search the table (regex)").fill("only")
    expect(found.get_by_text("1 of 40 rows")).to_be_visible()
    expect(sheet.get_by_role("cell").first).to_have_text("39")
    found.get_by_role("searchbox", name="Search the table (regex)").fill("")
    found.get_by_role("button", name="Filter by column").click()
    sheet.get_by_role("textbox", name="Filter by id").fill("<= 4")
    sheet.get_by_role("textbox", name="Filter by guess").fill("cat")
    expect(found.get_by_text("2 of 40 rows")).to_be_visible()


def test_tables_of_two_runs_are_one(project):
    found = panel(project, "predictions")
    expect(found.get_by_text("80 of 80 rows")).to_be_visible()
    expect(found.get_by_role("columnheader").first).to_have_text("Run")
    found.get_by_label("How the tables are joined").select_option(label="Joined by id")
    expect(found.get_by_text("40 of 40 rows")).to_be_visible()
    sheet = found.get_by_role("table", name="predictions")
    heads = ["id", "picture · goose", "picture · swan"]
    for name in heads:
        expect(sheet.get_by_role("columnheader", name=name, exact=True)).to_be_visible()
    found.get_by_role("searchbox", name="Search the table (regex)").fill("only swan")
    expect(found.get_by_text("1 of 40 rows")).to_be_visible()


def test_a_run_that_is_not_drawn_leaves_the_panels(project):
    seen = panel(project, "val/seen")
    expect(seen.get_by_role("group")).to_have_count(2)
    project.get_by_role("button", name="Draw goose").click()
    seen = panel(project, "val/seen")
    expect(seen.get_by_role("img")).to_have_count(8)
    expect(seen.get_by_role("img", name="item 0 of swan")).to_be_visible()


def test_panels_are_searched_pinned_and_folded(run):
    run.get_by_role("searchbox", name="Search media (regex)").fill("^said/")
    expect(run.get_by_role("heading", name="media 3 panels")).to_have_count(0)
    text = panel(run, "said/text")
    text.hover()
    text.get_by_role("button", name="Pin to the top").click()
    expect(run.get_by_role("region", name="Pinned").get_by_role("article")).to_have_count(1)
    run.get_by_role("button", name="said 1 panel").click()
    expect(run.get_by_role("article", name="said/talk")).to_have_count(0)
    assert "q=" in run.url
    assert "pin=" in run.url
    run.reload()
    expect(run.get_by_role("region", name="Pinned").get_by_role("article")).to_have_count(1)
    expect(run.get_by_role("article", name="said/talk")).to_have_count(0)


def test_the_last_steps_stand_side_by_side(run):
    seen = panel(run, "val/boxed")
    seen.hover()
    seen.get_by_role("button", name="More").click()
    run.get_by_role("menuitemradio", name="Last steps side by side").click()
    expect(seen.get_by_role("img")).to_have_count(8)
    expect(seen.get_by_text("step 40", exact=True)).to_be_attached()


def test_a_run_without_media_says_how_to_log_some(page, server):
    with swanlab.init(project="media", mode="cloud", id="empty"):
        swanlab.log({"loss": 1.0})
        sign_in(page, server.host)
        page.goto(f"{server.host}/@admin/media/runs/empty?tab=media")
        expect(page.get_by_text("swanlab.Image(array")).to_be_visible()


def test_a_new_step_arrives_while_one_looks(page, server):
    with swanlab.init(project="media", mode="cloud", id="live"):
        swanlab.log({"seen": swanlab.Image(picture(0, 0, 0), caption="first")}, step=0)
        sign_in(page, server.host)
        page.goto(f"{server.host}/@admin/media/runs/live?tab=media")
        expect(page.get_by_role("img", name="first")).to_be_visible()
        swanlab.log({"seen": swanlab.Image(picture(5, 0, 0), caption="second")}, step=5)
        expect(page.get_by_role("img", name="second")).to_be_visible()
        mover = slider(page, "seen")
        expect(mover).to_have_attribute("aria-valuetext", "step 5")
        # Who has gone back stays there.
        mover.focus()
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_role("img", name="first")).to_be_visible()
        swanlab.log({"seen": swanlab.Image(picture(9, 0, 0), caption="third")}, step=9)
        expect(mover).to_have_attribute("max", "2")
        expect(mover).to_have_attribute("aria-valuetext", "step 0")
        swanlab.log({"said": swanlab.Text("a new key")}, step=9)
        expect(page.get_by_text("a new key")).to_be_visible()


SCRIPT = "<script>parent.taken = top.taken = window.taken = document.cookie || 'yes'</script>"
HANDLER = "<img src=x onerror=\"window.taken = parent.taken = 'yes'\">"
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="top.taken=1">'
    "<rect width='40' height='40' fill='teal'/><script>top.taken = 'yes'</script></svg>"
)
REPORT = f"""<h1>report</h1>{SCRIPT}{HANDLER}<p id=out>still</p><script>
  document.getElementById("out").textContent = "ran in " + self.origin;
  try {{ parent.document.title = "taken over"; top.taken = "yes"; }} catch (error) {{}}
  try {{ localStorage.x = 1; }} catch (error) {{ document.title = "no storage"; }}
  fetch("/api/v1/session").then(() => {{ out.textContent = "reached the server"; }}, () => {{}});
</script>"""


def test_hostile_content_is_shown_and_does_nothing(chromium: Browser, server, tmp_path):
    evil = f"{HANDLER}{SCRIPT}"
    (tmp_path / "evil.svg").write_text(DRAWING)
    with swanlab.init(project="media", mode="cloud", id="evil"):
        swanlab.log(
            {
                "html": swanlab.Html(REPORT),
                "large": swanlab.Html(REPORT + "<!--" + "x" * 200_000 + "-->"),
                "svg": swanlab.Image(str(tmp_path / "evil.svg"), caption=evil),
                "text": swanlab.Text(
                    f"{evil} [go](javascript:top.taken=1) ![x](https://e.invalid)"
                ),
                "talk": swanlab.Text([{"role": "user", "content": evil, "name": evil}]),
                "table": swanlab.Table([evil, "<b>b</b>"], [[evil, 1], ["=cmd()", 2]]),
                f"key {HANDLER}": swanlab.Text("named badly"),
            }
        )
    wait_for(lambda: stored(server, "evil"))
    # What is refused stands in the console; nothing fails.
    page, _ = opened(chromium, server, "media/runs/evil?tab=media")
    expect(panel(page, "svg").get_by_role("img")).to_be_visible()
    assert panel(page, "svg").get_by_role("img").evaluate("image => image.naturalWidth") == 40
    for key in ("html", "large"):
        inside = panel(page, key).frame_locator("iframe")
        expect(inside.locator("#out")).to_have_text("ran in null")
    expect(panel(page, "text").get_by_text("onerror=")).to_be_visible()
    expect(panel(page, "talk").locator("li")).to_contain_text("onerror=")
    expect(panel(page, "table").get_by_role("cell").first).to_contain_text("<script>")
    expect(page.get_by_text("named badly")).to_be_attached()
    page.wait_for_timeout(500)
    name = server.run("admin/media", "evil")["name"]
    assert page.evaluate("() => [window.taken, document.title]") == [None, f"{name} · swanlab"]
    # The empty page has no origin either when it is opened by itself.
    page.goto(f"{server.host}/stage.html")
    assert page.evaluate("() => self.origin") == "null"
    page.context.close()

"""Media in the browser: every plain kind logged by real runs, moved through its steps, compared."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import swanlab
from tests.e2e.conftest import sign_in, until
from tests.e2e.test_pages import LOOKS, check
from tests.serving import Serving, wait_for

STEPS = 12
RUNS = {"swan": 0.0, "goose": 0.4}
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
def seeded(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serving]:
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
    found = page.get_by_role("article", name=key, exact=True)
    found.scroll_into_view_if_needed()
    return found


def address(**media: Any) -> str:
    return quote(json.dumps(media))


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

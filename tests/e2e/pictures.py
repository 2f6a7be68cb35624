"""Pictures of every page to look at: ``python -m tests.e2e.pictures [FOLDER] [--only WORD]``.

Each page empty, full and in trouble, in both languages and themes, wide and narrow. Nothing is
checked here but that a page could be opened; what is checked of pages is in ``test_pages.py``.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Error, Page, sync_playwright

import swanlab
from swanlab.client import Client
from tests.e2e.conftest import ARGUMENTS, sign_in
from tests.serving import Serving

LOOKS: dict[str, dict[str, Any]] = {
    f"{language}-{theme}-{width}": {
        "locale": "en-US" if language == "en" else "zh-CN",
        "color_scheme": theme,
        "viewport": {"width": 1400, "height": 900} if width == "wide" else NARROW,
    }
    for NARROW in ({"width": 390, "height": 844},)
    for language in ("en", "zh")
    for theme in ("light", "dark")
    for width in ("wide", "narrow")
}
PROJECT, RUN = "/@admin/cats", "/@admin/cats/runs/best"
PAGES = {
    "projects": "/",
    "charts": PROJECT,
    "charts-grouped": f"{PROJECT}?group=config.net.name",
    "table": f"{PROJECT}?tab=table",
    "table-grouped": f"{PROJECT}?tab=table&group=config.net.name",
    "table-none": f"{PROJECT}?tab=table&q=nothing-of-that-name",
    "compare": f"{PROJECT}?tab=compare",
    "run": RUN,
    "overview": f"{RUN}?tab=overview",
    "logs": f"{RUN}?tab=logs",
    "environment": f"{RUN}?tab=environment",
    "system": f"{RUN}?tab=system",
    "files": f"{RUN}?tab=files",
    "media": f"{RUN}?tab=media",
    "media-project": f"{PROJECT}?tab=media",
    "media-empty": "/@admin/cats/runs/first?tab=media",
    "workspace": "/@admin",
    "members": "/@admin?tab=members",
    "bin": "/@admin?tab=bin",
    "project-settings": f"{PROJECT}/settings",
    "settings": "/settings",
    "admin": "/admin",
    "run-failed": "/@admin/cats/runs/failed",
    "run-live": "/@admin/cats/runs/live",
    "run-empty": "/@admin/cats/runs/empty",
    "project-empty": "/@admin/empty",
    "missing-run": "/@admin/cats/runs/none",
    "missing-project": "/@admin/none",
    "missing-page": "/nowhere",
}


def seed(folder: Path) -> None:
    """Log runs that differ, one that failed, one that logged nothing, and one that goes on."""
    (folder / "model.yaml").write_text("depth: 3\n")
    for number, run in enumerate(("first", "second", "failed", "empty", "best")):
        swanlab.init(
            project="cats", id=run, experiment_name=run, mode="cloud", logdir=str(folder / "log"),
            tags=["yolo", "base"][: number % 3], description="The **best** one." * (run == "best"),
            config={"lr": 10.0**-number, "net": {"name": f"m{number % 2}", "depth": number}},
        )  # fmt: skip
        for step in range(0 if run == "empty" else 2000):
            loss = 2 * math.exp(-step / (300 + 100 * number)) + 0.02 * math.sin(step)
            swanlab.log({"train/loss": loss, "train/acc": 1 - loss / 2})
            if step % 100 == 0:
                swanlab.log({"val/loss": math.nan if step == 500 else loss}, step=step)
                print(f"step {step}: loss {loss:.3f}")
        if number > 2:
            log_media(number)
        if run == "best":
            swanlab.save(str(folder / "model.yaml"), base_path=str(folder))
        failed = "Traceback (most recent call last):\nValueError: loss is not finite"
        swanlab.finish(*(("crashed", failed) if run == "failed" else ()))
    swanlab.init(project="cats", id="live", mode="cloud", logdir=str(folder / "log"))
    swanlab.log({"train/loss": 1.0})


def log_media(number: int) -> None:
    """Log a few steps of each kind that can be told apart at a glance."""
    across, down = np.meshgrid(np.linspace(0, 1, 96), np.linspace(0, 1, 64))
    for step in range(0, 50, 10):
        wave = np.sin(across * (6 + number) + step / 7) * np.cos(down * 5)
        picture = np.stack([wave, across * 2 - 1, down * 2 - 1], axis=-1)
        boxes = {
            "found": {
                "box_data": [
                    {
                        "position": {"minX": 0.2, "minY": 0.2, "maxX": 0.6, "maxY": 0.8},
                        "class_id": 1,
                        "scores": {"p": 0.9},
                    }
                ],
                "class_labels": {1: "cat"},
            }
        }
        talk = [
            {"role": "user", "content": f"Step {step}?"},
            {"role": "assistant", "content": "A **cat**, I am sure."},
        ]
        values = np.random.default_rng(step).normal(step / 50, 1, 2000)
        swanlab.log(
            {
                "seen/picture": [swanlab.Image(picture, caption=f"{n}", boxes=boxes) for n in "ab"],
                "seen/sound": swanlab.Audio(np.sin(np.arange(8000) / (5 + step)), 8000),
                "said/talk": swanlab.Text(talk),
                "said/note": swanlab.Text(f"# Step {step}\n\n* one\n* two"),
                "weights/layer": swanlab.Histogram(values),
                "seen/cloud": swanlab.Object3D(np.random.default_rng(step).random((500, 3))),
                "tables/guess": swanlab.Table(
                    columns=["id", "guess", "score"],
                    data=[[n, "cat" if n % 2 else "dog", n / 7] for n in range(6)],
                ),
                "tables/report": swanlab.Html(f"<h1>Report</h1><p>Step {step}.</p>"),
            },
            step=step,
        )


def settle(page: Page) -> None:
    """Wait until nothing loads any more; what never comes to rest is taken as it is."""
    page.wait_for_timeout(400)
    with contextlib.suppress(Error):
        page.wait_for_function("!document.querySelector('[aria-busy=true]')", timeout=10_000)
    page.wait_for_timeout(800)


def take(browser: Browser, host: str, look: str, folder: Path, only: str) -> Iterator[Path]:
    """Take all pages in one look."""
    context = browser.new_context(**LOOKS[look])
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{host}/login")
    wanted = {name: path for name, path in PAGES.items() if only in name}
    if only in "login":
        settle(page)
        page.screenshot(path=folder / f"login-{look}.png")
        yield folder / f"login-{look}.png"
    sign_in(page, host)
    for name, path in wanted.items():
        page.goto(host + path)
        settle(page)
        place = folder / f"{name}-{look}.png"
        page.screenshot(path=place)
        yield place
    context.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--only", default="", help="a word in the names of pages")
    parser.add_argument("--looks", default="", help="words in the names of looks, by commas")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="swanlab-pictures-"))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        os.environ["SWANLAB_SAVE_DIR"] = f"{work}/home"
        os.environ["SWANLAB_ALLOW_STOP"] = "no"  # It is asked, and the training is this program.
        serving = Serving(Path(work) / "server").start().log_in()
        seed(Path(work))
        client = Client(serving.host, serving.api_key)
        client.request("POST", "/projects/admin", {"name": "empty"})
        client.request("POST", "/projects/admin/cats/runs/live/stop")
        client.close()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=ARGUMENTS
                )
                for look in LOOKS:
                    if any(word in look for word in options.looks.split(",")):
                        for place in take(browser, serving.host, look, folder, options.only):
                            print(place, flush=True)
                browser.close()
        finally:
            swanlab.finish()
            serving.stop()


if __name__ == "__main__":
    main()

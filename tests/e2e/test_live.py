"""From ``log()`` to the screen: a script logs, and the chart in the browser grows."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import sign_in, until
from tests.serving import Serving, wait_for

# Logs a point ten times as high per line of standard input, and answers when log() was done.
TRAINING = """
import sys, time, swanlab
run = swanlab.init(project="live", mode=sys.argv[1], id="growing", config={"lr": 0.1})
swanlab.log({"train/loss": 1.0, "train/acc": 0.5})
print(run.name, flush=True)
height = 1
for line in sys.stdin:
    height *= 10
    swanlab.log({"train/loss": height, "train/acc": 0.5})
    print(time.time() * 1000, flush=True)
"""
SECONDS = 2.0
# The y axis reaches the height of the new point: its label has been drawn.
LABEL_DRAWN = """height => window.drawn.find(([, text]) =>
  parseFloat(text.replace(/[,\u202f]/g, "")) * (text.endsWith("k") ? 1000 : 1) === height)"""


class Training:
    def __init__(self, mode: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", TRAINING, mode],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.name = self.answer()

    def answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def log(self) -> float:
        """Log the next point; returns when, in Unix milliseconds."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.answer())

    def end(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(30)


@pytest.mark.parametrize("kind", ["server", "watch"])
def test_a_new_point_is_on_the_screen_within_two_seconds(kind, page: Page, request):
    serving: Serving = request.getfixturevalue("server" if kind == "server" else "watching")
    training = Training("cloud" if kind == "server" else "local")
    if kind == "server":
        sign_in(page, serving.host)
    owner = "admin" if kind == "server" else "local"
    wait_for(lambda: any(p["name"] == "live" for p in serving.get("/projects")["projects"]))
    page.goto(f"{serving.host}/@{owner}/live/runs/growing")
    expect(page.get_by_text("train/loss")).to_be_visible()
    until(page, "window.drawn.length > 0")

    took = []
    for height in (10, 100, 1000, 10_000, 100_000):
        page.evaluate("window.drawn = []")
        logged = training.log()
        seen = until(page, LABEL_DRAWN, height)
        took.append((seen[0] - logged) / 1000)
    assert training.end() == 0
    print("seconds from log() to the screen:", [round(seconds, 2) for seconds in took])
    assert sorted(took)[len(took) // 2] <= SECONDS
    expect(page.get_by_text("finished")).to_be_visible()

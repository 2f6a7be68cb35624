"""A tab of a real Chromium, and what its main thread, frames, heap and requests tell.

Main-thread time is ``TaskDuration`` of ``Performance.getMetrics``: the time of tasks by the clock,
which waits for no frame and no answer. Frames are the gaps between animation frames. The heap is
read after two collections.
"""

from __future__ import annotations

import shutil
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
from playwright.sync_api import Browser, Error, Request, sync_playwright

from bench.rows import Failed
from tests.e2e.conftest import ARGUMENTS

SLOW = 50.0
"""A frame longer than this is felt (ms)."""
patience = 1.0
"""Factor of all limits of time: on a machine that others use too, ours end too early."""
_QUIET = 1.5
"""Seconds without a new chart after which a page has settled."""

WATCH = """
(() => {
  const later = setTimeout;
  const stroked = new WeakSet();
  const stroke = CanvasRenderingContext2D.prototype.stroke;
  CanvasRenderingContext2D.prototype.stroke = function (...path) {
    if (path.length > 0 || ANY_STROKE) stroked.add(this.canvas);
    return stroke.apply(this, path);
  };
  const inSight = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 80 && box.height > 50 && box.bottom > 0 && box.right > 0 &&
      box.top < innerHeight && box.left < innerWidth;
  };
  const isLine = (path) => (path.getAttribute("d") ?? "").length > 200;
  const isDrawn = (one) => one.localName === "canvas"
    ? stroked.has(one) : [...one.querySelectorAll("path")].some(isLine);
  const charts = () =>
    [...document.querySelectorAll("canvas, svg")].filter((one) => inSight(one) && isDrawn(one));
  const count = () =>
    SELECTOR === "" ? charts().length : document.querySelectorAll(SELECTOR).length;
  const told = { seen: [], looking: true, frames: null, tasks: [] };
  let last = 0;
  const note = () => {
    const now = document.body ? count() : 0;
    if (now !== last) told.seen.push([performance.now(), (last = now)]);
  };
  const look = () => {
    note();
    if (told.looking) later(look, 50);
  };
  look();
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) told.tasks.push(task.duration);
  }).observe({ type: "longtask" });
  window.bench = {
    seen: () => {
      note();
      return [performance.now(), told.seen];
    },
    rest: () => { told.looking = false; },
    chart: () => {
      const { x, y, width, height } = charts().at(0).getBoundingClientRect();
      return { x, y, width, height };
    },
    begin: () => {
      const frames = (told.frames = []);
      told.tasks = [];
      let before = performance.now();
      const tick = () => {
        if (told.frames !== frames) return;
        const now = performance.now();
        frames.push(now - before);
        before = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    },
    end: () => {
      const { frames, tasks } = told;
      told.frames = null;
      return [frames, tasks];
    },
  };
})();
"""
"""Counts what is drawn in sight (lines on a canvas, paths of an SVG), or what a selector finds."""


class Tab:
    """One page, and a line to the browser's own instruments."""

    def __init__(self, browser: Browser, size: tuple[int, int], script: str) -> None:
        width, height = size
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale="en-US"
        )
        self.context.set_default_timeout(30_000 * patience)
        self.context.add_init_script(script)
        self.page = self.context.new_page()
        self.requests: list[Request] = []
        self._waiting: set[Request] = set()
        self.page.on("request", self._begun)
        for event in ("requestfinished", "requestfailed"):
            self.page.on(event, self._ended)
        self._line = self.context.new_cdp_session(self.page)
        self._line.send("Performance.enable")

    def _begun(self, request: Request) -> None:
        self.requests.append(request)
        if request.resource_type in ("fetch", "xhr"):
            self._waiting.add(request)

    def _ended(self, request: Request) -> None:
        self._waiting.discard(request)

    def rest(self, seconds: float = 60) -> None:
        """Wait until no answer is awaited and nothing has been asked for half a second."""
        until, last = time.monotonic() + seconds * patience, -1
        while time.monotonic() < until and (self._waiting or last != len(self.requests)):
            last = len(self.requests)
            self.page.wait_for_timeout(500)

    def metrics(self) -> dict[str, float]:
        """Return what the browser counts of this page."""
        found = self._line.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in found}

    def busy(self) -> float:
        """Return the milliseconds that the main thread has worked so far."""
        return self.metrics()["TaskDuration"] * 1000

    def heap(self) -> float:
        """Return what lives on the heap (MiB), after collecting what does not."""
        for _ in range(2):
            self._line.send("HeapProfiler.collectGarbage")
        return self.metrics()["JSHeapUsedSize"] / 2**20

    def open(self, url: str, seconds: float = 60) -> dict[str, float]:
        """Open a page and wait until nothing more is drawn.

        Raises:
            Failed: nothing was drawn in ``seconds``.
        """
        self.page.goto(url, wait_until="commit")
        until = time.monotonic() + seconds * patience
        while True:
            self.page.wait_for_timeout(200)
            now, seen = self.page.evaluate("bench.seen()")
            busy = self.busy()
            shown = seen and seen[-1][1] > 0
            if shown and not self._waiting and now - seen[-1][0] > _QUIET * 1000:
                break
            if time.monotonic() > until:
                if not shown:
                    raise Failed(f"nothing was drawn in {seconds:.0f} s")
                break
        self.page.evaluate("bench.rest()")
        most = max(count for _, count in seen)
        return {
            "first": next(at for at, count in seen if count > 0) / 1000,
            "all": next(at for at, count in seen if count == most) / 1000,
            "drawn": most,
            "task": busy,
            "requests": len(self.requests),
        }

    def frames(self, act: Callable[[], object]) -> dict[str, float]:
        """Return how the frames were while ``act`` was done."""
        before = self.busy()
        self.page.evaluate("bench.begin()")
        act()
        frames, tasks = self.page.evaluate("bench.end()")
        return {
            "frames": len(frames),
            "slow": sum(gap > SLOW for gap in frames),
            "median": statistics.median(frames),
            "worst": max(frames),
            "longest": max(tasks, default=0.0),
            "task": self.busy() - before,
        }

    def wheel(self, right: int, down: int, times: int) -> dict[str, float]:
        """Turn the wheel over the middle of the page, about once a frame."""
        size = self.page.viewport_size or {"width": 0, "height": 0}
        self.page.mouse.move(size["width"] * 0.6, size["height"] * 0.6)

        def turn() -> None:
            for _ in range(times):
                self.page.mouse.wheel(right, down)
                self.page.wait_for_timeout(16)

        return self.frames(turn)

    def moves(self, times: int = 100) -> dict[str, float]:
        """Move the mouse over the first chart in sight, and say what one move costs (ms)."""
        box = self.page.evaluate("bench.chart()")
        left, width = box["x"] + 0.2 * box["width"], 0.7 * box["width"]
        middle = box["y"] + 0.5 * box["height"]

        def along() -> None:
            for place in range(times):
                self.page.mouse.move(left + width * place / times, middle)

        self.frames(along)  # the tooltip is made, and code is compiled
        found = self.frames(along)
        return {**found, "move": found["task"] / times}

    def until(self, expression: str, argument: Any = None, seconds: float = 30) -> Any:
        """Evaluate ``expression`` until it is true; returns its value.

        Raises:
            Failed: it is not in ``seconds``.
        """
        end = time.monotonic() + seconds * patience
        while not (value := self.page.evaluate(expression, argument)):
            if time.monotonic() > end:
                raise Failed(f"not in {seconds:.0f} s: {expression}")
            self.page.wait_for_timeout(10)
        return value


@contextmanager
def tab(
    size: tuple[int, int] = (1600, 1000), *, selector: str = "", any_stroke: bool = False,
    script: str = "", limit: float = 90,
) -> Iterator[Tab]:  # fmt: skip
    """Give a tab of a browser of its own, which is ended with it.

    ``selector`` finds what is counted as drawn in place of charts; ``any_stroke`` takes a canvas
    as drawn after any stroke, not only one of a whole path; ``script`` runs before the page's own.

    Raises:
        Failed: the page kept the browser busy for longer than ``limit`` seconds.
    """
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise Failed("Chromium is not installed; see tools/need-chromium.sh")
    settings = f"const ANY_STROKE = {str(any_stroke).lower()}, SELECTOR = {selector!r};"
    others = {child.pid for child in psutil.Process().children(recursive=True)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        mine = [c for c in psutil.Process().children(recursive=True) if c.pid not in others]
        late = threading.Timer(limit * patience, _end, [[c for c in mine if "chrom" in c.name()]])
        late.start()
        try:
            yield Tab(browser, size, settings + script + WATCH)
        except Error as error:
            why = (
                str(error).partition("\n")[0]
                if late.is_alive()
                else f"busy for {limit * patience:.0f} s"
            )
            raise Failed(why) from error
        finally:
            if late.is_alive():
                browser.close()
            late.cancel()


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue

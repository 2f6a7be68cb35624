"""A real Chromium before a real server."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.serving import PASSWORD, Serving

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Everything a chart writes on its canvas, with the moment it did: what is really on the screen.
WATCH_CANVAS = """
window.drawn = [];
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  window.drawn.push([performance.timeOrigin + performance.now(), String(text)]);
  return fillText.call(this, text, ...rest);
};
"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "Chromium is not installed; see tools/need-chromium.sh."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, locale="en-US")
    context.set_default_timeout(15_000)
    context.add_init_script(WATCH_CANVAS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which any error in the console fails the test."""
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda message: (
            message.type == "error"
            # The first question of a signed-out page is answered by 401: that is no trouble.
            and "401" not in message.text
            and troubles.append(message.text)
        ),
    )
    yield page
    assert not troubles


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    serving = Serving(tmp_path / "server").start().log_in()
    yield serving
    if serving.process is not None:
        serving.stop(signal.SIGKILL)


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Serving]:
    """``swanlab watch`` on the ``swanlog`` of the working directory."""
    logdir = Path("swanlog").absolute()
    logdir.mkdir()
    serving = Serving(tmp_path / "watch", "watch", str(logdir)).start()
    yield serving
    serving.stop()


def until(page: Page, expression: str, argument: Any = None, seconds: float = 15) -> Any:
    """Evaluate ``expression`` on the page until it is true; returns its value.

    The browser's own waiting would compile a string on the page, which its policy forbids.
    """
    deadline = time.monotonic() + seconds
    while not (value := page.evaluate(expression, argument)):
        assert time.monotonic() < deadline, f"not in {seconds} s: {expression}"
        page.wait_for_timeout(20)
    return value


def sign_in(page: Page, host: str, user: str = "admin") -> None:
    page.goto(f"{host}/login")
    page.locator("input[autocomplete=username]").fill(user)
    page.locator("input[autocomplete=current-password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{host}/")

"""What is done before each page, and what is measured of it. Every function returns figures."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bench import boards
from bench.boards import Board, Fed, address
from bench.chromium import Tab, tab
from bench.day import DAY, Live
from bench.rows import Failed
from bench.scenes import COMPARED, KEYS, PAGE, SECTIONS, TABLE, WORKSPACE, Scene
from tests.serving import PASSWORD

Figures = dict[str, float]

WIDE = (1920, 2700)
"""Room for 60 charts in six columns, all in sight."""
MARGIN = 400
"""How far outside the view a card of ours is made ready (px)."""
SCREENS = 5
LEAST = 50
"""Times a page must be drawn anew for its heap to tell anything."""
ROWS = "[role=row][data-run]"
CARDS = """(margin) => [...document.querySelectorAll("article[aria-label]")].filter((card) => {
  const box = card.getBoundingClientRect();
  return box.bottom > -margin && box.top < innerHeight + margin;
}).map((card) => card.getAttribute("aria-label"))"""
SCROLLER = """() => [...document.querySelectorAll("main, main *")].find((one) =>
  one.scrollHeight > one.clientHeight + 10 && /auto|scroll/.test(getComputedStyle(one).overflowY)
  && one.querySelector("article, [role=row]"))"""
FOLLOWING = """() => [...document.querySelectorAll(".u-cursor-x:not(.u-off)")].filter((line) =>
  Number(/translate\\((\\d+)/.exec(line.style.transform)?.[1] ?? 0) > 0).length"""


def named(figures: Figures, prefix: str, *names: str) -> Figures:
    """Return some of the figures under a longer name."""
    return {f"{prefix}_{name}": figures[name] for name in names}


@contextmanager
def signed_in(board: Board, **options: Any) -> Iterator[Tab]:
    """Give a tab in which an account of ours is signed in."""
    with tab(**options) as one:
        answer = one.context.request.post(
            f"{board.host}/api/v1/session",
            data={"username": WORKSPACE, "password": PASSWORD},
            headers={"origin": board.host},
        )
        if not answer.ok:
            raise Failed(f"cannot sign in: {answer.status}")
        yield one


def asked(one: Tab) -> list[list[str]]:
    """Return the keys that charts were asked for, by the request, and forget the requests."""
    bodies = [
        request.post_data_json
        for request in one.requests
        if request.method == "POST" and request.url.endswith("/charts")
    ]
    one.requests.clear()
    return [[chart["series"][0]["key"] for chart in body["charts"]] for body in bodies]


def run_page(board: Board) -> Figures:
    """The run page of 300 charts: opened, gone through by screenfuls, and scrolled to its end."""
    with signed_in(board) as one:
        found = one.open(address(board, PAGE, run=True))
        known: set[str] = set()
        batches = again = unseen = 0
        scroller = one.page.evaluate_handle(SCROLLER)
        for screen in range(1 + SCREENS):
            if screen:
                scroller.evaluate("(one) => one.scrollBy(0, one.clientHeight)")
            one.rest()
            near = set(one.page.evaluate(CARDS, MARGIN))
            for batch in asked(one):
                unseen += len(set(batch) - near)
                batches += not known.issuperset(batch)
                again += known.issuperset(batch)
                known.update(batch)
        scroller.evaluate("(one) => one.scrollTo(0, 0)")
        one.rest()
        scroll = one.wheel(0, 300, 90)
        return {
            **found,
            "unseen": unseen,
            "batches": batches / (1 + SCREENS),
            "again": again,
            **named(scroll, "scroll", "slow", "worst", "longest", "median"),
            "heap": one.heap(),
        }


def compared(board: Board) -> Figures:
    """100 runs in 60 charts, all in sight: opened, and the mouse moved over one of them."""
    with signed_in(board, size=WIDE) as one:
        found = one.open(address(board, COMPARED, search=f"?first={COMPARED.runs}&cols=6"))
        if found["drawn"] != COMPARED.keys:
            raise Failed(f"{found['drawn']:.0f} of {COMPARED.keys} charts are in sight")
        moved = one.moves()
        return {
            **found,
            "lines": COMPARED.runs,
            "move": moved["move"],
            "following": one.page.evaluate(FOLLOWING),
            "heap": one.heap(),
        }


def table(board: Board) -> Figures:
    """The table of 10,000 runs: opened, scrolled both ways, sorted by a metric."""
    with signed_in(board, selector=ROWS) as one:
        found = one.open(address(board, TABLE, search="?view=table"), 60)
        down = one.wheel(0, 600, 90)
        right = one.wheel(400, 0, 60)
        first = f"() => document.querySelector('{ROWS}[aria-rowindex=\"2\"]')?.dataset.run"
        one.page.evaluate(f"({SCROLLER})().scrollTo({{ top: 0 }})")
        before = one.until(first)
        header = one.page.locator("[role=columnheader] button[title^='part']").last
        busy, begun = one.busy(), time.perf_counter()
        header.click()
        one.until(f"(before) => ![undefined, before].includes(({first})())", before)
        return {
            **found,
            **named(down, "down", "slow", "worst", "longest"),
            **named(right, "right", "slow", "worst", "longest"),
            "sort": (time.perf_counter() - begun) * 1000,
            "sort_task": one.busy() - busy,
            "heap": one.heap(),
        }


def keys(board: Board) -> Figures:
    """10,000 keys in a project: opened, and charts searched for letter by letter."""
    with signed_in(board) as one:
        found = one.open(address(board, KEYS))
        wanted = KEYS.key_names()[7_777]
        field = one.page.get_by_role("searchbox", name="Search charts")
        field.focus()
        typed = one.frames(lambda: one.page.keyboard.type(wanted, delay=80))
        begun = time.perf_counter()
        one.until("(key) => document.querySelector('article')?.ariaLabel === key", wanted)
        return {
            **found,
            "letter": typed["task"] / len(wanted),
            **named(typed, "type", "slow", "worst", "longest"),
            "answer": (time.perf_counter() - begun) * 1000,
            "heap": one.heap(),
        }


def sections(board: Board) -> Figures:
    """10,000 keys, each in a section of its own."""
    with signed_in(board) as one:
        found = one.open(address(board, SECTIONS))
        scroll = one.wheel(0, 300, 60)
        return {**found, **named(scroll, "scroll", "slow", "worst", "longest")}


def bundle(board: Board) -> Figures:
    """Code and styles that the first page loads, and those of the page of a run (KB, gzip)."""
    found = {}
    for name, url in (("first", board.host), ("run", address(board, PAGE, run=True))):
        with signed_in(board, selector="main a, article") as one:
            shown = one.open(f"{url}/" if name == "first" else url)["all"]
            until = one.page.evaluate("performance.timeOrigin") + shown * 1000
            loaded = [
                request.url
                for request in one.requests
                if request.resource_type in ("document", "script", "stylesheet")
                and request.timing["startTime"] <= until
            ]
            bodies = [one.context.request.get(url).body() for url in dict.fromkeys(loaded)]
            found[name] = sum(len(gzip.compress(body, 6)) for body in bodies) / 1000
    return found


def day(folder: Path, seconds: float) -> Figures:
    """The page of a live run, open for a day that passes in ``seconds``.

    Our timers of 100 ms and more run as much faster, in the page and between the server's hints;
    the run's 86,400 steps and every hint, answer and drawing are real. The heap is read when the
    page has been drawn for a twentieth of the day, in the middle, and in the end.
    """
    folder.mkdir(parents=True)
    faster = DAY / seconds
    board = boards.ours(folder, interval=0.5 / faster)
    try:
        with (
            closing(Live(board.host, seconds)) as live,
            signed_in(board, script=_fast(faster), limit=3 * seconds + 60) as one,
        ):
            one.open(board.host + live.page)
            live.wait(0.05, one.page.wait_for_timeout)
            start, nodes = one.heap(), one.metrics()
            live.wait(0.5, one.page.wait_for_timeout)
            middle = one.heap()
            early = len(asked(one))
            live.wait(1.0, one.page.wait_for_timeout)
            end, after = one.heap(), one.metrics()
            refreshes = early + len(asked(one))
            if refreshes < LEAST:
                raise Failed(f"the page was drawn anew only {refreshes} times")
            return {
                "posts": live.posts,
                "hints": live.hints,
                "refreshes": refreshes,
                "steps": live.steps,
                "start": start,
                "middle": middle,
                "end": end,
                "growth": (end / middle - 1) * 100,
                "nodes": after["Nodes"] - nodes["Nodes"],
                "listeners": after["JSEventListeners"] - nodes["JSEventListeners"],
            }
    finally:
        board.close()


def _fast(faster: float) -> str:
    return "".join(
        f"{{ const real = {name}; window.{name} = (act, wait = 0, ...rest) =>"
        f" real(act, wait >= 100 ? wait / {faster} : wait, ...rest); }}\n"
        for name in ("setTimeout", "setInterval")
    )


def of_peer(fed: Fed, scene: Scene) -> Figures:
    """The page of a peer that shows a scene; the mouse goes over one of its charts."""
    board, url = fed.serve(scene)
    try:
        with tab(size=WIDE if scene is COMPARED else (1600, 1000), any_stroke=True) as one:
            found = one.open(url)
            if scene is COMPARED:
                return {**found, "move": one.moves(30)["move"], "heap": one.heap()}
            scroll = one.wheel(0, 300, 90)
            return {
                **found,
                **named(scroll, "scroll", "slow", "worst", "longest", "median"),
                "heap": one.heap(),
            }
    finally:
        board.close()

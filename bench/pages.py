"""Our pages in a real Chromium before a server of W&B-like scale, and those of peers beside them.

Usage: ``python -m bench.pages [--only run,compared,table,keys,sections,day,bundle] [--quick]
[--peers trackio,mlflow,tensorboard | none] [--rounds 2] [--write]``.

``scenes.py`` says what the projects hold, ``views.py`` what is done before each page, and
``chromium.py`` how it is measured. The run page and the compared runs are shown by the peers too,
which are fed the same numbers, installed below ``.bench/pages`` (the first time takes minutes) and
opened in turns with ours, each time by a fresh browser and a fresh server. Budgets are those of the
requirement; the exit status is 1 if ours breaks one or shows nothing, with ``--lenient`` only if it
shows nothing. The web has to be built. Linux only.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import boards, chromium, scenes, sections, table, views
from bench.boards import PEERS, Board, Fed
from bench.environments import CHECKOUT
from bench.rows import Failed
from bench.table import Figure, Results
from bench.views import Figures

STATIC = CHECKOUT / "swanlab" / "server" / "static" / "index.html"
DAY_SECONDS = 75.0

FIGURES = (
    Figure("run.first", "run page of 300 charts: first chart drawn", "s", 1),
    Figure("run.all", "- all in sight drawn", "s", 2),
    Figure("run.drawn", "- charts in sight", ""),
    Figure("run.task", "- main thread until settled", "ms"),
    Figure("run.requests", "- requests until settled", ""),
    Figure("run.batches", "- requests for charts, to a screenful", "", 1),
    Figure("run.again", "- requests only for what was asked for before", ""),
    Figure("run.unseen", "- charts asked for that are not near the view", "", 0),
    Figure("run.scroll_slow", "- scrolled to the end: frames over 50 ms", "", 0),
    Figure("run.scroll_median", "- of that: median frame", "ms"),
    Figure("run.scroll_worst", "- of that: longest frame", "ms"),
    Figure("run.scroll_longest", "- of that: longest task over 50 ms", "ms"),
    Figure("run.heap", "- heap in the end", "MiB"),
    Figure("compared.first", "100 runs in 60 charts: first chart drawn", "s"),
    Figure("compared.all", "- all in sight drawn", "s"),
    Figure("compared.drawn", "- charts in sight", ""),
    Figure("compared.task", "- main thread until settled", "ms"),
    Figure("compared.move", "- one mouse move over a chart", "ms", 16),
    Figure("compared.following", "- charts whose cursor follows", "", 60, at_least=True),
    Figure("compared.heap", "- heap in the end", "MiB"),
    Figure("table.first", "table of 10,000 runs x 200 columns: first row", "s"),
    Figure("table.task", "- main thread until settled", "ms"),
    Figure("table.down_slow", "- scrolled down: frames over 50 ms", "", 0),
    Figure("table.down_worst", "- of that: longest frame", "ms"),
    Figure("table.right_slow", "- scrolled to the right: frames over 50 ms", "", 0),
    Figure("table.right_worst", "- of that: longest frame", "ms"),
    Figure("table.sort", "- sorted by a metric: click to first row", "ms", 300),
    Figure("table.sort_task", "- of that: main thread", "ms"),
    Figure("table.heap", "- heap in the end", "MiB"),
    Figure("keys.first", "10,000 keys in a project: first chart drawn", "s", 2),
    Figure("keys.all", "- all in sight drawn", "s", 2),
    Figure("keys.task", "- main thread until settled", "ms"),
    Figure("keys.letter", "- main thread for a letter typed into the search", "ms"),
    Figure("keys.type_slow", "- frames over 50 ms while typing", ""),
    Figure("keys.type_worst", "- of that: longest frame", "ms"),
    Figure("keys.answer", "- last letter to the charts found", "ms"),
    Figure("keys.heap", "- heap in the end", "MiB"),
    Figure("sections.first", "10,000 keys in 10,000 sections: first chart drawn", "s", 2),
    Figure("sections.task", "- main thread until settled", "ms"),
    Figure("sections.scroll_slow", "- scrolled: frames over 50 ms", "", 0),
    Figure("sections.scroll_worst", "- of that: longest frame", "ms"),
    Figure("day.growth", "a live run open for a day: heap, middle to end", "%", 5),
    Figure("day.start", "- heap at the start", "MiB"),
    Figure("day.middle", "- heap in the middle", "MiB"),
    Figure("day.end", "- heap in the end", "MiB"),
    Figure("day.nodes", "- nodes more than at the start", ""),
    Figure("day.listeners", "- listeners more than at the start", ""),
    Figure("day.steps", "- steps taken in (24 series)", ""),
    Figure("day.hints", "- live hints sent", ""),
    Figure("day.refreshes", "- times the charts were asked for and drawn anew", ""),
    Figure("bundle.first", "code and styles of the first route, gzip", "KB", 250),
    Figure("bundle.run", "- of the page of a run, all it loads", "KB"),
)  # fmt: skip

SCENES = {
    "run": scenes.PAGE,
    "compared": scenes.COMPARED,
    "table": scenes.TABLE,
    "keys": scenes.KEYS,
    "sections": scenes.SECTIONS,
    "bundle": scenes.PAGE,
}
OURS: dict[str, Callable[[Board], Figures]] = {
    "run": views.run_page,
    "compared": views.compared,
    "table": views.table,
    "keys": views.keys,
    "sections": views.sections,
    "bundle": views.bundle,
}
ROWS = (*OURS, "day")
SHARED = ("run", "compared")
"""Rows of peers too, measured in every round; the others once."""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ",".join(peer.name for peer in PEERS)
    parser.add_argument("--only", default=",".join(ROWS), help="rows to measure")
    parser.add_argument("--peers", default=names, help=f"of {names}, or none")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="one round, a day in 15 s")
    parser.add_argument(
        "--patience", type=float, default=1.0, help="factor of limits of time, for a busy machine"
    )
    parser.add_argument("--lenient", action="store_true", help="budgets are only said")
    parser.add_argument("--write", action="store_true", help="write a section of RESULTS.md")
    parser.add_argument("--root", type=Path, default=CHECKOUT / ".bench" / "pages")
    return parser.parse_args()


class Show:
    """What was measured so far."""

    def __init__(self) -> None:
        self.results = Results()

    def measure(self, row: str, who: str, work: Callable[[], Figures]) -> None:
        """Keep what ``work`` returns, or why it returned nothing."""
        begun = time.monotonic()
        try:
            figures = work()
        except Failed as failed:
            self.results.fail(row, who, str(failed))
            said = f"failed: {failed}"
        else:
            self.results.add(row, who, dict(figures))
            said = "  ".join(f"{name} {table.shown(value)}" for name, value in figures.items())
        print(f"{row:9} {who:12} {said}  [{time.monotonic() - begun:.0f} s]", flush=True)


def play(options: argparse.Namespace, folder: Path, show: Show) -> dict[str, str]:
    """Measure all that is asked for; returns name to title of those measured."""
    rows = options.only.split(",")
    fed = _feed(options, rows, folder)
    wanted = list(dict.fromkeys(SCENES[row] for row in rows if row in SCENES))
    if wanted:
        begun = time.monotonic()
        scenes.seed(folder / "ours" / "data", wanted)
        print(f"seeded {', '.join(one.name for one in wanted)}", end="  ")
        print(f"[{time.monotonic() - begun:.0f} s]", flush=True)
    for turn in range(1 if options.quick else options.rounds):
        for row in rows:
            if row in SHARED:
                _in_turn(row, turn, fed, folder, show)
            elif row in OURS and turn == 0:
                show.measure(row, "ours", lambda row=row: _before_ours(folder, OURS[row]))
    if "day" in rows:
        seconds = 15.0 if options.quick else DAY_SECONDS
        show.measure("day", "ours", lambda: views.day(folder / "day", seconds))
    return {"ours": "ours", **{one.peer.name: f"{one.peer.name} {one.version()}" for one in fed}}


def _feed(options: argparse.Namespace, rows: list[str], folder: Path) -> list[Fed]:
    """Give the peers that are asked for what the shared rows show."""
    fed = []
    for peer in PEERS:
        if peer.name not in options.peers.split(",") or not set(rows) & set(SHARED):
            continue
        one, begun = Fed(peer, options.root), time.monotonic()
        try:
            one.feed(scenes.SHARED, folder / "given")
        except (Failed, subprocess.CalledProcessError) as failed:
            print(f"{peer.name} is left out: {failed}", flush=True)
            continue
        fed.append(one)
        print(f"fed {peer.name}  [{time.monotonic() - begun:.0f} s]", flush=True)
    return fed


def _in_turn(row: str, turn: int, fed: list[Fed], folder: Path, show: Show) -> None:
    """Measure a row of ours and of the peers, beginning with another one each round."""
    works: list[tuple[str, Callable[[], Figures]]] = [
        ("ours", lambda: _before_ours(folder, OURS[row]))
    ]
    works += [(one.peer.name, lambda one=one: views.of_peer(one, SCENES[row])) for one in fed]
    for index in range(len(works)):
        who, work = works[(index + turn) % len(works)]
        if (row, who) not in show.results.failures:
            show.measure(row, who, work)


def _before_ours(folder: Path, view: Callable[[Board], Figures]) -> Figures:
    board = boards.ours(folder / "ours")
    try:
        return view(board)
    finally:
        board.close()


def _lines(results: Results, titles: dict[str, str], rows: list[str]) -> Iterator[str]:
    yield f"| what | unit | budget | {' | '.join(titles.values())} |"
    yield "|---" * (3 + len(titles)) + "|"
    for figure in FIGURES:
        if figure.key.split(".")[0] in rows:
            cells = " | ".join(table.cell(results, figure, who) for who in titles)
            yield f"| {figure.title} | {figure.unit} | {table.budget(figure)} | {cells} |"


def judge(results: Results, rows: list[str]) -> tuple[list[str], list[str]]:
    """Return what ours did not show, and which budgets it breaks."""
    broken = [f"{row}: {why}" for (row, who), why in results.failures.items() if who == "ours"]
    over = []
    for figure in FIGURES:
        values = results.values.get((figure.key, "ours"))
        if (
            figure.budget is not None
            and values
            and figure.over(middle := statistics.median(values))
        ):
            name = figure.title.removeprefix("- ")
            over.append(
                f"{figure.key.split('.')[0]}, {name}: {table.shown(middle)} {figure.unit},"
                f" budget {table.budget(figure)}"
            )
    return broken, over


def _notes(quick: bool) -> list[str]:
    return [
        "",
        "Drawn means: lines on a canvas or in an SVG within the window, looked for every 50 ms from"
        " the start of the navigation on, cache empty. Frames are gaps between animation frames,"
        " the mouse turning 90 times by 300 px. Peers show what they show by default: MLflow of"
        " 100 runs the first ten, TensorBoard twelve charts to a group (as SVG: there is no GPU);"
        " none of them moves the cursors of other charts along. "
        + ("A trial (`--quick`)." if quick else "Median (min to max) of the rounds."),
    ]


def main() -> int:
    """Run it; returns the exit status."""
    options, begun, clock = _options(), f"{table.today()}, load {table.load()}", time.monotonic()
    chromium.patience = options.patience
    rows = options.only.split(",")
    if unknown := set(rows) - set(ROWS):
        raise SystemExit(f"no such row: {', '.join(sorted(unknown))} (of {', '.join(ROWS)})")
    if not STATIC.is_file():
        raise SystemExit("the web is not built: npm run build in web/")
    options.root = options.root.absolute()
    options.root.mkdir(parents=True, exist_ok=True)
    folder, show = Path(tempfile.mkdtemp(prefix="swanlab-pages-")), Show()
    try:
        titles = play(options, folder, show)
    finally:
        shutil.rmtree(folder)
    broken, over = judge(show.results, rows)
    lines = [*_lines(show.results, titles, rows), *_notes(options.quick), ""]
    lines += [f"- {one}" for one in (*broken, *over) or ["Everything is within its budget."]]
    lines.append(f"- It took {(time.monotonic() - clock) / 60:.0f} minutes.")
    print(*lines, sep="\n")
    if options.write:
        command = f"python -m bench.pages {' '.join(sys.argv[1:])}".rstrip()
        head = sections.where(begun, f"SQLite, {_browser()}", command)
        sections.put(sections.RESULTS, "`pages.py`", [*head, "", *lines])
    return 1 if broken or (over and not options.lenient) else 0


def _browser() -> str:
    from bench.chromium import tab

    with tab() as one:
        browser = one.context.browser
        return f"Chromium {browser.version if browser else 'unknown'}, headless, no GPU"


if __name__ == "__main__":
    sys.exit(main())

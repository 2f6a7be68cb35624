"""``python -m bench.main [--quick] [--only ROW,… [--again]] [--root DIR]``: ours and its peers.

Each peer is installed from PyPI into an environment of its own under ``.bench``, ours from this
checkout. In every round all peers are measured one after the other for a row before the next row
comes, beginning with another peer each round, so that what changes on the machine meets them all.
A whole run of three rounds writes ``bench/RESULTS.md``; one of ``--quick`` or of single rows is a
trial and writes ``RESULTS.md`` in the root. ``--again`` puts the single rows in place of those of
the last whole run, for instance because others were using the machine then. Linux only.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench import charts, environments, sections, table, tree
from bench.environments import CHECKOUT
from bench.peers import OURS, PEERS, Peer
from bench.rows import ROWS, Bench, Failed, last_line

ONCE = ("chart", "ingest", "store")
SCRIPTS = {"ingest": "bench_ingest.py", "store": "bench_store.py"}
QUICK = {"ingest": ["--posts", "400"], "store": ["--quick"]}
KEPT = "whole.json"
"""In the root: all that the last whole run measured."""
RATES = {
    "rate": re.compile(r"points per second of one core\s+([\d.]+) M"),
    "wall": re.compile(r"points per second, wall\s+([\d.]+) M"),
}
"""What ``bench_ingest.py`` prints."""


def main() -> None:
    """Measure, and write the results."""
    options = _options()
    tree.settle()
    rows = set(options.only.split(",")) if options.only else {*ROWS, *ONCE}
    if unknown := rows - {*ROWS, *ONCE}:
        raise SystemExit(f"no such row: {', '.join(sorted(unknown))} (of {', '.join(ROWS)})")
    bench = Bench(options.root.absolute(), options.quick)
    results, before = table.Results(), f"{table.today()}, load {table.load()}"
    titles = _install(bench, rows)
    for bench.round in range(1 if options.quick else options.rounds):
        for row in ROWS:
            if row in rows:
                for peer in _in_turn(bench.round, titles):
                    if peer.rows is None or row in peer.rows:
                        _measure(bench, results, row, peer)
    printed = _once(bench, results, rows, titles)
    when = [_when(bench, before)]
    whole = not (options.quick or options.only)
    if options.again:
        when[0] += f": {', '.join(sorted(rows))}, measured again"
        when, printed = _rest(bench.root / KEPT, results, rows, when, printed)
        rows = {*ROWS, *ONCE}
    lines = [*_head(bench, when), "", *table.table(results, titles, rows), "", table.QUOTED]
    lines += _verdict(results, rows) + _appendix(bench, printed)
    target = (CHECKOUT / "bench" if whole or options.again else bench.root) / "RESULTS.md"
    apart = sections.kept(target.read_text()) if target.is_file() else []
    target.write_text("\n\n".join(["\n".join(lines), *apart]) + "\n")
    if whole or options.again:
        values = {f"{figure} {peer}": all_ for (figure, peer), all_ in results.values.items()}
        kept = {"when": when, "values": values, "printed": printed}
        (bench.root / KEPT).write_text(json.dumps(kept))
    print(f"\n{target}")


def _rest(
    path: Path,
    results: table.Results,
    rows: set[str],
    when: list[str],
    printed: dict[str, str],
) -> tuple[list[str], dict[str, str]]:
    """Add what the last whole run measured of the other rows; returns when and what was printed."""
    kept = json.loads(path.read_text())
    for name, values in kept["values"].items():
        figure, _, peer = name.partition(" ")
        row = figure.split(".")[0]
        if row not in rows:
            results.add(row, peer, {figure.partition(".")[2]: values})
    return [*kept["when"], *when], {**kept["printed"], **printed}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, no chart of 10 M points")
    parser.add_argument("--only", default="", help=f"rows of {', '.join((*ROWS, *ONCE))}")
    parser.add_argument("--again", action="store_true", help="put them into the last results")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--root", type=Path, default=CHECKOUT / ".bench")
    options = parser.parse_args()
    if options.again and (options.quick or not options.only):
        parser.error("--again goes with --only, without --quick")
    return options


def _install(bench: Bench, rows: set[str]) -> dict[str, str]:
    """Make the environments; returns name to column title of the peers that could be installed."""
    titles = {}
    for peer in PEERS.values():
        if peer.rows is not None and rows.isdisjoint(peer.rows):
            continue
        print(f"installing {peer.name}", flush=True)
        try:
            environments.make(bench.root, peer)
        except subprocess.CalledProcessError as error:
            if peer is OURS:
                raise SystemExit(f"cannot install ours: {error.stderr}") from error
            bench.notes.append(f"{peer.name} could not be installed: {error.stderr[-300:]}")
            continue
        version = environments.version(bench.root, peer)
        titles[peer.name] = f"{peer.module if peer is not OURS else 'ours'} {version}"
    return titles


def _in_turn(turn: int, titles: dict[str, str]) -> Iterator[Peer]:
    """Yield the peers, beginning with another one each round."""
    names = list(titles)
    for index in range(len(names)):
        yield PEERS[names[(index + turn) % len(names)]]


def _measure(bench: Bench, results: table.Results, row: str, peer: Peer) -> None:
    begun = time.perf_counter()
    try:
        figures = ROWS[row](bench, peer)
    except Failed as failed:
        results.fail(row, peer.name, str(failed))
        said = f"failed: {failed}"
    else:
        results.add(row, peer.name, dict(figures))
        said = "  ".join(f"{name} {table.shown(value)}" for name, value in figures.items())
    spent = time.perf_counter() - begun
    print(f"round {bench.round + 1}  {row:8} {peer.name:15} {said}  [{spent:.0f} s]", flush=True)


def _once(
    bench: Bench, results: table.Results, rows: set[str], titles: dict[str, str]
) -> dict[str, str]:
    """Measure what is measured once; returns what the scripts of their own printed."""
    if "chart" in rows:
        for name in titles.keys() & charts.MEASURED.keys():
            try:
                results.add("chart", name, dict(charts.MEASURED[name](bench)))
            except Failed as failed:
                results.fail("chart", name, str(failed))
            print(f"chart    {name}", flush=True)
    printed = {row: _script(bench, row) for row in SCRIPTS if row in rows}
    if "ingest" in printed:
        found = {name: rate.search(printed["ingest"]) for name, rate in RATES.items()}
        figures = {name: float(match[1]) for name, match in found.items() if match}
        results.add("ingest", OURS.name, dict(figures))
        if not figures:
            results.fail("ingest", OURS.name, printed["ingest"].strip()[-160:])
    return printed


def _script(bench: Bench, row: str) -> str:
    """Run a measurement that is a script of its own, on our core; returns what it printed."""
    path = CHECKOUT / "bench" / SCRIPTS[row]
    if not path.is_file():
        return f"bench/{path.name} is not there"
    folder = bench.fresh(row, OURS)
    python = str(environments.python(bench.root, OURS))
    processes = bench.tree(OURS, folder)
    quick = QUICK[row] if bench.quick else []
    codes = processes.wait([processes.start([python, str(path), *quick], "script.log")], 1200)
    processes.drain()
    print(f"{row:8} {path.name}", flush=True)
    if codes != [0]:
        return f"bench/{path.name} failed: {last_line(folder / 'script.log')}"
    return (folder / "script.log").read_text()


def _when(bench: Bench, before: str) -> str:
    share = bench.foreign / bench.elapsed if bench.elapsed else 0.0
    return (
        f"Begun {before}; ended {table.today()}, load {table.load()}; "
        f"others took {share:.1%} of the core while it was measured on"
    )


def _head(bench: Bench, when: list[str]) -> list[str]:
    rounds = "one round: a trial" if bench.quick else "rounds of all peers in turn"
    return [
        "# Measurements",
        "",
        f"Written by `make bench` ({rounds}); median (min to max). Times are wall times unless",
        "they say CPU. How each row is measured stands in `rows.py`, `worker.py` and `charts.py`.",
        "",
        *table.machine(),
        f"- Ours: installed {environments.how_installed()}; peers from PyPI, with their defaults, ",
        "  offline; ours in mode `offline` (`init()`/`finish()` and charts: `local`)",
        *(f"- {line}" for line in when),
        *(f"- {note}" for note in bench.notes),
    ]


def _verdict(results: table.Results, rows: set[str]) -> list[str]:
    missed = list(table.over_budget(results, rows))
    failed = [f"- {row}, {peer}: {why}" for (row, peer), why in results.failures.items()]
    lines = ["", "## Over budget", "", *(missed or ["Nothing."])]
    return lines + (["", "## Failed", "", *failed] if failed else [])


def _appendix(bench: Bench, printed: dict[str, str]) -> list[str]:
    lines: list[str] = []
    for row, text in printed.items():
        size = "smaller sizes" if bench.quick else "whole"
        shown = text.strip() if text.startswith("|") else f"```\n{text.rstrip()}\n```"
        lines += ["", f"## `{SCRIPTS[row]}` ({size})", "", shown]
    return lines


if __name__ == "__main__":
    main()

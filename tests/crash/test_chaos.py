"""Short forms of ``bench/chaos.py`` and ``bench/sustained.py``, and what they do not overlook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import chaos, compare, sections
from swanlab.client import Client, run_path

CHECKOUT = Path(__file__).parents[2]


def program(name: str, *options: str, folder: Path) -> str:
    """Run one of them from the checkout; returns what it printed, its exit status being 0."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", "--folder", str(folder), *options],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("database", "kills", "seed"), [("sqlite", 5, 86), ("postgresql", 6, 321)])
def test_nothing_is_lost_or_doubled_by_a_few_kills_of_everything(database, kills, seed, tmp_path):
    said = program(
        "chaos", "--kills", str(kills), "--seed", str(seed), "--runs", "2", "--pace", "0.3",
        "--patience", "3", "--database", database, folder=tmp_path / "chaos",
    )  # fmt: skip
    (killed,) = [line for line in said.splitlines() if line.startswith("| SIGKILLs")]
    for kind in ("server", "sidecar", "training", *["database"] * (database == "postgresql")):
        assert kind in killed
    assert "| points that `log()` returned for | 0 |" not in said
    assert "gone on with 0 times" not in said
    assert "| lost | 0 |" in said


@pytest.mark.timeout(300)
def test_a_short_sustained_load_is_stored_whole_while_dashboards_read(tmp_path):
    said = program(
        "sustained", "--minutes", "0.05", "--scale", "0.04", "--senders", "1", "--dashboards", "1",
        "--lenient", folder=tmp_path / "sustained",
    )  # fmt: skip
    assert "| points sent | 6,000 |" in said
    assert "| points lost / doubled / of another value | 0 / 0 / 0 |" in said


def test_the_same_seed_is_the_same_plan():
    kinds = list(chaos.KINDS)
    plans = [list(chaos.plan(seed, 100, kinds, 1.0, 0.3)) for seed in (1, 1, 2)]
    assert plans[0] == plans[1] != plans[2]
    assert sum(1 + blow.kind.count("+") for blow in plans[0]) == 100
    assert {blow.kind for blow in plans[0]} == set(kinds)


FALSIFIED = [
    # steps said to be logged, added to their values, points that the summary counts, what is found
    (10, 0.0, 10, []),
    (11, 0.0, 10, ["1 points lost"]),
    (8, 0.0, 10, ["1 points strange"]),  # one more is allowed: the one being logged
    (10, 0.5, 10, ["10 points wrong"]),
    (10, 0.0, 13, ["counted as 13 points, there are 10"]),
]


def test_the_comparison_finds_what_is_lost_strange_wrong_or_counted_twice(server, script):
    done = script(
        """
        import swanlab
        swanlab.init(project="cats", mode="cloud", id="known")
        for step in range(10):
            swanlab.log({"loss": step / 3})
        """
    )
    assert done.returncode == 0, done.stderr
    client, path = Client(server.host, server.api_key), run_path("admin", "cats", "known")
    said = compare.summaries(client, path)["loss"]
    for steps, shift, count, faults in FALSIFIED:
        at = np.arange(steps)
        summary = {**said, "count": count}
        tally = compare.series(client, path, "loss", at, at / 3 + shift, [steps], summary)
        assert tally.faults == [f"{path} loss: {fault}" for fault in faults]
        assert (tally.acknowledged, tally.doubled) == (steps, max(0, count - 10))
    client.close()


def test_a_section_is_replaced_and_the_rest_is_kept(tmp_path):
    path = tmp_path / "RESULTS.md"
    path.write_text("# Measurements\n\nA table.\n\n## Over budget\n\nNothing.\n")
    sections.put(path, "`chaos.py`, sqlite", ["first"])
    sections.put(path, "`sustained.py`, sqlite", ["other"])
    sections.put(path, "`chaos.py`, sqlite", ["second"])
    text = path.read_text()
    assert text.startswith("# Measurements\n\nA table.\n\n## Over budget\n\nNothing.\n\n## `chaos")
    assert "first" not in text
    assert sections.kept(text) == [
        "## `chaos.py`, sqlite\n\nsecond",
        "## `sustained.py`, sqlite\n\nother",
    ]

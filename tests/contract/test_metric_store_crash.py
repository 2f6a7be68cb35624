from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np

from swanlab.server.metrics.contract import Ref
from swanlab.server.metrics.store import open_store

WRITER = """
import sys, threading
import numpy as np
from swanlab.server.metrics.contract import Receipt
from swanlab.server.metrics.store import open_store
from tests.server.metrics.posts import Pen

store = open_store(sys.argv[1])
run, stride = int(sys.argv[2]), 7
pen = Pen(run, "w")

def seal():
    while True:
        store.seal(run, force=True)

threading.Thread(target=seal, daemon=True).start()
step = 0
while True:
    for step in range(step, step + 50):
        pen.log(step, step, {"a": step * 0.5, "b": -step})
    step += 1
    (receipt,) = store.append([pen.batch()])
    assert isinstance(receipt, Receipt)
    print(f"{step} {receipt.offset}", flush=True)
"""


def test_after_kill_9_while_appending_and_sealing_every_acknowledged_point_is_there_once(tmp_path):
    path, script = tmp_path / "metrics.db", tmp_path / "writer.py"
    script.write_text(textwrap.dedent(WRITER))
    root = str(Path(__file__).parents[2])
    for run in range(1, 6):
        with subprocess.Popen(
            [sys.executable, str(script), str(path), str(run)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": root},
        ) as child:
            assert child.stdout is not None
            head = [child.stdout.readline() for _ in range(10)]
            time.sleep(0.07 * run)
            child.send_signal(signal.SIGKILL)
            acknowledged, offset = map(int, (head + child.stdout.readlines())[-1].split())
        assert acknowledged >= 500
        check(path, run, acknowledged, offset)


def check(path: Path, run: int, acknowledged: int, offset: int) -> None:
    """The store has what was acknowledged, and at most the post that was under way."""
    store = open_store(path)
    try:
        assert store.offsets(run)["w"] >= offset
        got = store.points(Ref(run, "a"), None, None)
        assert acknowledged <= len(got.steps) <= acknowledged + 50
        np.testing.assert_array_equal(got.steps, np.arange(len(got.steps)))
        np.testing.assert_array_equal(got.values, got.steps * 0.5)
        for _ in range(2):
            assert {s.count for s in store.summaries([run])} == {len(got.steps)}
            store.seal(run, force=True)
        again = store.points(Ref(run, "b"), None, None)
        np.testing.assert_array_equal(again.values, -got.steps)
    finally:
        store.close()

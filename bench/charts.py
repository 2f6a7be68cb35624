"""One chart of a long run, asked for over HTTP as the peer's own web page asks for it.

Ours is served by ``swanlab watch`` from the files that the SDK wrote; trackio by its dashboard. The
time is that of the whole request on a connection kept open, seen from another core.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import signal
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import environments
from bench.peers import OURS, PREFIX, TRACKIO, Peer
from bench.rows import Bench, Failed, last_line
from bench.tree import Tree

KEY = PREFIX + "loss"
SPIKE = 1000.0
_HOST = "127.0.0.1"

Series = dict[str, list[float]]


def fill(bench: Bench, peer: Peer, folder: Path, points: int) -> None:
    """Log a long series with one step that stands out, off any power of two."""
    bench.run("spike", peer, folder, points=points, spike=points // 2 + 1)


def ours(bench: Bench) -> Series:
    """Milliseconds by figure; each list holds one value per request."""
    sizes = [10_000, 1_000_000] if bench.quick else [10_000, 1_000_000, 10_000_000]
    folder = bench.fresh("chart", OURS)
    for points in sizes:
        fill(bench, OURS, folder, points)
    server = _Watch(bench, folder)
    server.wait_for(sizes)
    server.stop()
    found: Series = {}
    server = _Watch(bench, folder)  # a new process: the first answer is read from the disk
    try:
        runs = server.runs()
        for points in sizes:
            found |= server.measure(points, runs[f"run-{points}"], 21)
    finally:
        server.stop()
    return found


def trackio(bench: Bench) -> Series:
    """The same of trackio's dashboard; a longer run than 1 M would take it minutes."""
    folder = bench.fresh("chart", TRACKIO)
    sizes = [10_000, 1_000_000]
    for points in sizes:
        fill(bench, TRACKIO, folder, points)
    server = _Dashboard(bench, folder)
    found: Series = {}
    try:
        for points in sizes:
            found |= server.measure(points, f"run-{points}", 5)
    finally:
        server.stop()
    return found


MEASURED: dict[str, Callable[[Bench], Series]] = {OURS.name: ours, TRACKIO.name: trackio}


class _Server:
    """A web server of a peer, and one connection to it."""

    def __init__(self, bench: Bench, peer: Peer, folder: Path, argv: list[str]) -> None:
        self._bench, self._folder, self._begun = bench, folder, time.perf_counter()
        self._tree: Tree = bench.tree(peer, folder)
        self._pid = self._tree.start(argv, "server.log")
        self._line: http.client.HTTPConnection | None = None

    def connect(self, port: int) -> None:
        """Wait until it answers."""
        until = time.monotonic() + 60
        while True:
            self._line = http.client.HTTPConnection(_HOST, port, timeout=300)
            try:
                self._line.request("GET", "/")
                self._line.getresponse().read()
                return
            except OSError:
                if time.monotonic() > until:
                    self.stop()
                    raise Failed(last_line(self._folder / "server.log")) from None
                time.sleep(0.05)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[float, bytes]:
        """Return (milliseconds, body of the answer)."""
        if self._line is None:
            raise Failed("the server was never reached")
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
        begun = time.perf_counter()
        self._line.request(method, path, sent, headers)
        answer = self._line.getresponse()
        data = answer.read()
        spent = (time.perf_counter() - begun) * 1e3
        if answer.status != 200:
            raise Failed(f"{method} {path}: {answer.status} {data[:100]!r}")
        return spent, gzip.decompress(data) if answer.headers["Content-Encoding"] else data

    def chart(self, run: str) -> tuple[float, bool]:
        """Return (milliseconds, whether the spike is drawn)."""
        raise NotImplementedError

    def measure(self, points: int, run: str, times: int) -> Series:
        """Ask once, then ``times`` again; ``cpu`` is that of the server's process a request."""
        cold, _ = self.chart(run)
        busy = time.clock_gettime(_clock(self._pid))
        asked = [self.chart(run) for _ in range(times)]
        busy = time.clock_gettime(_clock(self._pid)) - busy
        return {
            f"{points}.cold": [cold],
            f"{points}.ms": [spent for spent, _ in asked],
            f"{points}.cpu": [busy / times * 1e3],
            f"{points}.spike": [float(kept) for _, kept in asked],
        }

    def stop(self) -> None:
        """End it and all it started."""
        os.kill(self._pid, signal.SIGTERM)
        self._tree.drain(seconds=15)
        self._bench.seen(time.perf_counter() - self._begun, self._tree)


class _Watch(_Server):
    def __init__(self, bench: Bench, folder: Path) -> None:
        (folder / "server.log").unlink(missing_ok=True)
        python = str(environments.python(bench.root, OURS))
        port = _free_port()
        argv = ["-m", "swanlab", "watch", str(folder / "swanlog"), "--port", str(port)]
        super().__init__(bench, OURS, folder, [python, *argv])
        self.connect(port)

    def runs(self) -> dict[str, str]:
        """Return name to id of the runs."""
        path = "/api/v1/projects/local/bench/runs"
        return {run["name"]: run["id"] for run in json.loads(self.ask("GET", path)[1])["runs"]}

    def wait_for(self, sizes: list[int], seconds: float = 300.0) -> None:
        """Wait until every run is taken in whole, and the server is at rest again."""
        until = time.monotonic() + seconds
        while self._counts() != sorted(sizes):
            if time.monotonic() > until:
                self.stop()
                raise Failed(f"only {self._counts()} points taken in after {seconds:.0f} s")
            time.sleep(0.5)
        while _cpu(self._pid, 1.0) > 0.05:
            if time.monotonic() > until:
                break
        if self._counts() != sorted(sizes):
            raise Failed("the number of points changed after they had all been taken in")

    def _counts(self) -> list[int]:
        try:
            runs = self.runs().values()
        except Failed:
            return []  # The project is there once its first run was read.
        counts = []
        for run in runs:
            path = f"/api/v1/projects/local/bench/runs/{run}/series"
            series = json.loads(self.ask("GET", path)[1])["series"]
            counts += [one["count"] for one in series if one["key"] == KEY]
        return sorted(counts)

    def chart(self, run: str) -> tuple[float, bool]:
        """Return (milliseconds, whether the spike is drawn)."""
        body = {"charts": [{"series": [{"run": run, "key": KEY}], "buckets": 1000}]}
        spent, frame = self.ask("POST", "/api/v1/projects/local/bench/charts", body)
        (length,) = struct.unpack_from("<I", frame)
        chart = json.loads(frame[4 : 4 + length])["charts"][0]
        columns = chart["series"][0]["columns"]
        column = columns.get("max", columns["last"])
        kind = {"f4": "f", "f8": "d"}[column["type"]]
        values = struct.unpack_from(f"<{chart['x']['n']}{kind}", frame, column["at"])
        return spent, max(values) == SPIKE


class _Dashboard(_Server):
    def __init__(self, bench: Bench, folder: Path) -> None:
        port = _free_port()
        shown = (
            "import trackio; trackio.show(project='bench', open_browser=False, block_thread=True,"
            f" host={_HOST!r}, server_port={port})"
        )
        python = str(environments.python(bench.root, TRACKIO))
        super().__init__(bench, TRACKIO, folder, [python, "-c", shown])
        self.connect(port)
        _, body = self.ask("POST", "/api/get_runs_for_project", {"project": "bench"})
        self._ids = {run["name"]: run.get("id") for run in _data(body)}

    def chart(self, run: str) -> tuple[float, bool]:
        """Return (milliseconds, whether the spike is drawn)."""
        runs = [{"run": run, "run_id": self._ids[run]}]
        asked = {"project": "bench", "scalar_only": True, "runs": runs}
        spent, body = self.ask("POST", "/api/get_logs_batch", asked)
        return spent, any(row.get(KEY) == SPIKE for row in _data(body)[0]["logs"])


def _data(body: bytes) -> list[Any]:
    answer = json.loads(body)
    return list(answer.get("data", answer) if isinstance(answer, dict) else answer)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _clock(pid: int) -> int:
    """Return the number of a process's CPU clock, as the kernel encodes it."""
    return (~pid << 3) | 2


def _cpu(pid: int, seconds: float) -> float:
    """Share of a core that a process takes, over ``seconds``."""
    before = time.clock_gettime(_clock(pid))
    time.sleep(seconds)
    return (time.clock_gettime(_clock(pid)) - before) / seconds

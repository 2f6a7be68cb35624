"""What it takes to clone a project of many runs and to delete it, asked of a server process."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import bulk
from bench.bench_ingest import sign_in, start
from swanlab.api import Api
from swanlab.client import Client
from swanlab.server.db import projects, ranks, runs
from swanlab.server.messages.runs import NewRun
from swanlab.server.state import Server

KEYS, STEPS = 100, 1_000
Line = tuple[str, str]


def fill(folder: Path, count: int) -> None:
    """Make project ``admin/many`` of so many runs that ended, with 100,000 points each."""
    server = Server(folder / "data", "server")
    server.auth.new_user("admin", "a long password", admin=True)
    numbers = []
    with server.db.write() as connection:
        project = projects.create(connection, "admin", "many")
        for number in range(count):
            row, _ = runs.open_run(connection, project.id, NewRun(id=f"r{number}"))
            ranks.set_state(connection, row.id, 0, "finished", bulk.STARTED, None)
            numbers.append(row.id)
    store = server.stores.of(project.id)
    names = [f"metric/{key}" for key in range(KEYS)]
    for number in numbers:
        bulk.fill(store, number, names, STEPS, number)
    server.close()


def size(folder: Path) -> int:
    """Bytes of the metric stores, without their logs, which are written over and over."""
    return sum(path.stat().st_size for path in (folder / "data" / "metrics").glob("*.db"))


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    done = work()
    return done, time.perf_counter() - begun


def freed(folder: Path, below: int) -> float:
    """Wait until the stores take less; returns how long that took (s)."""
    begun = time.perf_counter()
    while size(folder) >= below:
        if time.perf_counter() - begun > 600:
            raise TimeoutError(f"{size(folder)} bytes are still there")
        time.sleep(0.01)
    return time.perf_counter() - begun


def chart(client: Client, project: str) -> None:
    refs = [{"run": f"r{number}", "key": "metric/0"} for number in range(100)]
    client.request("POST", f"/projects/admin/{project}/charts", {"charts": [{"series": refs}]})


def purge(api: Api) -> None:
    """Delete for good what was deleted last."""
    api.purge(api.bin()[0]["id"], commit=True)


def clones(folder: Path, count: int) -> list[Line]:
    """Clone, look at the clone, delete the original, then the clone; and runs one by one."""
    folder.mkdir()
    fill(folder, count)
    full = size(folder)
    process, url, _ = start(str(folder))
    what = f"{count:,} runs x {KEYS} keys x {STEPS:,} points"
    try:
        key = sign_in(url)
        client = Client(url, key, timeout=600)
        with Api(key, url) as api:
            many = api.project("admin/many")
            chart(client, "many")
            _, took = timed(lambda: many.clone("admin/clone"))
            lines = [(f"clone of {what}", f"{took:.3f} s")]
            grown = size(folder) - full
            lines.append(("- the stores grew by", f"{grown / 1e6:.3f} MB of {full / 1e6:.0f}"))
            for project in ("many", "clone"):
                _, took = timed(lambda project=project: chart(client, project))
                lines.append((f"- chart of 100 runs of {project}", f"{took * 1e3:.1f} ms"))
            _, took = timed(lambda: many.delete(commit=True))
            lines.append((f"delete of {what}", f"{took:.3f} s"))
            _, took = timed(lambda: purge(api))
            lines.append(("- out of the bin, its clone still reading it", f"{took:.3f} s"))
            held = size(folder)
            lines.append(("- the stores take", f"{held / 1e6:.0f} MB"))
            half = [f"r{number}" for number in range(count // 2)]
            path = "/projects/admin/clone/runs/delete"
            _, took = timed(lambda: client.request("POST", path, {"runs": half}))
            lines.append((f"delete of {len(half):,} runs of the clone", f"{took:.3f} s"))
            took = freed(folder, int(held * 0.6))
            lines.append(("- until their space is free, one by one", f"{took:.1f} s"))
            api.project("admin/clone").delete(commit=True)
            _, took = timed(lambda: purge(api))
            lines.append(("delete for good of the clone, the last that reads", f"{took:.3f} s"))
            took = freed(folder, 1_000_000)
            lines.append(("- until all space is free", f"{took:.3f} s"))
        client.close()
    finally:
        process.terminate()
        process.wait()
    return lines

"""Dashboards that look at a project all the time, and probes of how old what they see is."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from bench.senders import PROJECT, Gate, key_name, run_id
from swanlab.api import points
from swanlab.client import Client, run_path
from swanlab.errors import ServerError

_LOOK = 1.0
"""Seconds from one look of a dashboard to the next."""
_POLL = 0.05


@dataclass(frozen=True)
class Audience:
    """Who looks, for ``seconds``, at ``runs`` runs of ``keys`` keys."""

    host: str
    api_key: str
    runs: int
    keys: int
    dashboards: int
    seconds: float
    stop: Path
    """Readers of streams leave when this file is there."""
    gate: Gate


@dataclass
class Seen:
    """What they saw; times are seconds."""

    latencies: dict[str, list[float]] = field(default_factory=dict)
    """By what was read."""
    statuses: Counter[str] = field(default_factory=Counter)
    lags: list[float] = field(default_factory=list)
    """From ``log()`` to being readable."""
    hints: int = 0
    streams: int = 0
    """Streams opened; more than there are dashboards if one broke."""
    cpu: float = 0.0


def read(audience: Audience, results: Any) -> None:
    """Be all dashboards and two probes, in this process; puts ``Seen`` into ``results``."""
    seen = Seen()
    end = audience.gate.wait() + audience.seconds
    for _ in range(audience.dashboards):
        threading.Thread(target=_listen, args=(audience, seen), daemon=True).start()
    work = [(_look, number) for number in range(audience.dashboards)] + [(_probe, 1), (_probe, 2)]
    threads = [
        threading.Thread(target=one, args=(audience, seen, number, end), daemon=True)
        for one, number in work
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.time()) + 60)
    seen.cpu = time.process_time()
    results.put(seen)


def _http(audience: Audience) -> httpx2.Client:
    headers = {"authorization": f"Bearer {audience.api_key}"}
    return httpx2.Client(base_url=f"{audience.host}/api/v1", headers=headers, timeout=60)


def _look(audience: Audience, seen: Seen, number: int, end: float) -> None:
    """Ask for what pages show: charts of several runs, charts of one, the table of runs."""
    chance = random.Random(number)
    project = f"/projects/admin/{PROJECT}"

    def chart(key: int, runs: list[int]) -> dict[str, object]:
        series = [{"run": run_id(run), "key": key_name(key)} for run in runs]
        return {"series": series, "buckets": 500}

    with _http(audience) as client:
        while time.time() < end:
            begun = time.monotonic()
            several = chance.sample(range(audience.runs), min(5, audience.runs))
            some = chance.sample(range(audience.keys), min(12, audience.keys))
            one = several[:1]
            compared = {"charts": [chart(key, several) for key in some]}
            page = {"charts": [chart(key, one) for key in range(min(24, audience.keys))]}
            _timed(seen, "charts of several runs", client, "POST", f"{project}/charts", compared)
            _timed(seen, "charts of one run", client, "POST", f"{project}/charts", page)
            _timed(seen, "table of runs", client, "GET", f"{project}/runs", None)
            time.sleep(max(0.0, begun + _LOOK - time.monotonic()))


def _timed(
    seen: Seen, what: str, client: httpx2.Client, method: str, path: str, body: object
) -> None:
    begun = time.perf_counter()
    try:
        status = str(client.request(method, path, json=body).status_code)
    except httpx2.HTTPError:
        status = "failed"
    seen.latencies.setdefault(what, []).append(time.perf_counter() - begun)
    seen.statuses[status] += 1


def _listen(audience: Audience, seen: Seen) -> None:
    """Keep a live stream open, as a page does, and count its hints."""
    with _http(audience) as client:
        while not audience.stop.exists():
            seen.streams += 1
            try:
                with client.stream("GET", "/live") as answer:
                    for line in answer.iter_lines():
                        seen.hints += line.startswith("event: hint")
                        if audience.stop.exists():
                            return
            except httpx2.HTTPError:
                seen.statuses["failed"] += 1
                time.sleep(2)


def _probe(audience: Audience, seen: Seen, number: int, end: float) -> None:
    """Wait at a run for its next step to be readable, again and again; note how old it is by then.

    The oldest point that is new counts, so that the time to the next look is in it.
    """
    chance = random.Random(f"probe {number}")
    client = Client(audience.host, audience.api_key)
    known = dict.fromkeys(range(audience.runs), -1)
    while time.time() < end:
        run = chance.randrange(audience.runs)
        path = run_path("admin", PROJECT, run_id(run))
        key = key_name(chance.randrange(audience.keys))
        begun, new = time.time(), None
        try:
            older = points.read(client, path, key, lo=known[run] + 1)
            if len(older.steps):
                known[run] = int(older.steps[-1])
            while time.time() < end:
                new = points.read(client, path, key, lo=known[run] + 1)
                if len(new.steps):
                    break
                time.sleep(_POLL)
        except ServerError as error:
            seen.statuses[str(error.status or "failed")] += 1
            time.sleep(0.2)
            continue
        if new is not None and len(new.steps):
            seen.lags.append(time.time() - int(new.times[0]) / 1000)
            known[run] = int(new.steps[-1])
        else:
            seen.lags.append(time.time() - begun)
    client.close()

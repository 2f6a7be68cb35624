"""The server over HTTP on loopback: posts of 1,000 points, sealing included, then charts of them.

The sender is a process of its own whose posts are made beforehand, so that the server is what is
measured. Run: ``python bench/bench_ingest.py [--posts 1000] [--keys 100] [--writers 4]``.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import zstandard

from swanlab import records, runfile

POINTS = 1000


def frame(*found: records.Record) -> bytes:
    return b"".join(runfile.frame(records.encode(one)) for one in found)


def posts(run: str, keys: int, count: int) -> list[tuple[int, bytes]]:
    """Offsets and bodies of one writer's posts; the first one also names the keys."""
    begun = int(time.time() * 1000)
    body = frame(records.Header(1, run, "w", 0, begun, 1, "bench", "trainer"))
    body += frame(*(records.Key(f"group{k % 10}/metric{k}") for k in range(keys)))
    body += frame(records.Layout(0, list(range(keys))))
    found, offset, step = [], 0, 0
    pack = struct.Struct(f"<{keys}d").pack
    for _ in range(count):
        for _ in range(POINTS // keys):
            values = pack(*(1.0 / (step + k + 1) for k in range(keys)))
            body += frame(records.Scalars(0, step, step * 3, values))
            step += 1
        found.append((offset, zstandard.compress(body, 1)))
        offset += len(body)
        body = b""
    return found


class Client:
    """One kept connection."""

    def __init__(self, url: str, key: str) -> None:
        place = urlsplit(url)
        self._connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        self._headers = {"authorization": f"Bearer {key}"}

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> bytes:
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers["content-type"] = "application/json"
        self._connection.request(method, f"/api/v1{path}", body, {**self._headers, **headers})
        answer = self._connection.getresponse()
        data = answer.read()
        assert answer.status < 300, (answer.status, data)
        return data


def send(url: str, key: str, writers: int, keys: int, count: int, results) -> None:
    """Send all posts of all writers, one connection each, and report the seconds."""
    made = [posts(f"run{number}", keys, count // writers) for number in range(writers)]
    clients = [Client(url, key) for _ in made]
    for number, client in enumerate(clients):
        client.ask("POST", "/projects/~/bench/runs", {"id": f"run{number}"})
    latencies: list[float] = []

    def work(number: int) -> None:
        path = f"/projects/admin/bench/runs/run{number}/frames?writer=w&offset="
        for offset, body in made[number]:
            began = time.perf_counter()
            clients[number].ask("POST", f"{path}{offset}", body)
            latencies.append(time.perf_counter() - began)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(writers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    latencies.sort()
    results.put((time.perf_counter() - began, latencies))


def median(call, times: int = 7) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)[times // 2]


def start(folder: str, port: str = "0") -> tuple[subprocess.Popen[bytes], str, float]:
    """Start a server; returns it, its URL and the seconds until it answered."""
    password = Path(folder) / "password"
    password.write_text("a long password")
    log = Path(folder) / "log"
    began = time.perf_counter()
    with log.open("wb") as output:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "swanlab", "server", "--port", port),
                *("--data-dir", f"{folder}/data", "--admin-password-file", str(password)),
            ],
            stdout=output,
            stderr=output,
        )
    while not (found := re.search(r" at (http://\S+)", log.read_text())):
        time.sleep(0.002)
        assert server.poll() is None, log.read_text()
    Client(found[1], "").ask("GET", "/health")
    return server, found[1], time.perf_counter() - began


def sign_in(url: str) -> str:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port)
    body = json.dumps({"username": "admin", "password": "a long password"})
    connection.request("POST", "/api/v1/session", body, {"content-type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    cookie = answer.headers["set-cookie"].partition(";")[0]
    told = {"cookie": cookie, "origin": url, "content-type": "application/json"}
    key = json.dumps({"name": "bench", "scope": "admin"})
    connection.request("POST", "/api/v1/keys", key, headers=told)
    return str(json.loads(connection.getresponse().read())["api_key"])


def charts(client: Client, writers: int, keys: int) -> None:
    """Time what a browser asks for."""

    def ask(*found: dict[str, object]):
        return lambda: client.ask("POST", "/projects/admin/bench/charts", {"charts": list(found)})

    def chart(run: int, key: int) -> dict[str, object]:
        name = f"group{key % 10}/metric{key}"
        return {"series": [{"run": f"run{run}", "key": name}], "buckets": 1000}

    both = {"series": [chart(n, 0)["series"][0] for n in range(writers)], "buckets": 1000}
    print(f"one chart                     {median(ask(chart(0, 0))):8.1f} ms")
    print(f"one chart of {writers} runs           {median(ask(both)):8.1f} ms")
    page = [chart(0, key) for key in range(keys)]
    print(f"{keys} charts of one run         {median(ask(*page)):8.1f} ms")
    table = median(lambda: client.ask("GET", "/projects/admin/bench/runs"))
    print(f"table of {writers} runs               {table:8.1f} ms")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--posts", type=int, default=2000)
    options.add_argument("--keys", type=int, default=100)
    options.add_argument("--writers", type=int, default=4)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server, url, _ = start(folder)
        server.send_signal(signal.SIGTERM)
        server.wait()
        server, url, cold = start(folder)
        process = psutil.Process(server.pid)
        print(f"cold start to first answer    {cold * 1000:8.0f} ms")
        print(f"memory, idle                  {process.memory_info().rss / 1e6:8.0f} MB")
        key = sign_in(url)
        results = multiprocessing.get_context("spawn").Queue()
        sender = multiprocessing.get_context("spawn").Process(
            target=send, args=(url, key, given.writers, given.keys, given.posts, results)
        )
        before = sum(process.cpu_times()[:2])
        sender.start()
        seconds, latencies = results.get()
        sender.join()
        busy = sum(process.cpu_times()[:2]) - before
        points = POINTS * len(latencies)
        print(f"points per second, wall       {points / seconds / 1e6:8.2f} M ({points:,} points)")
        print(f"points per second of one core {points / busy / 1e6:8.2f} M")
        print(f"post p50 / p99                {latencies[len(latencies) // 2] * 1e3:8.1f} /"
              f" {latencies[int(len(latencies) * 0.99)] * 1e3:.1f} ms")  # fmt: skip
        client = Client(url, key)
        charts(client, given.writers, given.keys)
        print(f"memory after all of that      {process.memory_info().rss / 1e6:8.0f} MB")
        data = sum(p.stat().st_size for p in Path(folder, "data").rglob("*") if p.is_file())
        print(f"bytes per point on disk       {data / points:8.1f}")
        server.send_signal(signal.SIGTERM)
        server.wait()


if __name__ == "__main__":
    os.environ.pop("SWANLAB_API_KEY", None)
    main()

"""Throws garbage at the ingest route of a real server and looks whether anybody else is hurt.

``python -m tests.fuzz_ingest --seconds 600 --seed 1`` prints what was answered; it fails at the
first answer of status 500 or above, or when a run beside the fuzzed ones has changed.
"""

from __future__ import annotations

import argparse
import json
import random
import struct
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import zstandard

from swanlab import records, runfile
from tests.serving import Serving

RUNS = "/projects/~/fuzz/runs"
ALLOWED = {200, 400, 409, 413, 415, 429}
_pack = msgspec.msgpack.Encoder().encode


def frame(record: Any) -> bytes:
    return runfile.frame(records.encode(record))


def anything(rng: random.Random, depth: int = 0) -> Any:
    """Whatever MessagePack can say."""
    kinds = 10 if depth < 4 else 8
    match rng.randrange(kinds):
        case 0:
            return rng.choice([0, 1, -1, 2**31, 2**63 - 1, 2**64 - 1, -(2**63)])
        case 1:
            return rng.choice([0.0, -0.0, 1e308, float("nan"), float("inf"), float("-inf")])
        case 2:
            return "".join(chr(rng.choice([0, 10, 34, 92, 0x4E2D, 0x1F600, 65])) for _ in range(9))
        case 3:
            return rng.randbytes(rng.randrange(200))
        case 4:
            return rng.choice([None, True, False])
        case 5:
            return rng.choice(["success", "crashed", "trainer", "sidecar", "loss", ""])
        case 6:
            return "x" * rng.randrange(5000)
        case 7:
            return rng.randrange(20)
        case 8:
            return [anything(rng, depth + 1) for _ in range(rng.randrange(8))]
        case _:
            return {
                rng.choice(["a", "b", "", "lr", "x" * 300, "\0"]): anything(rng, depth + 1)
                for _ in range(rng.randrange(6))
            }


def odd(rng: random.Random) -> bytes:
    """A frame whose checksum is right and whose payload is anything."""
    if rng.random() < 0.1:
        deep = b"\x91" * rng.choice([50, 200, 900, 3000]) + b"\x01"
        return runfile.frame(rng.choice([deep, b"\x93\x05\x00\x81\xa1a" + deep]))
    fields = [anything(rng) for _ in range(rng.randrange(9))]
    return runfile.frame(_pack([rng.choice([*range(12), 99, -1, "a"]), *fields]))


def good(rng: random.Random) -> list[bytes]:
    """Frames as a writer makes them, with values at the borders."""
    size = rng.randrange(1, 6)
    rank = rng.choice([0, 1, 2**40])
    found = [frame(records.Header(1, "r", "w", rank, 10**12, 1, "h", "trainer"))]
    names = ["loss", "acc", "a/b", "\0", "k" * 600]
    found += [frame(records.Key(rng.choice(names))) for _ in range(size)]
    found.append(frame(records.Layout(rng.choice([0, 1, 1023, 1024, -1]), list(range(size)))))
    for _ in range(rng.randrange(30)):
        step = rng.choice([0, 1, 2, 7, 2**62, 2**63 - 1, rng.randrange(10**6)])
        t = rng.choice([0, -1, 2**62, rng.randrange(10**6)])
        values = [rng.choice([0.5, 1e308, float("nan")]) for _ in range(size)]
        packed = struct.pack(f"<{size}d", *values)
        found.append(frame(records.Scalars(rng.choice([0, 0, 0, 1]), step, t, packed)))
    found.append(frame(records.Console(rng.choice([0, 5, 2**40, -3]), 0, 20, 1, "line\0")))
    found.append(frame(records.Finish(rng.choice([0, 2**63]), rng.choice(["success", "odd"]))))
    return found


def post(rng: random.Random) -> bytes:
    """The raw bytes of a post that something happened to."""
    frames = good(rng)
    match rng.randrange(7):
        case 0:
            return rng.randbytes(rng.randrange(4000))
        case 1:
            rng.shuffle(frames)
        case 2:
            frames = [rng.choice(frames) for _ in frames]
        case 3:
            frames = [odd(rng) for _ in range(rng.randrange(1, 20))]
        case 4:
            frames = [piece for one in frames for piece in (one, odd(rng))]
        case 5:
            whole = bytearray(b"".join(frames))
            for _ in range(rng.randrange(1, 9)):
                whole[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
            return bytes(whole)
        case _:
            whole = bytearray(b"".join(frames))
            return bytes(whole[: rng.randrange(len(whole))])
    return b"".join(frames)


def body(rng: random.Random, raw: bytes) -> bytes:
    """Compress it, mostly rightly."""
    packed = zstandard.compress(raw)
    match rng.randrange(12):
        case 0:
            return rng.randbytes(rng.randrange(300))
        case 1:
            return packed[: rng.randrange(len(packed))]
        case 2:
            return packed + packed
        case 3:
            return zstandard.compress(bytes(32 * 1024 * 1024))
        case _:
            return packed


class Fuzz:
    """Runs that are fuzzed, and one that must not notice."""

    def __init__(self, client: Any, runs: str = RUNS) -> None:
        self.client, self.runs = client, runs
        self.offsets: dict[tuple[str, str], int] = {}
        self.answers: Counter[int] = Counter()
        for name in ("witness", "f0", "f1", "f2"):
            assert client.post(runs, json={"id": name}).status_code in (200, 201)
        keys = frame(records.Key("loss")) + frame(records.Layout(0, [0]))
        head = frame(records.Header(1, "r", "w", 0, 10**12, 1, "h", "trainer"))
        points = (frame(records.Scalars(0, i, i, struct.pack("<d", i / 7))) for i in range(500))
        self.send("witness", "w", 0, zstandard.compress(head + keys + b"".join(points)))
        self.before = self.witness()

    def send(self, run: str, writer: Any, offset: Any, content: bytes) -> Any:
        params = {"writer": writer, "offset": offset}
        answer = self.client.post(f"{self.runs}/{run}/frames", params=params, content=content)
        self.answers[answer.status_code] += 1
        assert answer.status_code in ALLOWED, (answer.status_code, answer.text)
        return answer

    def witness(self) -> Any:
        """All that can be read of the run that must not change."""
        path = f"{self.runs}/witness"
        assert self.client.post(f"{path}/heartbeat").status_code == 200  # its silence would show
        run = self.client.get(path).json()
        for name in ("seen_at", "duration"):
            del run[name]
        found = [
            self.client.get(f"{path}/{part}") for part in ("series", "logs", "points?key=loss")
        ]
        assert all(answer.status_code == 200 for answer in found)
        return run, [answer.content for answer in found]

    def once(self, rng: random.Random) -> None:
        """Send one post, or one and the same several times."""
        run, writer = rng.choice(["f0", "f1", "f2"]), rng.choice(["a", "b", "\0", "x" * 200])
        place = (run, writer)
        offset = self.offsets.get(place, 0)
        if rng.random() < 0.1:
            offset = rng.choice([0, 1, 2**62, max(0, offset - 5), offset + 1])
        content = body(rng, post(rng))
        for _ in range(1 if rng.random() < 0.9 else 3):
            answer = self.send(run, writer, offset, content)
            if answer.status_code == 200:
                self.offsets[place] = answer.json()["offset"]
            elif answer.status_code == 409:
                self.offsets[place] = answer.json()["error"]["detail"]["expected"]
        if rng.random() < 0.02:
            self.look(run)

    def look(self, run: str) -> None:
        """Read what garbage has become: that must not fail either."""
        path = f"{self.runs}/{run}"
        series = self.client.get(f"{path}/series")
        parts = [self.client.get(path), self.client.get(f"{path}/logs"), series]
        refs = [
            {"run": run, "key": one["key"], "rank": one["rank"]} for one in series.json()["series"]
        ]
        asked = {"charts": [{"series": [ref], "buckets": 50} for ref in refs[:100]]}
        parts.append(self.client.post(self.runs.rpartition("/")[0] + "/charts", json=asked))
        parts.append(self.client.post(f"{self.runs}/table", json={}))
        for answer in parts:
            assert answer.status_code == 200, answer.text

    def check(self) -> None:
        """Nobody beside was touched, and every fuzzed run still takes what is good."""
        assert self.witness() == self.before
        for run in ("f0", "f1", "f2"):
            self.look(run)
            head = frame(records.Header(1, "r", "last", 0, 10**12, 1, "h", "trainer"))
            keys = frame(records.Key("proof")) + frame(records.Layout(0, [0]))
            one = frame(records.Scalars(0, 1, 1, struct.pack("<d", 4.0)))
            writer = f"last-{self.answers.total()}"
            assert (
                self.send(run, writer, 0, zstandard.compress(head + keys + one)).status_code == 200
            )
            found = self.client.get(f"{self.runs}/{run}/series").json()["series"]
            assert any(item["key"] == "proof" and item["last"] == 4.0 for item in found)

    def go(self, seconds: float, seed: int) -> None:
        rng, until = random.Random(seed), time.monotonic() + seconds
        while time.monotonic() < until:
            self.once(rng)
        self.check()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        serving = Serving(Path(folder)).start()
        try:
            serving.log_in()
            headers = {"Authorization": f"Bearer {serving.api_key}"}
            options: dict[str, Any] = {"headers": headers, "trust_env": False, "timeout": 60}
            with httpx2.Client(base_url=serving.host + "/api/v1", **options) as client:
                fuzz = Fuzz(client)
                fuzz.go(given.seconds, given.seed)
        finally:
            serving.stop()
    print(json.dumps(dict(sorted(fuzz.answers.items()))))


if __name__ == "__main__":
    main()

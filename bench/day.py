"""A run of a day in a minute: a step a second, sent to a real server as fast as the day passes."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable

import httpx2
import zstandard

from bench.bench_ingest import Client, frame
from bench.rows import Failed
from bench.scenes import WORKSPACE
from swanlab import client, records
from tests.serving import PASSWORD

DAY = 86_400
KEYS = 24
MOST = 60
"""Steps to a post, so that the day has hundreds of hints also on a slow machine."""
_PATH = f"/projects/{WORKSPACE}/day/runs/day"


class Live:
    """A run that goes on until it is closed, and a reader of its hints."""

    page = f"/@{WORKSPACE}/day/runs/day"

    def __init__(self, host: str, seconds: float) -> None:
        """Begin it on the server at ``host``; its day passes in ``seconds``."""
        self._host, self._seconds = host, seconds
        signing = client.Client(host)
        self._key = signing.sign_in("admin", PASSWORD, scope="admin")
        signing.close()
        self._line = Client(host, self._key)
        self._line.ask("POST", "/projects/~/day/runs", {"id": "day"})
        self._pack = struct.Struct(f"<{KEYS}d").pack
        self._offset = self.steps = self.posts = self.hints = 0
        self._fault: Exception | None = None
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._send, self._listen)
        ]

        self._post(self._opening() + self._frames(100))
        self._begun = time.monotonic()
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Send no more."""
        self._ended.set()
        self._threads[0].join(30)

    def wait(self, part: float, rest: Callable[[float], object]) -> None:
        """Wait until this part of the day is sent, by resting some milliseconds at a time.

        Raises:
            Failed: the run cannot be sent, or takes three times as long as it was given.
        """
        while self.steps < part * DAY:
            if time.monotonic() > self._begun + 3 * self._seconds:
                raise Failed(f"only {self.steps:,} steps of the day were taken in")
            rest(50)
            if self._fault is not None:
                raise Failed(f"the live run stopped: {self._fault}")

    def _opening(self) -> bytes:
        header = records.Header(1, "day", "w", 0, int(time.time() * 1000), 1, "bench", "trainer")
        names = (records.Key(f"part{key // 6}/metric{key}") for key in range(KEYS))
        return frame(header, *names, records.Layout(0, list(range(KEYS))))

    def _frames(self, until: int) -> bytes:
        found = []
        while self.steps < until:
            values = (1 / (1 + self.steps * 1e-4) + 0.1 * (key % 5) for key in range(KEYS))
            row = self._pack(*values)
            found.append(records.Scalars(0, self.steps, self.steps * 1000, row))
            self.steps += 1
        return frame(*found)

    def _post(self, body: bytes) -> None:
        path = f"{_PATH}/frames?writer=w&offset={self._offset}"
        self._line.ask("POST", path, zstandard.compress(body, 1))
        self._offset += len(body)
        self.posts += 1

    def _send(self) -> None:
        """Send what the day has brought since the last post, again and again."""
        try:
            while self.steps < DAY and not self._ended.is_set():
                passed = (time.monotonic() - self._begun) / self._seconds
                due = min(DAY, int(passed * DAY), self.steps + MOST)
                if due > self.steps:
                    self._post(self._frames(due))
                else:
                    time.sleep(0.001)
        except Exception as error:
            self._fault = error

    def _listen(self) -> None:
        headers = {"authorization": f"Bearer {self._key}"}
        url = f"{self._host}/api/v1/live"
        with (
            httpx2.Client(headers=headers, timeout=60) as http,
            http.stream("GET", url) as answer,
        ):
            for line in answer.iter_lines():
                self.hints += line.startswith("event: hint")
                if self._ended.is_set():
                    return

"""Many runs in few processes: each is written as the SDK writes and sent as its sidecar sends.

A run here is a run folder, a ``runfile.Writer`` and the sidecar's own loop ``send_all`` with a
``Client`` and a connection of its own, on a thread. What is spared is trainings and interpreters.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import numpy as np
from numpy.typing import NDArray

from swanlab import records, runfile
from swanlab.client import Client
from swanlab.sidecar.uploader import Uploader, send_all

PROJECT = "sustained"
_GOLDEN = 0.6180339887498949


class Gate(NamedTuple):
    """Where processes wait for each other: shared memory and a queue, to be given to each."""

    ready: Any
    """A queue: each process puts something into it when it is prepared."""
    begin: Any
    """A shared float: the Unix time to begin at, 0 until all are prepared."""

    def wait(self) -> float:
        """Say that this process is prepared, wait until it is time, and return what time it is."""
        self.ready.put(None)
        while not self.begin.value:
            time.sleep(0.02)
        time.sleep(max(0.0, self.begin.value - time.time()))
        return float(self.begin.value)

    def open(self, processes: int) -> float:
        """Wait for so many processes, and return the Unix time at which they begin."""
        for _ in range(processes):
            self.ready.get(timeout=120)
        self.begin.value = time.time() + 0.5
        return float(self.begin.value)


@dataclass(frozen=True)
class Load:
    """What is sent: ``steps`` steps of ``keys`` keys, ``rate`` a second.

    ``patience`` is how many seconds a run may go on sending after its last step.
    """

    host: str
    api_key: str
    folder: Path
    keys: int
    steps: int
    rate: float
    patience: float
    gate: Gate


@dataclass
class Sent:
    """What a process of senders saw. Latencies are seconds of posts that were answered."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    """Posts by status, ``failed`` where there was no answer."""
    late: float = 0.0
    """Seconds by which a step was written after its time, at most: the sender's own fault."""
    cpu: float = 0.0
    unsent: int = 0
    """Runs that were not sent whole."""


def run_id(number: int) -> str:
    """Return the id of a run."""
    return f"sustained-{number}"


def key_name(key: int) -> str:
    """Return the name of a key."""
    return f"group{key % 10}/metric{key}"


def values(run: int, key: Any, step: Any) -> NDArray[np.float64]:
    """Return noisy decays born as float32; of an array of keys or of steps the same numbers."""
    curve = 1.0 / (1.0 + step * 0.01) + 0.05 * ((step * _GOLDEN + key * 0.37 + run * 0.11) % 1.0)
    return np.asarray(curve).astype("<f4").astype("<f8")


class Measured(httpx2.HTTPTransport):
    """Notes how long posts of frames take and how they are answered."""

    def __init__(self, sent: Sent) -> None:
        super().__init__()
        self._sent = sent

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Pass a request on."""
        begun = time.perf_counter()
        try:
            answer = super().handle_request(request)
        except httpx2.HTTPError:
            self._sent.statuses["failed"] += 1
            raise
        self._sent.statuses[str(answer.status_code)] += 1
        if request.url.path.endswith("/frames"):
            self._sent.latencies.append(time.perf_counter() - begun)
        return answer


class Run:
    """One run: what its training would write, and what its sidecar would send."""

    def __init__(self, load: Load, number: int, sent: Sent) -> None:
        folder = load.folder / f"run-{number}"
        folder.mkdir(parents=True)
        self.number, self._load, self._sent = number, load, sent
        self.started = int(time.time() * 1000)
        header = records.Header(
            1, run_id(number), "trainer-1", 0, self.started, 1, "bench", "trainer"
        )
        start = records.Start(PROJECT, None, None, None, [], "cloud", self.started, {})
        self._writer = runfile.Writer(folder / f"trainer-1{runfile.SUFFIX}")
        self._put(header, start)
        self._put(*(records.Key(key_name(key)) for key in range(load.keys)))
        self._put(records.Layout(0, list(range(load.keys))))
        self._keys = np.arange(load.keys)
        self._ended = threading.Event()
        self._uploader = Uploader(
            folder, Client(load.host, load.api_key, transport=Measured(sent)), start, header
        )
        self._uploader.open()
        self._thread = threading.Thread(target=self._send, name=run_id(number), daemon=True)
        self._thread.start()

    def _put(self, *found: records.Record) -> None:
        frames = b"".join(runfile.frame(records.encode(one)) for one in found)
        if not self._writer.append(frames):
            raise OSError(f"cannot write {self._writer.path}: {self._writer.error}")

    def step(self, step: int) -> None:
        """Write one step."""
        row = values(self.number, self._keys, step).tobytes()
        self._put(records.Scalars(0, step, int(time.time() * 1000) - self.started, row))

    def end(self) -> None:
        """Write that the run ended well; what is left is sent."""
        self._put(records.Finish(int(time.time() * 1000) - self.started, "success"))
        self._writer.close()
        self._until = time.monotonic() + self._load.patience
        self._ended.set()

    def wait(self) -> None:
        """Wait until all is sent, or may no longer be."""
        self._thread.join(max(0.0, self._until - time.monotonic()))
        self._sent.unsent += not self._uploader.done

    def _send(self) -> None:
        send_all(
            self._uploader,
            ended=self._ended.is_set,
            give_up=lambda: self._ended.is_set() and time.monotonic() > self._until,
            wait=self._ended.wait,
            login_again=lambda: None,
        )
        self._uploader.client.close()


def send(load: Load, numbers: list[int], results: Any) -> None:
    """Be the senders of some runs, in this process; puts ``Sent`` into ``results``."""
    sent = Sent()
    runs = [Run(load, number, sent) for number in numbers]
    begin = load.gate.wait()
    for tick in range(load.steps * len(runs)):
        # Runs take turns within a step: trainings do not log at the same moment.
        due = begin + tick / (load.rate * len(runs))
        time.sleep(max(0.0, due - time.time()))
        sent.late = max(sent.late, time.time() - due)
        runs[tick % len(runs)].step(tick // len(runs))
    for run in runs:
        run.end()
    for run in runs:
        run.wait()
    sent.cpu = time.process_time()
    results.put(sent)

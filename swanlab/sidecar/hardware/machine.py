"""CPU, memory, disk and network of the machine, CPU and memory of the training and its children."""

from __future__ import annotations

import platform
import time
from typing import Any

import psutil

_MB = 1024 * 1024


class Machine:
    """Sampled by psutil; the first sample has no rates yet."""

    def __init__(self, pid: int) -> None:
        self._process: psutil.Process | None = None
        try:
            self._process = psutil.Process(pid)
            self._process.cpu_percent()
        except psutil.Error:
            pass  # The training has ended before us; the machine is still sampled.
        psutil.cpu_percent()
        self._disk = psutil.disk_io_counters()
        self._network = psutil.net_io_counters()
        self._at = time.monotonic()

    def describe(self) -> dict[str, Any]:
        """Return what this hardware is."""
        memory = psutil.virtual_memory()
        return {
            "cpu": {
                "brand": _cpu_brand(),
                "physical": psutil.cpu_count(logical=False),
                "logical": psutil.cpu_count(),
            },
            "memory": memory.total,
        }

    def sample(self) -> dict[str, float]:
        """Return its present values."""
        memory = psutil.virtual_memory()
        values = {
            "cpu.pct": psutil.cpu_percent(),
            "mem.pct": memory.percent,
            "mem.proc.avail": memory.available / _MB,
        }
        values.update(self._of_process())
        values.update(self._rates())
        return values

    def _of_process(self) -> dict[str, float]:
        if self._process is None:
            return {}
        try:
            with self._process.oneshot():
                resident = self._process.memory_info().rss
                values = {
                    "cpu.proc.pct": self._process.cpu_percent(),
                    "cpu.thds": float(self._process.num_threads()),
                }
            for child in self._process.children(recursive=True):
                resident += _resident(child)
        except psutil.Error:
            return {}
        values["mem.proc"] = resident / _MB
        values["mem.proc.pct"] = 100 * resident / psutil.virtual_memory().total
        return values

    def _rates(self) -> dict[str, float]:
        now = time.monotonic()
        seconds = max(now - self._at, 1e-3)
        values: dict[str, float] = {}
        disk, network = psutil.disk_io_counters(), psutil.net_io_counters()
        if disk and self._disk:
            values["disk.read"] = (disk.read_bytes - self._disk.read_bytes) / _MB / seconds
            values["disk.write"] = (disk.write_bytes - self._disk.write_bytes) / _MB / seconds
        if network and self._network:
            sent = network.bytes_sent - self._network.bytes_sent
            received = network.bytes_recv - self._network.bytes_recv
            values["network.sent"] = sent / 1024 / seconds
            values["network.recv"] = received / 1024 / seconds
        self._disk, self._network, self._at = disk, network, now
        return values


def _resident(process: psutil.Process) -> int:
    """Resident bytes of a child other than this sidecar; 0 if it is gone."""
    try:
        if "swanlab.sidecar" in process.cmdline():
            return 0
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _cpu_brand() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - Linux only
            for line in file:
                if line.startswith(("model name", "Model\t")):
                    return line.partition(":")[2].strip()
    except OSError:
        pass  # Not Linux.
    return platform.processor() or platform.machine()


def open_probe(pid: int) -> Machine:
    """Return the probe of this machine; there always is one."""
    return Machine(pid)

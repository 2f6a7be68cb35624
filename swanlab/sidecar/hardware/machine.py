"""CPU, memory, disk and network of the machine, CPU and memory of the training and its children."""

from __future__ import annotations

import platform
import time
from typing import Any

import psutil

from swanlab.sidecar.hardware import Training, container

_MB = 1024 * 1024


class Machine:
    """Sampled by psutil; the first sample has no rates yet."""

    gpus = 0

    def __init__(self, training: Training) -> None:
        self._folder = str(training.folder)
        self._total = psutil.virtual_memory().total
        self._container = container.around(training.pid, self._total)
        self._process: psutil.Process | None = None
        try:
            self._process = psutil.Process(training.pid)
            self._process.cpu_percent()
        except psutil.Error:
            pass  # The training has ended before us; the machine is still sampled.
        psutil.cpu_percent()
        self._disk = psutil.disk_io_counters()
        self._network = psutil.net_io_counters()
        self._at = time.monotonic()

    def describe(self) -> dict[str, Any]:
        """Return what this hardware is."""
        allowance = self._container.allowance() if self._container else None
        about: dict[str, Any] = {
            "cpu": {
                "brand": _cpu_brand(),
                "physical": psutil.cpu_count(logical=False),
                "logical": psutil.cpu_count(),
            },
            "memory": allowance.limit if allowance else self._total,
        }
        if allowance:
            about["machine_memory"] = self._total
        disk = self._disk_usage()
        if disk is not None:
            about["disk"] = {"total": disk.total, "path": self._folder}
        return about

    def sample(self) -> dict[str, float]:
        """Return its present values."""
        values = {"cpu.pct": psutil.cpu_percent()}
        total = self._memory(values)
        values.update(self._of_process(total))
        disk = self._disk_usage()
        if disk is not None:
            values["disk.usage"] = disk.percent
        values.update(self._rates())
        return values

    def _memory(self, values: dict[str, float]) -> int:
        """Set the keys of memory and return how much there is: of the container, if it has less."""
        memory = psutil.virtual_memory()
        allowance = self._container.allowance() if self._container else None
        if allowance is None:
            values["mem.pct"], values["mem.proc.avail"] = memory.percent, memory.available / _MB
            return int(memory.total)
        left = max(0, min(allowance.limit - allowance.used, memory.available))
        values["mem.pct"] = 100 * allowance.used / allowance.limit
        values["mem.proc.avail"] = left / _MB
        return allowance.limit

    def _disk_usage(self) -> Any:
        """Of the disk that is watched; None if its folder is gone."""
        try:
            return psutil.disk_usage(self._folder)
        except OSError:
            return None

    def _of_process(self, total: int) -> dict[str, float]:
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
        values["mem.proc.pct"] = 100 * resident / total
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


def open_probe(training: Training) -> Machine:
    """Return the probe of this machine; there always is one."""
    return Machine(training)

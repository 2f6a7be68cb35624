"""NVIDIA GPUs by NVML. Each value is asked for by itself: one failing query costs one key."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from swanlab.sidecar.hardware import Training
from swanlab.sidecar.hardware.visible import Card, own

_MB = 1024 * 1024
_DRIVER = ("/proc/driver/nvidia", "/dev/nvidiactl", "/dev/dxg", "/dev/nvhost-gpu")
"""One of these is there wherever NVML can answer on Linux (dxg: WSL, nvhost: Tegra)."""


class Nvidia:
    """The GPUs of this machine; ``CUDA_VISIBLE_DEVICES`` does not hide any from NVML."""

    def __init__(self, nvml: Any, training: Training) -> None:
        """Open every GPU; ``nvml`` is the module, already initialised. Raises its ``NVMLError``."""
        self._nvml, self._training = nvml, training
        count = nvml.nvmlDeviceGetCount()
        self.handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(count)]
        self.gpus = count
        self._slices = [list(self._mig(handle)) for handle in self.handles]
        self._used: set[int] = set()
        """GPUs on which the training was seen."""

    def describe(self) -> dict[str, Any]:
        """Return what this hardware is."""
        nvml = self._nvml
        cards = list(self._cards())
        named = own([card for card, _ in cards], self._training.visible)
        gpus = []
        for card, handle in cards:
            memory = self._ask(nvml.nvmlDeviceGetMemoryInfo, handle)
            entry: dict[str, Any] = {
                "index": card.gpu if card.slice is None else f"{card.gpu}-{card.slice}",
                "vendor": "NVIDIA",
                "name": card.name or None,
                "memory": memory.total if memory else None,
                "uuid": card.uuid or None,
            }
            gpus.append(entry if named is None else {**entry, "own": card in named})
        cuda = self._ask(nvml.nvmlSystemGetCudaDriverVersion_v2)
        return {
            "gpus": gpus,
            "driver": _text(self._ask(nvml.nvmlSystemGetDriverVersion)),
            "cuda": f"{cuda // 1000}.{cuda % 1000 // 10}" if cuda else None,
        }

    def sample(self) -> dict[str, float]:
        """Return its present values."""
        values: dict[str, float] = {}
        pids: set[int] = set()
        for index, handle in enumerate(self.handles):
            of_one = self._sample_one(handle)
            running = self._ask(self._nvml.nvmlDeviceGetComputeRunningProcesses, handle) or []
            if running and not pids:
                pids = _family(self._training.pid)
            of_one.update(self._of_training(index, handle, running, pids))
            values.update({f"gpu.{index}.{key}": value for key, value in of_one.items()})
            for number, part in enumerate(self._slices[index]):
                of_part = self._memory(part)
                values.update({f"gpu.{index}-{number}.{key}": of_part[key] for key in of_part})
        return values

    def _cards(self) -> Iterator[tuple[Card, Any]]:
        for index, handle in enumerate(self.handles):
            yield self._card(index, handle, None), handle
            for number, part in enumerate(self._slices[index]):
                yield self._card(index, part, number), part

    def _card(self, index: int, handle: Any, number: int | None) -> Card:
        nvml = self._nvml
        uuid = _text(self._ask(nvml.nvmlDeviceGetUUID, handle))
        name = _text(self._ask(nvml.nvmlDeviceGetName, handle))
        return Card(index, uuid or "", name or "", number)

    def _mig(self, handle: Any) -> Iterator[Any]:
        """Handles of the slices that a GPU is cut into; none on most."""
        nvml = self._nvml
        mode = self._ask(nvml.nvmlDeviceGetMigMode, handle)
        if not mode or not mode[0]:
            return
        for number in range(self._ask(nvml.nvmlDeviceGetMaxMigDeviceCount, handle) or 0):
            part = self._ask(nvml.nvmlDeviceGetMigDeviceHandleByIndex, handle, number)
            if part is not None:
                yield part

    def _sample_one(self, handle: Any) -> dict[str, float]:
        nvml = self._nvml
        values = self._memory(handle)
        rates = self._ask(nvml.nvmlDeviceGetUtilizationRates, handle)
        if rates:
            values["pct"], values["mem.time"] = float(rates.gpu), float(rates.memory)
        celsius = self._ask(nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU)
        if celsius is not None:
            values["temp"] = float(celsius)
        milliwatts = self._ask(nvml.nvmlDeviceGetPowerUsage, handle)
        if milliwatts is not None:
            values["power"] = milliwatts / 1000
        return values

    def _memory(self, handle: Any) -> dict[str, float]:
        memory = self._ask(self._nvml.nvmlDeviceGetMemoryInfo, handle)
        if not memory:
            return {}
        return {"mem.pct": 100 * memory.used / memory.total, "mem.value": memory.used / _MB}

    def _of_training(
        self, index: int, handle: Any, running: list[Any], pids: set[int]
    ) -> dict[str, float]:
        """Memory of the training and its children; nothing on GPUs that it was never seen on.

        In a container the driver may name processes otherwise than we do: then nothing is claimed.
        """
        known = [one for one in running if one.pid in pids and one.usedGpuMemory is not None]
        if known:
            self._used.add(index)
        elif index not in self._used:
            return {}
        used = sum(one.usedGpuMemory for one in known)
        memory = self._ask(self._nvml.nvmlDeviceGetMemoryInfo, handle)
        share = {"mem.proc.pct": 100 * used / memory.total} if memory else {}
        return {"mem.proc": used / _MB, **share}

    def _ask(self, query: Callable[..., Any], *args: Any) -> Any:
        """Return the answer, or None where the driver or the card does not know it."""
        try:
            return query(*args)
        except self._nvml.NVMLError:
            return None


def _family(pid: int) -> set[int]:
    """A process and all that come from it."""
    try:
        children = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return {pid}
    return {pid, *(child.pid for child in children)}


def _text(answer: Any) -> str | None:
    return answer.decode() if isinstance(answer, bytes) else answer


def open_probe(training: Training) -> Nvidia | None:
    """Return the probe, or None without an NVIDIA driver or card."""
    if sys.platform == "linux" and not any(Path(path).exists() for path in _DRIVER):
        return None
    import pynvml

    try:
        pynvml.nvmlInit()
        probe = Nvidia(pynvml, training)
    except pynvml.NVMLError:
        return None
    return probe if probe.handles else None

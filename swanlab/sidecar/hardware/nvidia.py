"""NVIDIA GPUs by NVML. Each value is asked for by itself: one failing query costs one key."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_MB = 1024 * 1024
_DRIVER = ("/proc/driver/nvidia", "/dev/nvidiactl", "/dev/dxg", "/dev/nvhost-gpu")
"""One of these is there wherever NVML can answer on Linux (dxg: WSL, nvhost: Tegra)."""


class Nvidia:
    """The GPUs of this machine; ``CUDA_VISIBLE_DEVICES`` does not hide any from NVML."""

    def __init__(self, nvml: Any) -> None:
        """Open every GPU; ``nvml`` is the module, already initialised. Raises its ``NVMLError``."""
        self._nvml = nvml
        count = nvml.nvmlDeviceGetCount()
        self.handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(count)]

    def describe(self) -> dict[str, Any]:
        """Return what this hardware is."""
        nvml = self._nvml
        gpus = []
        for index, handle in enumerate(self.handles):
            memory = self._ask(nvml.nvmlDeviceGetMemoryInfo, handle)
            gpus.append(
                {
                    "index": index,
                    "vendor": "NVIDIA",
                    "name": _text(self._ask(nvml.nvmlDeviceGetName, handle)),
                    "memory": memory.total if memory else None,
                }
            )
        cuda = self._ask(nvml.nvmlSystemGetCudaDriverVersion_v2)
        return {
            "gpus": gpus,
            "driver": _text(self._ask(nvml.nvmlSystemGetDriverVersion)),
            "cuda": f"{cuda // 1000}.{cuda % 1000 // 10}" if cuda else None,
        }

    def sample(self) -> dict[str, float]:
        """Return its present values."""
        values: dict[str, float] = {}
        for index, handle in enumerate(self.handles):
            of_one = self._sample_one(handle)
            values.update({f"gpu.{index}.{key}": value for key, value in of_one.items()})
        return values

    def _sample_one(self, handle: Any) -> dict[str, float]:
        nvml = self._nvml
        values: dict[str, float] = {}
        rates = self._ask(nvml.nvmlDeviceGetUtilizationRates, handle)
        if rates:
            values["pct"], values["mem.time"] = float(rates.gpu), float(rates.memory)
        memory = self._ask(nvml.nvmlDeviceGetMemoryInfo, handle)
        if memory:
            values["mem.pct"] = 100 * memory.used / memory.total
            values["mem.value"] = memory.used / _MB
        celsius = self._ask(nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU)
        if celsius is not None:
            values["temp"] = float(celsius)
        milliwatts = self._ask(nvml.nvmlDeviceGetPowerUsage, handle)
        if milliwatts is not None:
            values["power"] = milliwatts / 1000
        return values

    def _ask(self, query: Callable[..., Any], *args: Any) -> Any:
        """Return the answer, or None where the driver or the card does not know it."""
        try:
            return query(*args)
        except self._nvml.NVMLError:
            return None


def _text(answer: Any) -> str | None:
    return answer.decode() if isinstance(answer, bytes) else answer


def open_probe(_pid: int) -> Nvidia | None:
    """Return the probe, or None without an NVIDIA driver or card."""
    if sys.platform == "linux" and not any(Path(path).exists() for path in _DRIVER):
        return None
    import pynvml

    try:
        pynvml.nvmlInit()
        probe = Nvidia(pynvml)
    except pynvml.NVMLError:
        return None
    return probe if probe.handles else None

"""NVIDIA GPUs by NVML. Each value is asked for by itself: one failing query costs one key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pynvml

_MB = 1024 * 1024


class Nvidia:
    """The GPUs of this machine; ``CUDA_VISIBLE_DEVICES`` does not hide any from NVML."""

    def __init__(self) -> None:
        count = pynvml.nvmlDeviceGetCount()
        self._handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(count)]

    def describe(self) -> dict[str, Any]:
        """Return what this hardware is."""
        gpus = []
        for index, handle in enumerate(self._handles):
            memory = _ask(pynvml.nvmlDeviceGetMemoryInfo, handle)
            name = _ask(pynvml.nvmlDeviceGetName, handle)
            gpus.append(
                {
                    "index": index,
                    "vendor": "NVIDIA",
                    "name": name.decode() if isinstance(name, bytes) else name,
                    "memory": memory.total if memory else None,
                }
            )
        driver = _ask(pynvml.nvmlSystemGetDriverVersion)
        return {
            "gpus": gpus,
            "driver": driver.decode() if isinstance(driver, bytes) else driver,
            "cuda": _cuda(),
        }

    def sample(self) -> dict[str, float]:
        """Return its present values."""
        values: dict[str, float] = {}
        for index, handle in enumerate(self._handles):
            gpu = f"gpu.{index}."
            rates = _ask(pynvml.nvmlDeviceGetUtilizationRates, handle)
            if rates:
                values[gpu + "pct"] = float(rates.gpu)
                values[gpu + "mem.time"] = float(rates.memory)
            memory = _ask(pynvml.nvmlDeviceGetMemoryInfo, handle)
            if memory:
                values[gpu + "mem.pct"] = 100 * memory.used / memory.total
                values[gpu + "mem.value"] = memory.used / _MB
            celsius = _ask(pynvml.nvmlDeviceGetTemperature, handle, pynvml.NVML_TEMPERATURE_GPU)
            if celsius is not None:
                values[gpu + "temp"] = float(celsius)
            milliwatts = _ask(pynvml.nvmlDeviceGetPowerUsage, handle)
            if milliwatts is not None:
                values[gpu + "power"] = milliwatts / 1000
        return values


def _ask(query: Callable[..., Any], *args: Any) -> Any:
    """Return the answer, or None where the driver or the card does not know it."""
    try:
        return query(*args)
    except pynvml.NVMLError:
        return None


def _cuda() -> str | None:
    version = _ask(pynvml.nvmlSystemGetCudaDriverVersion_v2)
    return f"{version // 1000}.{version % 1000 // 10}" if version else None


def open_probe(_pid: int) -> Nvidia | None:
    """Return the probe, or None without an NVIDIA driver or card."""
    try:
        pynvml.nvmlInit()
        probe = Nvidia()
    except pynvml.NVMLError:
        return None
    return probe if probe._handles else None  # noqa: SLF001 - same file

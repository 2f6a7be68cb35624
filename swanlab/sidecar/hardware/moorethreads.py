"""Moore Threads GPUs, by ``mthreads-gmi``: the table, and power from its long form."""

from __future__ import annotations

import re

from swanlab.sidecar.hardware import Training, table
from swanlab.sidecar.hardware.tool import Accelerators, Found, Tool, find, opened

_POWER = re.compile(r"Power Draw\"?\s*:\s*\"?(\d+(?:\.\d+)?)\s*W")


def open_probe(training: Training) -> Accelerators | None:
    """Return the probe, or None without a Moore Threads driver or card."""
    tool = find("mthreads-gmi")
    if tool is None:
        return None
    mask = training.visible.get("MUSA_VISIBLE_DEVICES")
    return opened("gpu", "Moore Threads", lambda: ask(tool), mask)


def ask(tool: Tool) -> Found:
    """Return what ``mthreads-gmi`` shows, with the power that its table leaves out."""
    found = table.read(tool.ask(), r"Driver Version:\s*([\w.-]+)")
    powers = _POWER.findall(tool.ask("-q")) if found.devices else []
    if len(powers) == len(found.devices):
        for device, power in zip(found.devices, powers, strict=True):
            device.values["power"] = float(power)
    return found

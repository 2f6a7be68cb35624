"""Ascend NPUs, by ``npu-smi info``: two rows a chip, values in the order of the header's names."""

from __future__ import annotations

import re

from swanlab.sidecar.hardware import Training, table
from swanlab.sidecar.hardware.tool import Accelerators, Device, Found, find, memory, number, opened


def open_probe(training: Training) -> Accelerators | None:
    """Return the probe, or None without an Ascend driver or card."""
    tool = find("npu-smi", folders=("/usr/local/sbin", "/usr/local/bin"))
    if tool is None:
        return None
    mask = training.visible.get("ASCEND_RT_VISIBLE_DEVICES")
    return opened("npu", "Ascend", lambda: read(tool.ask("info")), mask)


def read(text: str) -> Found:
    """Return what ``npu-smi info`` printed."""
    version = re.search(r"Version:\s*([\w.-]+)", text)
    found = table.groups(text)
    at = next((i for i, group in enumerate(found) if group[0][0].startswith("NPU")), len(found))
    devices = []
    for group in found[at + 1 :]:
        for upper, lower in zip(group[::2], group[1::2], strict=False):
            device = _device(found[at], upper, lower)
            if device is not None:
                devices.append(device)
    return Found(devices, version[1] if version else None)


def _device(header: table.Group, upper: table.Row, lower: table.Row) -> Device | None:
    seen: dict[str, str] = {}
    for labels, cells in zip(header, (upper, lower), strict=False):
        for label, cell in zip(labels, cells, strict=False):
            # "3412 / 65536" is one value; names of columns carry their unit: "Power(W)".
            names = [name.partition("(")[0] for name in label.split()]
            seen.update(zip(names, re.sub(r"\s*/\s*", "/", cell).split(), strict=False))
    npu, chip = seen.get("NPU", ""), seen.get("Chip", "")
    if not (npu.isdecimal() and chip.isdecimal()):
        return None
    values, total = _memory(seen)
    for key, name in (("pct", "AICore"), ("temp", "Temp"), ("power", "Power")):
        value = number(seen.get(name))
        if value is not None:
            values[key] = value
    return Device(f"{npu}-{chip}", seen.get("Name"), total, values)


def _memory(seen: dict[str, str]) -> tuple[dict[str, float], float | None]:
    """High-bandwidth memory where there is any; chips for inference have the other kind."""
    for name in ("HBM-Usage", "Memory-Usage"):
        used, _, total = seen.get(name, "").partition("/")
        size = number(total)
        if size:
            return memory(number(used), size), size
    return {}, None

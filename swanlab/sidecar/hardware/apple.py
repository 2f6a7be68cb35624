"""The GPU of an Apple chip, by ``ioreg``, which needs no rights; it shares the machine's memory."""

from __future__ import annotations

import platform
import re

from swanlab.sidecar.hardware import Training
from swanlab.sidecar.hardware.tool import Accelerators, Device, Found, find, opened

_MB = 1024 * 1024


def open_probe(_training: Training) -> Accelerators | None:
    """Return the probe, or None where this is no Mac."""
    if platform.system() != "Darwin":
        return None
    tool = find("ioreg", folders=("/usr/sbin",))
    if tool is None:
        return None
    asked = ("-r", "-d", "1", "-w", "0", "-c", "IOAccelerator")
    return opened("gpu", "Apple", lambda: read(tool.ask(*asked)), None)


def read(text: str) -> Found:
    """Return what ``ioreg`` printed of the accelerators."""
    devices: list[Device] = []
    for entry in re.split(r"^\+-o ", text, flags=re.MULTILINE)[1:]:
        statistics = re.search(r'"PerformanceStatistics" = \{(.*)\}', entry)
        if statistics is None:
            continue
        known = dict(re.findall(r'"([^"]+)"=(\d+)', statistics[1]))
        values: dict[str, float] = {}
        if "Device Utilization %" in known:
            values["pct"] = float(known["Device Utilization %"])
        if "In use system memory" in known:
            values["mem.value"] = int(known["In use system memory"]) / _MB
        devices.append(Device(str(len(devices)), _name(entry), None, values))
    return Found(devices)


def _name(entry: str) -> str | None:
    model = re.search(r'"model" = <?"([^"]+)"', entry)
    cores = re.search(r'"gpu-core-count" = (\d+)', entry)
    if model is None:
        return None
    return f"{model[1]} ({cores[1]} GPU cores)" if cores else model[1]

"""Kunlunxin XPUs, by ``xpu-smi``. Intel has a tool of that name too; it prints no such table."""

from __future__ import annotations

from swanlab.sidecar.hardware import Training, table
from swanlab.sidecar.hardware.tool import Accelerators, Found, find, opened


def open_probe(training: Training) -> Accelerators | None:
    """Return the probe, or None without a Kunlunxin driver or card."""
    tool = find("xpu-smi", "xpu_smi", folders=("/opt/xre/bin", "/usr/local/xpu/bin"))
    if tool is None:
        return None
    mask = training.visible.get("XPU_VISIBLE_DEVICES")
    return opened("xpu", "Kunlunxin", lambda: read(tool.ask()), mask)


def read(text: str) -> Found:
    """Return what ``xpu-smi`` printed."""
    return table.read(text, r"Driver Version:\s*([\w.-]+)")

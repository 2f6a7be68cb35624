"""Cambricon MLUs, by ``cnmon``."""

from __future__ import annotations

from swanlab.sidecar.hardware import Training, table
from swanlab.sidecar.hardware.tool import Accelerators, Found, find, opened


def open_probe(training: Training) -> Accelerators | None:
    """Return the probe, or None without a Cambricon driver or card."""
    tool = find("cnmon")
    if tool is None:
        return None
    mask = training.visible.get("MLU_VISIBLE_DEVICES")
    return opened("mlu", "Cambricon", lambda: read(tool.ask()), mask)


def read(text: str) -> Found:
    """Return what ``cnmon`` printed; the tool's version is the driver's."""
    return table.read(text, r"(?:CNMON|Driver) v([\w.-]+)")

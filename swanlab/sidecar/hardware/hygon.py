"""Hygon DCUs, by ``hy-smi``."""

from __future__ import annotations

from swanlab.sidecar.hardware import Training, cards
from swanlab.sidecar.hardware.tool import Accelerators, Found, Tool, find, opened

_ASKED = ("--showuse", "--showmemuse", "--showmeminfo", "vram", "--showtemp", "--showproductname")
_SENSORS = ("junction", "core", "edge")


def open_probe(training: Training) -> Accelerators | None:
    """Return the probe, or None without a Hygon driver or card."""
    tool = find("hy-smi", folders=("/opt/hyhal/bin", "/usr/local/hyhal/bin"))
    if tool is None:
        return None
    mask = training.visible.get("HIP_VISIBLE_DEVICES")
    return opened("dcu", "Hygon", lambda: ask(tool), mask)


def ask(tool: Tool) -> Found:
    """Return what ``hy-smi`` shows; some releases do not know how to show power."""
    found = cards.read(tool.ask(*_ASKED, "--showpower", "--json"), _SENSORS)
    return found if found.devices else cards.read(tool.ask(*_ASKED, "--json"), _SENSORS)

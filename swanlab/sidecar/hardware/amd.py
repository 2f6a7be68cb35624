"""AMD GPUs, by what the kernel says; where that is hidden, by ``amd-smi`` or ``rocm-smi``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from swanlab.sidecar.hardware import Training, cards
from swanlab.sidecar.hardware.tool import (
    Accelerators,
    Device,
    Found,
    Tool,
    find,
    memory,
    number,
    opened,
)

_DRM = Path("/sys/class/drm")
_KFD = Path("/dev/kfd")
"""There with the compute driver; tools are not even looked for without it."""
_VENDOR = "0x1002"
_MB = 1024 * 1024
_ASKED = ("--showuse", "--showmeminfo", "vram", "--showtemp", "--showpower", "--showproductname")


def open_probe(training: Training) -> Accelerators | None:
    """Return the probe, or None without an AMD driver or card."""
    visible = training.visible
    mask = visible.get("HIP_VISIBLE_DEVICES", visible.get("ROCR_VISIBLE_DEVICES"))
    folders = _folders()
    if folders:
        return opened("gpu", "AMD", lambda: read_sysfs(folders), mask)
    if not _KFD.exists():
        return None
    tool = find("amd-smi", folders=("/opt/rocm/bin",))
    probe = opened("gpu", "AMD", lambda: ask(tool), mask) if tool is not None else None
    older = None if probe else find("rocm-smi", folders=("/opt/rocm/bin",))
    if older is None:
        return probe
    return opened("gpu", "AMD", lambda: read_rocm(older.ask(*_ASKED, "--json")), mask)


def _folders() -> list[Path]:
    """Folders of AMD's cards that count their memory, in the order of their numbers."""
    found = [
        path
        for path in _DRM.glob("card*/device")
        if path.parent.name[4:].isdecimal()
        and _text(path / "vendor") == _VENDOR
        and (path / "mem_info_vram_total").exists()
    ]
    return sorted(found, key=lambda path: int(path.parent.name[4:]))


def read_sysfs(folders: list[Path]) -> Found:
    """Return what the kernel says of the cards in these folders."""
    devices = []
    for index, folder in enumerate(folders):
        used, total = (_scaled(folder / f"mem_info_vram_{part}", _MB) for part in ("used", "total"))
        values = memory(used, total)
        sensors = {
            "pct": [(folder / "gpu_busy_percent", 1)],
            "temp": [(path, 1000) for path in sorted(folder.glob("hwmon/hwmon*/temp?_input"))],
            "power": [
                (path, 1_000_000)
                for name in ("power1_average", "power1_input")
                for path in folder.glob(f"hwmon/hwmon*/{name}")
            ],
        }
        for key, places in sensors.items():
            known = (_scaled(path, divisor) for path, divisor in places)
            value = next((value for value in known if value is not None), None)
            if value is not None:
                values[key] = value
        name = _text(folder / "product_name") or _text(folder / "device")
        devices.append(Device(str(index), name, total, values))
    return Found(devices, _text(Path("/sys/module/amdgpu/version")))


def ask(tool: Tool) -> Found:
    """Return what ``amd-smi`` shows."""
    asked = ("--usage", "--power", "--temperature", "--mem-usage", "--json")
    names = {
        card.get("gpu"): _part(card, "asic").get("market_name")
        for card in _listed(tool.ask("static", "--asic", "--json"))
    }
    cards_now = _listed(tool.ask("metric", *asked))
    known = [card for card in cards_now if isinstance(card.get("gpu"), int)]
    return Found([_device(card, names.get(card["gpu"])) for card in known])


def _device(card: dict[str, Any], name: Any) -> Device:
    used, total = (_measure(card, "mem_usage", f"{part}_vram") for part in ("used", "total"))
    values = memory(used, total)
    for key, part, measures in (
        ("pct", "usage", ("gfx_activity",)),
        ("temp", "temperature", ("edge", "hotspot")),
        ("power", "power", ("socket_power", "current_socket_power", "average_socket_power")),
    ):
        known = (_measure(card, part, measure) for measure in measures)
        value = next((value for value in known if value is not None), None)
        if value is not None:
            values[key] = value
    return Device(str(card["gpu"]), name if isinstance(name, str) else None, total, values)


def read_rocm(text: str) -> Found:
    """Return what ``rocm-smi --json`` printed."""
    return cards.read(text, ("edge", "junction"))


def _listed(text: str) -> list[dict[str, Any]]:
    """Cards of ``amd-smi``: a list, which newer releases put into an object."""
    answer = cards.decoded(text)
    if isinstance(answer, dict):
        answer = answer.get("gpu_data")
    return [card for card in answer if isinstance(card, dict)] if isinstance(answer, list) else []


def _part(card: dict[str, Any], name: str) -> dict[str, Any]:
    part = card.get(name)
    return part if isinstance(part, dict) else {}


def _measure(card: dict[str, Any], part: str, name: str) -> float | None:
    measure = _part(card, part).get(name)
    return number(measure.get("value") if isinstance(measure, dict) else measure)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:
        return None  # This card or driver does not have it.


def _scaled(path: Path, divisor: int) -> float | None:
    value = number(_text(path))
    return None if value is None else value / divisor

"""Accelerators by their vendors' tools: recorded outputs, printed by a program on the path."""

from __future__ import annotations

import os
import platform
from importlib import import_module
from pathlib import Path

import pytest

from swanlab.sidecar.hardware import VENDORS, Training, amd, described, probes, sampled, tool

TOOLS = Path(__file__).parent / "tools"
MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    """A path with nothing but the system's shell on it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder


@pytest.fixture
def printing(path):
    """Puts a program on the path that prints a recorded file, by its first argument."""

    def put(name: str, shown: str | bytes, **by_argument: str) -> None:
        content = (TOOLS / shown).read_bytes() if isinstance(shown, str) else shown
        (path / f"{name}.out").write_bytes(content)
        cases = "".join(f"{word}) exec cat {TOOLS / file};; " for word, file in by_argument.items())
        program = path / name
        program.write_text(f'#!/bin/sh\ncase "${{1#-}}" in {cases}esac\nexec cat {program}.out\n')
        program.chmod(0o755)

    return put


def opened(vendor: str, **visible: str):
    return import_module(f"swanlab.sidecar.hardware.{vendor}").open_probe(Training(1, visible))


def test_ascend(printing):
    printing("npu-smi", "npu-smi-25.txt")
    probe = opened("ascend", ASCEND_RT_VISIBLE_DEVICES="1")
    assert probe.sample() == {
        "npu.3-0.pct": 9,
        "npu.3-0.mem.value": 61125,
        "npu.3-0.mem.pct": pytest.approx(93.27, abs=0.01),
        "npu.3-0.temp": 45,
        "npu.3-0.power": 119.9,
        "npu.4-0.pct": 0,
        "npu.4-0.mem.value": 2922,
        "npu.4-0.mem.pct": pytest.approx(4.46, abs=0.01),
        "npu.4-0.temp": 39,
        "npu.4-0.power": 89.1,
    }
    assert probe.describe() == {
        "driver": "25.5.2",
        "gpus": [
            {
                "index": index, "kind": "npu", "vendor": "Ascend", "name": "910B2",
                "memory": 65536 * MIB, "own": own,
            }
            for index, own in (("3-0", False), ("4-0", True))
        ],
    }  # fmt: skip


def test_two_ascend_chips_on_a_card_share_its_power(printing):
    printing("npu-smi", "npu-smi-24-two-chips.txt")
    values = opened("ascend").sample()
    assert (values["npu.0-0.power"], values["npu.0-0.pct"]) == (178.9, 55)
    assert values["npu.0-1.mem.value"] == 3189
    assert "npu.0-1.power" not in values


def test_an_ascend_chip_without_high_bandwidth_memory_shows_its_other_memory(printing):
    printing("npu-smi", "npu-smi-22-inference.txt")
    assert opened("ascend").sample()["npu.0-0.mem.value"] == 994


def test_cambricon(printing):
    printing("cnmon", "cnmon-5.txt")
    probe = opened("cambricon")
    assert probe.sample() == {
        "mlu.0.pct": 87, "mlu.0.temp": 52, "mlu.0.power": 186,
        "mlu.0.mem.value": 11687, "mlu.0.mem.pct": 50,
        "mlu.1.pct": 0, "mlu.1.temp": 39, "mlu.1.power": 106,
        "mlu.1.mem.value": 0, "mlu.1.mem.pct": 0,
    }  # fmt: skip
    about = probe.describe()
    assert (about["driver"], about["gpus"][0]["name"]) == ("5.10.13", "MLU370-X8")


def test_cambricon_before_its_columns_moved(printing):
    printing("cnmon", "cnmon-4.txt")
    values = opened("cambricon").sample()
    assert (values["mlu.0.temp"], values["mlu.0.power"], values["mlu.0.mem.value"]) == (32, 30, 0)


def test_kunlunxin(printing):
    printing("xpu-smi", "xpu-smi.txt")
    probe = opened("kunlunxin")
    assert probe.sample() == {
        "xpu.0.pct": 63, "xpu.0.temp": 39, "xpu.0.power": 91,
        "xpu.0.mem.value": 49152, "xpu.0.mem.pct": 50,
        "xpu.1.pct": 0, "xpu.1.temp": 38, "xpu.1.power": 94,
        "xpu.1.mem.value": 0, "xpu.1.mem.pct": 0,
    }  # fmt: skip
    about = probe.describe()
    assert (about["driver"], about["gpus"][1]["name"]) == ("5.0.21.26", "P800 OAM")


def test_the_tool_of_intel_with_the_same_name_shows_no_kunlunxin(printing):
    printing("xpu-smi", "xpu-smi-intel.txt")
    assert opened("kunlunxin") is None


def test_metax(printing):
    printing("mx-smi", "mx-smi.txt")
    probe = opened("metax", CUDA_VISIBLE_DEVICES="0")
    values = probe.sample()
    assert (values["gpu.0.pct"], values["gpu.0.temp"], values["gpu.0.power"]) == (41, 56, 253)
    assert (values["gpu.0.mem.value"], values["gpu.0.mem.pct"]) == (32768, 50)
    assert values["gpu.1.power"] == 97
    about = probe.describe()
    assert (about["driver"], about["gpus"][0]["name"]) == ("2.15.9", "MetaX C550")
    assert [gpu["own"] for gpu in about["gpus"]] == [True, False]


def test_iluvatar(printing):
    printing("ixsmi", "ixsmi.txt")
    probe = opened("iluvatar")
    values = probe.sample()
    assert "gpu.0.power" not in values
    assert (values["gpu.0.pct"], values["gpu.0.temp"]) == (0, 32)
    assert (values["gpu.1.pct"], values["gpu.1.power"], values["gpu.1.mem.pct"]) == (77, 93, 25)
    assert probe.describe()["gpus"][1]["name"] == "Iluvatar BI-V150"


def test_moore_threads(printing):
    printing("mthreads-gmi", "mthreads-gmi.txt", q="mthreads-gmi-q.txt")
    probe = opened("moorethreads", MUSA_VISIBLE_DEVICES="")
    values = probe.sample()
    assert (values["gpu.0.pct"], values["gpu.0.temp"], values["gpu.0.power"]) == (36, 52, 312.5)
    assert (values["gpu.0.mem.value"], values["gpu.0.mem.pct"]) == (40960, 50)
    assert (values["gpu.1.temp"], values["gpu.1.power"]) == (51, 88)
    about = probe.describe()
    assert (about["driver"], about["gpus"][0]["name"]) == ("3.3.5-server", "MTT S5000")
    assert [gpu["own"] for gpu in about["gpus"]] == [False, False]


def test_hygon(printing):
    printing("hy-smi", "hy-smi.json")
    probe = opened("hygon")
    values = probe.sample()
    assert values["dcu.0.pct"] == 27.5
    assert (values["dcu.0.temp"], values["dcu.0.power"]) == (52, 183)
    assert (values["dcu.0.mem.value"], values["dcu.0.mem.pct"]) == (20475, 31.25)
    assert values["dcu.1.temp"] == 41
    about = probe.describe()
    assert (about["driver"], about["gpus"][0]["name"]) == ("6.3.8", "BW")


def test_hygon_with_older_labels_and_a_warning_before_them(printing):
    printing("hy-smi", "hy-smi-older.json")
    assert opened("hygon").sample() == {"dcu.1.pct": 7, "dcu.1.mem.pct": 50, "dcu.1.temp": 50}


def amd_card(folder: Path, **files: str) -> None:
    for name, text in files.items():
        place = folder / "device" / name.replace("__", "/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{text}\n")


@pytest.fixture
def drm(tmp_path, monkeypatch):
    monkeypatch.setattr(amd, "_DRM", tmp_path / "drm")
    monkeypatch.setattr(amd, "_KFD", tmp_path / "kfd")
    return tmp_path / "drm"


def test_amd_by_the_kernel(drm):
    amd_card(drm / "card0", vendor="0x1002")  # A chip for the console, without memory.
    amd_card(
        drm / "card10", vendor="0x1002", device="0x74a1", gpu_busy_percent="93",
        mem_info_vram_total=str(64 << 30), mem_info_vram_used=str(16 << 30),
        hwmon__hwmon7__temp2_input="61000", hwmon__hwmon7__power1_input="550000000",
    )  # fmt: skip
    amd_card(
        drm / "card2", vendor="0x1002", product_name="AMD Instinct MI210",
        mem_info_vram_total=str(64 << 30), mem_info_vram_used="0",
        hwmon__hwmon3__temp1_input="40000", hwmon__hwmon3__power1_average="41500000",
    )  # fmt: skip
    amd_card(drm / "card3", vendor="0x10de", mem_info_vram_total="1")
    (drm / "card2-DP-1").mkdir()
    probe = opened("amd", HIP_VISIBLE_DEVICES="1")
    assert probe.sample() == {
        "gpu.0.mem.value": 0, "gpu.0.mem.pct": 0, "gpu.0.temp": 40, "gpu.0.power": 41.5,
        "gpu.1.mem.value": 16384, "gpu.1.mem.pct": 25, "gpu.1.pct": 93,
        "gpu.1.temp": 61, "gpu.1.power": 550,
    }  # fmt: skip
    gpus = probe.describe()["gpus"]
    assert [gpu["name"] for gpu in gpus] == ["AMD Instinct MI210", "0x74a1"]
    assert [gpu["own"] for gpu in gpus] == [False, True]


def test_amd_by_amd_smi(drm, printing):
    (drm.parent / "kfd").touch()
    printing("amd-smi", b"", metric="amd-smi-metric.json", static="amd-smi-static.json")
    probe = opened("amd", ROCR_VISIBLE_DEVICES="GPU-0123456789abcdef")
    values = probe.sample()
    assert (values["gpu.0.pct"], values["gpu.0.temp"], values["gpu.0.power"]) == (97, 66, 739)
    assert values["gpu.0.mem.pct"] == 50
    assert "gpu.1.pct" not in values
    assert (values["gpu.1.temp"], values["gpu.1.mem.value"]) == (36, 283)
    gpus = probe.describe()["gpus"]
    assert gpus[0]["name"] == "AMD Instinct MI355X"
    assert "own" not in gpus[0], "by a name that this tool does not tell"


def test_amd_by_rocm_smi(drm, printing):
    (drm.parent / "kfd").touch()
    printing("rocm-smi", "rocm-smi.json")
    values = opened("amd").sample()
    assert (values["gpu.0.pct"], values["gpu.0.temp"], values["gpu.0.power"]) == (12, 46, 17)
    assert (values["gpu.0.mem.value"], values["gpu.0.mem.pct"]) == (5116, 25)
    assert (values["gpu.1.mem.pct"], values["gpu.1.power"]) == (87, 7.222)
    assert "gpu.1.pct" not in values


def test_tools_of_amd_are_not_looked_for_without_its_compute_driver(drm, printing):
    printing("rocm-smi", "rocm-smi.json")
    assert opened("amd") is None


def test_apple(printing, monkeypatch):
    printing("ioreg", "ioreg.txt")
    assert opened("apple") is None
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    probe = opened("apple")
    assert probe.sample() == {"gpu.0.pct": 36, "gpu.0.mem.value": 512}
    assert probe.describe()["gpus"][0]["name"] == "Apple M1 (8 GPU cores)"


TOOL_OF = {
    "ascend": ("npu-smi", "npu-smi-25.txt"),
    "cambricon": ("cnmon", "cnmon-5.txt"),
    "kunlunxin": ("xpu-smi", "xpu-smi.txt"),
    "metax": ("mx-smi", "mx-smi.txt"),
    "iluvatar": ("ixsmi", "ixsmi.txt"),
    "moorethreads": ("mthreads-gmi", "mthreads-gmi.txt"),
    "hygon": ("hy-smi", "hy-smi.json"),
    "amd": ("rocm-smi", "rocm-smi.json"),
    "apple": ("ioreg", "ioreg.txt"),
}


@pytest.fixture
def everywhere(drm, monkeypatch):
    """No vendor is ruled out by what this machine is."""
    (drm.parent / "kfd").touch()
    monkeypatch.setattr(platform, "system", lambda: "Darwin")


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("vendor", TOOL_OF)
def test_a_vendor_that_is_absent_is_silent(vendor, capfd):
    assert opened(vendor) is None
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("vendor", TOOL_OF)
@pytest.mark.parametrize(
    "output", [b"", b"No devices were found\n", b"\xff\xfe\x00|||\n====\n|||", b"{\n[", b"[1, {}]"]
)
def test_an_output_that_means_nothing_shows_no_device(vendor, output, printing, capfd):
    printing(TOOL_OF[vendor][0], output)
    assert opened(vendor) is None
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("vendor", TOOL_OF)
def test_an_output_that_is_cut_anywhere_never_breaks_a_sample(vendor, printing):
    name, file = TOOL_OF[vendor]
    whole = (TOOLS / file).read_bytes()
    printing(name, file)
    probe = opened(vendor)
    names = {key.split(".", 2)[2] for key in probe.sample()}
    for end in range(0, len(whole), len(whole) // 12):
        printing(name, whole[:end])
        for key, value in probe.sample().items():
            assert key.split(".", 2)[2] in names
            assert value >= 0


@pytest.mark.parametrize(
    ("vendor", "column", "lost"),
    [
        ("ascend", "Temp", "temp"),
        ("ascend", "AICore", "pct"),
        ("cambricon", "Util", "pct"),
        ("kunlunxin", "Pwr", "power"),
        ("metax", "GPU-Util", "pct"),
        ("iluvatar", "Pwr", "power"),
        ("moorethreads", "%GPU", "pct"),
        ("hygon", "HCU use", "pct"),
    ],
)
def test_a_column_that_is_renamed_costs_one_value(vendor, column, lost, printing):
    name, file = TOOL_OF[vendor]
    printing(name, file)
    whole = set(opened(vendor).sample())
    printing(name, (TOOLS / file).read_text().replace(column, "Novelty").encode())
    kept = set(opened(vendor).sample())
    assert whole - kept == {key for key in whole if key.split(".", 2)[2] == lost}
    assert kept


def test_a_tool_that_hangs_three_times_is_not_asked_again(path, printing, monkeypatch):
    monkeypatch.setattr(tool, "_SECONDS", 0.1)
    program = path / "ixsmi"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    hung, patient = tool.find("ixsmi"), tool.find("ixsmi")
    assert [hung.ask() for _ in range(3)] + [patient.ask()] == [""] * 4
    monkeypatch.undo()
    printing("ixsmi", "ixsmi.txt")
    assert hung.ask() == ""
    assert patient.ask().startswith("Timestamp")


def test_gpus_of_a_second_vendor_are_numbered_on(printing):
    printing("mx-smi", "mx-smi.txt")
    printing("ixsmi", "ixsmi.txt")
    printing("npu-smi", "npu-smi-25.txt")
    found = [opened(vendor) for vendor in ("metax", "ascend", "iluvatar")]
    values, about = sampled(found), described(found)
    assert (values["gpu.1.power"], values["gpu.3.power"], values["npu.3-0.pct"]) == (97, 93, 9)
    assert [gpu["index"] for gpu in about["gpus"]] == [0, 1, "3-0", "4-0", 2, 3]
    assert about["driver"] == "2.15.9"


def test_a_probe_that_breaks_costs_itself_only_and_is_said_once(printing, monkeypatch, capfd):
    printing("mx-smi", "mx-smi.txt")
    printing("ixsmi", "ixsmi.txt")
    broken, whole = opened("metax"), opened("iluvatar")
    found = [broken, whole]
    before = {key: value for key, value in sampled(found).items() if key > "gpu.2"}

    def gone():
        raise RuntimeError("driver gone")

    monkeypatch.setattr(broken, "_read", gone)
    assert sampled(found) == sampled(found) == before
    assert capfd.readouterr().err.count("RuntimeError: driver gone") == 1


@pytest.mark.usefixtures("drm")
def test_only_what_is_here_is_found(printing):
    printing("cnmon", "cnmon-5.txt")
    kinds = {key.split(".")[0] for key in sampled(probes(Training(os.getpid())))}
    assert "mlu" in kinds
    assert not kinds & {"npu", "xpu", "dcu"}
    assert set(TOOL_OF) | {"machine", "nvidia"} == set(VENDORS)

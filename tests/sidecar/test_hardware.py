"""What is sampled and found out about machine and program."""

# ruff: noqa: N802 - the names are the foreign library's

from __future__ import annotations

import os
import subprocess
from types import SimpleNamespace

import psutil
import pytest

from swanlab.sidecar import environment
from swanlab.sidecar.hardware import Training, container, machine
from swanlab.sidecar.hardware.nvidia import Nvidia


class Card:
    """Stands for the driver's library: a foreign service that this machine may lack."""

    NVML_TEMPERATURE_GPU = 0

    class NVMLError(Exception):
        pass

    def nvmlDeviceGetCount(self):
        return 2

    def nvmlDeviceGetHandleByIndex(self, index):
        return index

    def nvmlDeviceGetName(self, handle):
        return b"Card"

    def nvmlDeviceGetMemoryInfo(self, handle):
        return SimpleNamespace(total=8 << 30, used=2 << 30)

    def nvmlDeviceGetUtilizationRates(self, handle):
        return SimpleNamespace(gpu=70, memory=30)

    def nvmlDeviceGetTemperature(self, handle, sensor):
        if handle == 1:
            raise self.NVMLError("not supported")
        return 60

    def nvmlDeviceGetPowerUsage(self, handle):
        return 250_000

    def nvmlDeviceGetUUID(self, handle):
        return f"GPU-{handle}f3e-0000"

    def nvmlDeviceGetMigMode(self, handle):
        raise self.NVMLError("not supported")

    def nvmlDeviceGetComputeRunningProcesses(self, handle):
        return []

    def nvmlSystemGetDriverVersion(self):
        return "580.1"

    def nvmlSystemGetCudaDriverVersion_v2(self):
        return 13010


def test_a_query_that_fails_costs_one_value_of_one_gpu():
    probe = Nvidia(Card(), Training(1))
    one = {"pct": 70, "mem.time": 30, "mem.pct": 25, "mem.value": 2048, "power": 250}
    assert probe.sample() == {
        **{f"gpu.0.{key}": value for key, value in one.items()},
        "gpu.0.temp": 60,
        **{f"gpu.1.{key}": value for key, value in one.items()},
    }
    described = probe.describe()
    assert (described["driver"], described["cuda"]) == ("580.1", "13.1")
    assert described["gpus"][1] == {
        "index": 1, "vendor": "NVIDIA", "name": "Card", "memory": 8 << 30,
        "uuid": "GPU-1f3e-0000", "own": True,
    }  # fmt: skip


class Cut(Card):
    """The second of its GPUs is cut into slices, of which one has been taken away."""

    def nvmlDeviceGetMigMode(self, handle):
        return [handle == 1, handle == 1]

    def nvmlDeviceGetMaxMigDeviceCount(self, handle):
        return 3

    def nvmlDeviceGetMigDeviceHandleByIndex(self, handle, number):
        if number == 1:
            raise self.NVMLError("not found")
        return f"{handle}/{number}"

    def nvmlDeviceGetUUID(self, handle):
        if isinstance(handle, str):
            return f"MIG-{handle[-1]}abc"
        return super().nvmlDeviceGetUUID(handle)

    def nvmlDeviceGetUtilizationRates(self, handle):
        if handle == 1:
            raise self.NVMLError("not supported")
        return super().nvmlDeviceGetUtilizationRates(handle)


class Mixed(Card):
    def nvmlDeviceGetName(self, handle):
        return f"Card {handle}"


@pytest.mark.parametrize(
    ("nvml", "visible", "own"),
    [
        (Card(), {}, [True, True]),
        (Card(), {"CUDA_VISIBLE_DEVICES": "1"}, [False, True]),
        (Card(), {"CUDA_VISIBLE_DEVICES": " 1, 0"}, [True, True]),
        (Card(), {"CUDA_VISIBLE_DEVICES": "0,-1,1"}, [True, False]),
        (Card(), {"CUDA_VISIBLE_DEVICES": ""}, [False, False]),
        (Card(), {"CUDA_VISIBLE_DEVICES": "GPU-1f3e"}, [False, True]),
        (Card(), {"CUDA_VISIBLE_DEVICES": "GPU-9"}, [False, False]),
        (Mixed(), {"CUDA_VISIBLE_DEVICES": "0"}, [None, None]),
        (
            Mixed(),
            {"CUDA_VISIBLE_DEVICES": "0", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"},
            [True, False],
        ),
        (Mixed(), {"CUDA_VISIBLE_DEVICES": "GPU-0f3e-0000"}, [True, False]),
        (Cut(), {"CUDA_VISIBLE_DEVICES": "MIG-2abc"}, [False, True, False, True]),
        (Cut(), {"CUDA_VISIBLE_DEVICES": "0"}, [True, False, False, False]),
    ],
)
def test_the_gpus_that_the_training_may_use_are_marked(nvml, visible, own):
    gpus = Nvidia(nvml, Training(1, visible)).describe()["gpus"]
    assert [gpu.get("own") for gpu in gpus] == own


def test_slices_of_a_gpu_are_shown_with_their_memory():
    probe = Nvidia(Cut(), Training(1))
    values = probe.sample()
    assert [gpu["index"] for gpu in probe.describe()["gpus"]] == [0, 1, "1-0", "1-1"]
    assert (values["gpu.1-0.mem.value"], values["gpu.1-1.mem.pct"]) == (2048, 25)
    assert "gpu.1.pct" not in values
    assert values["gpu.1.power"] == 250


def test_the_memory_of_the_training_and_its_children_is_told_from_that_of_others():
    child = subprocess.Popen(["sleep", "60"])
    mine, others = os.getpid(), os.getppid()

    class Busy(Card):
        running = ((mine, 1 << 30), (child.pid, 3 << 30), (others, 4 << 30), (mine, None))

        def nvmlDeviceGetComputeRunningProcesses(self, handle):
            if handle == 1:
                return []
            return [SimpleNamespace(pid=pid, usedGpuMemory=used) for pid, used in self.running]

    nvml = Busy()
    probe = Nvidia(nvml, Training(os.getpid()))
    values = probe.sample()
    assert (values["gpu.0.mem.proc"], values["gpu.0.mem.proc.pct"]) == (4096, 50)
    assert "gpu.1.mem.proc" not in values
    child.kill()
    child.wait()
    nvml.running = ((others, 4 << 30),)
    assert probe.sample()["gpu.0.mem.proc"] == 0


def test_the_machine_and_the_training_are_sampled():
    probe = machine.open_probe(Training(os.getpid()))
    values = probe.sample()
    assert 0 <= values["cpu.pct"] <= 100
    assert 0 < values["mem.pct"] < 100
    assert values["mem.proc"] > 10
    assert values["cpu.thds"] >= 1
    assert 0 < values["disk.usage"] <= 100
    assert probe.describe()["disk"]["total"] > 0


@pytest.fixture
def cgroup(tmp_path, monkeypatch):
    """A machine's control groups, in which this process is in ``/pod/job``."""
    root, proc = tmp_path / "cgroup", tmp_path / "proc"
    (proc / str(os.getpid())).mkdir(parents=True)
    (proc / str(os.getpid()) / "cgroup").write_text("1:name=systemd:/x\n0::/pod/job\n")
    (root / "pod" / "job").mkdir(parents=True)
    monkeypatch.setattr(container, "_ROOT", root)
    monkeypatch.setattr(container, "_PROC", proc)
    return root


def limit(folder, most: int | str, used: int, inactive: int = 0) -> None:
    (folder / "memory.max").write_text(f"{most}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\ninactive_file {inactive}\n")


def test_in_a_container_memory_is_what_the_container_has(cgroup):
    limit(cgroup / "pod" / "job", "max", 1 << 20)
    limit(cgroup / "pod", 64 << 20, 40 << 20, 8 << 20)
    probe = machine.open_probe(Training(os.getpid()))
    values, about = probe.sample(), probe.describe()
    assert (values["mem.pct"], values["mem.proc.avail"]) == (50, 32)
    assert values["mem.proc.pct"] == pytest.approx(100 * values["mem.proc"] / 64)
    total = psutil.virtual_memory().total
    assert (about["memory"], about["machine_memory"]) == (64 << 20, total)


@pytest.mark.parametrize("most", ["max", 1 << 60, "nonsense"])
def test_a_limit_above_the_machine_s_memory_is_none(cgroup, most):
    limit(cgroup / "pod" / "job", most, 1 << 20)
    about = machine.open_probe(Training(os.getpid())).describe()
    assert about["memory"] == psutil.virtual_memory().total
    assert "machine_memory" not in about


def test_a_container_that_is_gone_leaves_the_machine_to_sample(cgroup):
    limit(cgroup / "pod", 64 << 20, 40 << 20)
    probe = machine.open_probe(Training(os.getpid()))
    (cgroup / "pod" / "memory.max").unlink()
    assert probe.sample()["mem.proc.avail"] > 0


def test_a_training_that_is_gone_leaves_the_machine_to_sample():
    child = subprocess.Popen(["true"])
    child.wait()
    assert "mem.pct" in machine.open_probe(Training(child.pid)).sample()


def test_git_is_described_without_credentials(tmp_path):
    def git(*args: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *args], check=True, capture_output=True)

    git("init", "-b", "trunk")
    git("config", "user.email", "a@b")
    git("config", "user.name", "a")
    git("remote", "add", "origin", "https://user:token@example.com/repo.git")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-m", "first")
    found = environment.git(str(tmp_path))
    assert found is not None
    assert (found["branch"], found["dirty"]) == ("trunk", False)
    assert found["remote"] == "https://example.com/repo.git"
    (tmp_path / "a").write_text("2")
    assert environment.git(str(tmp_path))["dirty"] is True
    assert environment.git("/") is None


def test_packages_are_those_of_this_interpreter():
    found = environment.packages()
    import msgspec

    assert found["msgspec"] == msgspec.__version__
    assert "pytest" in found

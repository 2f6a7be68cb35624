"""What is sampled and found out about machine and program."""

# ruff: noqa: N802 - the names are the foreign library's

from __future__ import annotations

import os
import subprocess
from types import SimpleNamespace

from swanlab.sidecar import environment
from swanlab.sidecar.hardware import machine
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

    def nvmlSystemGetDriverVersion(self):
        return "580.1"

    def nvmlSystemGetCudaDriverVersion_v2(self):
        return 13010


def test_a_query_that_fails_costs_one_value_of_one_gpu():
    probe = Nvidia(Card())
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
    }  # fmt: skip


def test_the_machine_and_the_training_are_sampled():
    values = machine.open_probe(os.getpid()).sample()
    assert 0 <= values["cpu.pct"] <= 100
    assert 0 < values["mem.pct"] < 100
    assert values["mem.proc"] > 10
    assert values["cpu.thds"] >= 1


def test_a_training_that_is_gone_leaves_the_machine_to_sample():
    child = subprocess.Popen(["true"])
    child.wait()
    assert "mem.pct" in machine.open_probe(child.pid).sample()


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

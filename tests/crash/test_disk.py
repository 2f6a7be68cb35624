"""A full disk, a read-only folder, damaged files: a clear line, and intact records are kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from swanlab import runfile
from tests.conftest import run_folder
from tests.recorded import recorded

SMALL = 256 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False).returncode != 0:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_said_once_and_training_goes_on(small_disk, script):
    done = script(
        f"""
        import os, swanlab
        run = swanlab.init(project="cats", mode="offline", logdir={str(small_disk)!r})
        for step in range(30_000):
            swanlab.log({{"loss": step}})
        print("trained")
        """,
        SWANLAB_MONITOR_INTERVAL="0",
    )
    assert (done.returncode, done.stdout) == (0, "trained\n")
    assert done.stderr.count("No space left on device") == 1
    assert "calls could not be written" in done.stderr
    (folder,) = small_disk.glob("run-*")
    found = recorded(folder).points["loss"]
    assert 100 < len(found) < 30_000
    assert found == [(step, step) for step in range(len(found))]


def test_logging_goes_on_when_the_disk_takes_data_again(small_disk, script):
    done = script(
        f"""
        import os, swanlab
        folder = {str(small_disk)!r}
        swanlab.init(project="cats", mode="offline", logdir=folder)
        filler = os.path.join(folder, "filler")
        swanlab.log({{"a": 1}}, step=1)
        with open(filler, "wb", buffering=0) as file:
            try:
                while True: file.write(b"x" * 512)
            except OSError: pass
        for step in range(1000):
            swanlab.log({{"a": 2, "new": 2}}, step=2)
        os.unlink(filler)
        swanlab.log({{"a": 3, "new": 3}}, step=3)
        """,
        SWANLAB_MONITOR_INTERVAL="0",
    )
    assert done.returncode == 0, done.stderr
    (folder,) = small_disk.glob("run-*")
    found = recorded(folder).points
    assert found["a"][0] == (1, 1)
    assert found["a"][-1] == (3, 3)
    assert found["new"][-1] == (3, 3)


def test_a_read_only_folder_is_a_clear_error(small_disk, script):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = script(
        f"import swanlab; swanlab.init(project='x', mode='offline', logdir={str(small_disk)!r})"
    )
    assert done.returncode == 1
    assert "LogdirError" in done.stderr
    assert "Read-only file system" in done.stderr
    assert "Give a folder that can be written" in done.stderr


@pytest.fixture
def run_file(script) -> Path:
    done = script(
        """
        import swanlab
        swanlab.init(project="cats", mode="offline", id="hurt")
        for step in range(20):
            swanlab.log({"loss": step})
        """,
        SWANLAB_MONITOR_INTERVAL="0",
    )
    assert done.returncode == 0, done.stderr
    (path,) = run_folder().glob("trainer-*")
    return path


def test_a_file_cut_at_every_byte_of_its_last_record_is_read_up_to_it(run_file):
    whole = run_file.read_bytes()
    intact = runfile.scan(whole)
    assert intact.end == len(whole)
    last = len(intact.payloads[-1]) + runfile.HEAD_SIZE
    for size in range(len(whole) - last, len(whole)):
        span = runfile.scan(whole[:size])
        assert span.payloads == intact.payloads[:-1]
        assert span.end == len(whole) - last
        assert span.damaged == 0


def test_one_flipped_bit_costs_one_record_wherever_it_is(run_file):
    whole = run_file.read_bytes()
    intact = runfile.scan(whole).payloads
    for position in range(len(whole)):
        for bit in range(8):
            hurt = bytearray(whole)
            hurt[position] ^= 1 << bit
            span = runfile.scan(bytes(hurt), complete=True)
            assert len(span.payloads) == len(intact) - 1
            assert set(span.payloads) <= set(intact)
            assert span.damaged > 0


def test_a_damaged_file_is_sent_with_a_word_about_the_damage(run_file, tmp_path):
    from tests.serving import Serving

    hurt = bytearray(run_file.read_bytes())
    hurt[-100] ^= 4
    run_file.write_bytes(hurt)
    server = Serving(tmp_path / "server").start().log_in()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "swanlab", "sync", "swanlog"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "damaged bytes skipped" in done.stdout
        assert len(server.points("admin/cats", "hurt", "loss")) == 19
        assert server.run("admin/cats", "hurt")["notices"]
    finally:
        server.stop()

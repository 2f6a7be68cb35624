"""``define_metric``: what is recorded, and that nothing a user gives it stops the training."""

from __future__ import annotations

import pytest

import swanlab
from swanlab import records, runfile
from tests.conftest import run_folder


def defined() -> list[records.Define]:
    found = []
    for path in runfile.files(run_folder()):
        span = runfile.scan(path.read_bytes(), complete=True)
        found += [records.decode(payload) for payload in span.payloads]
    return [record for record in found if isinstance(record, records.Define)]


@pytest.fixture
def run():
    return swanlab.init(mode="offline", project="defined")


def test_every_part_of_a_definition_is_recorded(run):
    swanlab.define_metric("val/*", x_axis="epoch", section_name="Validation", hidden=True,
                          step_sync=True, overwrite=True)  # fmt: skip
    assert defined() == [records.Define("val/*", "epoch", "Validation", True, True, True)]


@pytest.mark.parametrize(
    "call",
    [
        lambda: swanlab.define_metric("loss", step_metric="epoch"),
        lambda: swanlab.define_metric("loss", "epoch"),
        lambda: swanlab.define_scalar("loss", x_axis="epoch"),
        lambda: swanlab.get_run().define_metric("loss", x_axis="epoch"),
        lambda: swanlab.get_run().define_scalar(key="loss", x_axis="epoch"),
        lambda: swanlab.define_metric(name="loss", step_metric="epoch"),
        lambda: swanlab.define_metric(" loss/ ", x_axis=" epoch"),
    ],
)
def test_all_ways_to_say_it_are_one(run, call):
    call()
    assert defined() == [records.Define("loss", "epoch")]


def test_other_trackers_names_of_the_axes_are_understood(run):
    for name in ("_runtime", "_timestamp", "_step"):
        swanlab.define_metric(f"k{name}", x_axis=name)
    assert [one.x_axis for one in defined()] == ["_relative_time", "_wall_time", "_step"]


def test_the_same_said_in_a_loop_is_recorded_once_and_a_change_again(run):
    for _ in range(100):
        swanlab.define_metric("loss", x_axis="epoch")
    swanlab.log({"loss": 1})
    swanlab.define_metric("loss", hidden=True)
    assert [one.hidden for one in defined()] == [None, True]


def test_what_makes_no_sense_is_left_out_and_said(run, capfd):
    swanlab.define_metric("loss", summary="min", goal="minimize")
    swanlab.define_metric("acc", x_axis=3, section_name=["a"])
    swanlab.define_metric()
    swanlab.define_metric(None)
    swanlab.define_metric("//")
    swanlab.get_run().define_metric("a", "b", "c", "d")
    assert defined() == [records.Define("loss"), records.Define("acc")]
    said = capfd.readouterr().err
    for text in ("goal, summary", "x_axis 3", "section_name ['a']", "a key is needed"):
        assert text in said


def test_more_keys_than_a_run_keeps_are_said_once(run, monkeypatch, capfd):
    monkeypatch.setattr(records, "MAX_DEFINITIONS", 3)
    for number in range(6):
        swanlab.define_metric(f"k{number}", hidden=True)
    swanlab.define_metric("k0", hidden=False)
    assert [one.key for one in defined()] == ["k0", "k1", "k2", "k0"]
    assert capfd.readouterr().err.count("use a pattern") == 1


def test_before_the_first_run_it_raises_as_log_does(script):
    done = script("import swanlab\nswanlab.define_metric('loss', x_axis='epoch')")
    assert done.returncode == 1
    assert "NoActiveRun: Call swanlab.init() before" in done.stderr


def test_after_the_end_and_without_a_file_it_is_a_notice(capfd):
    run = swanlab.init(mode="offline", project="defined")
    swanlab.finish()
    run.define_metric("a", hidden=True)
    swanlab.define_metric("a", hidden=True)
    assert not defined()
    assert capfd.readouterr().err.count("is finished; nothing is defined") == 1
    swanlab.init(mode="disabled").define_metric("a", x_axis="b")

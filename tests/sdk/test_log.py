"""What ``log()`` records, and what it says about what it cannot."""

from __future__ import annotations

import math
import threading
from fractions import Fraction

import numpy as np
import pytest

import swanlab
from swanlab.errors import NoActiveRun
from tests.recorded import recorded


@pytest.fixture
def run():
    with swanlab.init(project="cats", mode="offline") as run:
        yield run


def points(run) -> dict[str, list[tuple[int, float]]]:
    return recorded(run.dir).points


def test_a_logged_point_is_in_the_file_when_log_returns(run):
    swanlab.log({"loss": 0.1846})
    assert points(run) == {"loss": [(0, 0.1846)]}


def test_keys_count_their_steps_by_themselves(run):
    run.log({"a": 1})
    run.log({"a": 2})
    run.log({"a": 3, "b": 10})
    run.log({"b": 11})
    run.log({"a": 4, "b": 12})
    assert points(run) == {
        "a": [(0, 1), (1, 2), (2, 3), (3, 4)],
        "b": [(0, 10), (1, 11), (2, 12)],
    }


def test_counting_goes_on_behind_the_highest_given_step(run):
    run.log({"a": 1}, step=10)
    run.log({"a": 2}, step=5)
    run.log({"a": 3})
    run.log({"a": 4, "b": 4}, step=7)
    run.log({"a": 5, "b": 5})
    assert points(run) == {
        "a": [(10, 1), (5, 2), (11, 3), (7, 4), (12, 5)],
        "b": [(7, 4), (8, 5)],
    }


def test_nested_dictionaries_are_joined_by_slashes(run):
    run.log({"train": {"loss": 1, "acc": {"top1": 2}}, "lr": 3})
    assert points(run) == {"train/loss": [(0, 1)], "train/acc/top1": [(0, 2)], "lr": [(0, 3)]}


def test_numbers_of_every_kind_are_accepted(run):
    values = {
        "np64": np.float64(1.5), "np32": np.float32(0.5), "int": np.int16(3), "bool": True,
        "array": np.array(2.5), "fraction": Fraction(1, 4), "numeral": "1.5",
    }  # fmt: skip
    run.log(values, step=np.int64(7))
    got = {key: found for key, [(step, found)] in points(run).items() if step == 7}
    assert got == {
        "np64": 1.5, "np32": 0.5, "int": 3, "bool": 1, "array": 2.5, "fraction": 0.25,
        "numeral": 1.5,
    }  # fmt: skip


def test_what_is_not_finite_is_kept_apart(run):
    run.log({"nan": math.nan, "up": math.inf, "down": -math.inf, "huge": 10**400})
    got = {key: found for key, [(_, found)] in points(run).items()}
    assert math.isnan(got.pop("nan"))
    assert got == {"up": math.inf, "down": -math.inf, "huge": math.inf}


def test_a_bad_value_is_dropped_alone_and_said_once(run, capsys):
    for _ in range(3):
        run.log({"loss": 1, "text": "abc", "none": None, "many": [1, 2]})
    assert points(run) == {"loss": [(0, 1), (1, 1), (2, 1)]}
    said = capsys.readouterr().err
    assert said.count("'text' is a str") == 1
    assert said.count("'none' is a NoneType") == 1


def test_a_key_works_after_a_bad_first_value(run):
    run.log({"loss": "abc"})
    run.log({"loss": 2})
    assert points(run) == {"loss": [(0, 2)]}


@pytest.mark.parametrize("step", [-1, 1.5, "3", None, 2**63])
def test_a_bad_step_counts_as_none_given(run, step, capsys):
    run.log({"a": 1}, step=step)
    assert points(run) == {"a": [(0, 1)]}
    assert ("step must be a whole number" in capsys.readouterr().err) == (step is not None)


def test_the_largest_step_is_accepted(run):
    run.log({"a": 1}, step=2**63 - 1)
    assert points(run) == {"a": [(2**63 - 1, 1)]}


def test_keys_are_cleaned_not_refused(run, capsys):
    run.log({5: 1, "/a/": 2, "": 3, "x" * 600: 4, "bad\udc80": 5})
    assert points(run) == {
        "5": [(0, 1)], "a": [(0, 2)], "x" * 512: [(0, 4)], "bad?": [(0, 5)],
    }  # fmt: skip
    assert "is empty" in capsys.readouterr().err


def test_data_that_is_no_dictionary_is_refused_without_an_exception(run, capsys):
    run.log([1, 2])
    run.log({})
    assert points(run) == {}
    assert "must be a dict" in capsys.readouterr().err


def test_a_value_whose_conversion_fails_costs_only_itself(run):
    class Bad:
        def __float__(self):
            raise RuntimeError("boom")

    run.log({"good": 1, "bad": Bad()})
    assert points(run) == {"good": [(0, 1)]}


def test_more_sets_of_keys_than_layouts_are_all_kept(run):
    for index in range(3000):
        run.log({f"key{index % 1500}": index, "all": index})
    found = points(run)
    assert len(found["all"]) == 3000
    assert found["key7"] == [(0, 7), (1, 1507)]


def test_threads_log_without_losing_or_mixing_points(run):
    def work(name: str) -> None:
        for value in range(2000):
            swanlab.log({name: value, "shared": value})

    threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = points(run)
    for index in range(4):
        assert found[f"t{index}"] == [(step, float(step)) for step in range(2000)]
    assert sorted(step for step, _ in found["shared"]) == list(range(8000))


def test_a_scalar_among_ten_takes_at_most_twelve_bytes(run):
    before = recorded(run.dir).bytes
    for step in range(1000):
        run.log({f"m{i}": step * 0.1 for i in range(10)}, step=step)
    assert (recorded(run.dir).bytes - before) / 10_000 <= 12


def test_logging_before_any_init_is_an_error_that_says_what_to_do(script):
    done = script("import swanlab\nswanlab.log({'loss': 1})")
    assert "NoActiveRun: Call swanlab.init() before swanlab.log()." in done.stderr.replace(
        "swanlab.errors.", ""
    )
    assert issubclass(NoActiveRun, RuntimeError)


def test_logging_after_finish_is_a_notice(capsys):
    run = swanlab.init(project="cats", mode="offline")
    swanlab.finish()
    swanlab.log({"loss": 1})
    run.log({"loss": 1})
    assert capsys.readouterr().err.count("is finished") == 1
    assert points(run) == {}


def test_disabled_records_nothing(tmp_path):
    run = swanlab.init(project="cats", mode="disabled")
    swanlab.log({"loss": 1})
    swanlab.finish()
    assert run.dir is None
    assert not list(tmp_path.rglob("*.swanlab"))

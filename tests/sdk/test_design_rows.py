"""Every row of the table of clashes between the two generations, in its order, has a test.

A row is tested here, or names the tests elsewhere that show it; those must exist.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import swanlab
from swanlab.errors import (
    AuthenticationError,
    ConfigFileError,
    InvalidArgument,
    LogdirError,
    RunRefused,
    SwanLabError,
)
from tests.recorded import recorded

TESTS = Path(__file__).parents[1]

ROWS = {
    "names of init of either generation": (
        "sdk/test_design_rows.py::test_init_takes_its_arguments_by_place_and_by_either_name",
        "sdk/test_init.py::test_names_of_both_generations_mean_the_same",
        "sdk/test_init.py::test_an_unknown_argument_names_the_nearest",
    ),
    "init while a run is active": (
        "sdk/test_init.py::test_a_second_init_returns_the_active_run_and_reinit_starts_another",
    ),
    "resume": (
        "sdk/test_resume.py::test_the_documented_example_has_two_points_per_key_on_the_server",
        "sdk/test_resume.py::test_the_documented_example_is_one_run_in_watch",
        "sdk/test_resume.py::test_the_documented_example_is_sent_by_sync_as_one_run",
        "sdk/test_resume.py::test_never_starts_a_new_run_and_refuses_an_id",
        "sdk/test_resume.py::test_must_is_an_error_when_there_is_no_such_run",
        "sdk/test_resume.py::test_must_without_an_id_is_an_error",
        "sdk/test_design_rows.py::test_an_id_alone_means_allow",
    ),
    "run id": ("sdk/test_design_rows.py::test_a_run_id_is_made_or_checked",),
    "step left out": (
        "sdk/test_log.py::test_keys_count_their_steps_by_themselves",
        "sdk/test_log.py::test_counting_goes_on_behind_the_highest_given_step",
        "sdk/test_resume.py::test_config_steps_and_console_go_on",
    ),
    "same step again": (
        "sdk/test_resume.py::test_a_step_logged_again_replaces_the_old_value_in_cloud_and_watch",
    ),
    "nested dicts in log": ("sdk/test_log.py::test_nested_dictionaries_are_joined_by_slashes",),
    "numpy and torch scalars and steps": (
        "sdk/test_log.py::test_numbers_of_every_kind_are_accepted",
    ),
    "NaN and both infinities": (
        "sdk/test_log.py::test_what_is_not_finite_is_kept_apart",
        "server/test_charts.py::test_summaries_tell_finite_from_other_values",
    ),
    "bad key, value or step": (
        "sdk/test_log.py::test_a_bad_value_is_dropped_alone_and_said_once",
        "sdk/test_log.py::test_a_bad_step_counts_as_none_given",
        "sdk/test_log.py::test_keys_are_cleaned_not_refused",
        "sdk/test_log.py::test_a_value_whose_conversion_fails_costs_only_itself",
    ),
    "config": (
        "sdk/test_config.py::test_a_config_of_every_library_is_recorded_as_it_reads",
        "sdk/test_init.py::test_config_of_every_kind",
        "sdk/test_init.py::test_config_from_a_file",
        "sdk/test_init.py::test_config_is_usable_before_init_and_swallows_allow_val_change",
    ),
    "get_run without a run": ("sdk/test_design_rows.py::test_without_a_run_there_is_none",),
    "finish twice or without a run": (
        "sdk/test_init.py::test_finish_twice_or_without_a_run_is_a_notice",
        "sdk/test_design_rows.py::test_a_state_is_given_by_name_or_as_one",
    ),
    "server unreachable at init": (
        "crash/test_away.py::test_a_stopped_server_changes_nothing_for_the_training",
        "sdk/test_resume.py::test_must_needs_an_answer_and_leaves_nothing_behind",
    ),
    "server unreachable at finish": (
        "crash/test_away.py::test_a_stopped_server_changes_nothing_for_the_training",
    ),
    "no key and no host": (
        "sdk/test_init.py::test_three_lines_without_an_account_record_locally_and_say_so",
        "sdk/test_settings.py::test_a_program_that_may_not_be_asked_is_not",
        "sdk/test_init.py::test_misuse_is_an_error_and_leaves_no_run_behind",
    ),
    "callbacks": (
        "sdk/test_callbacks.py::test_the_ten_hooks_in_their_order",
        "sdk/test_callbacks.py::test_the_six_hooks_in_their_order",
        (
            "sdk/test_callbacks.py::test_a_failing_callback_is_said_once_and_stops_neither_training"
            "_nor_others"
        ),
    ),
    "no traffic for a while": (
        "server/test_ingest.py::test_a_run_that_was_silent_for_long_still_takes_data",
    ),
    "what is raised": ("sdk/test_design_rows.py::test_misuse_is_of_our_tree_and_of_the_old_one",),
}


@pytest.mark.parametrize("row", ROWS)
def test_every_row_names_tests_that_exist(row):
    for place in ROWS[row]:
        file, _, name = place.partition("::")
        found = re.search(
            rf"^def {name}\(.*?(?=^\S|\Z)", (TESTS / file).read_text(), re.DOTALL | re.MULTILINE
        )
        assert found, place
        assert "assert" in found[0] or "raises" in found[0] or "documented" in found[0], place


def test_init_takes_its_arguments_by_place_and_by_either_name():
    def start_of(*args, **kwargs):
        run = swanlab.init(*args, **kwargs)
        (start,) = recorded(run.dir).starts
        run.finish()
        return start.project, start.workspace, start.name, start.description, start.tags, start.mode

    expected = ("p", "w", "n", "d", ["t"], "offline")
    assert start_of("p", "w", "n", "d", ["t"], None, "logs", "offline") == expected
    named = {"project": "p", "workspace": "w", "tags": ["t"], "mode": "offline"}
    older = {"experiment_name": "n", "description": "d", "logdir": "logs"}
    newer = {"name": "n", "notes": "d", "log_dir": "logs"}
    assert start_of(**named, **older) == start_of(**named, **newer) == expected
    with pytest.raises(AuthenticationError):
        swanlab.init(mode="online")


def test_an_id_alone_means_allow():
    for value in (1, 2):
        run = swanlab.init(project="cats", mode="offline", id="mine")
        swanlab.log({"loss": value})
        run.finish()
    assert recorded(run.dir).points == {"loss": [(1, 2)]}
    for resume in (True, "allow", "must"):
        run = swanlab.init(project="cats", mode="offline", id="mine", resume=resume)
        run.finish()
    with pytest.raises(InvalidArgument):
        swanlab.init(project="cats", mode="offline", id="mine", resume=False)


@pytest.mark.parametrize("given", ["a", "x" * 64, "Run 7", "跑", "a.b_c-d"])
def test_a_run_id_is_made_or_checked(given):
    made = swanlab.init(project="cats", mode="offline").id
    assert len(made) == 21
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789")
    swanlab.finish()
    assert swanlab.init(project="cats", mode="offline", id=given).id == given
    swanlab.finish()
    for bad in ("x" * 65, *(f"a{sign}b" for sign in "/\\#?%:")):
        with pytest.raises(InvalidArgument):
            swanlab.init(project="cats", mode="offline", id=bad)


def test_without_a_run_there_is_none():
    assert swanlab.get_run() is None
    assert swanlab.run is None
    assert not swanlab.has_run()
    run = swanlab.init(project="cats", mode="offline")
    assert swanlab.get_run() is swanlab.run is run
    assert swanlab.has_run()
    run.finish()
    assert swanlab.run is None


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ("success", "success"),
        ("crashed", "crashed"),
        ("aborted", "aborted"),
        (swanlab.State.SUCCESS, "success"),
        (swanlab.State.CRASHED, "crashed"),
        ("no such state", "success"),
    ],
)
def test_a_state_is_given_by_name_or_as_one(given, state):
    run = swanlab.init(project="cats", mode="offline")
    swanlab.finish(state=given)
    (finish,) = recorded(run.dir).finishes
    assert finish.state == state


@pytest.mark.parametrize(
    ("call", "ours", "older"),
    [
        (lambda: swanlab.init(mode="no"), InvalidArgument, ValueError),
        (lambda: swanlab.init(mode="offline", config="no.yaml"), ConfigFileError, ValueError),
        (lambda: swanlab.init(mode="offline", load=3), SwanLabError, TypeError),
        (lambda: swanlab.init(mode="offline", tags=3), SwanLabError, TypeError),
        (lambda: swanlab.init(mode="cloud"), AuthenticationError, RuntimeError),
        (lambda: swanlab.init(mode="local", id="x", resume="must"), RunRefused, ValueError),
        (lambda: swanlab.init(mode="local", logdir=__file__), LogdirError, OSError),
        (lambda: swanlab.login("short", "http://127.0.0.1:1"), AuthenticationError, RuntimeError),
        (lambda: swanlab.login("k" * 21, "not a host!"), InvalidArgument, ValueError),
        (lambda: swanlab.merge_settings(3), SwanLabError, TypeError),
    ],
)
def test_misuse_is_of_our_tree_and_of_the_old_one(call, ours, older):
    with pytest.raises(ours) as raised:
        call()
    assert isinstance(raised.value, SwanLabError)
    assert isinstance(raised.value, older)
    assert not swanlab.has_run()

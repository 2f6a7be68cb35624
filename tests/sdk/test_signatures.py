"""Every call that either generation of the API takes can be made of ours: names and order."""

from __future__ import annotations

import inspect

import pytest

import swanlab
from swanlab.sdk.plan import ARGUMENTS, KNOWN_EXTRAS

# name: parameters of the older generation in their order, and names the newer one added.
FUNCTIONS = {
    "init": (
        """project workspace experiment_name description tags config logdir mode load public
        callbacks settings id resume reinit""",
        "name notes log_dir group job_type color parallel cloud log_level",
    ),
    "login": ("api_key", "host web_host save relogin timeout"),
    "log": ("data step print_to_console", ""),
    "finish": ("state error", "async_log_timeout"),
    "merge_settings": ("new_settings", ""),
    "async_log": ("func", "step mode"),
    "save": ("glob_str base_path policy", ""),
    "get_run": ("", ""),
    "has_run": ("", ""),
    "get_config": ("", ""),
    "get_url": ("", ""),
    "get_project_url": ("", ""),
}
METHODS = {
    "log": ("data step", "print_to_console"),
    "finish": ("state error", "async_log_timeout"),
    "log_scalar": ("", "key value step"),
    "async_log": ("func", "step mode"),
    "save": ("glob_str base_path policy", ""),
    "get_state": ("", ""),
    "is_started": ("", ""),
}
ATTRIBUTES = (
    "id public mode state running success crashed config path url dir name alive project options "
    "project_url __enter__ __exit__"
)
PUBLIC = "project_name version run_id swanlog_dir run_dir backup_file cloud json"
CLOUD = "available project_name project_url experiment_name experiment_url"
CONFIG = "get set pop update clean"


def accepts(function, ordered: str, named: str) -> None:
    """Check that ``function`` takes these by position in this order, and those by name."""
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    positional = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional[: len(ordered.split())] == ordered.split()
    known = {p.name for p in parameters}
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        known |= set(KNOWN_EXTRAS)
    assert set(named.split()) <= known
    required = [p.name for p in parameters if p.default is p.empty and p.kind < p.VAR_POSITIONAL]
    assert set(required) <= {"data", "func", "key", "value", "new_settings", "glob_str"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_what_both_generations_give(name):
    accepts(getattr(swanlab, name), *FUNCTIONS[name])
    assert name in swanlab.__all__


@pytest.mark.parametrize("name", METHODS)
def test_a_method_of_a_run_takes_what_both_generations_give(name):
    accepts(getattr(swanlab.Run, name), *METHODS[name])


def test_a_run_has_what_both_generations_show():
    run = swanlab.init(mode="disabled")
    for name in ATTRIBUTES.split():
        assert hasattr(run, name)
    for name in PUBLIC.split():
        assert hasattr(run.public, name)
    for name in CLOUD.split():
        assert hasattr(run.public.cloud, name)
    for name in CONFIG.split():
        assert callable(getattr(swanlab.config, name))
    assert {"NOT_STARTED", "CRASHED", "RUNNING", "SUCCESS"} <= set(swanlab.State.__members__)
    assert [swanlab.State[name].value for name in ("NOT_STARTED", "CRASHED", "RUNNING")] == [
        -2,
        -1,
        0,
    ]


def test_settings_can_be_read_and_written_as_before():
    made = swanlab.Settings(hardware_monitor=False)
    for name in ("to_yaml", "save_to_yaml"):
        assert callable(getattr(made, name))


def test_the_arguments_an_unknown_one_is_compared_with_are_those_of_init():
    parameters = inspect.signature(swanlab.init).parameters.values()
    assert tuple(p.name for p in parameters if p.kind is not p.VAR_KEYWORD) == ARGUMENTS

"""Callbacks of both protocols: which hook is called when, and that none hurts the training."""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path
from typing import ClassVar

import pytest

import swanlab
from swanlab.errors import InvalidType
from swanlab.sdk.hooks import NAMES
from swanlab.sdk.observed import ObservedWriter
from tests.conftest import run_folder
from tests.recorded import recorded


class Ten(swanlab.SwanKitCallback):
    """Keeps every call of the ten hooks."""

    def __init__(self) -> None:
        self.calls: list[tuple] = []

    def __str__(self) -> str:
        return "ten"

    @property
    def order(self) -> list[str]:
        return [call[0] for call in self.calls]


def _keeper(name):
    def hook(self, *args, **more):
        self.calls.append((name, *args, more))

    return hook


for _name in NAMES:
    if hasattr(swanlab.SwanKitCallback, _name):
        setattr(Ten, _name, _keeper(_name))


class Six(swanlab.Callback):
    """Keeps every call of the six hooks."""

    def __init__(self) -> None:
        self.calls: list[tuple] = []

    @property
    def name(self) -> str:
        return "six"

    def on_run_initialized(self, run_dir, path, settings, *args, **kwargs):
        self.calls.append(("on_run_initialized", run_dir, path, settings))

    def on_scalar_flush(self, scalar_records, *args, **kwargs):
        points = [(point.key, point.step, point.value) for point in scalar_records]
        self.calls.append(("on_scalar_flush", points))

    def on_log_flush(self, log_records, *args, **kwargs):
        self.calls.append(("on_log_flush", [(line.stream, line.text) for line in log_records]))

    def on_run_finished(self, state, error=None, *args, **kwargs):
        self.calls.append(("on_run_finished", state, error))


class Failing:
    """Is a callback by its hooks alone, and fails in each."""

    def on_run(self):
        raise ValueError("first")

    def on_log(self, data, step):
        raise RuntimeError("boom")

    def on_stop(self, error=None):
        raise OSError("last")


def test_the_ten_hooks_in_their_order():
    ten = Ten()
    run = swanlab.init(
        project="cats", workspace="lab", name="yolo", description="d", public=True, logdir="logs",
        mode="offline", config={"lr": 1}, callbacks=ten,
    )  # fmt: skip
    swanlab.log({"train/loss": 0.5}, step=3)
    swanlab.log({"train/loss": 0.25})
    swanlab.config["lr"] = 2
    swanlab.finish()
    assert ten.order == [
        "on_init", "before_run", "before_init_experiment", "on_run", "on_runtime_info_update",
        "on_log", "on_column_create", "on_metric_create", "on_log", "on_metric_create",
        "on_runtime_info_update", "on_stop",
    ]  # fmt: skip
    logs = str(Path("logs").absolute())
    assert ten.calls[0] == ("on_init", "cats", "lab", {"public": True, "logdir": logs})
    assert ten.calls[1][1].run_id == run.id
    assert ten.calls[2] == ("before_init_experiment", run.id, "yolo", "d", None, {})
    assert ten.calls[4][1].config == {"lr": 1}
    assert ten.calls[5] == ("on_log", {"train/loss": 0.5}, 3, {})
    column, metric = ten.calls[6][1], ten.calls[9][1]
    assert (column.key, column.section_name, column.chart_type) == ("train/loss", "train", "LINE")
    assert metric.column_info is column
    assert (metric.metric["index"], metric.metric["data"]) == (4, 0.25)
    assert metric.metric_summary == {"num": 2, "min": 0.25, "max": 0.5}
    assert (metric.metric_step, metric.metric_epoch) == (4, 2)
    assert ten.calls[10][1].config == {"lr": 2}
    assert ten.calls[11] == ("on_stop", {"error": None})


def test_the_six_hooks_in_their_order():
    six = Six()
    run = swanlab.init(
        project="cats", workspace="lab", id="abc", mode="offline", tags=["t"], callbacks=[six]
    )
    swanlab.log({"a": 1, "b": {"c": 2}})
    print("hello")
    swanlab.log({"a": float("nan"), "bad": "text"}, step=9)
    swanlab.finish("crashed", "boom")
    assert [call[0] for call in six.calls] == [
        "on_run_initialized", "on_scalar_flush", "on_log_flush", "on_scalar_flush",
        "on_run_finished",
    ]  # fmt: skip
    _, run_dir, path, settings = six.calls[0]
    assert (run_dir, path) == (Path(run.dir), "lab/cats/abc")
    assert (settings.mode, settings.experiment.name, settings.run.id) == (
        "offline",
        run.name,
        "abc",
    )
    assert settings.experiment.tags == ["t"]
    assert six.calls[1][1] == [("a", 0, 1.0), ("b/c", 0, 2.0)]
    assert six.calls[2][1] == [("stdout", "hello")]
    assert [point[:2] for point in six.calls[3][1]] == [("a", 9)]
    assert six.calls[4] == ("on_run_finished", "crashed", "boom")


def test_what_is_recorded_is_the_same_with_callbacks():
    found = []
    for callbacks in (None, Ten()):
        run = swanlab.init(project="cats", mode="offline", callbacks=callbacks)
        swanlab.log({"a": 1, "b": 2})
        swanlab.log({"a": 1}, step=7)
        swanlab.log({"b": 3, "a": True})
        swanlab.log({"x": "no", "y": {"z": 1e400}})
        swanlab.finish()
        found.append(recorded(run.dir).points)
    assert found[0] == found[1]
    assert found[0]["a"] == [(0, 1), (7, 1), (8, 1)]


def test_a_failing_callback_is_said_once_and_stops_neither_training_nor_others(capsys):
    ten, six = Ten(), Six()
    swanlab.init(project="cats", mode="offline", callbacks=[Failing(), ten, six])
    for _ in range(3):
        swanlab.log({"a": 1})
    swanlab.finish()
    said = capsys.readouterr().err
    assert said.count("callback Failing failed in on_log (RuntimeError: boom)") == 1
    assert "failed in on_run (ValueError: first)" in said
    assert "failed in on_stop (OSError: last)" in said
    assert len(recorded(run_folder()).points["a"]) == 3
    assert ten.order.count("on_log") == 3
    assert [call[1].desc for call in ten.calls if call[0] == "on_run_error_from_operator"] == [
        "ValueError: first", *["RuntimeError: boom"] * 3, "OSError: last",
    ]  # fmt: skip
    assert six.calls[-1] == ("on_run_finished", "success", None)


def test_registered_callbacks_belong_to_the_next_run_only():
    first, second, given = Six(), Six(), Six()
    swanlab.register_callbacks([first])
    swanlab.merge_callbacks(second)
    swanlab.register_callbacks([first])
    for _ in range(2):
        swanlab.init(project="cats", mode="offline", callbacks=given)
        swanlab.finish()
    assert [len(one.calls) for one in (first, second, given)] == [2, 2, 4]


def test_registering_during_a_run_is_for_the_next_one(capsys):
    swanlab.init(project="cats", mode="offline")
    six = Six()
    swanlab.register_callbacks(six)
    assert "belong to the next one" in capsys.readouterr().err
    swanlab.finish()
    assert six.calls == []
    swanlab.init(project="cats", mode="offline")
    swanlab.finish()
    assert len(six.calls) == 2


@pytest.mark.parametrize("bad", [5, [object()], Six, [Six], "email"])
def test_what_is_no_callback_is_refused_before_anything_is_made(bad):
    with pytest.raises(InvalidType, match="callbacks: "):
        swanlab.init(project="cats", mode="offline", callbacks=bad)
    with pytest.raises(TypeError):
        swanlab.register_callbacks(bad)
    assert not Path("swanlog").exists()


def test_hooks_get_only_the_arguments_they_take():
    class Short:
        seen: ClassVar[list[tuple]] = []

        def on_init(self, proj_name, workspace, logdir=None):
            self.seen.append((proj_name, workspace, Path(logdir).name))

        def on_stop(self):
            self.seen.append(("stop",))

    swanlab.init(project="cats", mode="offline", callbacks=Short())
    swanlab.finish()
    assert Short.seen == [("cats", None, "swanlog"), ("stop",)]


def test_a_callback_that_logs_is_not_told_of_its_own_logging():
    class Logs:
        def on_log(self, data, step):
            swanlab.log({"from_callback": 1})

    swanlab.init(project="cats", mode="offline", callbacks=Logs())
    swanlab.log({"a": 1})
    swanlab.finish()
    assert set(recorded(run_folder()).points) == {"a", "from_callback"}


def test_nobody_is_asked_on_log_unless_somebody_wants_to_know():
    class Ends(swanlab.Callback):
        name = "ends"

        def on_run_finished(self, state, error=None, *args, **kwargs):
            pass

    for callbacks in (None, Ends(), swanlab.SwanKitCallback()):
        run = swanlab.init(project="cats", mode="offline", callbacks=callbacks)
        assert not isinstance(run._writer, ObservedWriter)
        swanlab.finish()


def test_a_disabled_run_tells_nobody():
    six, ten = Six(), Ten()
    swanlab.init(mode="disabled", callbacks=[six, ten])
    swanlab.log({"a": 1})
    swanlab.finish()
    assert six.calls == ten.calls == []


def test_the_end_of_the_program_is_told_with_its_error(script):
    source = """
        import swanlab
        class Says:
            def on_stop(self, error=None): print("stop", error)
            def on_run_finished(self, state, error=None): print("finished", state, error)
        swanlab.init(mode="offline", callbacks=Says())
        {}
        """
    assert script(source.format("raise ValueError('boom')")).stdout == (
        "stop ValueError: boom\nfinished crashed ValueError: boom\n"
    )
    assert script(source.format("pass")).stdout == "stop None\nfinished success None\n"
    assert script(source.format("raise KeyboardInterrupt")).stdout == (
        "stop KeyboardInterrupt\nfinished aborted KeyboardInterrupt\n"
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_is_told_that_it_is_one(script):
    done = script(
        """
        import os, swanlab
        class Forks:
            def on_run_fork(self): print("fork", flush=True)
            def on_stop(self): print("stop", flush=True)
        swanlab.init(mode="offline", callbacks=Forks())
        if os.fork() == 0:
            os._exit(0)
        os.wait()
        """
    )
    assert done.stdout == "fork\nstop\n", done.stderr


def test_the_hooks_have_the_signatures_that_both_generations_know():
    given = {
        "on_init": "proj_name workspace public logdir",
        "before_run": "settings",
        "before_init_experiment": "run_id exp_name description colors",
        "on_run": "",
        "on_run_error_from_operator": "e",
        "on_runtime_info_update": "r",
        "on_log": "data step",
        "on_column_create": "column_info",
        "on_metric_create": "metric_info",
        "on_stop": "error",
        "on_run_initialized": "run_dir path settings",
        "on_scalar_flush": "scalar_records",
        "on_media_flush": "media_records",
        "on_log_flush": "log_records",
        "on_run_fork": "",
        "on_run_finished": "state error",
    }
    assert set(given) == set(NAMES)
    for name, parameters in given.items():
        hook = getattr(swanlab.SwanKitCallback, name, None) or getattr(swanlab.Callback, name)
        names = list(inspect.signature(hook).parameters)[1:]
        assert names[: len(parameters.split())] == parameters.split(), name


def test_a_callback_of_swankit_itself_is_one():
    swankit = pytest.importorskip("swankit.callback")

    class Real(swankit.SwanKitCallback):
        def __init__(self):
            self.calls = []

        def on_run(self, *args, **kwargs):
            self.calls.append("on_run")

        def on_stop(self, error=None, *args, **kwargs):
            self.calls.append(("on_stop", error))

        def __str__(self):
            return "real"

    real = Real()
    run = swanlab.init(project="cats", mode="offline", callbacks=real)
    assert not isinstance(run._writer, ObservedWriter)
    swanlab.finish()
    assert real.calls == ["on_run", ("on_stop", None)]


def test_the_examples_of_the_document_run(capsys):
    text = (Path(__file__).parents[2] / "docs" / "callbacks.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {})
    assert "loss is NaN at step 0\nsuccess None\n" in capsys.readouterr().out
    assert Path("tables", "swanlab_run.csv").exists()

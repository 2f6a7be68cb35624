"""What every integration does alike: find or begin the run that a framework's training writes to.

A run of the user's own ``swanlab.init()`` always comes first. Nothing here is raised into the
training: what fails is said, and the training goes on unrecorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import swanlab
from swanlab.sdk.guard import never_raises, say, say_once, swallow
from swanlab.sdk.run import Run
from swanlab.sdk.values import to_float


class Onward:
    """The steps of one axis of a framework in one run.

    A training that starts over in a run that holds an earlier one (a second ``fit``, the next fold)
    goes on behind it: on the same steps its points would replace the earlier ones. One that takes
    up where the earlier one was (a checkpoint) keeps its own steps.
    """

    def __init__(self) -> None:
        self.training = -1
        self.first: int | None = None
        self.base = 0
        self.highest = -1

    def step(self, own: int, training: int) -> int:
        """Return the run's step for the framework's ``own`` one."""
        if training != self.training:
            self.training = training
            starts_over = self.first is not None and own <= self.first
            self.base = self.highest + 1 - own if starts_over else 0
            self.first = own if self.first is None else self.first
        step = own + self.base
        self.highest = max(self.highest, step)
        return step


class Trainings:
    """How many trainings of a framework the current run has seen, and how far each axis is."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.count = 0
        self.axes: dict[str, Onward] = {}


_trainings: dict[str, Trainings] = {}
"""By framework; a later run's take the place of an earlier one's."""


def _seen(framework: str, run: Run) -> Trainings:
    found = _trainings.get(framework)
    if found is None or found.run_id != run.id:
        found = _trainings[framework] = Trainings(run.id)
    return found


class Attachment:
    """The link of one callback or logger to the run it writes to.

    Holds no run, only the id of one it began: it can be pickled and copied with its owner.
    """

    def __init__(self, framework: str, arguments: Mapping[str, Any] | None = None) -> None:
        """Begin runs with ``arguments`` of ``swanlab.init()``; those that are None are left out."""
        self.framework = framework
        self.arguments = {k: v for k, v in (arguments or {}).items() if v is not None}
        self.began: str | None = None
        self.tried = False
        self._pending: dict[str, Any] = {}

    def begin(self, config: Any = None) -> Run | None:
        """Return the run of a training that starts now: the active one, else a new one.

        Args:
            config: hyper-parameters to record; anything that ``swanlab.config.update`` takes.

        Returns:
            None if there is no run and none can be begun, which is said.
        """
        run = self.attach()
        if run is not None:
            _seen(self.framework, run).count += 1
            self.configure(config)
        return run

    def attach(self) -> Run | None:
        """Return the active run, else a new one; without marking the start of a training."""
        self.tried = True
        active = swanlab.get_run()
        run = self._new() if active is None else active
        if run is not None:
            self._introduce(run)
        return run

    def current(self) -> Run | None:
        """Return the active run; a new one only if none was ever begun here."""
        return swanlab.get_run() if self.tried else self.attach()

    def _new(self) -> Run | None:
        try:
            run = swanlab.init(**self.arguments)
        except Exception as error:  # noqa: BLE001 - the training must go on
            say(
                f"{self.framework}: no run could be begun: {error} The training goes on, but "
                "nothing of it is recorded."
            )
            return None
        self.began = run.id
        return run

    @never_raises
    def _introduce(self, run: Run) -> None:
        if "FRAMEWORK" not in run.config:
            run.config["FRAMEWORK"] = self.framework
        if self._pending:
            run.config.update(self._pending)
            self._pending = {}

    @never_raises
    def configure(self, config: Any) -> None:
        """Record hyper-parameters; kept for the next run while there is none."""
        run = swanlab.get_run()
        if run is not None:
            run.config.update(config)
        elif config:
            self._pending.update(config)

    def log(self, values: Mapping[str, Any], step: Any = None, axis: str | None = None) -> None:
        """Record ``values`` in the active run.

        Args:
            values: as ``swanlab.log`` takes them.
            step: the framework's own; left out, each key goes on by itself.
            axis: name of what ``step`` counts, for a framework that starts counting anew with each
                training (see ``Onward``); None takes steps as they are.
        """
        run = swanlab.get_run()
        if run is None:
            say_once(
                f"integration:{self.framework}",
                f"{self.framework}: there is no active run, so what it logs is not recorded.",
            )
            return
        if step is not None and axis is not None:
            seen = _seen(self.framework, run)
            step = seen.axes.setdefault(axis, Onward()).step(int(step), seen.count)
        run.log(values, step)

    @never_raises
    def finish(self, state: str = "success", error: str | None = None) -> None:
        """End the active run if it was begun here; the user's own is left alone."""
        run = swanlab.get_run()
        if run is not None and run.id == self.began:
            run.finish(state, error)
        self.began = None


def init_arguments(given: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments of ``init``: named ones of a constructor and its ``**kwargs``.

    ``logdir`` and ``log_dir`` mean the same; what is None is left out.
    """
    both = {**given, **more}
    folder = both.pop("log_dir", None)
    both["logdir"] = both.get("logdir") or folder
    return {name: value for name, value in both.items() if value is not None}


def numbers(values: Mapping[str, Any]) -> dict[str, float]:
    """Return the entries of ``values`` that are numbers; texts and the like are left out."""
    result = {}
    for key, value in values.items():
        number = None if isinstance(value, str | bytes) else to_float(value)
        if number is not None:
            result[key] = number
    return result


def media(kind: str, data: Any, **options: Any) -> Any:
    """Return ``swanlab.<kind>(data, …)``; None, said once, where that kind is not recorded."""
    maker = getattr(swanlab, kind, None)
    if maker is None:
        say_once(f"media:{kind}", f"{kind} is not recorded by this version; it is left out.")
        return None
    try:
        return maker(data, **options)
    except Exception as error:  # noqa: BLE001 - what cannot be drawn must not end the training
        swallow(kind, error)
        return None


def media_list(kind: str, data: Any, options: Mapping[str, Any]) -> list[Any]:
    """Return one medium for each item of the list ``data``.

    Options that are lists hold one value for each item; others apply to all. What does not fit is
    said and left out.
    """
    if not isinstance(data, list):
        name = type(data).__name__
        say_once(f"media:{kind}:list", f"log: expected a list of {kind}, but got {name}.")
        return []
    each: list[dict[str, Any]] = [{} for _ in data]
    for name, value in options.items():
        if isinstance(value, list) and len(value) != len(data):
            say_once(
                f"media:{kind}:{name}",
                f"log: {len(data)} items, but {len(value)} of {name!r}; these are left out.",
            )
            continue
        for index, one in enumerate(each):
            one[name] = value[index] if isinstance(value, list) else value
    made = [media(kind, item, **one) for item, one in zip(data, each, strict=True)]
    return [item for item in made if item is not None]

"""``define_metric``: what of a series' looks the training decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from swanlab import records
from swanlab.errors import NoActiveRun
from swanlab.sdk.guard import never_raises, say_once
from swanlab.sdk.values import clean_key

if TYPE_CHECKING:
    from swanlab.sdk.state import State
    from swanlab.sdk.writer import RunWriter

_OTHER_NAMES = {"_runtime": "_relative_time", "_timestamp": "_wall_time"}
"""What other trackers call the axes that every run has."""


class Defines:
    """The part of ``Run`` that says how series are shown."""

    mode: str
    state: State
    _writer: RunWriter | None

    @never_raises
    def define_metric(
        self,
        key: str | None = None,
        x_axis: str | None = None,
        *,
        section_name: str | None = None,
        hidden: bool | None = None,
        step_sync: bool | None = None,
        overwrite: bool = False,
        step_metric: str | None = None,
        **ignored: Any,
    ) -> None:
        """Say how the series of ``key`` are shown; may be called at any time, before or after logs.

        Args:
            key: a key, or a pattern in which ``*`` stands for any text: ``val/*``. What an exact
                key says goes before what a pattern says, a longer pattern before a shorter one.
            x_axis: key of the series whose values are the x axis, or ``_step``, ``_relative_time``,
                ``_wall_time``. A step at which it was not logged has the value it had last.
            section_name: the section in which the charts stand, instead of the key's first part.
            hidden: whether the charts are kept out of sight, in a section of their own at the end.
            step_sync: recorded; values of the x axis are always carried on to later steps.
            overwrite: forget what was said of this ``key`` before; else what is left out stays.
            step_metric: another name of ``x_axis``.
            **ignored: what other trackers take too; left out, with a notice.

        Never raises: what makes no sense is left out and said once.
        """
        name = ignored.pop("name", None) if key is None else key
        if ignored:
            known = ", ".join(sorted(ignored))
            say_once(f"define:{known}", f"define_metric: {known} is not known here; left out.")
        pattern = _text("key", name)
        if pattern is None:
            say_once("define:key", "define_metric: a key is needed; nothing is defined.")
            return
        axis = _text("x_axis", step_metric if x_axis is None else x_axis)
        self._define(
            records.Define(
                key=pattern,
                x_axis=None if axis is None else _OTHER_NAMES.get(axis, axis),
                section=_text("section_name", section_name),
                hidden=None if hidden is None else bool(hidden),
                step_sync=None if step_sync is None else bool(step_sync),
                overwrite=bool(overwrite),
            )
        )

    define_scalar = define_metric

    def _define(self, record: records.Define) -> None:
        if self.state.name != "RUNNING":
            say_once("define:finished", "define_metric: this run is finished; nothing is defined.")
            return
        if self._writer is None:
            return
        known: dict[str, records.Define] = self.__dict__.setdefault("_defined", {})
        if known.get(record.key) == record:
            return  # Said in every round of a loop, it is recorded once.
        if record.key not in known and len(known) >= records.MAX_DEFINITIONS:
            most = records.MAX_DEFINITIONS
            say_once("define:many", f"define_metric: more than {most} keys; use a pattern with *.")
            return
        known[record.key] = record
        self._writer.put(record)


def _text(what: str, value: object) -> str | None:
    """Return a name as a key is written, None when nothing was given or is left of it."""
    if value is None:
        return None
    text = clean_key(value) if isinstance(value, str) else None
    if text is None:
        say_once(f"define:{what}", f"define_metric: {what} {value!r} is no name; left out.")
    return text


def define_metric(
    key: str | None = None,
    x_axis: str | None = None,
    *,
    section_name: str | None = None,
    hidden: bool | None = None,
    step_sync: bool | None = None,
    overwrite: bool = False,
    step_metric: str | None = None,
    **ignored: Any,
) -> None:
    """Say how the series of ``key`` are shown in the current run; see ``Run.define_metric``.

    Raises:
        NoActiveRun: ``init()`` was never called in this program.
    """
    from swanlab.sdk import run as run_module

    run = run_module.get_run()
    if run is None:
        if not run_module.has_started():
            raise NoActiveRun("Call swanlab.init() before swanlab.define_metric().")
        say_once("define:finished", "define_metric: the run is finished; nothing is defined.")
        return
    run.define_metric(
        key,
        x_axis,
        section_name=section_name,
        hidden=hidden,
        step_sync=step_sync,
        overwrite=overwrite,
        step_metric=step_metric,
        **ignored,
    )


define_scalar = define_metric

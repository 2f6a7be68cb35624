"""The states of a run, and which of them an ending means."""

from __future__ import annotations

import enum

from swanlab.sdk.guard import say


class State(enum.Enum):
    """State of a run, as ``finish()`` takes it."""

    NOT_STARTED = -2
    CRASHED = -1
    RUNNING = 0
    SUCCESS = 1
    ABORTED = 2


_STATES = {
    "success": State.SUCCESS,
    "finished": State.SUCCESS,
    "crashed": State.CRASHED,
    "failed": State.CRASHED,
    "aborted": State.ABORTED,
}


def state_of(state: State | str) -> State:
    """Return a state as it is given, by name or as one; what is neither counts as success."""
    if isinstance(state, State):
        return State.SUCCESS if state in (State.RUNNING, State.NOT_STARTED) else state
    found = _STATES.get(str(state).lower())
    if found is None:
        say(f"finish: {state!r} is not a state (success, crashed, aborted); taken as success.")
    return found or State.SUCCESS


def ending(error: BaseException | None) -> tuple[State, str | None]:
    """How a run ends that left off with ``error``."""
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return State.SUCCESS, None
    if isinstance(error, KeyboardInterrupt):
        return State.ABORTED, "KeyboardInterrupt"
    return State.CRASHED, f"{type(error).__name__}: {error}"

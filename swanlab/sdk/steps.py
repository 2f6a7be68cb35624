"""Numbering of steps: each key's next step is its highest so far + 1, from 0.

Almost every call logs the same keys as the call before. So the counters of the layout used last are
one number, and are written back per key only when another layout comes.
"""

from __future__ import annotations

from swanlab.sdk.layout import Layout


class Steps:
    """The highest step of every key of one process. Not thread-safe."""

    def __init__(self) -> None:
        self._highest: dict[str, int] = {}
        self._current: Layout | None = None
        self._step = -1

    def next(self, layout: Layout) -> int | None:
        """Return the step of a call without one; None if the keys stand at different steps."""
        if layout is not self._current and not self._switch(layout):
            return None
        self._step += 1
        return self._step

    def given(self, layout: Layout, step: int) -> None:
        """Note that the keys of ``layout`` were logged at ``step``."""
        if layout is self._current or self._switch(layout):
            self._step = max(self._step, step)
            return
        highest = self._highest
        for name in layout.names:
            if highest.get(name, -1) < step:
                highest[name] = step

    def last(self, name: str) -> int:
        """Return the highest step of a key so far; -1 if there is none."""
        current = self._current
        if current is not None and name in current.names:
            return self._step
        return self._highest.get(name, -1)

    def groups(self, names: tuple[str, ...]) -> dict[int, list[int]]:
        """Return next step -> positions in ``names``, and count those steps as used."""
        self._write_back()
        groups: dict[int, list[int]] = {}
        for position, name in enumerate(names):
            step = self._highest.get(name, -1) + 1
            self._highest[name] = step
            groups.setdefault(step, []).append(position)
        return groups

    def known(self, highest: dict[str, int]) -> None:
        """Note that these keys were logged up to these steps elsewhere."""
        self._write_back()
        own = self._highest
        for name, step in highest.items():
            if own.get(name, -1) < step:
                own[name] = step

    def _switch(self, layout: Layout) -> bool:
        """Make ``layout`` current; False when its keys do not all stand at one step."""
        self._write_back()
        standing = {self._highest.get(name, -1) for name in layout.names}
        if len(standing) != 1:
            return False
        self._current = layout
        self._step = standing.pop()
        return True

    def _write_back(self) -> None:
        if self._current is not None:
            self._highest.update(dict.fromkeys(self._current.names, self._step))
            self._current = None

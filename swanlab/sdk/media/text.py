"""``swanlab.Text``: what a model says, as Markdown or as it is."""

from __future__ import annotations

from typing import Any

from swanlab.sdk.media.medium import BadMedia, Medium, Piece, named, snapshot

_ROLES = {"system", "user", "assistant", "tool", "developer", "function"}


class Text(Medium):
    """A text, or a dialogue with a language model."""

    kind = "text"

    @snapshot
    def __init__(
        self, data: Any = None, caption: str | None = None, *, content: Any = None
    ) -> None:
        """Take a text.

        Args:
            data: a string, number or ``Text``; or a dialogue: dictionaries with ``role`` and
                ``content``, as chat templates take them.
            caption: shown below it.
            content: another name of ``data``.
        """
        given = content if data is None else data
        self.caption = named(caption)
        self._format = "txt"
        if isinstance(given, Text):
            self.take_over(given)
        elif isinstance(given, str):
            self.content = given
        elif isinstance(given, bool) or given is None or not isinstance(given, int | float):
            self._format, self.content = "json", _dialogue(given)
        else:
            self.content = str(given)

    def piece(self) -> Piece:
        """Return the text as UTF-8."""
        return Piece(self._format, self.content.encode("utf-8", "replace"))


def _dialogue(given: Any) -> str:
    import json

    if isinstance(given, dict) and "role" in given:
        given = [given]
    if not isinstance(given, list | tuple) or not given or not all(map(_is_turn, given)):
        kind = type(given).__name__
        raise BadMedia(
            f"a text is a string, a number or a dialogue of role and content, not {kind}"
        )
    return json.dumps(list(given), ensure_ascii=False, default=str)


def _is_turn(one: Any) -> bool:
    return isinstance(one, dict) and one.get("role") in _ROLES and "content" in one

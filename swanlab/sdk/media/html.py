"""``swanlab.Html``: a page that the training made, shown in a frame without rights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from swanlab.sdk.media.medium import BadMedia, Medium, Piece, named, snapshot

_MAX_NAME = 1024


class Html(Medium):
    """HTML from a string, a file or something that can be read."""

    kind = "html"

    @snapshot
    def __init__(self, data: Any, caption: str | None = None, inject: bool = True) -> None:
        """Take a page.

        Args:
            data: HTML; the path of a ``.html`` file; or an open file.
            caption: shown below it.
            inject: taken for programs that pass it; our frame has its own style.
        """
        del inject
        self.caption = named(caption)
        if isinstance(data, Html):
            self.take_over(data)
        elif hasattr(data, "read"):
            read = data.read()
            self._content = read.encode() if isinstance(read, str) else bytes(read)
        elif isinstance(data, bytes):
            self._content = data
        elif isinstance(data, Path) or (isinstance(data, str) and _is_path(data)):
            self._content = Path(data).expanduser().read_bytes()
        elif isinstance(data, str):
            self._content = data.encode("utf-8", "replace")
        else:
            raise BadMedia(f"HTML is text, a path or an open file, not {type(data).__name__}")

    def piece(self) -> Piece:
        """Return the page."""
        return Piece("html", self._content)


def _is_path(text: str) -> bool:
    looks = len(text) < _MAX_NAME and "<" not in text and "\n" not in text
    return looks and text.lower().endswith((".html", ".htm")) and Path(text).expanduser().is_file()

"""``log_image`` and its siblings: one kind of media under one key, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from swanlab.sdk.guard import never_raises, say

if TYPE_CHECKING:
    from swanlab.sdk.media.medium import Medium


class Shows:
    """The part of ``Run`` that logs media by name. Each argument but ``key`` and ``step`` may be a
    list: then there are as many media as ``data`` has items.
    """

    if TYPE_CHECKING:

        def log(self, data: Mapping[Any, Any], step: int | None = None) -> None:
            """Record ``data``."""

    @never_raises
    def log_text(
        self, *, key: str, data: Any, caption: Any = None, step: int | None = None
    ) -> None:
        """Record texts; arguments as ``swanlab.Text``, a list for each text's own."""
        from swanlab.sdk.media.text import Text

        self._show(Text, key, data, step, caption=caption)

    @never_raises
    def log_image(
        self,
        *,
        key: str,
        data: Any,
        mode: Any = None,
        caption: Any = None,
        file_type: Any = None,
        size: Any = None,
        step: int | None = None,
    ) -> None:
        """Record pictures; arguments as ``swanlab.Image``, a list for each picture's own."""
        from swanlab.sdk.media.image import Image

        self._show(
            Image, key, data, step, mode=mode, caption=caption, file_type=file_type, size=size
        )

    @never_raises
    def log_audio(
        self,
        *,
        key: str,
        data: Any,
        sample_rate: Any = 44100,
        caption: Any = None,
        step: int | None = None,
    ) -> None:
        """Record sounds; arguments as ``swanlab.Audio``, a list for each sound's own."""
        from swanlab.sdk.media.audio import Audio

        self._show(Audio, key, data, step, sample_rate=sample_rate, caption=caption)

    @never_raises
    def log_video(
        self, *, key: str, data: Any, caption: Any = None, step: int | None = None
    ) -> None:
        """Record videos; arguments as ``swanlab.Video``, a list for each video's own."""
        from swanlab.sdk.media.video import Video

        self._show(Video, key, data, step, caption=caption)

    @never_raises
    def log_echarts(
        self, *, key: str, data: Any, caption: Any = None, step: int | None = None
    ) -> None:
        """Record charts of pyecharts."""
        from swanlab.sdk.media.echarts import ECharts

        self._show(ECharts, key, data, step, caption=caption)

    @never_raises
    def log_html(
        self, *, key: str, data: Any, caption: Any = None, step: int | None = None
    ) -> None:
        """Record pages; arguments as ``swanlab.Html``."""
        from swanlab.sdk.media.html import Html

        self._show(Html, key, data, step, caption=caption)

    @never_raises
    def log_object3d(
        self, *, key: str, data: Any, caption: Any = None, step: int | None = None
    ) -> None:
        """Record clouds of points; arguments as ``swanlab.Object3D``."""
        from swanlab.sdk.media.object3d import Object3D

        self._show(Object3D, key, data, step, caption=caption)

    @never_raises
    def log_molecule(
        self, *, key: str, data: Any, caption: Any = None, step: int | None = None
    ) -> None:
        """Record molecules; arguments as ``swanlab.Molecule``."""
        from swanlab.sdk.media.molecule import Molecule

        self._show(Molecule, key, data, step, caption=caption)

    def _show(
        self, kind: type[Medium], key: str, data: Any, step: int | None, **options: Any
    ) -> None:
        self.log({key: _made(kind, data, options)}, step)


def _made(kind: Any, data: Any, options: dict[str, Any]) -> list[Medium]:
    """Return one medium, or one of each item of a list with its own options."""
    if not isinstance(data, list):
        return [kind(data, **options)]
    for name, value in options.items():
        if isinstance(value, list) and len(value) != len(data):
            say(f"log: {name} has {len(value)} items for {len(data)} of data; the rest have none.")
    return [
        kind(one, **{name: _own(value, place) for name, value in options.items()})
        for place, one in enumerate(data)
    ]


def _own(value: Any, place: int) -> Any:
    if not isinstance(value, list):
        return value
    return value[place] if place < len(value) else None

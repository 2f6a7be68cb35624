"""What a notification says, in English or Chinese."""

from __future__ import annotations

from typing import Any, NamedTuple

from swanlab.errors import InvalidArgument

_MAX_ERROR = 1000
KILLED = "killed"
"""In place of an error: the process died without a word."""

_TEXTS = {
    "en": {
        "success": "✅ Run finished",
        "crashed": "❌ Run crashed",
        "aborted": "⚠️ Run aborted",
        "project": "Project",
        "workspace": "Workspace",
        "name": "Run",
        "description": "Description",
        "error": "Error",
        "url": "View it at",
        "dir": "Recorded in",
        "colon": ": ",
        KILLED: "the process ended without finishing the run (killed, or out of memory)",
    },
    "zh": {
        "success": "✅ 实验已完成",
        "crashed": "❌ 实验出错中断",
        "aborted": "⚠️ 实验被手动中止",
        "project": "项目",
        "workspace": "工作空间",
        "name": "实验",
        "description": "描述",
        "error": "错误",
        "url": "查看实验",
        "dir": "记录位置",
        "colon": ":",
        KILLED: "训练进程在实验结束前被终止，可能是被杀死或内存不足",  # noqa: RUF001 - Chinese
    },
}
LANGUAGES = tuple(_TEXTS)


class Message(NamedTuple):
    """A notification: for people ``title`` and ``text``, for programs ``facts``."""

    title: str
    text: str
    """All but the title."""
    facts: dict[str, Any]

    @property
    def whole(self) -> str:
        """Title and text, for services that know no titles."""
        return f"{self.title}\n{self.text}" if self.text else self.title


def compose(language: str, about: dict[str, Any], state: str, error: str | None) -> Message:
    """Return what is said of a run that ended as ``state``.

    Args:
        language: ``en`` or ``zh``.
        about: what is known of the run: project, workspace, name, description, url, dir.
        state: ``success``, ``crashed`` or ``aborted``.
        error: what went wrong, or ``KILLED``.
    """
    words = _TEXTS[language]
    if error == KILLED:
        error = words[KILLED]
    if error is not None and len(error) > _MAX_ERROR:
        error = error[:_MAX_ERROR] + "…"
    shown = {**about, "error": None if state == "success" else error}
    if shown.get("url"):
        shown["dir"] = None
    wanted = ("project", "workspace", "name", "description", "error", "url", "dir")
    lines = [f"{words[key]}{words['colon']}{shown[key]}" for key in wanted if shown.get(key)]
    title = words.get(state, words["crashed"])
    title = " · ".join(str(part) for part in (title, about.get("name")) if part)
    return Message(
        f"SwanLab | {title}", "\n".join(lines), {**about, "state": state, "error": error}
    )


def written(content: str) -> Message:
    """Return the message of a text that the user wrote."""
    return Message("SwanLab", content, {"text": content})


def checked_language(language: str) -> str:
    """Return ``language`` if it is known.

    Raises:
        InvalidArgument: it is not.
    """
    if language not in _TEXTS:
        raise InvalidArgument(f"language must be 'zh' or 'en', but got {language!r}.")
    return language

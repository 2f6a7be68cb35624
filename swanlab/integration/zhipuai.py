"""ZhipuAI's client: ``autolog(init={"project": …})``, then ask as ever."""

from __future__ import annotations

from swanlab.integration.autolog import Autolog

autolog = Autolog(
    "zhipuai",
    {
        "zhipuai.api_resource.chat.completions.Completions": "create",
        "zhipuai.api_resource.chat.async_completions.AsyncCompletions": "create",
    },
    client="ZhipuAI",
)
"""Records tokens and seconds of every request, and its text where texts are recorded."""

"""OpenAI's client: ``autolog(init={"project": …})``, then ask as ever."""

from __future__ import annotations

from swanlab.integration.autolog import Autolog

_RESOURCES = "openai.resources"

autolog = Autolog(
    "openai",
    {
        f"{_RESOURCES}.chat.completions.Completions": "create",
        f"{_RESOURCES}.chat.completions.AsyncCompletions": "create",
        f"{_RESOURCES}.completions.Completions": "create",
        f"{_RESOURCES}.completions.AsyncCompletions": "create",
        f"{_RESOURCES}.responses.Responses": "create",
        f"{_RESOURCES}.responses.AsyncResponses": "create",
    },
    client="OpenAI",
)
"""Records tokens and seconds of every request, and its text where texts are recorded."""

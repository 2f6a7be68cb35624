"""What clients of language models have in common: tokens and time of each answer are recorded."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Coroutine, Mapping
from importlib import import_module
from typing import Any

from swanlab.integration.attachment import Attachment, init_arguments, media
from swanlab.sdk.guard import never_raises, say
from swanlab.sdk.values import to_float

_TOKENS = {
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "total_tokens": "total_tokens",
    "input_tokens": "prompt_tokens",  # the same in OpenAI's newer responses
    "output_tokens": "completion_tokens",
}


class Autolog:
    """Switches the recording of a client library on and off: ``autolog(init={"project": …})``.

    The methods that send a request are wrapped in their classes, so every client of the program is
    recorded. What they return and raise is untouched.
    """

    def __init__(self, library: str, methods: Mapping[str, str], client: str) -> None:
        """Name what is wrapped.

        Args:
            library: name of the package.
            methods: dotted classes to the name of their method.
            client: name of the library's client class.
        """
        self.library = library
        self.methods = methods
        self.client_class = client
        self.attachment = Attachment(library)
        self._originals: list[tuple[type, str, Callable[..., Any]]] = []
        self._client: Any = None

    @property
    def enabled(self) -> bool:
        """Whether requests are recorded."""
        return bool(self._originals)

    @property
    def client(self) -> Any:
        """A client of the library as its own environment variables configure it; made once."""
        if self._client is None:
            self._client = getattr(import_module(self.library), self.client_class)()
        return self._client

    def __call__(self, init: Mapping[str, Any] | None = None) -> None:
        """Record from now on, as ``enable``."""
        self.enable(init)

    def enable(self, init: Mapping[str, Any] | None = None) -> None:
        """Record every request from now on, in the active run or in a new one.

        Args:
            init: arguments of ``swanlab.init()``.
        """
        self.disable()
        self.attachment = Attachment(self.library, init_arguments({}, init or {}))
        if self.attachment.begin() is None:
            return
        for path, name in self.methods.items():
            self._wrap(path, name)
        if not self.enabled:
            say(f"{self.library}: nothing of this version can be recorded.")

    @never_raises
    def _wrap(self, path: str, name: str) -> None:
        module, _, class_name = path.rpartition(".")
        try:
            owner = getattr(import_module(module), class_name)
        except (ImportError, AttributeError):
            return  # not in this version of the library
        original = vars(owner)[name]
        self._originals.append((owner, name, original))
        setattr(owner, name, self._recorded(original))

    def disable(self) -> None:
        """Stop recording; end the run if it was begun by ``enable``."""
        for owner, name, original in self._originals:
            setattr(owner, name, original)
        self._originals = []
        self.attachment.finish()

    def _recorded(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def recorded(*args: Any, **kwargs: Any) -> Any:
            begun = time.perf_counter()
            answer = original(*args, **kwargs)
            if inspect.iscoroutine(answer):
                return self._awaited(kwargs, answer, begun)
            self._record(kwargs, answer, time.perf_counter() - begun)
            return answer

        return recorded

    async def _awaited(
        self, asked: Mapping[str, Any], answer: Coroutine[Any, Any, Any], begun: float
    ) -> Any:
        made = await answer
        self._record(asked, made, time.perf_counter() - begun)
        return made

    @never_raises
    def _record(self, asked: Mapping[str, Any], answer: Any, seconds: float) -> None:
        """Record one request; of a stream only how long the first of it took."""
        values: dict[str, Any] = {"usage/used_time": seconds}
        usage = getattr(answer, "usage", None)
        for theirs, ours in _TOKENS.items():
            count = to_float(getattr(usage, theirs, None))
            if count is not None:
                values[f"usage/{ours}"] = count
        values.update(_texts(asked, answer))
        self.attachment.log(values)


def _texts(asked: Mapping[str, Any], answer: Any) -> dict[str, Any]:
    """Return the conversation as text, where texts are recorded."""
    said = asked.get("messages") or asked.get("prompt") or asked.get("input")
    if isinstance(said, list):
        said = "\n\n".join(_line(item) for item in said)
    told = [_line(getattr(one, "message", one)) for one in getattr(answer, "choices", None) or ()]
    pairs = {"inputs": said, "outputs": "\n\n".join(told)}
    made = {key: media("Text", text) for key, text in pairs.items() if text}
    return {key: item for key, item in made.items() if item is not None}


def _line(message: Any) -> str:
    """Return ``**role**: content`` of a message of either form, or its plain text."""
    if isinstance(message, str):
        return message
    read = message.get if isinstance(message, Mapping) else functools.partial(_field, message)
    role, content = read("role", None), read("content", None) or read("text", "")
    return f"**{role}**: {content}" if role else str(content)


def _field(message: Any, name: str, default: Any) -> Any:
    return getattr(message, name, default)

"""Live hints: who watches a project learns that a run has something new, not what it is.

The first hint of a run goes out at once, further ones at most twice a second, each with all kinds
of news since the one before. A slow reader never holds more than one pending hint per run.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Literal

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from swanlab.server.messages.message import Hint, State

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from swanlab.server.admission import Sight
    from swanlab.server.db.projects import ProjectRow

INTERVAL = 0.5
PING = 15.0
MAX_STREAMS = 2_000

log = logging.getLogger("swanlab.server")

Kind = Literal["series", "keys", "logs", "run"]


class News(msgspec.Struct, frozen=True):
    """Something new of one run."""

    project: ProjectRow
    run: int
    run_id: str
    state: State
    kinds: frozenset[Kind]

    def with_older(self, older: News | None) -> News:
        """Return this with the kinds of older news that were not told yet."""
        if older is None:
            return self
        return msgspec.structs.replace(self, kinds=self.kinds | older.kinds)


class Stream:
    """One open event stream: what its reader has still to be told."""

    def __init__(self, sight: Sight, project: int | None) -> None:
        self.sight = sight
        self.project = project
        self.pending: dict[int, News] = {}
        self.wake = asyncio.Event()

    def wants(self, news: News) -> bool:
        """Whether its reader asked for this project (or all) and may read it."""
        asked = self.project is None or self.project == news.project.id
        return asked and self.sight.sees(news.project)


class Hub:
    """Hands news to the open streams. ``publish`` may be called from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._streams: set[Stream] = set()
        self._held: dict[int, News] = {}
        self._resting: set[int] = set()
        self.closed = False

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Name the event loop on which streams are served."""
        self._loop = loop

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    def publish(self, news: News) -> None:
        """Tell whom it concerns, now or when the run's last hint is old enough."""
        loop = self._loop
        if loop is None or not self._streams or loop.is_closed():
            return
        loop.call_soon_threadsafe(self._take, news)

    def _take(self, news: News) -> None:
        if news.run in self._resting:
            self._held[news.run] = news.with_older(self._held.get(news.run))
            return
        self._resting.add(news.run)
        asyncio.get_running_loop().call_later(INTERVAL, self._rested, news.run)
        for stream in self._streams:
            if stream.wants(news):
                stream.pending[news.run] = news.with_older(stream.pending.get(news.run))
                stream.wake.set()

    def _rested(self, run: int) -> None:
        self._resting.discard(run)
        held = self._held.pop(run, None)
        if held is not None:
            self._take(held)

    def open(self, sight: Sight, project: int | None) -> Stream:
        """Start a stream of what may be seen by ``sight``, of one project or of all."""
        stream = Stream(sight, project)
        self._streams.add(stream)
        return stream

    def drop(self, stream: Stream) -> None:
        """Forget a stream whose reader has gone."""
        self._streams.discard(stream)

    def close(self) -> None:
        """End all streams: the server is going down."""
        self.closed = True
        for stream in self._streams:
            stream.wake.set()

    async def events(self, stream: Stream) -> AsyncIterator[bytes]:
        """Yield the stream's events until the server goes down; a comment when there are none."""
        yield b"retry: 2000\n: open\n\n"
        while not self.closed:
            try:
                await asyncio.wait_for(stream.wake.wait(), PING)
            except asyncio.TimeoutError:
                await _renew(stream)
                yield b": ping\n\n"
                continue
            stream.wake.clear()
            await _renew(stream)
            while stream.pending:
                news = stream.pending.pop(next(iter(stream.pending)))
                if stream.wants(news):
                    yield _event(news)


async def _renew(stream: Stream) -> None:
    """Find out again what the reader may see, if that may have changed."""
    if stream.sight.stale:
        await run_in_threadpool(stream.sight.renew)


def _event(news: News) -> bytes:
    hint = Hint(
        workspace=news.project.workspace,
        project=news.project.name,
        run=news.run_id,
        state=news.state,
        kinds=sorted(news.kinds),
    )
    return b"event: hint\ndata: " + msgspec.json.encode(hint) + b"\n\n"


class EventStream(Response):
    """The ASGI answer that serves one stream until its reader leaves or the server goes down."""

    def __init__(self, hub: Hub, stream: Stream) -> None:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(headers=headers, media_type="text/event-stream")
        del self.headers["content-length"]
        self._hub = hub
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream; what ASGI calls with the request's ``scope``."""
        log.debug("stream opened", extra={"request": scope.get("request_id")})
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        gone = asyncio.ensure_future(_gone(receive))
        sending = asyncio.ensure_future(self._send(send))
        try:
            await asyncio.wait({gone, sending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.drop(self._stream)
            gone.cancel()
            sending.cancel()
            _, outcome = await asyncio.gather(gone, sending, return_exceptions=True)
        if isinstance(outcome, Exception):
            raise outcome

    async def _send(self, send: Send) -> None:
        async for event in self._hub.events(self._stream):
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

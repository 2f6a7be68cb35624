"""One address in front of several servers: each connection goes to the next one that takes it."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Sequence


class Balancer(threading.Thread):
    """Forwards connections until the process ends; it knows nothing of what they carry."""

    def __init__(self, ports: Sequence[int]) -> None:
        """Start, on a port of its own in front of ``ports`` of this machine."""
        super().__init__(name="balancer", daemon=True)
        self._ports = ports
        self._turns = itertools.count()
        self._ready = threading.Event()
        self.port = 0
        self.start()
        self._ready.wait()

    def run(self) -> None:
        """Forward for ever."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await server.serve_forever()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(self._turns)
        for turn in range(len(self._ports)):
            port = self._ports[(first + turn) % len(self._ports)]
            try:
                back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue  # the next one, then
            await asyncio.gather(_pump(reader, back_writer), _pump(back_reader, writer))
            return
        writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one direction to its end; an end of one side that was killed is an end too."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()

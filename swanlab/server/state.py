"""What one server process holds; every request reaches it as ``ask.server``."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from swanlab.server.auth import Auth, Mode
from swanlab.server.blobs import Blobs
from swanlab.server.db.engine import FILE_NAME, Database
from swanlab.server.ingest import Ingest
from swanlab.server.live import Hub
from swanlab.server.media.contract import MediaStore
from swanlab.server.media.local import LocalMedia
from swanlab.server.stores import Stores

STATIC = Path(__file__).parent / "static"


class Worker(Protocol):
    """Something with a thread of its own."""

    def start(self) -> None:
        """Begin."""
        ...

    def close(self) -> None:
        """End what is being done, and stop."""
        ...


class Server:
    """The parts of one server, wired together over one data directory."""

    def __init__(
        self,
        data_dir: Path,
        mode: Mode,
        *,
        static: Path = STATIC,
        media: MediaStore | None = None,
    ) -> None:
        """Open the data directory, creating it if it is new; raises ``OSError``."""
        data_dir.mkdir(parents=True, exist_ok=True)
        self.mode: Mode = mode
        self.static = static
        self.boot = secrets.token_hex(8)
        """Differs at every start: versions of answers are counted from there."""
        self.db = Database(data_dir / FILE_NAME)
        self.stores = Stores(data_dir / "metrics")
        self.hub = Hub()
        self.auth = Auth(self.db, mode)
        self.ingest = Ingest(self.db, self.stores, self.hub)
        self.blobs = Blobs(self.db, media or LocalMedia(data_dir / "media"))
        self.ingest.freed = self.blobs.freed
        self.kept_file: Callable[[int, str], Path | None] | None = None
        """Where a file of a run lies, for a server that shows folders and takes no blobs."""
        self.hosts: frozenset[str] | None = None
        """Names this server may be called by, beside addresses; None when any will do."""
        self.beside: list[Worker] = []
        """What works beside answering requests, started and closed with the server."""
        if mode == "watch":
            self.auth.ensure_local()

    def start(self) -> None:
        """Start the work in the background."""
        self.ingest.keeper.start()
        self.blobs.start()
        for worker in self.beside:
            worker.start()

    def close(self) -> None:
        """Store what was accepted, and release all files."""
        self.hub.close()
        for worker in self.beside:
            worker.close()
        self.ingest.close()
        self.blobs.close()
        self.stores.close()
        self.db.close()

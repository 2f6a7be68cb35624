"""What one server process holds; every request reaches it as ``ask.server``."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from swanlab.server.admission import Admission
from swanlab.server.auth import Auth, Mode
from swanlab.server.blobs import Blobs
from swanlab.server.db.engine import FILE_NAME, Database
from swanlab.server.deliveries import Deliveries
from swanlab.server.freeing import Freeing
from swanlab.server.freezing import Freezer
from swanlab.server.ingest import Ingest
from swanlab.server.live import Hub
from swanlab.server.mail import Post
from swanlab.server.media.contract import MediaStore
from swanlab.server.media.local import LocalMedia
from swanlab.server.metrics.cache import LIMIT
from swanlab.server.metrics.cold import Cold
from swanlab.server.oidc import Provider
from swanlab.server.peers import Alone, Peers
from swanlab.server.probe import Probe
from swanlab.server.quotas import Counted
from swanlab.server.rules import Rules
from swanlab.server.stores import Stores
from swanlab.server.sweep import Sweep
from swanlab.server.thumbnails import Thumbnails
from swanlab.server.vitals import Vitals

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
        database_url: str | None = None,
        media: MediaStore | None = None,
        cold_after: float | None = None,
        cold_cache: int = LIMIT,
    ) -> None:
        """Open the data directory, creating it if it is new; raises ``OSError``.

        With ``database_url`` metadata and metrics are in that PostgreSQL database instead, with
        ``media`` files and media are there. ``cold_after``: days after their end when the points
        of runs are moved beside the media, None for never; what is moved already is read from
        there in any case, by way of at most ``cold_cache`` bytes on this disk.
        """
        data_dir.mkdir(parents=True, exist_ok=True)
        self.mode: Mode = mode
        self.static = static
        self.data_dir = data_dir
        self.boot = secrets.token_hex(8)
        """Differs at every start: versions of answers are counted from there."""
        self.db = Database(database_url or data_dir / FILE_NAME)
        media = media or LocalMedia(data_dir / "media")
        self.cold = Cold(media.shelf(), data_dir / "cache" / "segments", cold_cache)
        self.cold_after = cold_after
        self.stores = Stores(data_dir / "metrics", database_url, self.cold)
        try:
            self.stores.open_shared()
        except BaseException:
            self.db.close()
            raise
        self.hub = Hub()
        self.vitals = Vitals()
        peers = Alone() if database_url is None else Peers(database_url, self.boot, self.db)
        self.admission = Admission(self.db)
        self.auth = Auth(self.db, mode, peers, self.admission)
        self.ingest = Ingest(self.db, self.stores, self.hub, peers, self.vitals)
        self.probe = Probe(self.db, data_dir)
        self.metrics_token: bytes | None = None
        """Hash of the token that ``/metrics`` asks for, if one was set."""
        self.measured = False
        """Whether somebody reads ``/metrics``, so that what takes a while to find out is kept."""
        self.blobs = Blobs(self.db, media)
        self.freeing = Freeing(self.db, self.stores)
        self.ingest.freed = self._freed
        self.thumbnails = Thumbnails()
        self.kept_file: Callable[[int, str], Path | None] | None = None
        """Where a file of a run lies, for a server that shows folders and takes no blobs."""
        self.hosts: frozenset[str] | None = None
        """Names this server may be called by, beside addresses; None when any will do."""
        self._notify()
        self.beside: list[Worker] = [Sweep(self), Freezer(self), self.freeing, self.post]
        if mode == "server":
            self.beside += [Rules(self), self.deliveries]
        """What works beside answering requests, started and closed with the server."""
        if isinstance(peers, Peers):
            peers.attach(self.auth, self.ingest, self.hub)
            self.beside.append(peers)
        if mode == "watch":
            self.auth.ensure_local()

    def _notify(self) -> None:
        """Make what knows people elsewhere, and tells them."""
        self.counted = Counted()
        """What workspaces hold."""
        self.provider = Provider()
        """Who signs in people elsewhere."""
        self.post = Post(self.auth)
        """Sends mail."""
        self.deliveries = Deliveries(self)
        """Tells what rules found."""

    def _freed(self) -> None:
        self.blobs.freed()
        self.freeing.soon()

    def start(self) -> None:
        """Start the work in the background."""
        self.ingest.keeper.start()
        self.blobs.start()
        for worker in self.beside:
            worker.start()

    def unfit(self) -> str | None:
        """Return why the server cannot do its work now, None when it can. Blocks."""
        stopping = "The server is going down." if self.hub.closed else None
        return stopping or self.ingest.refusal() or self.probe.trouble()

    def close(self) -> None:
        """Store what was accepted, and release all files."""
        self.hub.close()
        self.cold.close()
        for worker in self.beside:
            worker.close()
        self.ingest.close()
        self.blobs.close()
        self.stores.close()
        self.db.close()

"""Other servers on the same database: what each tells the others by LISTEN/NOTIFY.

What must not be missed (accounts, deleted runs) is told in the transaction of the change. Hints for
live pages are gathered and sent a few times a second. A server hears itself too, and takes that as
the sign that it hears the others: while it does not, it remembers nothing that they may change, and
looks for news in the database instead.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import sqlalchemy as sa

from swanlab.server.db import postgres, projects, runs
from swanlab.server.db.engine import Database, now
from swanlab.server.live import Hub, Kind, News
from swanlab.server.messages.message import State

if TYPE_CHECKING:
    import psycopg

    from swanlab.server.auth import Auth
    from swanlab.server.ingest import Ingest

CHANNEL = "swanlab"
TICK = 0.2
"""Seconds between two looks at what is to be told."""
ECHO_EVERY, ECHO_WITHIN = 3.0, 9.0
"""Seconds between signs of life, and until their absence means that nothing is heard."""
AGAIN = 1.0
LOOK_EVERY, LOOK_BACK = 2.0, 15_000
"""Seconds between looks into the database; milliseconds by which its clocks may differ."""
_PAYLOAD = 7000
"""Bytes; PostgreSQL takes less than 8000."""

log = logging.getLogger("swanlab.server")


class Telling(Protocol):
    """What is told to other servers, if there may be any."""

    def tell_news(self, news: News) -> None:
        """Something new of a run, for those who watch."""
        ...

    def tell_gone(self, connection: sa.Connection, project: int, run_id: str, run: int) -> None:
        """The run is deleted in the transaction of ``connection``."""
        ...

    def tell_accounts(self, connection: sa.Connection) -> None:
        """Users, keys, sessions or projects change in the transaction of ``connection``."""
        ...


class Alone:
    """A server with a database of its own has nobody to tell."""

    def tell_news(self, news: News) -> None:
        """Nobody is there."""

    def tell_gone(self, connection: sa.Connection, project: int, run_id: str, run: int) -> None:
        """Nobody is there."""

    def tell_accounts(self, connection: sa.Connection) -> None:
        """Nobody is there."""


class _Hint(msgspec.Struct, frozen=True, array_like=True):
    project: int
    run: int
    run_id: str
    state: State
    kinds: frozenset[Kind]


class _Letter(msgspec.Struct, frozen=True, omit_defaults=True):
    """One notification."""

    sender: str
    hints: tuple[_Hint, ...] = ()
    gone: tuple[int, str, int] | None = None
    accounts: bool = False


class Peers:
    """One thread that listens and tells. Thread-safe."""

    def __init__(self, url: str, me: str, db: Database) -> None:
        self._url, self._me, self._db = url, me, db
        self._news: dict[int, News] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._projects: dict[int, projects.ProjectRow | None] = {}
        self._heard = 0.0
        self._seen: dict[int, tuple[int, int]] = {}
        self._looked = now()
        self.hears = False
        """Whether what other servers tell arrives."""
        self._thread = threading.Thread(target=self._work, name="peers", daemon=True)

    def attach(self, auth: Auth, ingest: Ingest, hub: Hub) -> None:
        """Name whom news of other servers concerns."""
        self._auth, self._ingest, self._hub = auth, ingest, hub

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def tell_news(self, news: News) -> None:
        """Something new of a run, for those who watch; told with others in a moment."""
        with self._lock:
            self._news[news.run] = news.with_older(self._news.get(news.run))

    def tell_gone(self, connection: sa.Connection, project: int, run_id: str, run: int) -> None:
        """The run is deleted in the transaction of ``connection``."""
        _notify(connection, _Letter(self._me, gone=(project, run_id, run)))

    def tell_accounts(self, connection: sa.Connection) -> None:
        """Users, keys, sessions or projects change in the transaction of ``connection``."""
        _notify(connection, _Letter(self._me, accounts=True))

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                with contextlib.closing(_listen(self._url)) as connection:
                    self._talk(connection)
            except Exception as error:
                if not _is_loss(error):
                    log.exception("could not listen to other servers; trying again")
                elif self.hears:
                    log.warning("other servers are not heard: %s", error)
            self._deaf()
            until = time.monotonic() + AGAIN
            while time.monotonic() < until and not self._stop.wait(TICK):
                self._look()

    def _talk(self, connection: psycopg.Connection[Any]) -> None:
        """Listen and tell until the connection fails, or its notifications do not arrive."""
        began = self._heard = time.monotonic()
        asked = 0.0
        while not self._stop.is_set():
            for note in connection.notifies(timeout=TICK, stop_after=64):
                self._take(note.payload)
            at = time.monotonic()
            letters = self._letters()
            if not letters and at - asked >= ECHO_EVERY:
                letters = [_Letter(self._me)]
            for letter in letters:
                connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, _encoded(letter)))
                asked = at
            if at - max(self._heard, began) > ECHO_WITHIN:
                raise _Unheard
            if not self.hears:
                self._look()

    def _take(self, payload: str) -> None:
        letter = msgspec.json.decode(payload, type=_Letter)
        if letter.sender == self._me:
            self._heard = time.monotonic()
            if not self.hears:
                self._hearing()
            return
        if letter.accounts:
            self._projects.clear()
            self._auth.forget()
            if self.hears:  # Runs are remembered with their project, and who may read it.
                self._ingest.remember(True)
        if letter.gone is not None:
            project, run_id, number = letter.gone
            run = self._ingest.known(project, run_id)
            if run is not None and run.id == number:
                self._ingest.lost(run)
        if letter.hints and self._hub.streams:
            self._pass_on(letter.hints)

    def _hearing(self) -> None:
        """From here on all is heard: what is remembered now will be put right in time."""
        self._projects.clear()
        self.hears = True
        self._auth.remember(True)
        self._ingest.remember(True)
        self._looked -= LOOK_BACK
        self._look(force=True)
        log.info("other servers on the database are heard")

    def _deaf(self) -> None:
        self.hears = False
        self._auth.remember(False)
        self._ingest.remember(False)

    def _letters(self) -> list[_Letter]:
        """Return what has gathered, in pieces that fit a notification."""
        with self._lock:
            news, self._news = self._news, {}
        found: list[_Letter] = []
        part: list[_Hint] = []
        size = 0
        for one in news.values():
            hint = _Hint(one.project.id, one.run, one.run_id, one.state, one.kinds)
            length = len(msgspec.json.encode(hint)) + 1
            if part and size + length > _PAYLOAD:
                found.append(_Letter(self._me, tuple(part)))
                part, size = [], 0
            part.append(hint)
            size += length
        return [*found, _Letter(self._me, tuple(part))] if part else found

    def _pass_on(self, hints: tuple[_Hint, ...]) -> None:
        unknown = {hint.project for hint in hints} - self._projects.keys()
        if unknown:
            with self._db.read() as connection:
                for number in unknown:
                    self._projects[number] = projects.get(connection, number)
        for hint in hints:
            project = self._projects[hint.project]
            if project is not None:
                self._hub.publish(News(project, hint.run, hint.run_id, hint.state, hint.kinds))

    def _look(self, *, force: bool = False) -> None:
        """Look into the database for what nobody told."""
        at = now()
        if not force and at - self._looked < LOOK_EVERY * 1000:
            return
        since, self._looked = self._looked - LOOK_BACK, at
        if not self._hub.streams:
            self._seen.clear()
            return
        try:
            with self._db.read() as connection:
                found = runs.heard_since(connection, since)
        except sa.exc.SQLAlchemyError as error:
            if not postgres.is_outage(error):
                raise
            self._looked = since + LOOK_BACK  # nothing was seen: look there again
            return
        seen, self._seen = self._seen, {run.id: (run.seen_at, run.state_at) for run in found}
        kinds: frozenset[Kind] = frozenset({"series", "keys", "logs", "run"})
        news = [run for run in found if seen.get(run.id) != self._seen[run.id]]
        self._projects.clear()
        self._pass_on(
            tuple(_Hint(run.project_id, run.id, run.run_id, run.state, kinds) for run in news)
        )


class _Unheard(Exception):
    def __init__(self) -> None:
        super().__init__("notifications do not come back (a pooler without LISTEN in between?)")


def _is_loss(error: Exception) -> bool:
    import psycopg

    return isinstance(error, _Unheard | psycopg.OperationalError) or postgres.is_outage(error)


def _listen(url: str) -> psycopg.Connection[Any]:
    """Return a connection of its own that hears what is told from now on."""
    connection = postgres.connect_once(url, "swanlab peers")
    connection.execute(f"LISTEN {CHANNEL}")
    return connection


def _encoded(letter: _Letter) -> str:
    return msgspec.json.encode(letter).decode()


def _notify(connection: sa.Connection, letter: _Letter) -> None:
    connection.execute(sa.select(sa.func.pg_notify(CHANNEL, _encoded(letter))))

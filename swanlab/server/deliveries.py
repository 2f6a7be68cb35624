"""Telling what rules found: by mail and webhook, tried again until it arrives, with a log."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import socket
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2

import swanlab
from swanlab.server import mail, trouble
from swanlab.server.access import Need
from swanlab.server.auth import Caller
from swanlab.server.db import projects, rules, users
from swanlab.server.db.engine import now
from swanlab.server.db.rules import RuleRow, Waiting
from swanlab.server.db.users import UserRow

if TYPE_CHECKING:
    from swanlab.server.state import Server

EVERY = 5.0
PAUSES = (10, 60, 300, 1800, 7200)
"""Seconds before each further try."""
CLAIMED_MS = 120_000
"""For so long no other server takes what one is telling."""
SECONDS = 10.0

log = logging.getLogger("swanlab.server")


class NotTold(Exception):
    """Why something did not arrive; ``lasting`` when trying again is of no use."""

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


class Deliveries:
    """One thread that tells; who waits for an answer holds up nothing else."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="deliveries", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop after what is being told; the rest is told after the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def soon(self) -> None:
        """Something is to be told."""
        self._wake.set()

    def _work(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                while not self._stop.is_set() and self.tell():
                    pass
            except Exception as error:  # noqa: BLE001 - reported, and tried again
                trouble.report(log, "telling what rules found", error)
            self._wake.wait(EVERY)

    def tell(self) -> bool:
        """Tell one thing that is due; False when nothing is."""
        db = self._server.db
        with db.read() as connection:
            if not rules.anything_due(connection):
                return False  # the write lock is for who needs it
        with db.write() as connection:
            piece = rules.take(connection, now() + CLAIMED_MS)
            rule = None if piece is None else rules.get(connection, piece.rule_id)
        if piece is None:
            return False
        state, next_at, why = "sent", None, None
        try:
            if rule is not None:
                self._send(rule, piece)
        except NotTold as error:
            why, over = str(error), error.lasting or piece.tries > len(PAUSES)
            state = "failed" if over else "waiting"
            next_at = None if over else now() + PAUSES[piece.tries - 1] * 1000
        with db.write() as connection:
            rules.settle(connection, piece.id, state, next_at, why)
        return True

    def _send(self, rule: RuleRow, piece: Waiting) -> None:
        if piece.channel == "email":
            self._mail(rule, piece)
        elif rule.webhook is not None:
            private = self._server.auth.settings().private_webhooks
            post(rule.webhook, piece.body.encode(), rule.secret, private=private)

    def _mail(self, rule: RuleRow, piece: Waiting) -> None:
        """Mail who made the rule, if they may still read the project."""
        server = self._server
        settings = server.auth.settings().mail
        if settings is None:
            raise NotTold("this server sends no mail: an admin can set that up", lasting=True)
        with server.db.read() as connection:
            account = None if rule.author is None else users.account(connection, rule.author)
            project = projects.get(connection, rule.project_id)
        if account is None or project is None or account.disabled_at is not None:
            raise NotTold("who made the rule is gone, or disabled", lasting=True)
        if account.email is None or not account.verified:
            raise NotTold("who made the rule has no address known to be theirs", lasting=True)
        who = Caller(UserRow(account.id, account.username, account.admin), "local")
        if not server.admission.may(Need.READ, who, project):
            raise NotTold("who made the rule may no longer read the project", lasting=True)
        subject = piece.text.partition("\n")[0]
        try:
            mail.send(settings, mail.Piece(account.email, subject[:200], piece.text))
        except mail.NotSent as error:
            raise NotTold(str(error)) from error


def post(url: str, body: bytes, secret: str | None, *, private: bool) -> None:
    """Post JSON to a webhook; raises ``NotTold``.

    The name is looked up once, and the address that was found to be allowed is the one connected
    to: what the name means a moment later does not matter. Nothing leads on from there.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        address = _allowed(host, parts.port or (443 if parts.scheme == "https" else 80), private)
    except ValueError as error:
        raise NotTold("the webhook's address is not valid", lasting=True) from error
    headers = {
        "host": parts.netloc.rpartition("@")[2],
        "content-type": "application/json",
        "user-agent": f"swanlab/{swanlab.__version__}",
    }
    if secret:
        signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers["swanlab-signature"] = f"sha256={signed}"
    literal = f"[{address}]" if ":" in address else address
    at = f"{literal}:{parts.port}" if parts.port else literal
    place = parts._replace(netloc=at, fragment="").geturl()
    try:
        with (
            httpx2.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", place, content=body, headers=headers, extensions={"sni_hostname": host}
            ) as answer,
        ):
            status = answer.status_code  # what else it says is not read
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise NotTold(f"{host} cannot be reached: {type(error).__name__}") from error
    if not 200 <= status < 300:
        lasting = status in (301, 302, 303, 307, 308, 404, 410)
        raise NotTold(f"{host} answers {status}", lasting=lasting)


def _allowed(host: str, port: int, private: bool) -> str:
    """Return an address of the host that may be connected to; raises ``NotTold``."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotTold(f"{host} has no address") from error
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    if not private:
        for one in addresses:
            address = ipaddress.ip_address(one)
            mapped = getattr(address, "ipv4_mapped", None) or address
            if not mapped.is_global or mapped.is_multicast:
                message = f"{host} is in a private network, where webhooks may not go"
                raise NotTold(message, lasting=True)
    return addresses[0]

"""Mail that the server sends: invites, links for passwords and addresses, what rules tell."""

from __future__ import annotations

import contextlib
import logging
import queue
import smtplib
import ssl
import threading
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from swanlab.server.auth import Auth
    from swanlab.server.messages.admin import Mail

SECONDS = 15.0
"""For every answer of a mail server."""
AGAIN = (2.0, 15.0, 60.0)
"""Seconds before each further try of mail that somebody waits for."""
WAITING = 1000

log = logging.getLogger("swanlab.server")


class NotSent(Exception):
    """Why mail did not go; the message holds no secret."""


class Piece(msgspec.Struct, frozen=True):
    """One mail to one address."""

    to: str
    subject: str
    text: str


def send(mail: Mail, piece: Piece) -> None:
    """Hand a mail to the server for mail. Blocks; raises ``NotSent``."""
    message = EmailMessage()
    message["From"], message["To"] = mail.sender, piece.to
    message["Subject"] = " ".join(piece.subject.split())
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="swanlab.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(piece.text)
    try:
        with _connected(mail) as server:
            if mail.username:
                server.login(mail.username, mail.password)
            server.send_message(message)
    except smtplib.SMTPAuthenticationError:
        raise NotSent("the mail server refuses the name or the password") from None
    except smtplib.SMTPNotSupportedError:
        raise NotSent("the mail server offers no STARTTLS, or no log-in") from None
    except smtplib.SMTPRecipientsRefused:
        raise NotSent("the mail server refuses the receiver") from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"the mail server answers {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"the mail server cannot be used: {type(error).__name__}") from error


def _connected(mail: Mail) -> smtplib.SMTP:
    if mail.security == "tls":
        trust = ssl.create_default_context()
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=SECONDS, context=trust)
    server = smtplib.SMTP(mail.host, mail.port, timeout=SECONDS)
    if mail.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


class Post:
    """One thread that sends mail while nobody waits: how long it takes tells no one anything."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._queue: queue.Queue[Piece | None] = queue.Queue(WAITING)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="post", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the mail that is being sent; what waits is not sent."""
        self._stop.set()
        if self._thread.is_alive():
            with contextlib.suppress(queue.Full):  # it looks up after the next one
                self._queue.put_nowait(None)
            self._thread.join()

    def put(self, to: str, subject: str, text: str) -> bool:
        """Send a mail soon; False when too many wait already."""
        try:
            self._queue.put_nowait(Piece(to, subject, text))
        except queue.Full:
            log.warning("too much mail waits to be sent: one is not sent")
            return False
        return True

    def _work(self) -> None:
        while not self._stop.is_set():
            piece = self._queue.get()
            if piece is not None:
                self._send(piece)

    def _send(self, piece: Piece) -> None:
        for wait in (*AGAIN, None):
            try:
                mail = self._auth.settings().mail
                if mail is not None:
                    send(mail, piece)
            except Exception as error:  # noqa: BLE001 - told, and tried again
                log.warning("mail could not be sent: %s", error)
            else:
                return
            if wait is None or self._stop.wait(wait):
                return

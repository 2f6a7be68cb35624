"""Real receivers on loopback: a mail server and an HTTP service that keep what they get."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.serving import free_port

PASSWORD = "mail-secret"


@dataclass
class Post:
    path: str
    body: Any
    headers: dict[str, str]


class Service:
    """Answers every POST with ``answer`` and ``status``, after ``hold`` is set."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.answer: Any = {"ok": True, "code": 200}
        self.status = 200
        self.hold = threading.Event()
        self.hold.set()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                service.posts.append(Post(self.path, body, dict(self.headers)))
                service.hold.wait(30)
                data = json.dumps(service.answer).encode()
                self.send_response(service.status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        self.hold.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass
class Mailbox:
    """Handler of the mail server: keeps mails, parsed, with who they were for."""

    mails: list[Any] = field(default_factory=list)
    receivers: list[list[str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.receivers.append(envelope.rcpt_tos)
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of localhost and its key."""
    crt, key = folder / "localhost.crt", folder / "localhost.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(key), "-out", str(crt)],
        check=True, capture_output=True,
    )  # fmt: skip
    return crt, key


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
    good = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False)


def mail_server(mailbox: Mailbox, pair: tuple[Path, Path] | None, *, tls_first: bool) -> Controller:
    """Start a mail server: STARTTLS by default, TLS from the first byte, or (no pair) no TLS."""
    context = None
    if pair is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*map(str, pair))
    options: dict[str, Any] = {"authenticator": _authenticate}
    if tls_first:
        options |= {"ssl_context": context, "auth_require_tls": False}
    elif context is not None:
        options |= {"tls_context": context, "require_starttls": True, "auth_required": True}
    server = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **options)
    server.start()
    return server

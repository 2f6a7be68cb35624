"""What ``make demo`` runs: a server with an account, a training that logs to it, and the URL.

Everything it creates is in ``.demo``; remove that folder to begin anew.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from swanlab.cli.output import line
from swanlab.client import Client
from swanlab.credentials import Login, remember
from swanlab.errors import Unreachable

HOME = Path(".demo").absolute()
EXAMPLES = Path(__file__).parent


def free_port(wanted: int) -> int:
    """``wanted``, or the next port that nobody listens on."""
    for port in range(wanted, wanted + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SystemExit(f"No free port from {wanted} on.")


def password_file() -> Path:
    """The admin's password, made at the first start."""
    path = HOME / "password"
    if not path.exists():
        HOME.mkdir(exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(9))
    return path


def start_server(port: int) -> subprocess.Popen[bytes]:
    """``swanlab server`` on loopback, its messages in ``.demo/server.log``."""
    log = (HOME / "server.log").open("ab")
    return subprocess.Popen(
        [
            sys.executable, "-m", "swanlab", "server", "--port", str(port),
            "--data-dir", str(HOME / "data"), "--admin-password-file", str(password_file()),
        ],
        stdout=log,
        stderr=log,
    )  # fmt: skip


def sign_in(host: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers, make an API key and remember it."""
    deadline = time.monotonic() + 30
    while True:
        try:
            key = Client(host).sign_in("admin", password_file().read_text().strip())
        except Unreachable:
            if server.poll() is not None or time.monotonic() > deadline:
                log = (HOME / "server.log").read_text()[-2000:]
                raise SystemExit(f"The server did not start:\n{log}") from None
            time.sleep(0.1)
        else:
            remember(Login(host, key, "admin"))
            return


def main() -> None:
    """Serve until Ctrl-C."""
    port = free_port(5093)
    host = f"http://127.0.0.1:{port}"
    os.environ["SWANLAB_SAVE_DIR"] = str(HOME / "home")
    os.environ["SWANLAB_LOG_DIR"] = str(HOME / "swanlog")
    os.environ["SWANLAB_MODE"] = "cloud"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    password_file()
    server = start_server(port)
    try:
        sign_in(host, server)
        line(f"\nServer:   {host}\nSign in:  admin / {password_file().read_text().strip()}\n")
        subprocess.run([sys.executable, str(EXAMPLES / "digits.py")], check=True)
        line(f"\nThe run above is at {host}/@admin/digits and stays there.")
        line("Serving until Ctrl-C.")
        server.wait()
    except KeyboardInterrupt:
        line("")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()

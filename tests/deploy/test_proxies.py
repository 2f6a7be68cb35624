"""The proxies of ``deploy/`` before a real server: streams, large posts, sign-in, no metrics."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
import zstandard

from tests.deploy.test_deploy import DEPLOY, tool
from tests.server.test_live import Listener
from tests.server.wire import frame, header, keys, scalars
from tests.serving import PASSWORD, Serving, free_port, wait_for


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    serving = Serving(tmp_path / "server").start()
    yield serving
    serving.stop(signal.SIGKILL)


def nginx(server: Serving, folder: Path) -> tuple[list[str], str]:
    """The command that runs nginx before the server, and its address."""
    key, certificate, port = folder / "key", folder / "crt", free_port()
    subprocess.run(
        [tool("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key),
         "-out", str(certificate), "-days", "1", "-subj", "/CN=lab.example.org"],
        check=True, capture_output=True,
    )  # fmt: skip
    text = (DEPLOY / "nginx.conf").read_text()
    text = re.sub(r"(ssl_certificate_key\s+)[^;]+", rf"\1{key}", text)
    text = re.sub(r"(ssl_certificate\s+)[^;]+", rf"\1{certificate}", text)
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    text = text.replace("listen 80", f"listen 127.0.0.1:{free_port()}")
    text = text.replace("127.0.0.1:5093", f"127.0.0.1:{server.port}")
    own = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    start = f"pid {folder}/pid;\ndaemon off;\nuser root;\nevents {{}}\n"
    whole = folder / "nginx.conf"
    whole.write_text(f"{start}http {{\naccess_log off;\n{own}{text}\n}}\n")
    command = [tool("nginx"), "-e", str(folder / "error.log"), "-c", str(whole)]
    return command, f"https://127.0.0.1:{port}"


def caddy(server: Serving, folder: Path) -> tuple[list[str], str]:
    """The command that runs Caddy before the server, and its address."""
    port = free_port()
    text = (DEPLOY / "Caddyfile").read_text()
    text = text.replace("{$SWANLAB_SITE:http://localhost}", f"http://127.0.0.1:{port}")
    text = re.sub(r"\{\$SWANLAB_OBJECTS:[^}]*\}", f"http://127.0.0.1:{free_port()}", text)
    text = text.replace("server:5093", f"127.0.0.1:{server.port}")
    whole = folder / "Caddyfile"
    assert "\tgrace_period 10s" in text
    whole.write_text(text.replace("\tgrace_period 10s", "\tgrace_period 1s\n\tadmin off"))
    command = [tool("caddy"), "run", "--adapter", "caddyfile", "--config", str(whole)]
    return command, f"http://127.0.0.1:{port}"


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def site(request, server, tmp_path) -> Iterator[str]:
    """The address of a proxy before the server."""
    command, url = request.param(server, tmp_path)
    log = (tmp_path / "proxy.log").open("wb")
    process = subprocess.Popen(
        command, stdout=log, stderr=log, env={**os.environ, "HOME": str(tmp_path)}
    )
    log.close()

    def answers() -> bool:
        assert process.poll() is None, (tmp_path / "proxy.log").read_text()
        try:
            return httpx.get(f"{url}/health", verify=False, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    try:
        wait_for(answers)
        yield url
    finally:
        process.terminate()
        process.wait(60)


def test_everything_that_people_and_programs_do_passes(site):
    client = httpx.Client(base_url=f"{site}/api/v1", verify=False, trust_env=False, timeout=30)
    with client:
        body = {"username": "admin", "password": PASSWORD}
        assert client.post("/session", json=body).status_code == 200
        # A browser's request: the server compares where it comes from with how it is called.
        made = client.post("/keys", json={"name": "k"}, headers={"origin": site})
        assert made.status_code == 200, made.text
        assert (
            client.post(
                "/keys", json={"name": "k"}, headers={"origin": "https://evil.example"}
            ).status_code
            == 403
        )
        client.headers["authorization"] = f"Bearer {made.json()['api_key']}"
        client.post("/projects/~/demo/runs", json={"id": "r1"})

        listener = Listener(client)
        first = frame(header(writer="w")) + keys("loss")
        large = first + b"".join(scalars(step, step * 1.1) for step in range(100_000))
        post = zstandard.ZstdCompressor(level=-50).compress(large)
        assert len(post) > 1_500_000
        where = {"writer": "w", "offset": 0}
        sent = client.post("/projects/admin/demo/runs/r1/frames", params=where, content=post)
        assert sent.status_code == 200, sent.text
        wait_for(lambda: listener.hints)  # long before anything buffered would come

        assert httpx.get(f"{site}/metrics", verify=False, trust_env=False).status_code == 404
        (series,) = client.get("/projects/admin/demo/runs/r1/series").json()["series"]
        assert series["count"] == 100_000

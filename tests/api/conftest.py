"""A real server with runs in it, written by the real encoders."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from swanlab import records
from swanlab.api import Api
from swanlab.client import Client, run_path
from tests.server.wire import STARTED, frame, header
from tests.serving import PASSWORD, Serving


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = Serving(tmp_path_factory.mktemp("lab")).start()
    client = Client(serving.host)
    serving.api_key = client.sign_in("admin", PASSWORD, scope="admin")
    client.close()
    yield serving
    serving.stop()


@pytest.fixture
def api(lab: Serving) -> Iterator[Api]:
    with Api(lab.api_key, lab.host) as found:
        yield found


Record = Callable[..., str]


@pytest.fixture
def record(lab: Serving) -> Record:
    """Sends a run and returns its path."""

    def send(
        project: str,
        run: str,
        points: dict[str, list[tuple[int, float]]] | None = None,
        *,
        config: dict[str, Any] | None = None,
        environment: dict[str, Any] | None = None,
        lines: list[str] | None = None,
        tags: list[str] | None = None,
        options: dict[str, Any] | None = None,
        end: str | None = "success",
        rank: int = 0,
    ) -> str:
        client = Client(lab.host, lab.api_key)
        new = {"id": run, "tags": tags or [], "created_at": STARTED, "options": options or {}}
        opened = client.open_run(None, project, new)
        found = [frame(header(run=run, writer=f"trainer-{rank}", rank=rank))]
        if config:
            found.append(frame(records.Config(0, config)))
        if environment:
            found.append(frame(records.Environment(0, environment)))
        for number, (key, series) in enumerate((points or {}).items()):
            found.append(frame(records.Key(key), records.Layout(number, [number])))
            found += [series_point(number, step, value) for step, value in series]
        for number, text in enumerate(lines or []):
            level = 40 if text.startswith("bad") else 20
            found.append(frame(records.Console(number, number, level, 1, text)))
        if end:
            found.append(frame(records.Finish(60_000, end)))
        path = run_path(opened["workspace"], project, run)
        offset = opened["writers"].get(f"trainer-{rank}", 0)
        client.post_frames(path, f"trainer-{rank}", offset, b"".join(found))
        client.close()
        return f"{opened['workspace']}/{project}/{run}"

    return send


def series_point(layout: int, step: int, value: float) -> bytes:
    return frame(records.Scalars(layout, step, min(step, 10**6) * 1000, struct.pack("<d", value)))

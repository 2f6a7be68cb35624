"""``/metrics`` for Prometheus, and who may read it."""

from __future__ import annotations

import hmac
import logging
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psutil
from sqlalchemy import func, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

import swanlab
from swanlab.server import auth, trouble
from swanlab.server.db.engine import now
from swanlab.server.db.schema import sessions
from swanlab.server.gate import called
from swanlab.server.http import Problem, refuse
from swanlab.server.vitals import family

if TYPE_CHECKING:
    from swanlab.server.state import Server

log = logging.getLogger("swanlab.server")

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


async def metrics(request: Request) -> Response:
    """Answer with all metrics, to those who may read them.

    That is who sends the token of ``--metrics-token-file``, or the API key of an admin; and, where
    there is no such token, a program on this machine that asks directly.
    """
    server: Server = request.app.state.server
    request.scope["template"] = "/metrics"
    if not await _may_read(server, request):
        message = "Send the metrics token or an admin's API key as a bearer token."
        return refuse(Problem(401, "no_token", message, headers={"www-authenticate": "Bearer"}))
    text = await run_in_threadpool(lambda: "".join(lines(server)))
    return Response(text, headers={"cache-control": "no-store"}, media_type=MEDIA)


async def _may_read(server: Server, request: Request) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        given = auth.digest(token.strip())
        if server.metrics_token is not None and hmac.compare_digest(given, server.metrics_token):
            return True
        caller = await server.auth.identify(request)
        return caller is not None and caller.user.admin
    if server.metrics_token is not None or any(name in request.headers for name in _FORWARDED):
        return False
    return request.client is not None and request.client.host in _LOOPBACK and _asks_here(request)


def _asks_here(request: Request) -> bool:
    """Whether the caller calls this machine by a name that no other site can take."""
    return called(request.scope) in _HERE and "origin" not in request.headers


def lines(server: Server) -> Iterator[str]:
    """Yield everything that is known of this server, in Prometheus' text format. Blocks.

    What cannot be found out, because the database or the disk is away, is left out.
    """
    server.measured = True
    yield from family(
        "swanlab_build_info",
        "gauge",
        "Version of the program.",
        1,
        {"version": swanlab.__version__, "mode": server.mode},
    )
    ready = 0 if server.unfit() else 1
    yield from family("swanlab_ready", "gauge", "Whether the server can do its work.", ready)
    yield from server.vitals.lines()
    for part in (_waiting, _sessions, _kept, _cold):
        try:
            found = "".join(part(server))
        except Exception as error:  # noqa: BLE001 - reported, and the rest is still worth telling
            trouble.report(log, "measuring", error)
        else:
            yield found
    streams = server.hub.streams
    yield from family("swanlab_live_streams", "gauge", "Live streams open.", streams)
    yield from _process()


def _waiting(server: Server) -> Iterator[str]:
    posts, size = server.ingest.queued()
    yield from family("swanlab_queue_posts", "gauge", "Posts that wait for their commit.", posts)
    yield from family("swanlab_queue_bytes", "gauge", "Bytes that wait for their commit.", size)
    batches, points = server.stores.waiting()
    yield from family("swanlab_batches_waiting", "gauge", "Batches not sealed yet.", batches)
    yield from family("swanlab_points_waiting", "gauge", "Points not sealed yet.", points)


def _sessions(server: Server) -> Iterator[str]:
    with server.db.read() as connection:
        alive = select(func.count()).where(sessions.c.expires_at > now())
        signed_in = connection.execute(alive).scalar_one()
    yield from family("swanlab_sessions", "gauge", "Browsers signed in.", signed_in)


def _kept(server: Server) -> Iterator[str]:
    free = shutil.disk_usage(server.data_dir).free
    yield from family("swanlab_disk_free_bytes", "gauge", "Free on the data folder's disk.", free)
    if server.vitals.density is None:
        return
    size, points = server.vitals.density
    yield from family("swanlab_store_bytes", "gauge", "Bytes of all metric stores.", size)
    yield from family("swanlab_store_points", "gauge", "Points in all metric stores.", points)
    if points:
        told = "Bytes of the metric stores per point in them."
        yield from family("swanlab_store_bytes_per_point", "gauge", told, size / points)


def _cold(server: Server) -> Iterator[str]:
    count, size = server.stores.frozen()
    told = "Runs whose points are in segments, beside the media."
    yield from family("swanlab_cold_runs", "gauge", told, count)
    yield from family("swanlab_cold_bytes", "gauge", "Bytes of these segments.", size)
    told = "Bytes of segments read from where they are."
    yield from family("swanlab_cold_fetched_bytes_total", "counter", told, server.cold.fetched)
    cache = server.cold.cache
    hits, misses = (0, 0) if cache is None else (cache.hits, cache.misses)
    told = "Parts of segments found in the cache on this disk."
    yield from family("swanlab_cold_cache_hits_total", "counter", told, hits)
    told = "Parts of segments that were not in the cache."
    yield from family("swanlab_cold_cache_misses_total", "counter", told, misses)


def _process() -> Iterator[str]:
    this = psutil.Process()
    with this.oneshot():
        times, memory = this.cpu_times(), this.memory_info()
        began, threads = this.create_time(), this.num_threads()
    used = times.user + times.system
    yield from family("process_cpu_seconds_total", "counter", "CPU time used.", used)
    yield from family("process_resident_memory_bytes", "gauge", "Memory in RAM.", memory.rss)
    yield from family("process_start_time_seconds", "gauge", "Unix time of the start.", began)
    yield from family("process_threads", "gauge", "Threads.", threads)

"""The application: the only place where state, routes and middleware meet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from swanlab.server.gate import Gate
from swanlab.server.http import API, Direct, mount, on_http_exception
from swanlab.server.monitor import metrics
from swanlab.server.pages import page
from swanlab.server.routes import ROUTES, frames
from swanlab.server.state import Server

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_app(server: Server) -> Starlette:
    """Return the ASGI application over ``server``; its lifespan starts and closes the server."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        server.hub.bind(asyncio.get_running_loop())
        server.start()
        yield
        await run_in_threadpool(server.close)

    served = mount(ROUTES)
    app = Starlette(
        routes=[
            *served,
            *_short(served),
            Route("/metrics", metrics),
            Route("/{path:path}", page, methods=_METHODS),
        ],
        middleware=[Middleware(Gate, server=server, direct=Direct(frames.POSTS))],
        exception_handlers={HTTPException: on_http_exception},
        lifespan=lifespan,
    )
    app.state.server = server
    return app


def _short(served: list[Route]) -> list[Route]:
    """Answer the health routes also where balancers look for them by habit."""
    start = API + "/health"
    return [
        Route(route.path.removeprefix(API), route.endpoint, methods=["GET"])
        for route in served
        if route.path.startswith(start)
    ]

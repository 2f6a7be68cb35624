"""``swanlab verify`` and ``swanlab ping``: does it work, and if not, where does it end."""

from __future__ import annotations

import os
import platform
import sys
import time
from typing import Any

import click

import swanlab
from swanlab import credentials, settings
from swanlab.cli.output import line
from swanlab.cli.tables import show
from swanlab.client import Client
from swanlab.errors import AuthenticationError, SwanLabError

_TRIES = 3
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@click.command()
@click.option("-h", "--host", help="Server to ask; default is the one last used.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(host: str | None, as_json: bool) -> None:
    """Say who you are on the server; fails when the key does not work."""
    login = credentials.find(host)
    if login is None:
        raise AuthenticationError("you are not logged in. Run: swanlab login")
    client = Client(login.host, login.api_key, timeout=10)
    try:
        username = client.username()
    finally:
        client.close()
    if as_json:
        show({"host": login.host, "username": username}, as_json=True)
    else:
        line(f"You are {username} at {login.host}.")


@click.command()
@click.option("-h", "--host", help="Server to try; default is the one last used.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ping(host: str | None, as_json: bool) -> None:
    """Say what is reachable and in which versions; made to be pasted into a bug report.

    No keys are shown. The exit code is 1 when something does not work.
    """
    found = {**_here(), **_server(host)}
    show(found, as_json=as_json)
    sys.exit(0 if found["diagnosis"].startswith("All is well") else 1)


def _here() -> dict[str, Any]:
    """Return what is to be known of this machine and its settings, without secrets."""
    system = platform.uname()
    try:
        mode = settings.get("mode")
    except SwanLabError as error:
        mode = str(error)
    return {
        "swanlab": swanlab.__version__,
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": f"{system.system} {system.release} {system.machine}",
        "mode": mode,
        "credentials": str(credentials.path()) if credentials.path().exists() else None,
        "environment": sorted(name for name in os.environ if name.startswith("SWANLAB_")),
        "proxies": [
            name for name in _PROXIES if os.environ.get(name, os.environ.get(name.lower()))
        ],
    }


def _server(host: str | None) -> dict[str, Any]:
    """Return what the server answers and what that means."""
    found: dict[str, Any] = {
        "host": None, "server": None, "latency_ms": None, "key": "none", "username": None,
    }  # fmt: skip
    try:
        login = credentials.find(host)
        address = host or settings.get("host") or (login.host if login else None)
        if address is None:
            return {**found, "diagnosis": "No server is known. Run: swanlab login"}
        found["host"] = credentials.normal_host(address)
        key = login.api_key if login else None
        found["key"] = "configured" if key else "none"
        client = Client(found["host"], key, timeout=10)
        try:
            found |= _asked(client, key is not None)
        finally:
            client.close()
    except SwanLabError as error:
        return {**found, "diagnosis": str(error)}
    return found


def _asked(client: Client, has_key: bool) -> dict[str, Any]:
    health, spent = None, []
    for _ in range(_TRIES):
        began = time.perf_counter()
        health = client.request("GET", "/health")
        spent.append(time.perf_counter() - began)
    if not isinstance(health, dict) or not {"version", "mode"} <= health.keys():
        return {"diagnosis": f"{client.host} is no swanlab server."}
    found: dict[str, Any] = {
        "server": f"{health['version']} ({health['mode']})",
        "latency_ms": round(min(spent) * 1000, 1),
    }
    if not has_key and health["mode"] == "server":
        hint = f"swanlab login --host {client.host}"
        return {**found, "diagnosis": f"The server answers; you are not logged in to it: {hint}"}
    try:
        found["username"] = client.username()
    except SwanLabError as error:
        return {**found, "diagnosis": str(error)}
    found["diagnosis"] = "All is well."
    if health["version"] != swanlab.__version__:
        found["diagnosis"] += f" The server has version {health['version']}, this machine another."
    return found

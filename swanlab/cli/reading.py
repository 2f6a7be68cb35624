"""What the commands of ``swanlab api`` have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from swanlab.cli.output import Fails
from swanlab.cli.tables import show

Reading = Callable[..., Any]


def reading(function: Reading) -> Reading:
    """Give a command ``--host``, ``--api-key`` and ``--json``, an ``Api``, and print its answer."""

    @click.option("-h", "--host", help="Server to ask; default is the one last used.")
    @click.option("-k", "--api-key", help="API key; default is the remembered one.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @wraps(function)
    def command(host: str | None, api_key: str | None, as_json: bool, **given: Any) -> None:
        from swanlab.api import Api

        with Api(api_key, host) as server:
            found = function(server, **given)
        show(found, as_json=as_json)

    return command


def paged(function: Reading) -> Reading:
    """Give a command ``--page``, ``--size`` and ``--all``."""
    first = click.IntRange(1)
    function = click.option("--all", is_flag=True, help="All at once.")(function)
    function = click.option("--size", default=20, show_default=True, type=first)(function)
    return click.option("--page", default=1, show_default=True, type=first)(function)


def sure(question: str, *, yes: bool) -> None:
    """Ask a person; without one, ``--yes`` must have been given."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Fails("there is no terminal to ask on; give --yes to delete for good.")
    click.confirm(question, abort=True)

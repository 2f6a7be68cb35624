"""The only printer of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from swanlab.errors import SwanLabError


def line(text: str) -> None:
    """Print one line to standard output."""
    click.echo(text)


def problem(text: str) -> None:
    """Print one line to standard error."""
    click.echo(f"swanlab: {text}", err=True)


class Fails(click.ClickException):
    """An error of ours on the command line: its message, and exit code 1."""

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        """Print the message as every other problem is printed."""
        problem(self.message)


class Group(click.Group):
    """Turns the errors of this package into a line and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except SwanLabError as error:
            raise Fails(str(error)) from error


class LazyGroup(Group):
    """A group whose commands are imported only when they are called."""

    def __init__(self, *args: Any, homes: Mapping[str, str], **kwargs: Any) -> None:
        """Take ``homes``: command to the module that holds it under the same name."""
        super().__init__(*args, **kwargs)
        self._homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands."""
        return sorted(self._homes)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command; None where there is none of that name."""
        home = self._homes.get(name)
        if home is None:
            return None
        command = getattr(import_module(home), name)
        return command if isinstance(command, click.Command) else None

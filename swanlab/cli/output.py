"""The only printer of the command line."""

from __future__ import annotations

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

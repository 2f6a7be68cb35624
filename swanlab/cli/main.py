"""``swanlab``: the list of commands. Each is imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

import swanlab
from swanlab.cli.output import Group

_COMMANDS = {
    "api": "swanlab.cli.api",
    "convert": "swanlab.cli.convert",
    "disabled": "swanlab.cli.mode",
    "local": "swanlab.cli.mode",
    "offline": "swanlab.cli.mode",
    "online": "swanlab.cli.mode",
    "ping": "swanlab.cli.verify",
    "verify": "swanlab.cli.verify",
    "login": "swanlab.cli.login",
    "logout": "swanlab.cli.login",
    "server": "swanlab.cli.server",
    "sync": "swanlab.cli.sync",
    "watch": "swanlab.cli.watch",
}


class _Commands(Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        home = _COMMANDS.get(name)
        if home is None:
            return None
        command = getattr(import_module(home), name)
        return command if isinstance(command, click.Command) else None


@click.group(cls=_Commands, context_settings={"help_option_names": ["--help"]})
@click.version_option(swanlab.__version__, "-v", "--version", message="%(version)s")
def main() -> None:
    """Experiment tracking for AI training."""

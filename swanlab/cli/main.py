"""``swanlab``: the list of commands. Each is imported only when it is called."""

from __future__ import annotations

import click

import swanlab
from swanlab.cli.output import LazyGroup

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


@click.group(cls=LazyGroup, homes=_COMMANDS, context_settings={"help_option_names": ["--help"]})
@click.version_option(swanlab.__version__, "-v", "--version", message="%(version)s")
def main() -> None:
    """Experiment tracking for AI training."""

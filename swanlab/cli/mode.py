"""``swanlab online|offline|local|disabled``: what new runs do when nothing else is said."""

from __future__ import annotations

import click

from swanlab import settingsfile
from swanlab.cli.output import line

_MEANINGS = {
    "online": "are sent to the server you are logged in to",
    "offline": "are recorded, and sent by `swanlab sync`",
    "local": "are recorded for `swanlab watch`",
    "disabled": "are not recorded at all",
}


def _command(mode: str, meaning: str) -> click.Command:
    @click.command(mode, help=f"From now on, runs {meaning}, unless init() is told otherwise.")
    @click.option("--local", is_flag=True, help="Only for programs started in this folder.")
    def command(local: bool) -> None:
        file = settingsfile.write("mode", mode, local=local)
        line(f"Runs {meaning} from now on: {file}")

    return command


online, offline, local, disabled = (_command(*item) for item in _MEANINGS.items())

"""``python -m swanlab`` is the command line."""

from swanlab.cli.main import main

main(prog_name="swanlab")

"""Runs scripts as processes of their own that need not import torch and transformers again.

Those take ten seconds to import. This program imports them once, then forks a child for every job
it reads: one line of JSON with ``script``, ``folder``, ``env`` and ``output``. It answers each with
one line, the child's exit status. ``swanlab`` is first imported in the children.
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import sys
import threading
import traceback
from typing import NoReturn

import accelerate  # noqa: F401 - to have them
import datasets  # noqa: F401
import peft  # noqa: F401
import transformers


def become(job: dict[str, object]) -> None:
    """Make this forked child the process of the script, and run it."""
    os.chdir(str(job["folder"]))
    os.environ.clear()
    os.environ.update(job["env"])
    output = os.open(str(job["output"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, target)
    sys.argv = [str(job["script"])]
    sys.path[0] = str(job["folder"])
    runpy.run_path(str(job["script"]), run_name="__main__")


def end(status: int) -> NoReturn:
    """End the process as Python does, but for freeing what was imported, which takes seconds."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def run(job: dict[str, object]) -> NoReturn:
    """Run the script in this forked child; an exception is printed and the status is 1."""
    try:
        become(job)
    except BaseException:
        traceback.print_exc()
        end(1)
    end(0)


def serve() -> None:
    """Run jobs until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")  # Closed in what a child starts, as Python does.
    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            run(json.loads(line))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


if __name__ == "__main__":
    _ = transformers.Trainer, transformers.TrainingArguments  # Imported when they are looked up.
    assert "swanlab" not in sys.modules
    serve()

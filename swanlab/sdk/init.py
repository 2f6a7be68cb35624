"""``swanlab.init()``: the documented call."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from swanlab.sdk import choices, guard
from swanlab.sdk import run as run_module
from swanlab.sdk.guard import say
from swanlab.sdk.plan import resolve
from swanlab.sdk.run import Run
from swanlab.sdk.start import start

if TYPE_CHECKING:
    from swanlab.sdk.hooks import Hooks


@choices.let_go_on_error
def init(  # noqa: PLR0913 - the documented signature
    project: str | None = None,
    workspace: str | None = None,
    experiment_name: str | None = None,
    description: str | None = None,
    tags: Sequence[str] | None = None,
    config: Any = None,
    logdir: str | os.PathLike[str] | None = None,
    mode: str | None = None,
    load: str | None = None,
    public: bool | None = None,
    callbacks: Any = None,
    settings: Any = None,
    id: str | None = None,  # noqa: A002 - the public name
    resume: str | bool | None = None,
    reinit: bool | None = None,
    **kwargs: Any,
) -> Run:
    r"""Start a run and return it; ``swanlab.log()`` then writes to it.

    Args:
        project: name of the project; default is the name of the working directory.
        workspace: whose project it is; default is your own workspace.
        experiment_name: name of the run (also ``name``); default is an animal and a number.
        description: free text (also ``notes``).
        tags: a list of short texts.
        config: hyper-parameters: a mapping, Namespace, dataclass, … or the path of a YAML or JSON
            file.
        logdir: folder that runs are recorded in (also ``log_dir``); default ``swanlog``.
        mode: ``cloud`` sends to a server; ``local`` records for ``swanlab watch``; ``offline``
            records for ``swanlab sync``; ``disabled`` records nothing. Left out: ``cloud`` when
            you are logged in, else ``local``.
        load: path of a YAML or JSON file of these arguments; fills in what is not given.
        public: whether the project, if this run creates it, can be seen by everyone.
        settings: ``swanlab.Settings``, or a dictionary of its fields, for this run.
        callbacks: one object or a list, told what happens to the run: see ``swanlab.Callback``.
        id: id of the run: 1 to 64 characters without ``/ \ # ? % :``.
        resume: whether the run of that ``id`` goes on: ``must`` (it has to exist), ``allow`` or
            True (if it exists; what an ``id`` alone means), ``never`` or False (no ``id`` then).
        reinit: finish the active run first; otherwise the active run is returned.
        **kwargs: ``name``, ``notes``, ``log_dir``; ``parallel="shared"`` when several processes
            write into the run of that ``id``; and arguments kept for later. An unknown one is named
            in a warning.

    Raises:
        InvalidArgument, InvalidType: an argument that cannot be used.
        ConfigFileError: the config file cannot be read.
        AuthenticationError: ``mode="cloud"`` without a key, or the server refuses the key.
        RunRefused: the server does not take the run, such as for a workspace that is not yours; or
            ``resume="must"`` and there is no such run, or no answer of the server.
        LogdirError: nothing can be recorded at ``logdir``.
    """
    active = run_module.get_run()
    if active is not None and not reinit:
        say("a run is active already; init() returns it. Use reinit=True to start another.")
        return active
    if active is not None:
        active.finish()
    guard.forget_said()
    stored = {
        "load": load,
        "public": public,
        "settings": settings,
        "resume": resume,
    }
    plan = resolve(
        kwargs,
        stored,
        project=project,
        workspace=workspace,
        name=experiment_name,
        description=description,
        tags=tags,
        config=config,
        logdir=logdir,
        mode=mode,
        run_id=id,
    )
    return start(plan, _told(callbacks))


def _told(callbacks: Any) -> Hooks | None:
    """Return the callbacks of the new run; what they need is loaded only if there are any."""
    if callbacks is None and "swanlab.sdk.hooks" not in sys.modules:
        return None
    from swanlab.sdk.hooks import gather

    return gather(callbacks)

"""Asking a training to end, and the answer of its background process."""

from __future__ import annotations

from swanlab.server.db import runs, stops
from swanlab.server.db.engine import now
from swanlab.server.http import Ask, Need, Problem, Route, is_copy, no_such
from swanlab.server.messages.runs import Run
from swanlab.server.messages.stops import StopAnswered
from swanlab.server.routes import runs as run_routes
from swanlab.server.routes.runs import RUN
from swanlab.server.runview import state


def stop(ask: Ask[None, None]) -> Run:
    """Ask the run's training to end; that it did is told by itself."""
    server = ask.server
    if server.mode == "watch":
        message = "These are the run folders on this machine: end a training where it runs."
        raise Problem(403, "shows_files", message)
    with server.db.read() as connection:
        row = runs.find(connection, ask.project.id, ask.part("run"))
    if row is None:
        raise no_such("run")
    if row.is_copy:
        raise is_copy(row.run_id)
    now_in = state(row.state, server.ingest.keeper.last_heard(row.id, row.seen_at))
    if now_in == "unresponsive":
        raise Problem(
            409,
            "silent",
            "Nobody has heard of this run for three minutes, so nobody can tell it to stop. End it"
            " where it trains; its state can be set here.",
        )
    if now_in != "running":
        raise Problem(409, "ended", "This run has ended already.")
    server.stops.ask(row.id, ask.caller.user.username)
    server.ingest.tell(server.ingest.run(ask.project, row.run_id), {"run"})
    return run_routes.run(ask)


def answered(ask: Ask[None, StopAnswered]) -> None:
    """Note what a process of the run did."""
    run = ask.server.ingest.run(ask.project, ask.part("run"))
    with ask.server.db.write() as connection:
        known = stops.answer(connection, run.id, ask.body.asked_at, ask.body.answer, now())
    if not known:
        raise Problem(409, "not_asked", "The run was not asked this, or something else since.")
    ask.server.ingest.tell(run, {"run"})


ROUTES = (
    Route(
        method="POST",
        path=RUN + "/stop",
        need=Need.WRITE,
        handler=stop,
        summary="Ask the training to end, as by Ctrl-C; it hears of it with its next post",
        answer=Run,
        errors=(409,),
    ),
    Route(
        method="POST",
        path=RUN + "/stop/answer",
        need=Need.WRITE,
        handler=answered,
        summary="Say what the training did when it was asked to end",
        body=StopAnswered,
        status=204,
        errors=(409,),
    ),
)

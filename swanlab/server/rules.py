"""Going by the rules of projects: looking at runs every few seconds, beside what is coming in.

Nothing is worked out where points are stored: what a rule asks for is in the summaries of series,
which are read for runs that were heard of since the last look. A rule tells of a run once, however
many servers look; of silence again when the run had been heard of in between.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec

from swanlab.server import runview, trouble
from swanlab.server.db import projects, rules
from swanlab.server.db.engine import now
from swanlab.server.db.rules import Candidate, RuleRow

if TYPE_CHECKING:
    from swanlab.server.state import Server

EVERY = 5.0
"""Seconds between two looks."""
BACK_MS = 24 * 3600 * 1000
"""How far a server that starts looks back for runs that ended while none was there."""
OVERLAP_MS = 120_000
_AT_ONCE = 100
"""Runs whose summaries are read at once."""
ON_SERIES = frozenset({"above", "below", "nan", "stalled"})

log = logging.getLogger("swanlab.server")


class Rules:
    """One thread that goes by all rules; what fails is reported and looked at again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._since = now() - BACK_MS
        self._heard: dict[int, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="rules", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop after what is being looked at."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while True:
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - reported, and tried again
                trouble.report(log, "going by the rules of projects", error)
            if self._stop.wait(EVERY):
                return

    def look(self) -> None:
        """Look once at every run that a rule is about."""
        at = now()
        with self._server.db.read() as connection:
            held = rules.enabled(connection)
            if not held:
                self._heard.clear()
                self._since = at - OVERLAP_MS
                return
            of = defaultdict(list)
            for rule in held:
                of[rule.project_id].append(rule)
            found = rules.candidates(connection, list(of), self._since)
            told = rules.fired(connection, [rule.id for rule in held])
        last_heard = self._server.ingest.keeper.last_heard
        heard = {run.id: last_heard(run.id, run.seen_at) for run in found}
        values = self._values(found, of, heard)
        for run in found:
            for rule in of[run.project_id]:
                if heard[run.id] < rule.created_at:
                    continue
                self._judge(rule, run, heard[run.id], values, told)
        self._heard, self._since = heard, at - OVERLAP_MS

    def _judge(
        self,
        rule: RuleRow,
        run: Candidate,
        heard: int,
        values: dict[tuple[int, str], Any],
        told: set[tuple[int, int]],
    ) -> None:
        state = runview.state(run.state, heard)
        if rule.event in ON_SERIES:
            summary = values.get((run.id, rule.key or ""))
            detail = None if summary is None else on_series(rule, summary)
        else:
            detail = {} if state == rule.event else None
        known = (rule.id, run.id) in told
        if detail is not None and not known:
            self._fire(rule, run, detail)
        elif known and rule.event == "unresponsive" and state == "running":
            with self._server.db.write() as connection:
                rules.rearm(connection, rule.id, run.id)

    def _fire(self, rule: RuleRow, run: Candidate, detail: dict[str, Any]) -> None:
        server = self._server
        base = (server.auth.settings().public_url or "").rstrip("/")
        with server.db.write() as connection:
            place = projects.get(connection, run.project_id)
            if place is None or not rules.fire(connection, rule.id, run.id):
                return
            where = f"{place.workspace}/{place.name}"
            path = f"{base}/@{where}/runs/{run.run_id}"
            text = told_of(rule, run.name, where, detail)
            body = body_of(rule, text, where, {"id": run.run_id, "name": run.name, "url": path})
            body |= detail
            deliver(connection, rule, run.run_id, f"{text}\n{path}" if base else text, body)
        server.deliveries.soon()

    def _values(
        self, found: list[Candidate], of: dict[int, list[RuleRow]], heard: dict[int, int]
    ) -> dict[tuple[int, str], Any]:
        """Return the summaries that rules ask for, of runs heard of since the last look."""
        wanted: dict[int, list[Candidate]] = defaultdict(list)
        for run in found:
            moved = self._heard.get(run.id) != heard[run.id]
            if moved and any(rule.event in ON_SERIES for rule in of[run.project_id]):
                wanted[run.home].append(run)
        values: dict[tuple[int, str], Any] = {}
        for home, some in wanted.items():
            for first in range(0, len(some), _AT_ONCE):
                if self._stop.is_set():
                    return values
                part = some[first : first + _AT_ONCE]
                keys = {
                    rule.key
                    for run in part
                    for rule in of[run.project_id]
                    if rule.event in ON_SERIES and rule.key is not None
                }
                cells = self._server.stores.of(home).cells(
                    [run.source for run in part], sorted(keys)
                )
                for key, rows in cells.items():
                    for run, row in zip(part, rows, strict=True):
                        if int(row["points"]):
                            values[run.id, key] = row
        return values


def on_series(rule: RuleRow, summary: Any) -> dict[str, Any] | None:
    """Return what a rule finds in the summary of a series, None if nothing."""
    if rule.event == "nan":
        count = int(summary["nan"])
        return {"key": rule.key, "count": count} if count else None
    finite = int(summary["points"]) - sum(int(summary[n]) for n in ("nan", "positive", "negative"))
    if finite <= 0:
        return None
    if rule.event == "stalled":
        best = "low" if rule.better == "lower" else "high"
        since = int(summary["last"]) - int(summary[best + "_step"])
        if rule.steps is None or since < rule.steps:
            return None
        step = int(summary[best + "_step"])
        return {"key": rule.key, "value": float(summary[best]), "step": step, "steps": since}
    edge = "high" if rule.event == "above" else "low"
    value = float(summary[edge])
    if rule.bound is None or not (value > rule.bound if edge == "high" else value < rule.bound):
        return None
    return {"key": rule.key, "value": value, "step": int(summary[edge + "_step"])}


def told_of(rule: RuleRow, run: str, where: str, detail: dict[str, Any]) -> str:
    """Return the one line that says what a rule found."""
    what = {
        "finished": "finished",
        "crashed": "crashed",
        "unresponsive": "was not heard of for three minutes",
        "nan": f"logged {rule.key} that is not a number",
        "above": f"logged {rule.key} above {rule.bound:g}" if rule.bound is not None else "",
        "below": f"logged {rule.key} below {rule.bound:g}" if rule.bound is not None else "",
        "stalled": f"logged no better {rule.key} for {detail.get('steps')} steps",
    }[rule.event]
    value = f": {detail['value']:g} at step {detail['step']}" if "value" in detail else ""
    return f"{run} of {where} {what}{value}"


def body_of(rule: RuleRow, text: str, where: str, run: dict[str, Any] | None) -> dict[str, Any]:
    """Return what a webhook gets; ``text`` is what chat services show of it."""
    return {
        "text": text if run is None else f"{text}\n{run['url']}",
        "rule": {"id": rule.id, "name": rule.name, "event": rule.event},
        "project": where,
        "run": run,
        "at": now(),
    }


def deliver(connection: Any, rule: RuleRow, run: str | None, text: str, body: Any) -> None:
    """Let it be told by every way the rule names."""
    encoded = msgspec.json.encode(body).decode()
    for channel, wanted in (("email", rule.email), ("webhook", rule.webhook is not None)):
        if wanted:
            rules.deliver(connection, rule.id, run, channel, text, encoded)
